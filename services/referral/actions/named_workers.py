"""A restricted person whose referral is with a provider: one worker there is named for them, or the leader is asked."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import filing
from services.referral.store import named_worker, tasks
from services.referral.store.named_worker import TASK, Named
from services.referral.store.tasks import Task, task_id

AT_ONCE = 100
ASKED_AGAIN = timedelta(days=1)
"""Whoever closes the task and names nobody is asked again after this time."""


async def ask(tx: Tx, moment: Moment, context: Context) -> int:
    """Asks for a worker of every leg that nobody at its provider can see; returns of how many."""
    found = await named_worker.unseen(tx, moment.now - ASKED_AGAIN, AT_ONCE)
    await tasks.add(tx, [_task(leg, moment.now) for leg in found])
    entries = [audit.Entry(None, "system", None, "leg.seen_by_nobody", "case", leg.case_id) for leg in found]
    await audit.record(tx, entries)
    return len(found)


def _task(leg: Named, now: datetime) -> Task:
    about = task_id(TASK, leg.leg_id, now.isoformat())
    return Task(about, TASK, filing.end_of_day(now), now, case_id=leg.case_id, referral_id=leg.referral_id)


async def leavers(tx: Tx, viewer: Viewer | None, active: Mapping[UUID, Collection[UUID]]) -> int:
    """Nobody is named any more where the named worker has left the provider; the rule then asks for another. `active`:
    who can sign in at each provider that has such a leg; `viewer`: None where the worker looked. Returns how many."""
    gone = [
        leg for leg in await named_worker.of_everybody(tx) if leg.assigned_to not in active.get(leg.provider_id, ())
    ]
    for leg in gone:
        await named_worker.name(tx, leg.leg_id, None)
    system = audit.Entry(None, "system", None, "leg.named_worker_left", "case", None, ("assigned_to",))
    by = audit.seen(viewer, system.action, "case", None, system.fields) if viewer else system
    entries = [replace(by, subject_id=leg.case_id) for leg in gone]
    await audit.record(tx, entries)
    return len(gone)


async def name(tx: Tx, viewer: Viewer, leg_id: UUID, worker: UUID, before: UUID | None, now: datetime) -> bool:
    """Names the one worker who sees a restricted person's referral. False where this worker is named already.

    Refused: `leg_id` not_found, where nothing of a restricted person is with a provider; `worker` meanwhile, where
    another is named than `before`.
    """
    leg = await named_worker.load(tx, leg_id)
    if leg is None:
        raise Refused("leg_id", "not_found")
    if leg.assigned_to == worker:
        return False
    if leg.assigned_to != before:
        raise Refused("worker", "meanwhile")
    await named_worker.name(tx, leg_id, worker)
    await tasks.over(tx, leg.referral_id, [TASK], now)
    await audit.record(tx, [audit.seen(viewer, "leg.worker_named", "case", leg.case_id, ("assigned_to",))])
    return True
