"""Some way to reach a person is safe now: what was held since none was known to be is decided again by itself, whoever
made it safe, and whichever record or case of theirs they said it in."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.database import Tx
from services.referral.actions import contacting, rerouting
from services.referral.domain import safe_contact
from services.referral.domain.books import Books
from services.referral.store import cases
from services.referral.store.cases import Case

HOLD = "no_safe_channel"


async def held(tx: Tx, people: Collection[UUID]) -> list[Case]:
    """The open cases of these people that wait for a safe way, locked before any channel is: to be asked first."""
    return await cases.held_by(tx, people, HOLD) if people else []


async def follow(tx: Tx, waiting: Sequence[Case], books: Books, now: datetime, by: UUID | None = None) -> int:
    """Decides those of these cases again whose person can be reached safely now; returns how many."""
    found = await contacting.profiles_of(tx, sorted({case.person_id for case in waiting})) if waiting else {}
    again = [case.case_id for case in waiting if safe_contact.reachable(found[case.person_id])]
    for case_id in again:
        await rerouting.rerun(tx, case_id, books, now, by=by)
    told = [audit.Entry(by, "system", None, "case.rerouted", "case", case_id, (HOLD,)) for case_id in again]
    if told:
        await audit.record(tx, told)
    return len(again)
