"""Somebody here has the name of who did it, as a person said when they came: a human looks whether it is them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing
from services.referral.store import must_not_know, tasks
from services.referral.store.tasks import Task, task_id

SUSPECT_KNOWN = "suspect_may_be_known"


async def look(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """Where one of these people has the name of who did it in the open case of another, somebody looks the same day,
    before both are sent to one provider: once for each of them, and one task at a time. Nobody restricted is named
    so."""
    for case_id, person_id in await must_not_know.naming(tx, people):
        about, due = task_id(SUSPECT_KNOWN, case_id, person_id), filing.end_of_day(now)
        await tasks.add_unless_open(tx, Task(about, SUSPECT_KNOWN, due, now, case_id=case_id))
