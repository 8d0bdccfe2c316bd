"""A complaint by the person themselves: a form that anybody may send, on the neutral origin with its way out.

The neutral origin and not `/rights`: who complains may share a screen, its address says nothing, and leaving signs no
worker out. Nothing that was sent can be read from here again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel, Field
from starlette.responses import Response

from kit.listening import Context
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.limiting import OF_FORMS, Tries, asked_to_wait
from kit.web.words import time_words
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
OLD = Say("This page was open for too long. Send it again: nothing you wrote is lost")
SENT = "tell-us"
SECONDS = 3600


class Told(BaseModel):
    """`complaint_id`: made by us with the form, and shown to be so; sending the form twice takes it in once. Gone back
    to and sent with other words, it is another: it may not be read here, and nothing that was written is lost."""

    complaint_id: Annotated[str, OLD]
    agency: Annotated[str, Say("Choose who it is about")]
    words: Annotated[str, Say("Tell us what went wrong")] = Field(max_length=10_000, title="What you wrote")
    reach: str | None = Field(None, max_length=500, title="How we can answer")


async def form(visit: Visit) -> Response:
    return visit.render("neutral_ui/tell_us.html", who=WHO, made=_made(visit))


def _made(visit: Visit) -> str:
    """An id for what is about to be told, with the proof that we made it: nobody chooses one, nor names another's."""
    complaint_id = str(uuid4())
    return f"{complaint_id}.{visit.shop.signer.proof(f'tell-us|{complaint_id}')}"


def _id_of(visit: Visit, made: str) -> UUID | None:
    complaint_id, _, proof = made.partition(".")
    return UUID(complaint_id) if visit.shop.signer.is_proof(proof, f"tell-us|{complaint_id}") else None


def _again(visit: Visit, errors: Sequence[FieldError], status: int = 422) -> Response:
    """The form as it was sent, its id kept where it is ours."""
    sent = visit.form.get("complaint_id", [""])[0]
    made = sent if _id_of(visit, sent) else _made(visit)
    errors = [FieldError("", each.message) if each.field == "complaint_id" else each for each in errors]
    return visit.render("neutral_ui/tell_us.html", status=status, who=WHO, errors=errors, made=made)


async def send(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(Told, visit.form)
    if given is not None and given.agency not in (*AGENCIES, UNKNOWN_AGENCY):
        given, errors = None, [FieldError("agency", "Choose who it is about")]
    complaint_id = _id_of(visit, given.complaint_id) if given else None
    if given is None or complaint_id is None:
        return _again(visit, errors or [FieldError("", OLD.missing)])
    if (until := await Tries(visit, "tell_us", OF_FORMS).begin()) is not None:
        wait = f"Too many were sent from where you are. You can send this one again from {time_words(until)}"
        return asked_to_wait(visit, _again(visit, [FieldError("", wait)], 429), until)
    complaint_id = uuid5(complaint_id, repr((given.agency, given.words, given.reach)))
    complaint = complaining.new(complaint_id, given.agency, "self", visit.now, rules, visit.now)
    async with visit.begin() as tx:
        await complaining.take_in_publicly(tx, visit.sealer, complaint, given.words, given.reach, visit.now)
    signer = visit.shop.signer
    response = visit.redirect("/tell-us/thank-you")
    kept = signer.close({"reference": complaint.reference, "by": complaint.acknowledge_by.isoformat()}, SENT)
    response.set_cookie(signer.cookie_name(SENT), kept, httponly=True, samesite="lax", secure=signer.secure)
    return response


async def thank_you(visit: Visit) -> Response:
    signer = visit.shop.signer
    kept = signer.open(visit.request.cookies.get(signer.cookie_name(SENT)), SECONDS, SENT)
    if not kept:
        return visit.redirect("/tell-us")
    by = datetime.fromisoformat(kept["by"])
    return visit.render("neutral_ui/told.html", reference=kept["reference"], by=by)


def tell_us_pages(context: Context) -> Sequence[Page]:
    rules: Rulebook = context.facts

    async def take(visit: Visit) -> Response:
        return await send(visit, rules)

    return (
        Page("/tell-us", form, origin="neutral", public=True, database="portal"),
        Page("/tell-us", take, methods=("POST",), origin="neutral", public=True, database="portal"),
        Page("/tell-us/thank-you", thank_you, origin="neutral", public=True, database="portal"),
    )
