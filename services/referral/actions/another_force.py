"""A crime of which another force tells: its people stay who they are here, so that nothing that was shut is open under
another record, and a human asks which force deals with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from kit.inbox import Received
from services.referral.actions import filing, raising
from services.referral.store import cases

TASK = "another_force"


async def as_first_told(tx: Tx, events: Sequence[Received[Any]]) -> tuple[Sequence[Received[Any]], dict[UUID, str]]:
    """The events, each crime under the force that told of it first; and for each of which another told, which.
    A person is known by their reference and the force."""
    first = await cases.forces(tx, {event.data.crime_id for event in events})
    others: dict[UUID, str] = {}
    told = list(events)
    for place, event in enumerate(events):
        known = first.setdefault(event.data.crime_id, event.data.force)
        if known != event.data.force:
            others[event.data.crime_id] = event.data.force
            told[place] = replace(event, data=event.data.model_copy(update={"force": known}))
    return told, others


async def ask(tx: Tx, others: Mapping[UUID, str], of_crime: Mapping[UUID, Sequence[UUID]], now: datetime) -> None:
    """Asks on each case of these crimes, once for each force, which one deals with it."""
    for crime_id, force in others.items():
        await raising.ask(tx, of_crime.get(crime_id, ()), TASK, filing.end_of_day(now), now, force)
