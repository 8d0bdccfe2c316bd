"""What a check-in finds of somebody who waits reaches the hub: nobody can reach them, or they need something else."""

from datetime import datetime

from kit.database import Tx
from services.referral.actions import filing
from services.referral.domain.referral import ReferralState
from services.referral.store import life, portal, tasks
from services.referral.store.tasks import Task, task_id

UNREACHED, CHANGED = "waits_unreached", "wait_needs_changed"
NOT_REACHED, NEEDS_CHANGED = "not_reached", "needs_changed"
IN_A_ROW = 2
"""So many check-ins that reach nobody are the hub's to look at; one, at high risk. Ours."""


async def follow(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """A task for the hub, of the working day or at once at high risk; one at a time, over by itself once the person was
    reached."""
    if referral.state != "waitlisted" or referral.leg_id is None:
        return
    said = [one for one in await life.check_ins(tx, referral.referral_id) if one.leg_id == referral.leg_id]
    if not said:
        return
    urgent = await portal.is_urgent(tx, referral.leg_id)
    needed = 1 if urgent else IN_A_ROW
    kind = None
    if said[0].outcome != NOT_REACHED:
        await tasks.over(tx, referral.referral_id, [UNREACHED], now)
        kind = CHANGED if said[0].outcome == NEEDS_CHANGED else None
    elif [one.outcome for one in said[:needed]] == [NOT_REACHED] * needed:
        kind = UNREACHED
    if kind is not None:
        due = filing.hub_due(filing.LIFE_SAFETY if urgent else filing.CHILD, now)
        about = task_id(kind, said[0].check_in_id)
        task = Task(about, kind, due, now, case_id=referral.case_id, referral_id=referral.referral_id)
        await tasks.add_unless_open(tx, task)
