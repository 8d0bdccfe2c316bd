"""When somebody is reached: where a way is safe and the hour is usual; and at the hours that they said themselves where
they are safe at no usual one."""

from datetime import datetime, time, timedelta

from contracts.working_time import LONDON
from services.referral.domain.safe_contact import Profile, next_safe

Hours = tuple[time, time]
"""Opening and closing in London on one day."""


def first_within(
    usual: Hours, profile: Profile, channel: str, purpose: str, now: datetime, until: datetime
) -> datetime | None:
    """The first moment from `now` up to `until` at which a channel is safe and nobody is disturbed; where the two never
    meet, the first within the hours that the person said. None where there is none. The check is made again then."""
    at: datetime | None = now
    while at is not None and at <= until:
        safe = next_safe(profile, channel, purpose, waking(usual, at), until)
        if safe is not None and safe == waking(usual, safe):
            return safe if safe <= until else None
        at = safe
    return next_safe(profile, channel, purpose, now, until) if profile.channel(channel).hours else None


def waking(usual: Hours, at: datetime) -> datetime:
    """The first moment from `at` on within the usual hours."""
    opens, closes = usual
    local = at.astimezone(LONDON)
    if opens <= local.time() < closes:
        return at
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, LONDON).astimezone(at.tzinfo)
