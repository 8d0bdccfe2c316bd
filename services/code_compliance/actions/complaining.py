"""Complaints: taken in by staff or by the public form, acknowledged, extended, redirected, answered; words sealed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.code_compliance import ComplaintFact
from contracts.danger import speaks_of_danger
from contracts.feedback import FeedbackComplaintFound
from contracts.identity import NS, reference, references_in
from contracts.reference import signs_of_danger
from contracts.refused import Refused
from contracts.working_time import Calendar, local_day
from kit import audit, outbox
from kit.access import Viewer
from kit.database import Tx
from kit.inbox import Received
from kit.listening import Context
from kit.sealing import CannotOpen, Sealer, seal, unseal
from services.code_compliance.actions import owing
from services.code_compliance.domain import complaints as domain
from services.code_compliance.domain.complaints import Complaint, Step, days_for
from services.code_compliance.domain.entitlements import Key
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.reference.complaints import UNKNOWN_AGENCY, acknowledgement_days, answer_standard
from services.code_compliance.store import complaints as stored
from services.code_compliance.store.complaints import Sealed


def new(
    complaint_id: UUID, agency: str, source: str, received_at: datetime, rules: Rulebook, now: datetime,
    case_id: UUID | None = None, entered_by: UUID | None = None,
) -> Complaint:  # fmt: skip
    """A complaint as it comes in: both clocks start on the day that it was received."""
    calendar: Calendar = rules.calendar
    return Complaint(
        complaint_id=complaint_id,
        reference=reference(complaint_id),
        case_id=case_id,
        agency=agency,
        source=source,
        state="received",
        received_at=received_at,
        acknowledge_by=days_for(received_at, acknowledgement_days(rules), calendar),
        acknowledged_at=None,
        answer_by=days_for(received_at, answer_standard(agency).days, calendar),
        answered_at=None,
        outcome=None,
        learning=None,
        ombudsman_told=False,
        entered_by=entered_by,
        entered_at=now,
    )


async def take_in(
    tx: Tx, sealer: Sealer, viewer: Viewer, complaint: Complaint, words: str, reach: str | None, rules: Rulebook,
    now: datetime,
) -> None:  # fmt: skip
    """By staff. Refuses a receipt in the future; the same form sent twice takes it in once, and one that was sent
    before with other answers is refused."""
    if complaint.received_at > now:
        raise Refused("on", "in_the_future")
    complaint, named = _read_first(complaint, words, reach)
    sealed = await _sealed(sealer, complaint.complaint_id, words=words, reach=reach)
    if not await stored.add(tx, complaint, sealed.words, sealed.reach):
        return await _same_as_before(tx, sealer, complaint, words, reach)
    step = Step("received", complaint.received_at)
    await stored.add_step(tx, complaint.complaint_id, step, viewer.user_id, viewer.role)
    await _announce(tx, complaint, step, now, viewer.role, named)
    await owing.tell_case(tx, viewer, complaint, None, rules, now)
    await audit.record(tx, [audit.seen(viewer, "complaint_taken_in", "complaint", complaint.complaint_id, ("words",))])


async def _same_as_before(tx: Tx, sealer: Sealer, sent: Complaint, words: str, reach: str | None) -> None:
    """Raises Refused unless what was sent is what was taken in. What steps have changed since is not compared."""
    found = await stored.load(tx, sent.complaint_id)
    if found is None:
        raise Refused("", "sent_before")
    held, texts = found[0], await opened(sealer, sent.complaint_id, found[1])
    pairs = [(held.source, sent.source), (local_day(held.received_at), local_day(sent.received_at))]
    pairs += [(texts.get("words"), words), (texts.get("reach"), reach)]
    if held.version == 1:
        pairs += [(held.agency, sent.agency), (held.case_id, sent.case_id)]
    if any(before != now for before, now in pairs):
        raise Refused("", "sent_before")


async def take_in_publicly(
    tx: Tx, sealer: Sealer, complaint: Complaint, words: str, reach: str | None, now: datetime
) -> None:
    """By the public form, by somebody whom nobody knows; the same form sent twice takes it in once."""
    complaint, named = _read_first(complaint, words, reach)
    sealed = await _sealed(sealer, complaint.complaint_id, words=words, reach=reach)
    if not await stored.add_unseen(tx, complaint, sealed.words, sealed.reach):
        return
    await _announce(tx, complaint, Step("received", complaint.received_at), now, "person", named)
    entry = audit.Entry(None, "person", None, "complaint_taken_in", "complaint", complaint.complaint_id, ("words",))
    await audit.record(tx, [entry])


def _read_first(complaint: Complaint, words: str, reach: str | None) -> tuple[Complaint, str | None]:
    """The complaint with whether its words hold a sign of danger, and the one short reference that stands in them
    where nobody said whose case it is."""
    said = f"{words}\n{reach or ''}"
    named = references_in(said) if complaint.case_id is None else []
    danger = speaks_of_danger(said, signs_of_danger())
    return replace(complaint, danger=danger), named[0] if len(named) == 1 else None


async def take_in_written(tx: Tx, found: FeedbackComplaintFound, rules: Rulebook, now: datetime) -> None:
    """A complaint that a reader found in what a person wrote: its days count from when it was written, and its words
    stay there. Heard twice, it is taken in once."""
    complaint_id = uuid5(NS, f"complaint/{found.response_id}")
    written = new(complaint_id, UNKNOWN_AGENCY, "self", found.written_at, rules, now, found.case_id)
    complaint = replace(written, response_id=found.response_id)
    if not await stored.add(tx, complaint, None, None):
        return
    reader = Viewer(found.response_id, "The reader", found.actor_role, frozenset(), None, found.response_id)
    step = Step("received", complaint.received_at)
    await stored.add_step(tx, complaint_id, step, None, found.actor_role)
    await _announce(tx, complaint, step, now, found.actor_role)
    await owing.tell_case(tx, reader, complaint, None, rules, now)
    entry = audit.Entry(None, "system", None, "complaint_taken_in", "complaint", complaint_id, ("words",), "feedback")
    await audit.record(tx, [entry])


async def on_complaint_found(tx: Tx, events: Sequence[Received[FeedbackComplaintFound]], context: Context) -> None:
    for event in events:
        await take_in_written(tx, event.data, context.facts, event.time)


async def acknowledge(tx: Tx, viewer: Viewer, held: Complaint, at: datetime, rules: Rulebook, now: datetime) -> None:
    await _changed(tx, viewer, *domain.acknowledged(held, at, now), rules, now)


async def extend(
    tx: Tx, viewer: Viewer, held: Complaint, until: datetime, reason: str, rules: Rulebook, now: datetime
) -> None:
    await _changed(tx, viewer, *domain.extended(held, until, reason, now), rules, now)


async def redirect(tx: Tx, viewer: Viewer, held: Complaint, agency: str, rules: Rulebook, now: datetime) -> None:
    days = answer_standard(agency).days
    await _changed(tx, viewer, *domain.redirected(held, agency, days, rules.calendar, now), rules, now)


async def answer(
    tx: Tx, sealer: Sealer, viewer: Viewer, held: Complaint, outcome: str, learning: str, told: bool, text: str,
    at: datetime, rules: Rulebook, now: datetime,
) -> None:  # fmt: skip
    sealed = await _sealed(sealer, held.complaint_id, answer=text)
    await _changed(tx, viewer, *domain.answered(held, outcome, learning, told, at, now), rules, now, sealed.answer)


async def link(
    tx: Tx, viewer: Viewer, held: Complaint, case_id: UUID, keys: Sequence[Key], rules: Rulebook, now: datetime
) -> None:
    """Says whose case it is, and which of its clocks are complained of."""
    await stored.link_clocks(tx, held.complaint_id, case_id, keys)
    if held.case_id not in (None, case_id):
        await owing.leave_case(tx, viewer, held, case_id, rules, now)
    found = Step("case_found", now, reference(case_id)) if held.case_id != case_id else Step("clocks_linked", now)
    await _changed(tx, viewer, replace(held, case_id=case_id), found, rules, now)


async def opened(sealer: Sealer, complaint_id: UUID, sealed: Sealed) -> dict[str, str]:
    """The texts of a complaint in clear; one that does not open is left out."""
    key = (await sealer.data_keys([complaint_id])).get(complaint_id)
    found: dict[str, str] = {}
    for name in ("words", "reach", "answer"):
        blob = getattr(sealed, name)
        if key is None or blob is None:
            continue
        try:
            found[name] = unseal(key, blob, _place(name, complaint_id))
        except CannotOpen:
            continue
    return found


async def _changed(
    tx: Tx, viewer: Viewer, after: Complaint, step: Step, rules: Rulebook, now: datetime, answer: bytes | None = None
) -> None:
    """Saves what a step made of a complaint; refused when somebody else changed it meanwhile."""
    if not await stored.save(tx, after, answer):
        raise Refused("", "changed_meanwhile")
    await stored.add_step(tx, after.complaint_id, step, viewer.user_id, viewer.role)
    await _announce(tx, after, step, now, viewer.role)
    await owing.tell_case(tx, viewer, after, step.at if step.kind == "redirected" else None, rules, now)
    entry = audit.seen(viewer, f"complaint_{step.kind}", "complaint", after.complaint_id, (), step.code)
    await audit.record(tx, [entry])


async def _announce(
    tx: Tx, complaint: Complaint, step: Step, now: datetime, actor_role: str, named: str | None = None
) -> None:
    keys = await stored.clocks(tx, complaint.complaint_id) if complaint.case_id is not None else []
    fact: ComplaintFact | None = domain.told(complaint, step, keys[0][0] if keys else None, now, actor_role, named)
    if fact is not None:
        await outbox.add(tx, [fact])


async def _sealed(sealer: Sealer, complaint_id: UUID, **texts: str | None) -> Sealed:
    given: dict[str, Any] = dict.fromkeys(("words", "reach", "answer"))
    if any(texts.values()):
        key = (await sealer.data_keys([complaint_id], make=True))[complaint_id]
        given |= {name: seal(key, text, _place(name, complaint_id)) for name, text in texts.items() if text}
    return Sealed(**given)


def _place(name: str, complaint_id: UUID) -> str:
    return f"complaint|{name}|{complaint_id}"
