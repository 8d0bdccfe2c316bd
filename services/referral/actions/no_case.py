"""Bail, a release or an order of a crime in which we know of nobody: it waits for the crime, and somebody of the hub
asks at once, since nobody else would hear of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.justice import MilestoneReached
from kit import audit
from kit.database import Tx
from kit.inbox import Received, wait
from services.referral.actions import filing
from services.referral.store import alerts, tasks
from services.referral.store.tasks import NO_CASE, Task, task_id

CAME = "crime_came"
"""How such a task ends by itself."""


async def hold(tx: Tx, events: Sequence[Received[MilestoneReached]]) -> None:
    """Keeps steps of justice until the case comes that they speak of; those that alert are each a task of the hour, by
    the clock, however often they are sent."""
    await wait(tx, events)
    told = [event for event in events if alerts.alerts_somebody(event.data)]
    if not told:
        return
    await tasks.add(tx, [_task(event.data, event.time) for event in told])
    seen = [audit.Entry(None, "system", None, "alert.no_case", "crime", event.data.crime_id) for event in told]
    await audit.record(tx, seen)


def _task(milestone: MilestoneReached, now: datetime) -> Task:
    due = filing.hub_due(filing.LIFE_SAFETY, now)
    kind = f"{NO_CASE}{alerts.step_of(milestone)}"
    return Task(_about(milestone), kind, due, now, crime_id=milestone.crime_id)


async def of_nobody_known(
    tx: Tx, events: Sequence[Received[MilestoneReached]]
) -> tuple[list[Received[MilestoneReached]], list[Received[MilestoneReached]]]:
    """Those that have somebody to be told of, and those that name somebody of a crime in which we know of nobody."""
    named = {event.data.crime_id for event in events if event.data.victim_ref is not None}
    nobody = named - await alerts.with_cases(tx, named) if named else set()
    left = [event for event in events if event.data.crime_id in nobody and event.data.victim_ref is not None]
    return [event for event in events if event not in left], left


async def came(tx: Tx, told: Sequence[MilestoneReached], now: datetime) -> None:
    """What these speak of came, and they were told: nobody needs to ask."""
    await tasks.over_by_themselves(tx, [_about(one) for one in told], CAME, now)


def _about(milestone: MilestoneReached) -> UUID:
    return task_id(NO_CASE, milestone.crime_id, milestone.milestone_id)
