"""While a provider is kept from every contact until the hub has looked, the hub can always end that: by a task that
stands, and on the page of the case."""

from datetime import UTC, datetime
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import HUB_HOURS, LONDON, calendar, last_day, local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.store import alarms, tasks
from services.referral.store.tasks import Held, Task, task_id

NOT_POSSIBLE = "not_possible"
"""How a task is closed that nobody could do: nobody has looked."""


async def ask_again(tx: Tx, case_id: UUID, closed: Held, now: datetime) -> None:
    """A task that could not be done, while a provider waits for it, is due again on the next working day's morning."""
    if not await alarms.bars(tx, case_id, closed.kind):
        return
    about = task_id(closed.kind, case_id, closed.task_id)
    again = Task(about, closed.kind, _next_morning(now), now, case_id=case_id, referral_id=closed.referral_id)
    await tasks.add_unless_open(tx, again)


def _next_morning(now: datetime) -> datetime:
    """When the hub opens on the next working day."""
    day = last_day(local_day(now), 1, "working_days", calendar())
    return datetime.combine(day, HUB_HOURS.opens, LONDON).astimezone(UTC)


async def looked(tx: Tx, viewer: Viewer, case_id: UUID, until: datetime, now: datetime) -> bool:
    """The hub has looked at what came until then: the provider is shown again how to reach the person. False where
    that was so already.

    Refused: `until` newer_came where only something newer than that waits.
    """
    if await alarms.looked(tx, case_id, until, now):
        await audit.record(tx, [audit.seen(viewer, "alert.looked_at", "case", case_id)])
        return True
    if await alarms.barring(tx, case_id):
        raise Refused("until", "newer_came")
    return False
