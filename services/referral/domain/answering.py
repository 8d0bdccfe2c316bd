"""When a provider's next act is due: one rule for its lists, for its performance and for the watch on silence.

A limit runs from when the provider could first see the referral, which is later than its own date where a past month
was fed. It rests while the hub answers a question. On the days of a planned closure nothing that counts working time
runs; what is urgent runs by the clock on the wall, day and night, and no closure stops it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from contracts.working_time import (
    HUB_HOURS,
    Calendar,
    calendar,
    end_of_day,
    is_working_day,
    last_day,
    local_day,
    working_minutes,
)
from services.referral.domain.directory import Standards
from services.referral.domain.kept import without

NEVER = frozenset[date]()


@dataclass(frozen=True, slots=True)
class Rest:
    """A time in which a limit rested; `until` None while it still does."""

    since: datetime
    until: datetime | None


def due_at(
    standards: Standards,
    measure: str,
    since: datetime,
    *,
    urgent: bool,
    closed: frozenset[date] = NEVER,
    rests: Iterable[Rest] = (),
    now: datetime | None = None,
) -> datetime:
    """The last instant at which an act of a provider (`open`, `answer`, `contact`) is in time; `since`: when it could
    first see the referral. A contract names no limit for opening: the one to answer counts. Only the limit to answer
    rests; one that rests now (`until` None) is reckoned as it would be at `now`."""
    contact = measure == "contact"
    days = standards.first_contact_working_days if contact else standards.accept_working_days
    over = [] if contact else [(rest.since, end) for rest in rests if (end := rest.until or now) is not None]
    days += sum(_working_days(local_day(begun), local_day(end), closed) for begun, end in over)
    by_day = _end(local_day(since), days, closed)
    if not urgent:
        return by_day
    if contact:
        return min(by_day, since + timedelta(hours=urgent_contact_hours(standards)))
    rested = sum((end - begun for begun, end in over), timedelta())
    return min(by_day, since + timedelta(hours=standards.urgent_hours) + rested)


def urgent_contact_hours(standards: Standards) -> int:
    """The hours, day and night, from the sending within which a person at high risk is first reached: those to answer
    and as many again, and never more than 24 for each working day of the contract."""
    return min(24 * max(1, standards.first_contact_working_days), 2 * standards.urgent_hours)


@lru_cache(512)
def _calendar(closed: frozenset[date]) -> Calendar:
    return without(calendar(), closed)


@lru_cache(4096)
def _end(day: date, days: int, closed: frozenset[date]) -> datetime:
    return end_of_day(last_day(day, days, "working_days", _calendar(closed)))


@lru_cache(4096)
def _working_days(first: date, last: date, closed: frozenset[date]) -> int:
    """How many working days there are after `first`, up to and with `last`."""
    held = _calendar(closed)
    days = (date.fromordinal(n) for n in range(first.toordinal() + 1, last.toordinal() + 1))
    return sum(is_working_day(day, held) for day in days)


def minutes_of(
    clock: str, since: datetime, until: datetime, rests: Iterable[Rest] = (), closed: frozenset[date] = NEVER
) -> int:
    """Whole minutes that a clock (`wall_clock` or `working_time`) ran from `since` to `until`, without the times in
    which it rested; on closed days no working time passes."""
    held = _calendar(closed)
    rested = sum(
        _run(clock, max(rest.since, since), min(rest.until or until, until), held)
        for rest in rests
        if rest.since < until and (rest.until is None or rest.until > since)
    )
    return _run(clock, since, until, held) - rested


def _run(clock: str, since: datetime, until: datetime, held: Calendar) -> int:
    if clock == "wall_clock":
        return (until - since) // timedelta(minutes=1)
    return working_minutes(since, until, held, HUB_HOURS)
