"""How often and when a person may be tried: a pace by channel and risk, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from contracts.vocabulary import CHANNELS
from contracts.working_time import LONDON
from services.referral.domain.safe_contact import LOCKING, Profile
from services.referral.domain.safe_times import hours_of
from services.referral.domain.usual_hours import first_within, waking

EVERY_HOUR = timedelta(days=8)
"""Within so long every hour of a week comes."""
RISKS = ("life_safety", "others")


@dataclass(frozen=True, slots=True)
class Pace:
    """`a_day`: attempts on one day in London at most; `hours_apart`: between two; `opens` and `closes`: hours of the
    day in which somebody is tried, unless they are safe at other hours alone."""

    a_day: int
    hours_apart: int
    opens: time
    closes: time


Paces = Mapping[tuple[str, str], Pace]


def not_before(pace: Pace, tried: Sequence[datetime], now: datetime, profile: Profile, channel: str) -> datetime:
    """The first instant from `now` on at which the person may be tried again on this channel."""
    usual = (pace.opens, pace.closes)
    days = [one.astimezone(LONDON).date() for one in tried]
    at = max([now, *(one + timedelta(hours=pace.hours_apart) for one in tried)])
    while True:
        at = first_within(usual, profile, channel, "support", at, at + EVERY_HOUR) or waking(usual, at)
        today = at.astimezone(LONDON).date()
        if days.count(today) < pace.a_day:
            return at
        at = datetime.combine(today + timedelta(days=1), time(), LONDON).astimezone(at.tzinfo)


def too_soon(
    pace: Pace, tried: Sequence[datetime], outcome: str, now: datetime, profile: Profile, channel: str
) -> datetime | None:
    """When the next attempt may be made, where this one comes too soon; None where it does not. What locks a channel is
    never too soon: it has to be known at once."""
    if outcome in LOCKING:
        return None
    at = not_before(pace, tried, now, profile, channel)
    return at if at > now else None


def read_paces(written: Mapping[str, Any]) -> Paces:
    """The paces of a version; ValueError names the risk and the channel that is wrong or missing."""
    found = {}
    for risk in RISKS:
        for channel in CHANNELS:
            pace = written.get(risk, {}).get(channel, {})
            hours = hours_of(str(pace.get("between", "")))
            numbers = (pace.get("a_day"), pace.get("hours_apart"))
            if hours is None or hours[0] >= hours[1] or not all(isinstance(n, int) and n >= 1 for n in numbers):
                raise ValueError(f"attempts: {risk}: {channel}: takes a_day, hours_apart and between")
            found[risk, channel] = Pace(pace["a_day"], pace["hours_apart"], *hours)
    return found
