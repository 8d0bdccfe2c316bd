"""Dates, times and numbers in the words shown to people (GOV.UK style)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)


def date_words(day: date | datetime | None, weekday: bool = True) -> str:
    """'Thursday 28 December 2023', or 'not recorded'; an instant is given as its day in London."""
    if day is None:
        return "not recorded"
    if isinstance(day, datetime):
        day = _local(day)
    words = f"{day.day} {day:%B %Y}"
    return f"{day:%A} {words}" if weekday else words


def time_words(moment: datetime | None) -> str:
    """'4:42pm', 'midday', 'midnight'."""
    if moment is None:
        return "not recorded"
    return clock_words(_local(moment).time())


def clock_words(at: time) -> str:
    """The same of a time of any day: '9am'. The one place where a clock is told."""
    if at.minute == 0 and at.hour in (0, 12):
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def when(moment: datetime | None) -> str:
    """'Thursday 28 December 2023 at 4:42pm'."""
    return "not recorded" if moment is None else f"{date_words(moment)} at {time_words(moment)}"


def deadline(moment: datetime | None) -> str:
    """'the end of Thursday 28 December 2023', or '10am on Friday 4 July 2025' where that is not the end of its day."""
    if moment is None:
        return "not recorded"
    local = _local(moment)
    if (local.hour, local.minute, local.second) == (23, 59, 59):
        return f"the end of {date_words(moment)}"
    return f"{time_words(moment)} on {date_words(moment)}"


def iso(moment: date | datetime) -> str:
    """What a `<time datetime>` needs: the instant with its offset in London, or the day."""
    return _local(moment).isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()


def rounded(number: int, to: int = 5) -> int:
    """To the nearest multiple: nothing of one person is left in it, nor in what can be worked out from it."""
    return to * ((number + to // 2) // to)


def plural(count: int, one: str, many: str | None = None) -> str:
    """'1 person', '2,300 people'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def span(minutes: int) -> str:
    """Time by the clock: '45 minutes', '1 hour 13 minutes', '2 days 5 hours'; no minutes after two days."""
    if minutes < 1:
        return "less than a minute"
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if hours >= 48 else (0, hours)
    parts = [(days, "day"), (hours, "hour"), (0 if days else rest, "minute")]
    return " ".join(plural(number, name) for number, name in parts if number)


def moj_date(moment: datetime, kind: str = "datetime") -> str:
    """The MOJ components' own form: '14 June 2019 at 2:01pm', or its date or time alone."""
    day, clock = date_words(moment, weekday=False), time_words(moment)
    return {"date": day, "time": clock}.get(kind, f"{day} at {clock}")
