"""Notices: what waits is told to the roles that can do something about it, and taken back when it is over."""

from datetime import timedelta
from uuid import uuid5

from contracts.identity import NS
from contracts.working_time import HUB_HOURS, calendar, local_day, working_minutes
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.store import notices
from services.referral.store.notices import Notice

ROLES = {
    "urgent_case": ("officer", "leader"),
    "override_waiting": ("officer", "leader"),
    "silent_provider": ("officer", "leader"),
}
RECENT = timedelta(days=30)
AT_ONCE = 300


async def notice(tx: Tx, moment: Moment, context: Context) -> int:
    """Tells what is new and ends what is over; returns how many notices were made."""
    now, made = moment.now, 0
    silent = context.facts.standards_on(local_day(now)).silent_minutes
    await notices.end(tx, now)
    for kind, roles in ROLES.items():
        found = await notices.causes(tx, kind, now - RECENT, AT_ONCE, now - timedelta(minutes=silent))
        if kind == "silent_provider":
            found = [c for c in found if working_minutes(c.at, now, calendar(), HUB_HOURS) >= silent]
        told = [
            Notice(uuid5(NS, f"notice/{kind}/{role}/{cause.about}"), role, kind, cause.case_id, cause.at)
            for cause in found
            for role in roles
        ]
        await notices.add(tx, told)
        made += len(told)
    return made
