"""Somebody in danger on a waiting list: the next word is a day away at most, and the hub looks for who begins now."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.refused import Refused
from kit.database import Tx
from services.referral.actions import filing, noticing
from services.referral.domain.referral import ReferralState
from services.referral.store import portal, tasks
from services.referral.store.tasks import Task, task_id

WAITS = "waits_in_danger"
AT_MOST = timedelta(days=1)
"""Until the next word to somebody who waits and is at high risk. Ours."""


async def check_day(tx: Tx, leg_id: UUID, verb: str, today: date, answer: dict[str, Any]) -> None:
    """Refused where somebody at high risk would be left without word for longer than a day."""
    day = answer.get("check_in_on") if verb in ("waitlist", "check_in") else None
    if day is not None and day > today + AT_MOST and await portal.is_urgent(tx, leg_id):
        raise Refused("check_in_on", "urgent_within_a_day")


async def follow(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """The hub offers another provider within the hour where somebody at high risk waits; once for each time."""
    if referral.state != "waitlisted" or referral.leg_id is None or not await portal.is_urgent(tx, referral.leg_id):
        return
    about = task_id(WAITS, referral.leg_id)
    if await tasks.get(tx, about) is not None:
        return
    due = filing.hub_due(filing.LIFE_SAFETY, now)
    task = Task(about, WAITS, due, now, case_id=referral.case_id, referral_id=referral.referral_id)
    await tasks.add(tx, [task])
    await noticing.tell_roles(tx, WAITS, [referral.case_id], now)
