"""Doubt of whom a case is: the police name somebody else by the same reference, or name the person no more. Nothing
ends by itself; a human asks the same day, and whoever helps the person looks before any contact."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import filing, raising, sealing
from services.referral.store import cases, details

ANOTHER, REMOVED, TWO = "another_person", "not_in_the_record", "two_people"
Given = Sequence[tuple[UUID, sealing.Details | sealing.Relative]]


async def others(tx: Tx, sealer: Sealer, given: Given) -> set[UUID]:
    """The people of whom both the name and the day of birth are others than what is kept of them; asked before what
    came is kept. One of the two alone is a marriage or a slip."""
    told = {person_id: what for person_id, what in given if isinstance(what, sealing.Details) and what.date_of_birth}
    named = [
        (p, digest) for p, what in told.items() for kind, digest in sealing.digests(sealer, what) if kind == "name"
    ]
    found = set()
    for person_id in await details.named_otherwise(tx, named):
        held = await sealing.open_person(sealer, person_id, await details.person(tx, person_id))
        if held.get("date_of_birth") not in (None, told[person_id].date_of_birth):
            found.add(person_id)
    return found


async def ask_of(
    tx: Tx, people: Collection[UUID], now: datetime, kind: str = ANOTHER, about: str | None = None
) -> None:
    """Asks of every open case of these people whether they are who they were, or (`TWO`) which of two they are."""
    of = [case_id for person_id in sorted(people) for case_id in await cases.of_person(tx, person_id, closed=False)]
    await ask(tx, of, kind, now, about)


async def ask(tx: Tx, case_ids: Sequence[UUID], kind: str, now: datetime, about: str | None = None) -> None:
    """A task of the same day for each case, and an alert to each provider that has it: by mail, and on its page in
    words; once about the same thing, where it is said."""
    about = about or now.isoformat()
    await raising.ask(tx, case_ids, kind, filing.end_of_day(now), now, about)
    await raising.alert(tx, case_ids, kind, about, now, now, review=False)
