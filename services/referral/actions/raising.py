"""The one way in which cases are alerted, and somebody is asked to look: task, alert, mark and audit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from kit import audit
from kit.database import Tx
from services.referral.store import alarms, beside, tasks
from services.referral.store.tasks import Task, task_id

NEWS = timedelta(days=3)
"""What was heard longer ago, as where a past month is fed, stands on the pages and in the queue alone."""


async def alert(
    tx: Tx,
    found: Sequence[UUID],
    what: str,
    about: str,
    at: datetime,
    now: datetime,
    *,
    heard_from: UUID | None = None,
    review: bool = True,
    line: str | None = None,
) -> None:
    """Tells these cases, and who helps in them, of something once about the same thing (`about`, behind its name);
    `review`: their risk is to be looked at again; `heard_from`: the leg whose provider said it; `line`: the one whose
    providers alone are told."""
    if not found:
        return
    await alarms.add(tx, found, what, f"{what}/{about}", heard_from, at, now, line)
    if review:
        await beside.mark_for_review(tx, found, now)
    await audit.record(tx, [audit.Entry(None, "system", None, f"alert.{what}", "case", one) for one in found])


async def ask(tx: Tx, found: Sequence[UUID], kind: str, due: datetime, now: datetime, *about: object) -> None:
    """A task of one kind for each of these cases, once about the same thing."""
    await tasks.add(tx, [Task(task_id(kind, one, *about), kind, due, now, case_id=one) for one in found])
