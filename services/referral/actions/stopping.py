"""The person stopped an offer, or said no to it, while a referral for it is open: the hub ends that referral the same
day, and until it has looked the provider makes no contact about it."""

from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import ending, filing, raising, settling
from services.referral.store import consent, referrals, tasks, transfers
from services.referral.store.tasks import Task, task_id

STOPPED = "offer_stopped"
"""The task, and what is told of it as the trigger of an alert."""


async def by_the_person(tx: Tx, case_id: UUID, line: str, now: datetime) -> None:
    """By their own word the offer of this line is over. What is about to go to a provider does not go."""
    found = [one for one in await referrals.open_of_case(tx, case_id) if one.line == line]
    if not found:
        return
    for leg in await referrals.legs_of_case(tx, case_id):
        if leg.line == line and leg.state == "leaving":
            await referrals.remove_leaving_leg(tx, leg.leg_id)
    for planned in await transfers.of_case(tx, case_id):
        if planned.referral_id in {one.referral_id for one in found}:
            await transfers.undo(tx, planned.transfer_id, case_id, now)
    await settling.follow_case(tx, case_id, now)
    due = filing.end_of_day(now)
    of_each = [(task_id(STOPPED, one.referral_id), one.referral_id) for one in found]
    await tasks.add(tx, [Task(about, STOPPED, due, now, case_id=case_id, referral_id=one) for about, one in of_each])
    await raising.alert(tx, [case_id], STOPPED, f"{line}/{now.isoformat()}", now, now, review=False, line=line)


async def agreement(tx: Tx, referral_id: UUID, now: datetime) -> UUID | None:
    """The agreement on which a referral stands, so that taking it back ends it; None where none carries it."""
    referral = await referrals.get(tx, referral_id)
    if referral is None:
        return None
    held = [one for one in await consent.of_case(tx, referral.case_id) if one.gate == "agreement" and one.counts(now)]
    return next((one.consent_id for one in held if ending.stands_on(one, referral)), None)
