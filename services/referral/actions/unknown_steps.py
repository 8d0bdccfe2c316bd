"""A step of justice told by a word that our lists do not know: it may be a release, so a human asks the same day.

Whoever helps is warned, and the risk looked at again, by `alerts.tell`, as of a step that we know.
"""

from collections.abc import Sequence
from typing import Any

from contracts.spelling import Unfamiliar
from kit.database import Tx
from kit.inbox import Received
from services.referral.actions import filing
from services.referral.store import alerts, tasks
from services.referral.store.tasks import Task, task_id

KIND = "unknown_milestone"


async def ask(tx: Tx, events: Sequence[Received[Any]]) -> None:
    """A task of today on each case that it concerns, once for each step."""
    for event in events:
        if not isinstance(event.data.trigger, Unfamiliar):
            continue
        cases = await alerts.concerned(tx, event.data)
        due = filing.end_of_day(event.time)
        about = [(task_id(KIND, case_id, event.data.milestone_id), case_id) for case_id in cases]
        new = [(task, case_id) for task, case_id in about if await tasks.get(tx, task) is None]
        await tasks.add(tx, [Task(task, KIND, due, event.time, case_id=case_id) for task, case_id in new])
