"""When something is promised for: a time of day as people write it, and how far ahead a promise may lie."""

import re
from datetime import date, datetime, time, timedelta

from contracts.working_time import LONDON

FURTHEST = timedelta(days=731)
"""Two years: what is entered for later is a slip of the hand. Ours."""
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
