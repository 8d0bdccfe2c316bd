"""The limits and the office hours of a contract as numbers by day, so that ten thousand legs are counted by looking up
the day of each instead of reckoning it: `domain.answering` says what stands for a day, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from contracts.working_time import HUB_HOURS, LONDON
from services.referral.domain.answering import NEVER, due_at, minutes_of, urgent_contact_hours
from services.referral.domain.directory import Standards

_SECOND, _HOUR = timedelta(seconds=1), 3600
Seconds = float
"""Since 1970 in UTC."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days of London from the first midnight on, each by its first instant; the last one has no end of its own."""

    starts: tuple[datetime, ...]

    @property
    def seconds(self) -> list[Seconds]:
        return [start.timestamp() for start in self.starts]


@dataclass(frozen=True, slots=True)
class ByDay:
    """Of each day: the first instant at which a leg seen on it is late to be answered and to be contacted; when the
    office opens and closes on it, both the same where it stays shut; and the office's seconds from the first day until
    it. `urgent`, `urgent_contact`: after how many seconds what is urgent is late to be answered and contacted."""

    answer: tuple[Seconds, ...]
    contact: tuple[Seconds, ...]
    opens: tuple[Seconds, ...]
    closes: tuple[Seconds, ...]
    before: tuple[Seconds, ...]
    urgent: Seconds
    urgent_contact: Seconds


@lru_cache(32)
def days(first: date, last: date) -> Days:
    """Every day from the first to the last."""
    count = (last - first).days + 1
    return Days(tuple(_at(date.fromordinal(first.toordinal() + n), time()) for n in range(count)))


@lru_cache(256)
def by_day(given: Days, standards: Standards, closed: frozenset[date] = NEVER) -> ByDay:
    """What stands for each of the days, under these standards and without the days of planned closures."""
    starts, ends = given.starts, (*given.starts[1:], given.starts[-1] + timedelta(days=1))
    worked = [60 * minutes_of("working_time", *day, closed=closed) for day in zip(starts, ends, strict=True)]
    opens = tuple(_at(start.date(), HUB_HOURS.opens).timestamp() for start in starts)
    return ByDay(
        answer=_late(starts, "answer", standards, closed),
        contact=_late(starts, "contact", standards, closed),
        opens=opens,
        closes=tuple(open_at + worth for open_at, worth in zip(opens, worked, strict=True)),
        before=tuple(60.0 * minutes_of("working_time", starts[0], start, closed=closed) for start in starts),
        urgent=_HOUR * standards.urgent_hours + 1.0,
        urgent_contact=_HOUR * urgent_contact_hours(standards) + 1.0,
    )


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, LONDON)


def _late(
    starts: Sequence[datetime], measure: str, standards: Standards, closed: frozenset[date]
) -> tuple[Seconds, ...]:
    ends = (due_at(standards, measure, start, urgent=False, closed=closed) for start in starts)
    return tuple((end + _SECOND).timestamp() for end in ends)
