"""An appointment that did not take place since it was not safe for the person to come: the hub looks at the risk."""

from dataclasses import replace
from datetime import datetime

from kit.database import Tx
from services.referral.actions import alarming, filing
from services.referral.domain.referral import ReferralState
from services.referral.store import appointments, beside, tasks
from services.referral.store.tasks import Task, task_id

REVIEW = "review_risk"


async def follow(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """The risk is reviewed the same day, every channel is unknown and every case of the person hears of it, as when a
    provider says that it is not safe to be in touch; once for each appointment."""
    found = await appointments.of_leg(tx, referral.leg_id) if referral.leg_id is not None else []
    for one in found:
        about = task_id(REVIEW, referral.referral_id, one.appointment_id)
        if one.reason not in alarming.NOT_SAFE or one.recorded_at is None or await tasks.get(tx, about) is not None:
            continue
        await tasks.add(tx, [Task(about, REVIEW, filing.end_of_day(now), now, case_id=referral.case_id)])
        await beside.mark_for_review(tx, [referral.case_id], now)
        await alarming.contact_unsafe(tx, replace(referral, updated_at=one.recorded_at), now)
