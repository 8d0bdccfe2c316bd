"""A provider's question to the hub: a task until it is answered, told at once, and to a leader where it is late."""

from datetime import datetime
from uuid import uuid5

from contracts.identity import NS
from kit.database import Tx
from services.referral.actions import filing, noticing
from services.referral.domain.referral import ReferralState
from services.referral.store import cases, notices, tasks
from services.referral.store.notices import Notice
from services.referral.store.tasks import Task, task_id

TO_ANSWER = "answer_provider"
LATE = "provider_not_answered"


def is_open(referral: ReferralState) -> bool:
    """Whether the provider waits for an answer of the hub."""
    return referral.asked_at is not None and referral.ended_at is None and referral.state != "declined_by_provider"


async def follow(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """The hub has a task to answer the same day, within the hour by the clock where life is at risk, and is told; once
    for each question."""
    if referral.asked_at is None or not is_open(referral):
        return
    about = task_id(TO_ANSWER, referral.referral_id, referral.asked_at.isoformat())
    case = await cases.get(tx, referral.case_id)
    if case is None or await tasks.get(tx, about) is not None:
        return
    due = filing.today_or_at_once(now, at_once=referral.urgent or filing.is_grave(case))
    task = Task(about, TO_ANSWER, due, now, case_id=case.case_id, referral_id=referral.referral_id)
    await tasks.add(tx, [task])
    await noticing.tell_first(tx, "provider_asked", case, [case.assigned_to], now)


async def watch(tx: Tx, now: datetime, limit: int) -> None:
    """A question that is open past its limit comes before the leaders, once."""
    late = [task for task in await tasks.late_of(tx, TO_ANSWER, now, limit) if task.case_id is not None]
    await notices.add(tx, [_to_leader(task) for task in late])


def _to_leader(task: Task) -> Notice:
    assert task.case_id is not None
    return Notice(uuid5(NS, f"notice/{LATE}/leader/{task.task_id}"), "leader", LATE, task.case_id, task.due_at)
