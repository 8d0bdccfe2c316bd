"""When something is promised for: a time of day as people write it, and how far ahead a promise may lie."""

import re
from datetime import date, datetime, time, timedelta

from contracts.working_time import LONDON

FURTHEST = timedelta(days=731)
"""Two years: what is entered for later is a slip of the hand. Ours."""
DAY_OPENS, DAY_CLOSES = time(7), time(21)
_TIME = re.compile(r"^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?$")


def time_of(text: str) -> time | None:
    """ "2:30pm", "14:30" or "2pm" as a time in London; None when it is none, as one with an offset."""
    found = _TIME.match(text.strip().lower())
    if found is None or not (found[2] or found[3]):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def is_doubtful(text: str) -> bool:
    """Whether a time is one that people rarely mean: of the night (before 7am, after 9pm), or a bare "2.30", which is
    half past two in the afternoon to most. Ours."""
    at, said = time_of(text), text.strip().lower()
    if at is None:
        return False
    bare = not said.endswith("m") and said[0] != "0" and at.hour in range(1, 8)
    return bare or at < DAY_OPENS or at > DAY_CLOSES


def comes_once(at: datetime) -> bool:
    """Whether a time in London is there once: not left out when the clocks go forward, nor twice when they go back."""
    return at.replace(fold=0).utcoffset() == at.replace(fold=1).utcoffset()


def instant_of(day: str, at: str) -> datetime | None:
    """A day as 2026-09-30 and a time, both of London; 9am where no time is given, None where either is none."""
    moment = time_of(at) if at.strip() else time(9)
    try:
        return datetime.combine(date.fromisoformat(day.strip()), moment, LONDON) if moment else None
    except ValueError:
        return None


def example_day(today: date) -> date:
    """A day still to come, for a hint."""
    return today + timedelta(days=14)
