"""Somebody in danger on a waiting list, or on hold: the next word is a day away at most, and the hub looks at once."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit.database import Tx
from services.referral.actions import filing, noticing
from services.referral.domain.referral import ReferralState
from services.referral.store import portal, referrals, tasks
from services.referral.store.tasks import Task, task_id

WAITS, HELD = "waits_in_danger", "held_in_danger"
TASK_OF = {"waitlisted": WAITS, "on_hold": HELD}
DAYS = {"waitlist": "check_in_on", "check_in": "check_in_on", "pause": "until", "keep_on_hold": "until"}
"""The day that a step asks for, by its verb."""
NOT_SAFE_NOW = "unsafe_now"
"""A hold since it is not safe to be in touch: its review asks for no word to the person. The hub looks at the risk
by that already, unless it rose afterwards."""
AT_MOST = timedelta(days=1)
"""Until the next word to somebody who waits and is at high risk. Ours."""


async def check_day(tx: Tx, leg_id: UUID, verb: str, today: date, answer: dict[str, Any]) -> None:
    """Refused where somebody at high risk would be left without word for longer than a day."""
    name = DAYS.get(verb, "")
    day = answer.get(name)
    if day is not None and day > today + AT_MOST and await portal.is_urgent(tx, leg_id):
        raise Refused(name, "urgent_within_a_day" if name == "check_in_on" else "urgent_hold_a_day")


async def follow(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """The hub looks within the hour where somebody at high risk waits, or is on hold; once for each time. Where the
    risk rose meanwhile, a hold is looked at again today."""
    kind = TASK_OF.get(referral.state)
    if kind is None or referral.leg_id is None or not await portal.is_urgent(tx, referral.leg_id):
        return
    today = local_day(now)
    if kind == HELD and referral.review_on is not None and referral.review_on > today + AT_MOST:
        await referrals.review_by(tx, referral.referral_id, today)
    if kind == HELD and referral.reason == NOT_SAFE_NOW and not await _rose_since(tx, referral):
        return
    about = task_id(kind, referral.leg_id, *([referral.paused_at] if kind == HELD else []))
    if await tasks.get(tx, about) is not None:
        return
    due = filing.hub_due(filing.LIFE_SAFETY, now)
    await tasks.add(tx, [Task(about, kind, due, now, case_id=referral.case_id, referral_id=referral.referral_id)])
    await noticing.tell_roles(tx, kind, [referral.case_id], now)


async def _rose_since(tx: Tx, referral: ReferralState) -> bool:
    """Whether the risk rose after the hold began: what the hub had looked at before was a lower one."""
    since = await portal.urgent_since(tx, referral.leg_id) if referral.leg_id is not None else None
    return since is not None and (referral.paused_at is None or since >= referral.paused_at)
