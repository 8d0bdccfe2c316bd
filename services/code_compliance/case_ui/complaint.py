"""One complaint: what was said, its days, its clocks with their receipts, and each step that may follow."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import references_in
from contracts.refused import Refused
from contracts.working_time import LONDON, end_of_day, local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, date_values, parse
from kit.web.words import date_words
from services.code_compliance.actions import complaining
from services.code_compliance.case_ui import complaint_again
from services.code_compliance.case_ui.complaint_numbers import number_pages
from services.code_compliance.case_ui.complaints import (
    agencies,
    agency_words,
    case_of,
    line,
    show_form,
    show_queue,
    take_in,
)
from services.code_compliance.case_ui.people import Named, named
from services.code_compliance.case_ui.room import Opened, Room, open_case
from services.code_compliance.case_ui.sending import send_if_wanted, sending_pages, sent_of
from services.code_compliance.domain.complaints import OPEN, Complaint
from services.code_compliance.domain.entitlements import Clock, clock_id
from services.code_compliance.domain.receipt import receipt
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import STATES
from services.code_compliance.reference.complaints import answer_standard, lists, ombudsman
from services.code_compliance.store import complaints
from services.code_compliance.store.complaints import Sealed

STEPS = {
    "received": "Received",
    "acknowledged": "Acknowledged",
    "extended": "Answer put off",
    "redirected": "Redirected",
    "answered": "Answered",
    "withdrawn": "Withdrawn",
    "case_found": "Case named",
    "clocks_linked": "Clocks complained of named",
}
REFUSALS = {
    "in_the_future": FieldError("on", "The day must not be in the future"),
    "before_it_came": FieldError("on", "The day must be on or after the day the complaint was received"),
    "not_later": FieldError("until", "The new day of the answer must be later than the one the person was told"),
    "same_agency": FieldError("agency", "Choose another agency than the one that has it"),
    "acknowledged_before": FieldError("", "It was acknowledged before"),
    "no_such_case": FieldError("case", "No case has this reference. Check it and enter it again"),
    "two_cases": FieldError("case", "Two cases share this reference. Open the case and take the complaint in there"),
}
Day = Annotated[date, Say("Enter the day", wrong="The day must be a real date")]


class Acknowledge(BaseModel):
    version: int
    on: Day
    send: Literal["yes"] | None = None


class Extend(BaseModel):
    version: int
    until: Annotated[date, Say("Enter the new day of the answer", wrong="The new day must be a real date")]
    reason: Annotated[str, Say("Choose why it takes longer")]
    send: Literal["yes"] | None = None


class Redirect(BaseModel):
    version: int
    agency: Annotated[str, Say("Choose whom it is passed on to")]


class Link(BaseModel):
    version: int
    case: str | None = None
    clocks: list[UUID] = []


class Answer(BaseModel):
    version: int
    on: Day
    outcome: Annotated[str, Say("Choose the outcome")]
    learning: Annotated[str, Say("Choose what was learned")]
    text: Annotated[str, Say("Enter the answer")] = Field(max_length=20_000, title="The answer")
    ombudsman: Literal["yes"] | None = None
    send: Literal["yes"] | None = None


async def show(visit: Visit, rules: Rulebook) -> Response:
    async with visit.begin() as tx:
        complaint, sealed = await _load(tx, visit)
        entry = audit.seen(visit.signed_in, "complaint_read", "complaint", complaint.complaint_id, ("words",))
        await audit.record(tx, [entry])
        return await _page(tx, visit, complaint, sealed, rules, [])


async def _load(tx: Tx, visit: Visit, *, lock: bool = False) -> tuple[Complaint, Sealed]:
    found = await complaints.load(tx, visit.id("complaint_id"), lock=lock)
    if found is None:
        raise HTTPException(404)
    return found


async def _page(
    tx: Tx,
    visit: Visit,
    complaint: Complaint,
    sealed: Sealed,
    rules: Rulebook,
    errors: Sequence[FieldError],
    status: int = 422,
) -> Response:
    opened = await open_case(tx, complaint.case_id) if complaint.case_id else None
    linked = await complaints.clocks(tx, complaint.complaint_id)
    texts = await complaining.opened(visit.sealer, complaint.complaint_id, sealed)
    receipts = _receipts(visit, opened, linked, rules) if opened else []
    step = str(visit.params.get("step", ""))
    who = await named(visit)
    case = {"case": [visit.query.get("case", "")]} if step == "link" else {}
    suggested = "\n\n".join(f"{each['title']}: {each['state'].lower()}. {each['sum']}" for each in receipts)
    return visit.render(
        "complaints/step.html" if step else "complaints/complaint.html",
        status=status if errors else 200,
        errors=errors,
        step=step,
        words=WORDS.get(step, ""),
        acts={k: v for k, v in WORDS.items() if k != "acknowledge" or complaint.state == "received"},
        values=visit.form or {"text": [suggested]} | case | date_values("on", local_day(visit.now)),
        line=line(complaint, visit.now),
        complaint=complaint,
        texts=texts,
        steps=[_step(step, who) for step in await complaints.steps(tx, complaint.complaint_id)],
        source=lists("sources").get(complaint.source, complaint.source),
        outcome=lists("outcomes").get(complaint.outcome or "", ""),
        learning=lists("learning").get(complaint.learning or "", ""),
        standard=answer_standard(complaint.agency),
        opened=opened,
        clocks=_choices(opened, linked, rules) if opened else [],
        receipts=receipts,
        proposed=await _proposed(tx, complaint, texts),
        can_act=complaint.state in OPEN and visit.may("rights.write"),
        agencies=[{"value": "", "text": "Choose whom"}]
        + [{"value": code, "text": words} for code, words in agencies().items() if code != complaint.agency],
        extensions=lists("extensions"),
        outcomes=lists("outcomes"),
        learnings=lists("learning"),
        ombudsman=ombudsman(),
        **await sent_of(tx, visit, complaint),
    )


async def _proposed(tx: Tx, complaint: Complaint, texts: dict[str, str]) -> list[str]:
    """References that stand in what the person wrote and are each of one case that the viewer may see."""
    if complaint.case_id is not None or complaint.state not in OPEN:
        return []
    found = references_in(" \n".join(texts.get(name, "") for name in ("words", "reach")))
    return [one for one, cases in (await complaints.cases_by_reference(tx, found)).items() if len(cases) == 1]


def _step(step: complaints.Done, who: Named) -> dict[str, Any]:
    words = {
        "case_found": step.code or "",
        "extended": lists("extensions").get(step.code or "", ""),
        "redirected": agency_words(step.code or ""),
        "answered": lists("outcomes").get(step.code or "", ""),
    }.get(step.kind, "")
    return {"what": STEPS.get(step.kind, step.kind), "words": words, "at": step.at, "until": step.until,
            "who": "the person" if step.entered_by is None else who(step.entered_by)}  # fmt: skip


def _named(opened: Opened, clock: Clock, rules: Rulebook) -> str:
    return rules.code_named(clock.code_version).entitlements[clock.entitlement].title


def _receipts(visit: Visit, opened: Opened, linked: Sequence[tuple[str, str]], rules: Rulebook) -> list[dict[str, Any]]:
    return [
        {
            "id": clock_id(opened.case.case_id, *key),
            "title": _named(opened, clock, rules),
            "sum": receipt(opened.case, clock, rules, visit.now, opened.pauses_of(clock)),
            "state": STATES[clock.state],
        }
        for key in linked
        if (clock := opened.clocks.get(key)) is not None
    ]


def _choices(opened: Opened, linked: Sequence[tuple[str, str]], rules: Rulebook) -> list[dict[str, Any]]:
    return [
        {
            "value": str(clock_id(opened.case.case_id, *key)),
            "text": f"{_named(opened, clock, rules)} ({date_words(clock.started_at, weekday=False)})",
            "hint": {"text": STATES[clock.state]},
            "checked": key in linked,
        }
        for key, clock in sorted(opened.clocks.items(), key=lambda each: (each[1].started_at, each[0]))
    ]


Act = Callable[[Tx, Visit, Complaint, Any, Rulebook], Awaitable[None]]


async def _acknowledge(tx: Tx, visit: Visit, held: Complaint, given: Acknowledge, rules: Rulebook) -> None:
    await complaining.acknowledge(tx, visit.signed_in, held, _noon(given.on, visit.now), rules, visit.now)
    await send_if_wanted(tx, visit, held, given.send)


async def _extend(tx: Tx, visit: Visit, held: Complaint, given: Extend, rules: Rulebook) -> None:
    if given.reason not in lists("extensions"):
        raise Refused("reason", "unknown_reason")
    await complaining.extend(tx, visit.signed_in, held, end_of_day(given.until), given.reason, rules, visit.now)
    await send_if_wanted(tx, visit, held, given.send)


async def _redirect(tx: Tx, visit: Visit, held: Complaint, given: Redirect, rules: Rulebook) -> None:
    if given.agency not in agencies():
        raise HTTPException(404)
    await complaining.redirect(tx, visit.signed_in, held, given.agency, rules, visit.now)


async def _link(tx: Tx, visit: Visit, held: Complaint, given: Link, rules: Rulebook) -> None:
    case_id = await case_of(tx, given.case) if given.case else held.case_id
    if case_id is None:
        raise Refused("case", "no_such_case")
    opened = await open_case(tx, case_id)
    keys = [opened.clock(wanted).key for wanted in given.clocks] if case_id == held.case_id else []
    await complaining.link(tx, visit.signed_in, held, case_id, keys, rules, visit.now)


async def _answer(tx: Tx, visit: Visit, held: Complaint, given: Answer, rules: Rulebook) -> None:
    if given.outcome not in lists("outcomes") or given.learning not in lists("learning"):
        raise HTTPException(404)
    await complaining.answer(
        tx, visit.sealer, visit.signed_in, held, given.outcome, given.learning, given.ombudsman == "yes", given.text,
        _noon(given.on, visit.now), rules, visit.now,
    )  # fmt: skip
    await send_if_wanted(tx, visit, held, given.send)


def _noon(day: date, now: datetime) -> datetime:
    """Noon of a day, or now where that is still to come today."""
    noon = datetime.combine(day, time(12), LONDON).astimezone(UTC)
    return min(noon, now) if day == now.astimezone(LONDON).date() else noon


ACTS: dict[str, tuple[type[BaseModel], Act, str]] = {
    "acknowledge": (Acknowledge, _acknowledge, "The acknowledgement was recorded"),
    "extend": (Extend, _extend, "The new day of the answer was recorded"),
    "redirect": (Redirect, _redirect, "The complaint was passed on"),
    "link": (Link, _link, "The case and its clocks were named"),
    "answer": (Answer, _answer, "The answer was recorded"),
}
WORDS = {
    "link": "Name the case and the clocks complained of",
    "acknowledge": "Record the acknowledgement",
    "redirect": "Pass it on to the right agency",
    "extend": "Put the answer off",
    "answer": "Answer",
}


async def show_step(visit: Visit, rules: Rulebook) -> Response:
    """The form of one step."""
    if visit.params["step"] not in ACTS:
        raise HTTPException(404)
    async with visit.begin() as tx:
        complaint, sealed = await _load(tx, visit)
        if complaint.state not in OPEN:
            return visit.conflict(await _last(tx, visit, complaint), f"/rights/complaints/{complaint.complaint_id}")
        return await _page(tx, visit, complaint, sealed, rules, [])


async def act(visit: Visit, rules: Rulebook) -> Response:
    """One step of a complaint; a page that is no longer fresh is refused, and nothing is done twice."""
    step = str(visit.params["step"])
    if step not in ACTS:
        raise HTTPException(404)
    model, do, done = ACTS[step]
    given, errors = parse(model, visit.form)
    try:
        if given is not None:
            async with visit.begin() as tx:
                held, _ = await _load(tx, visit, lock=True)
                if held.version != getattr(given, "version", 0):
                    return await _changed(tx, visit, step, given, rules, done)
                await do(tx, visit, held, given, rules)
            return visit.redirect(f"/rights/complaints/{held.complaint_id}", flash=done)
    except Refused as refused:
        if refused.code not in REFUSALS:
            raise
        errors = [REFUSALS[refused.code]]
    async with visit.begin() as tx:
        return await _page(tx, visit, *(await _load(tx, visit)), rules, errors)


async def _last(tx: Tx, visit: Visit, complaint: Complaint) -> str:
    """The last step of a complaint: what, on which day, and who entered it."""
    last = _step((await complaints.steps(tx, complaint.complaint_id))[-1], await named(visit))
    words = f" ({last['words']})" if last["words"] else ""
    return f"“{last['what']}”{words}, {date_words(last['at'])}, was entered by {last['who']}."


async def _changed(tx: Tx, visit: Visit, step: str, given: BaseModel, rules: Rulebook, done: str) -> Response:
    """A step sent from a page older than the complaint: the same press is answered as the first; any other is told what
    was done, with what was typed still there while the step may be taken."""
    complaint, sealed = await _load(tx, visit)
    here = f"/rights/complaints/{complaint.complaint_id}"
    texts = await complaining.opened(visit.sealer, complaint.complaint_id, sealed)
    last, mine = (await complaints.steps(tx, complaint.complaint_id))[-1], visit.signed_in.user_id
    next_one = complaint.version == getattr(given, "version", 0) + 1 and last.entered_by == mine
    if next_one and complaint_again.is_same(last, complaint, step, given.model_dump(), texts.get("answer")):
        return visit.redirect(here, flash=done)
    said = await _last(tx, visit, complaint)
    if complaint.state not in OPEN:
        return visit.conflict(said, here)
    message = f"This has changed since you opened the page. {said} Nothing was saved. Send it again only if it is right"
    return await _page(tx, visit, complaint, sealed, rules, [FieldError("", message)], 409)


def complaint_pages(room: Room) -> Sequence[Page]:
    base = "/rights/complaints"
    return (
        Page(base, room.of_cases(show_queue), "rights.read"),
        Page(f"{base}/new", room(show_form), "rights.write"),
        Page(f"{base}/new", room(take_in), "rights.write", methods=("POST",)),
        *number_pages(room),
        Page(f"{base}/{{complaint_id}}", room(show), "rights.write"),
        *sending_pages(room),
        Page(f"{base}/{{complaint_id}}/{{step}}", room(show_step), "rights.write"),
        Page(f"{base}/{{complaint_id}}/{{step}}", room(act), "rights.write", methods=("POST",)),
    )
