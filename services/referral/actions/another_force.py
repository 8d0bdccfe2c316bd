"""A crime of which another force tells: the people of its cases stay who they are here, so that nothing that was shut
is open under another record, and a human asks which force deals with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing, raising
from services.referral.actions.hearing import Heard
from services.referral.store import cases

TASK = "another_force"


async def as_first_told(tx: Tx, heard: Sequence[Heard]) -> tuple[list[Heard], dict[UUID, str], dict[UUID, str]]:
    """The events, each case that is known under the force that told of it first; those cases with that force; and for
    each crime of which another force told, which. A person is known by their reference and the force: a reference that
    is new in the crime is one of the force that tells it."""
    first = await cases.forces(tx, {event.data.crime_id for event, _ in heard})
    moved = {
        event.data.crime_id
        for event, _ in heard
        if first.get(event.data.crime_id, event.data.force) != event.data.force
    }
    whose = await cases.forces_of(tx, moved) if moved else {}
    told, others = list[Heard](), dict[UUID, str]()
    for event, facts in heard:
        if first.setdefault(event.data.crime_id, event.data.force) != event.data.force:
            others[event.data.crime_id] = event.data.force
        whose |= {one.case_id: whose.get(one.case_id, one.force or "") for one in facts}
        told.append(
            (
                event,
                [one if one.force == whose[one.case_id] else replace(one, force=whose[one.case_id]) for one in facts],
            )
        )
    return told, whose, others


async def ask(tx: Tx, others: Mapping[UUID, str], of_crime: Mapping[UUID, Sequence[UUID]], now: datetime) -> None:
    """Asks on each case of these crimes, once for each force, which one deals with it."""
    for crime_id, force in others.items():
        await raising.ask(tx, of_crime.get(crime_id, ()), TASK, filing.end_of_day(now), now, force)
