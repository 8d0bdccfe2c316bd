"""Working days and hours in England and Wales, and how a limit is counted and said. Pure: no clock is read here.

The day of the trigger, on the calendar of London, is day 0; a limit ends with the last second of its last day.
source: the Code gives no counting rule; this is the one of the catalogue (conventions, counting).
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.reference import bank_holidays

LONDON = ZoneInfo("Europe/London")
Days = Literal["working_days", "calendar_days"]
_DAY, _NO_TIME = timedelta(days=1), timedelta()


@dataclass(frozen=True, slots=True)
class Calendar:
    version: str
    holidays: frozenset[date]


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When the hub works: weekdays (Monday is 0) and the hours of London between which minutes count."""

    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(5))


HUB_HOURS = OfficeHours()


@cache
def calendar(version: str | None = None) -> Calendar:
    """The named version of the calendar, by default the current one; KeyError when there is no such version."""
    versions = {entry.version: Calendar(entry.version, entry.days) for entry in bank_holidays()}
    return versions[version or bank_holidays()[-1].version]


@lru_cache(maxsize=10_000)
def local_day(at: datetime) -> date:
    """The day in London on which an instant falls."""
    return at.astimezone(LONDON).date()


def end_of_day(day: date) -> datetime:
    """23:59:59 in London, given in UTC."""
    return datetime.combine(day, time(23, 59, 59), LONDON).astimezone(UTC)


def is_working_day(day: date, calendar: Calendar) -> bool:
    return day.weekday() < 5 and day not in calendar.holidays


def last_day(first: date, days: int, unit: Days, calendar: Calendar) -> date:
    """The nth day after `first`, which is day 0; with no days at all it is `first` itself."""
    if days < 0:
        raise ValueError("a limit cannot be negative")
    if unit == "calendar_days" or days == 0:
        return first + days * _DAY
    return next(islice(_working_days_after(first, calendar), days - 1, None))


def _working_days_after(day: date, calendar: Calendar) -> Iterator[date]:
    while True:
        day += _DAY
        if is_working_day(day, calendar):
            yield day


def due(start: datetime, days: int, unit: Days, calendar: Calendar) -> datetime:
    """The last instant at which the act is in time: 23:59:59 in London of the nth day, given in UTC."""
    return end_of_day(last_day(local_day(start), days, unit, calendar))


def runs_by_the_clock(end: datetime) -> bool:
    """Whether a limit that ends then runs day and night: limits in days end with a day of London, and this one not."""
    return end != end_of_day(local_day(end))


def working_minutes(a: datetime, b: datetime, calendar: Calendar, hours: OfficeHours = HUB_HOURS) -> int:
    """Whole minutes of office time from `a` to `b`; negative when `b` came first."""
    if b < a:
        return -working_minutes(b, a, calendar, hours)
    return int((_office_time(b, calendar, hours) - _office_time(a, calendar, hours)).total_seconds()) // 60


def _office_time(at: datetime, calendar: Calendar, hours: OfficeHours) -> timedelta:
    """All office time of the calendar until `at`. An office that works is open equally long on every day."""
    full, opens, closes = _office_until(local_day(at), calendar, hours)
    return full + max(min(at, closes) - opens, _NO_TIME)


@lru_cache(4096)
def _office_until(day: date, calendar: Calendar, hours: OfficeHours) -> tuple[timedelta, datetime, datetime]:
    """All office time before a day, and when the office opens and closes on it, in UTC: at once where it stays shut."""
    opens, closes = (datetime.combine(day, at, LONDON).astimezone(UTC) for at in (hours.opens, hours.closes))
    weeks, rest = divmod(day.toordinal() - 1, 7)  # ordinal 1 was a Monday
    days = weeks * len(hours.weekdays) + sum(weekday < rest for weekday in hours.weekdays)
    shut = _closed(calendar, hours.weekdays)
    before = bisect_left(shut, day)
    works = day.weekday() in hours.weekdays and shut[before : before + 1] != (day,)
    return (days - before) * (closes - opens), opens, closes if works else opens


@cache
def _closed(calendar: Calendar, weekdays: frozenset[int]) -> tuple[date, ...]:
    """The holidays on which the office would have been open, in order."""
    return tuple(sorted(day for day in calendar.holidays if day.weekday() in weekdays))


NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)


def sum_in_words(
    start: datetime, days: int, unit: Days, calendar: Calendar, began: str = "Reported", year: int | None = None
) -> str:
    """The sum of a clock as it is printed on its receipt:

    "Reported Friday 22 December 16:42. Monday 25 and Tuesday 26 are bank holidays. Two working days end Thursday 28
    December." Years are said where it spans two, or lies in another than the reader's `year`.
    """
    first = local_day(start)
    last = last_day(first, days, unit, calendar)
    years = {first.year, last.year, year or first.year}
    said = [f"{day:%A} {day.day} {day:%B}" + (f" {day.year}" if len(years) > 1 else "") for day in (first, last)]
    parts = [f"{began} {said[0]} {start.astimezone(LONDON):%H:%M}."]
    if unit == "working_days":
        parts += _holidays_in_words(first, last, calendar)
    parts.append(_limit_in_words(days, unit, said[1]))
    return " ".join(parts)


def _holidays_in_words(first: date, last: date, calendar: Calendar) -> list[str]:
    days = sorted(day for day in calendar.holidays if first <= day <= last and day.weekday() < 5)
    if not days:
        return []
    named = [f"{day:%A} {day.day}" + ("" if day.month == first.month else f" {day:%B}") for day in days]
    said = " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
    return [f"{said} {'is a bank holiday' if len(days) == 1 else 'are bank holidays'}."]


def _limit_in_words(days: int, unit: Days, end: str) -> str:
    if days == 0:
        return f"The limit is the same day: it ends {end}."
    number = NUMBERS[days] if days < len(NUMBERS) else str(days)
    kind = unit.removesuffix("_days")
    return f"{number.capitalize()} {kind} {'day ends' if days == 1 else 'days end'} {end}."
