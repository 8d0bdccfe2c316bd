"""A complaint by the person themselves: a form that anybody may send, on the neutral origin with its way out.

The neutral origin and not `/rights`: who complains may share a screen, its address says nothing, and leaving signs no
worker out. Nothing that was sent can be read from here again.
"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.responses import Response

from kit.listening import Context
from kit.web.app import Page, Visit
from kit.web.forms import Say, parse
from services.code_compliance.actions import complaining
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import AGENCIES
from services.code_compliance.reference.complaints import UNKNOWN_AGENCY

WHO = {
    "police": "The police",
    "CPS": "The prosecution",
    "HMCTS": "A court",
    "WCU": "The people who look after witnesses",
    "Probation_VCS": "Probation",
    "PCC-commissioned service": "A support service",
    UNKNOWN_AGENCY: "Somebody else, or I am not sure",
}
SENT = "tell-us"
SECONDS = 3600


class Told(BaseModel):
    complaint_id: UUID
    agency: Annotated[str, Say("Choose who it is about")]
    words: Annotated[str, Say("Tell us what went wrong")] = Field(max_length=10_000, title="What you wrote")
    reach: str | None = Field(None, max_length=500, title="How we can answer")


async def form(visit: Visit) -> Response:
    return visit.render("neutral_ui/tell_us.html", who=WHO, values={"complaint_id": [str(uuid4())]})


async def send(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(Told, visit.form)
    if given is None or given.agency not in (*AGENCIES, UNKNOWN_AGENCY):
        return visit.render("neutral_ui/tell_us.html", status=422, who=WHO, errors=errors)
    complaint = complaining.new(given.complaint_id, given.agency, "self", visit.now, rules, visit.now)
    async with visit.begin() as tx:
        await complaining.take_in_publicly(tx, visit.sealer, complaint, given.words, given.reach, visit.now)
    signer = visit.shop.signer
    response = visit.redirect("/tell-us/thank-you")
    kept = signer.close({"reference": complaint.reference, "by": complaint.acknowledge_by.isoformat()})
    response.set_cookie(signer.cookie_name(SENT), kept, httponly=True, samesite="lax", secure=signer.secure)
    return response


async def thank_you(visit: Visit) -> Response:
    signer = visit.shop.signer
    kept = signer.open(visit.request.cookies.get(signer.cookie_name(SENT)), SECONDS)
    return visit.render("neutral_ui/told.html", reference=kept["reference"]) if kept else visit.redirect("/tell-us")


def tell_us_pages(context: Context) -> Sequence[Page]:
    rules: Rulebook = context.facts

    async def take(visit: Visit) -> Response:
        return await send(visit, rules)

    return (
        Page("/tell-us", form, origin="neutral", public=True, database="portal"),
        Page("/tell-us", take, methods=("POST",), origin="neutral", public=True, database="portal"),
        Page("/tell-us/thank-you", thank_you, origin="neutral", public=True, database="portal"),
    )
