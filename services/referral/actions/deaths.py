"""A death by the crime that the police record as a step of justice: it shuts what must be shut, as when they name the
person among the dead. Whose death it is has to be asked where they do not say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from kit.inbox import Received
from services.referral.actions import alarming, filing, raising
from services.referral.store import alerts

TRIGGER = "death_by_criminal_conduct_recorded"
WHO = "who_died"


async def of_milestones(tx: Tx, told: Sequence[Received[Any]]) -> None:
    """The bereaved are told of nothing: theirs are the cases that stay."""
    for event in told:
        if event.data.trigger == TRIGGER:
            await _death(tx, event.data.crime_id, event.data.victim_ref, event.time)


async def _death(tx: Tx, crime_id: UUID, victim_ref: str | None, now: datetime) -> None:
    people = await alerts.people_of(tx, crime_id)
    harmed = [one for one in people if one.kind in ("person", "witness")]
    named = [one for one in harmed if one.victim_ref == victim_ref]
    alone = harmed if victim_ref is None and len(people) == 1 else []
    if named or alone:
        await alarming.dead_by_the_police(tx, {one.person_id: (one.case_id, now) for one in named or alone})
    elif victim_ref is None and harmed:
        await _ask_who(tx, [one.case_id for one in harmed if one.state != "closed"], now)


async def _ask_who(tx: Tx, case_ids: Sequence[UUID], now: datetime) -> None:
    """Somebody asks the same day who died, and whoever helps one of them looks before any contact."""
    await raising.ask(tx, case_ids, WHO, filing.end_of_day(now), now)
    await raising.alert(tx, case_ids, WHO, "once", now, now)
