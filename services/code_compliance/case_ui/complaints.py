"""Complaints under Right 12: the queue by the day that comes next, and taking one in."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import read_reference, reference
from contracts.refused import Refused
from contracts.working_time import LONDON
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse, whole
from services.code_compliance.actions import complaining
from services.code_compliance.domain.complaints import Complaint
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import AGENCIES, agency_in_words
from services.code_compliance.reference.complaints import UNKNOWN_AGENCY, answer_standard, lists
from services.code_compliance.store import complaints

PAGE = 25
LAST_PAGE = 400
QUEUES = {"open": "Open", "overdue": "Past a day", "closed": "Answered"}
STATES = {
    "received": ("Received", "yellow"),
    "acknowledged": ("Acknowledged", "blue"),
    "answered": ("Answered", "green"),
    "withdrawn": ("Withdrawn", "grey"),
}


class TakeIn(BaseModel):
    """What the form of a new complaint asks; words and address are sealed."""

    complaint_id: UUID
    agency: Annotated[str, Say("Choose who is complained of")]
    source: Annotated[str, Say("Choose who brought it")]
    on: Annotated[date, Say("Enter the day it was received", wrong="The day it was received must be a real date")]
    case: str | None = None
    words: Annotated[str, Say("Enter what the person says")] = Field(max_length=10_000, title="What the person says")
    reach: str | None = Field(None, max_length=500, title="How to answer")


def agencies() -> dict[str, str]:
    """Everybody who can be complained of; "not known yet" last."""
    return {code: words for code, words in AGENCIES.items() if code != "all_service_providers"} | {
        UNKNOWN_AGENCY: "Not known yet"
    }


def agency_words(agency: str) -> str:
    return "Not known yet" if agency == UNKNOWN_AGENCY else agency_in_words(agency)


async def show_queue(visit: Visit, rules: Rulebook) -> Response:
    """Open, overdue or answered complaints, the one whose day comes next first."""
    which, page = visit.query.get("show", "open"), visit.query.get("page", "1")
    agency = visit.query.get("agency") or None
    known = which in QUEUES and (agency is None or agency in agencies())
    if not known or not 1 <= (whole(page) or 0) <= LAST_PAGE:
        raise HTTPException(404)
    async with visit.begin() as tx:
        found = await complaints.listed(tx, which, visit.now, agency, PAGE + 1, PAGE * (int(page) - 1))
        numbers = await complaints.numbers(tx, visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "complaints_listed", "list", None, (), which)])
    return visit.render(
        "complaints/queue.html",
        which=which,
        queues=QUEUES,
        numbers=numbers,
        lines=[line(each, visit.now) for each in found[:PAGE]],
        page=int(page),
        further=len(found) > PAGE,
    )


def line(complaint: Complaint, now: datetime) -> dict[str, Any]:
    """One complaint as lists show it: what comes next, by when, and whether its day is past."""
    waiting = complaint.state == "received"
    by = min(complaint.acknowledge_by, complaint.answer_by) if waiting else complaint.answer_by
    is_open = complaint.answered_at is None
    return {
        "complaint": complaint,
        "agency": agency_words(complaint.agency),
        "state": STATES[complaint.state],
        "next": ("Acknowledge" if waiting else "Answer") if is_open else "",
        "by": by if is_open else None,
        "late": is_open and by < now,
        "danger": complaint.danger and is_open,
    }


async def show_form(visit: Visit, rules: Rulebook) -> Response:
    values = {"complaint_id": [str(uuid4())], "case": [visit.query.get("case", "")]}
    return _form(visit, [], values)


async def take_in(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(TakeIn, visit.form)
    if given is not None:
        errors = _known(given)
    if given is not None and not errors:
        try:
            async with visit.begin() as tx:
                case_id = await _case(tx, given.case)
                received = datetime.combine(given.on, time(12), LONDON).astimezone(UTC)
                received = min(received, visit.now) if given.on == visit.now.astimezone(LONDON).date() else received
                complaint = complaining.new(
                    given.complaint_id, given.agency, given.source, received, rules, visit.now, case_id,
                    visit.signed_in.user_id,
                )  # fmt: skip
                await complaining.take_in(
                    tx, visit.sealer, visit.signed_in, complaint, given.words, given.reach, rules, visit.now
                )
            return visit.redirect(f"/rights/complaints/{given.complaint_id}", flash="The complaint was taken in")
        except Refused as refused:
            if refused.code == "sent_before":
                return _other(visit, given.complaint_id)
            errors = [REFUSALS[refused.code]]
    return _form(visit, errors, visit.form)


def _other(visit: Visit, complaint_id: UUID) -> Response:
    """A form that was sent before with other answers, gone back to: they are shown, and can be sent as another."""
    said = f"This form was sent before with other answers: that is complaint {reference(complaint_id)}. "
    said += "To change it, open it from the list. If this is another complaint, press Take it in once more"
    values = dict(visit.form) | {"complaint_id": [str(uuid4())]}
    return _form(visit, [FieldError("", said)], values, status=409)


REFUSALS = {
    "in_the_future": FieldError("on", "The day must not be in the future"),
    "no_such_case": FieldError("case", "No case has this reference. Check it, or leave it out and find the case later"),
    "two_cases": FieldError("case", "Two cases share this reference. Leave it out and find the case later"),
}


def _known(given: TakeIn) -> list[FieldError]:
    errors = []
    if given.agency not in agencies():
        errors.append(FieldError("agency", "Choose who is complained of"))
    if given.source not in lists("sources"):
        errors.append(FieldError("source", "Choose who brought it"))
    return errors


async def _case(tx: Any, typed: str | None) -> UUID | None:
    if not typed:
        return None
    return await case_of(tx, typed)


async def case_of(tx: Any, typed: str) -> UUID:
    """The case of a reference as somebody typed it; refused when there is none, or more than one."""
    read = read_reference(typed)
    found = (await complaints.cases_by_reference(tx, [read])).get(read, []) if read else []
    if len(found) != 1:
        raise Refused("case", "two_cases" if found else "no_such_case")
    return found[0]


def _form(visit: Visit, errors: Sequence[FieldError], values: Any, status: int = 422) -> Response:
    standards = [
        {"agency": agency_words(code), "standard": answer_standard(code)} for code in agencies() if code in AGENCIES
    ]
    return visit.render(
        "complaints/take_in.html",
        status=status if errors else 200,
        errors=errors,
        values=values,
        agencies=[{"value": "", "text": "Choose who"}] + [{"value": c, "text": w} for c, w in agencies().items()],
        sources=lists("sources"),
        standards=standards,
    )
