"""Counter-allegations: somebody was sent to a provider that is helping the other party; the two must be kept apart."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.database import Tx
from services.referral.actions import filing
from services.referral.domain.persons import may_be_hurt
from services.referral.store import beside, tasks
from services.referral.store.beside import BothSides
from services.referral.store.tasks import Task, task_id

TASK = "counter_allegation"


async def watch(tx: Tx, legs: Sequence[UUID], now: datetime) -> int:
    """Brings those of these legs, just sent, before a human whose provider is helping the other party; returns how
    many. Where it touches safety it is due at once, and the risk of the case is to be reviewed."""
    found = await beside.both_sides(tx, legs)
    hurt = [one for one in found if may_be_hurt(one.priority, one.lines, domestic=one.domestic)]
    today = filing.end_of_day(now)
    wanted = [_task(TASK, one, now if one in hurt else today, now) for one in found]
    await tasks.add(tx, wanted + [_task("review_risk", one, today, now) for one in hurt])
    if found:
        await beside.mark_for_review(tx, [one.case_id for one in hurt], now)
        seen = [audit.Entry(None, "system", None, "case.both_sides", "case", one.case_id) for one in found]
        await audit.record(tx, seen)
    return len(found)


def _task(kind: str, one: BothSides, due: datetime, now: datetime) -> Task:
    return Task(task_id(kind, one.leg_id), kind, due, now, case_id=one.case_id, referral_id=one.referral_id)
