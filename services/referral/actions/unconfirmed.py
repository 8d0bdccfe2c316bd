"""What was shared without agreement, since the risk was imminent, and was then not confirmed: it has left, so somebody
asks that it is deleted, and no page says that nothing was shared."""

from collections.abc import Sequence
from datetime import datetime

from kit.database import Tx
from services.referral.actions import filing, noticing
from services.referral.domain.referral import ReferralState
from services.referral.store import tasks
from services.referral.store.tasks import Task, task_id

TASK = "shared_unconfirmed"


async def tell(tx: Tx, ended: Sequence[ReferralState], now: datetime) -> tuple[ReferralState, ...]:
    """A task by the hour for each of the referrals that were with a provider, and word to officers and leaders; returns
    those that were."""
    had = tuple(one for one in ended if one.sent_at is not None and one.leg_id is not None)
    due = filing.hub_due(filing.LIFE_SAFETY, now)
    about = [(task_id(TASK, one.leg_id), one) for one in had]
    wanted = [Task(key, TASK, due, now, case_id=one.case_id, referral_id=one.referral_id) for key, one in about]
    await tasks.add(tx, wanted)
    if had:
        await noticing.tell_roles(tx, TASK, sorted({one.case_id for one in had}), now)
    return had
