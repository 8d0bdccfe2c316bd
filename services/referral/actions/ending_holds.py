"""A human ends a hold: with a reason and a note, two people where the list asks; the case is decided again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid5

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral import desk_books
from services.referral.actions import filing, meaning, noting, sealing, second_person, taking_in, telling
from services.referral.actions.books import table
from services.referral.actions.noting import Written
from services.referral.actions.rerouting import Change, as_they_are, history_now, rerun
from services.referral.domain import ended_holds
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts
from services.referral.domain.told import as_told
from services.referral.store import cases, details, hold_ends, tasks
from services.referral.store.cases import Case
from services.referral.store.hold_ends import HoldEnd

TASK = "second_for_hold"
NO_CONTACT, KNOWN_NOW = "named_contact_missing", "known_now"
"""A business has nobody to speak to: it has once somebody is named here, and goes on as with one of the police."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says: the id that it brought, the hold, a coded reason, and why in words; `meant`: what each word
    means that our lists do not know, by the name of its field; `contact`: whom to speak to at a business."""

    end_id: UUID
    hold: str
    reason: str
    text: str
    meant: Mapping[str, str] = field(default_factory=dict)
    contact: sealing.Details | None = None

    @property
    def finds_contact(self) -> bool:
        return (self.hold, self.reason) == (NO_CONTACT, KNOWN_NOW)


async def missing(tx: Tx, case: Case, hold: str) -> str | None:
    """The code of what has to be known before this hold may be ended; None where nothing is."""
    needs = desk_books.hold_ends()[hold].needs
    facts = await telling.known(tx, case)
    if needs is None or facts is None:
        return None
    return ended_holds.lacks(needs, facts)


async def ask(tx: Tx, viewer: Viewer, sealer: Sealer, case_id: UUID, said: Asked, books: Books, now: datetime) -> bool:
    """Ends the hold, or asks a second person to agree; True where it is ended. The same form again changes nothing.

    Refused: `hold` not_held, asked_already, age_stands; `reason` missing; `text` missing, too_long; the field of a word
    (see `meaning`) missing.
    """
    case, told = await cases.load(tx, case_id), desk_books.hold_ends()
    before = await hold_ends.get(tx, said.end_id)
    if before is not None:
        return before.says == "ended"
    end = told.get(said.hold)
    if case is None or case.state == "closed" or end is None or end.reasons is None or said.hold not in case.holds:
        raise Refused("hold", "not_held")
    if said.reason not in {one.code for one in table().reasons[end.reasons].on(local_day(now))}:
        raise Refused("reason", "missing")
    if said.finds_contact and said.contact is None:
        raise Refused("contact_given_names", "missing")
    if any(one.hold == said.hold for one in await hold_ends.waiting_of(tx, case_id)):
        raise Refused("hold", "asked_already")
    if code := await missing(tx, case, said.hold):
        raise Refused("hold", code)
    meanings = await meaning.chosen(tx, case, said.meant) if said.hold == filing.UNKNOWN_WORD else {}
    note = uuid5(said.end_id, "note")
    await noting.add(tx, viewer, sealer, case, note, Written(said.text, "decision"), now)
    digest = await _digest(tx, case, end.stands_on)
    who = (viewer.user_id, viewer.role, now)
    made = HoldEnd(said.end_id, case_id, said.hold, said.reason, note, end.stands_on, digest, *who, "waits")
    await hold_ends.add(tx, made)
    await audit.record(tx, [audit.seen(viewer, "hold.end_asked", "case", case_id, (said.hold,), said.reason)])
    if end.second:
        task = tasks.Task(tasks.task_id(TASK, said.end_id), TASK, filing.end_of_day(now), now, case_id=case_id)
        await tasks.add(tx, [task])
        return False
    await meaning.keep(tx, viewer, case, said.end_id, meanings, now)
    if said.finds_contact and said.contact is not None:
        await taking_in.seal(tx, sealer, case_id, case.person_id, said.contact, now, heard=False)
        await details.set_state(tx, [case_id], "open")
    await _end(tx, viewer, made, books, now, _with_contact if said.finds_contact else meaning.change(meanings))
    await meaning.restrict(tx, viewer, case, meanings, now)
    return True


async def second(
    tx: Tx, viewer: Viewer, case_id: UUID, end_id: UUID, books: Books, now: datetime, *, agrees: bool
) -> str:
    """A second person agrees, or does not; returns the hold. Refused: `end_id` not_found, second_person_needed,
    already_decided, facts_changed (then nobody has to decide any more)."""
    case = await cases.load(tx, case_id)
    held = await hold_ends.get(tx, end_id)
    if case is None or held is None or held.case_id != case_id:
        raise Refused("end_id", "not_found")
    if held.says != "waits":
        raise Refused("end_id", "already_decided")
    if held.asked_by == viewer.user_id:
        raise Refused("end_id", "second_person_needed")
    if agrees and held.digest != await _digest(tx, case, held.stands_on):
        raise Refused("end_id", "facts_changed")
    if agrees and held.hold in case.holds and case.state != "closed":
        await _end(tx, viewer, held, books, now)
    else:
        await hold_ends.decide(tx, end_id, "refused", viewer.user_id, now)
        entry = audit.seen(viewer, "hold.end_refused", "case", case_id, (held.hold,), held.reason)
        await audit.record(tx, [entry])
    await tasks.close(tx, tasks.task_id(TASK, end_id), viewer.user_id, "done", None, now)
    await second_person.hold_answered(tx, held, now, agreed=agrees)
    return held.hold


async def _digest(tx: Tx, case: Case, stands_on: tuple[str, ...]) -> str:
    """Of the facts as a decision taken now has them."""
    facts = await telling.known(tx, case)
    if facts is None:
        raise Refused("hold", "not_held")
    return ended_holds.digest(stands_on, facts, await history_now(tx, case, facts))


def _with_contact(facts: CaseFacts) -> CaseFacts:
    return as_told(replace(facts, hub_contact=True))


async def _end(
    tx: Tx, viewer: Viewer, held: HoldEnd, books: Books, now: datetime, change: Change = as_they_are
) -> None:
    """Nothing is sent by it: whatever the case needs, a human does."""
    await hold_ends.decide(tx, held.end_id, "ended", viewer.user_id, now)
    await rerun(tx, held.case_id, books, now, change=change, by=viewer.user_id)
    if held.hold == filing.UNKNOWN_WORD:
        await tasks.over_of_case(tx, held.case_id, filing.UNKNOWN_WORD, viewer.user_id, now)
    await audit.record(tx, [audit.seen(viewer, "hold.ended", "case", held.case_id, (held.hold,), held.reason)])
