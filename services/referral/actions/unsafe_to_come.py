"""An appointment that did not take place since it was not safe for the person to come, and an end at which it was not
safe to ask them: the hub looks at the risk."""

from dataclasses import replace
from datetime import datetime

from kit.database import Tx
from services.referral.actions import alarming, filing
from services.referral.domain.ended import NOT_SAFE_TO_ASK
from services.referral.domain.referral import ReferralState
from services.referral.store import appointments, beside, support, tasks
from services.referral.store.tasks import Task, task_id

REVIEW = "review_risk"
ENDED = ("completed", "ended_early")


async def follow(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """The risk is reviewed the same day, every channel is unknown and every case of the person hears of it, as when a
    provider says that it is not safe to be in touch; once for each appointment, and for each end."""
    found = await appointments.of_leg(tx, referral.leg_id) if referral.leg_id is not None else []
    for one in found:
        if one.reason in alarming.NOT_SAFE and one.recorded_at is not None:
            await look(tx, referral, one.appointment_id, one.recorded_at, now)
    if referral.leg_id is not None and referral.state in ENDED:
        outcomes = await support.outcomes(tx, referral.leg_id)
        at = [one.at for one in outcomes if one.change == NOT_SAFE_TO_ASK]
        if at:
            await look(tx, referral, f"not asked/{referral.leg_id}", max(at), now)


async def look(tx: Tx, referral: ReferralState, about: object, at: datetime, now: datetime) -> None:
    """What follows from that it was not safe, said at an instant: once for what it was said about."""
    if await tasks.get(tx, task_id(REVIEW, referral.referral_id, about)) is not None:
        return
    await review(tx, referral, about, now)
    await alarming.contact_unsafe(tx, replace(referral, updated_at=at), now)


async def review(tx: Tx, referral: ReferralState, about: object, now: datetime) -> None:
    """The risk of the case is looked at the same day: once for what it was said about."""
    task = task_id(REVIEW, referral.referral_id, about)
    await tasks.add(tx, [Task(task, REVIEW, filing.end_of_day(now), now, case_id=referral.case_id)])
    await beside.mark_for_review(tx, [referral.case_id], now)
