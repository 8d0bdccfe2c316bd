"""The days and hours on which a channel is safe, read from words. What is not wholly understood is unreadable (None)
and so shut: a word that is skipped may be the one that says when it is dangerous."""

import re
from datetime import time

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNREADABLE = "unreadable"
"""What is kept of words that are not understood: the column is plain, and free text may say anything of anybody."""
DAYS_LIKE = "Enter days like Monday to Friday, or Tuesday, Thursday"
HOURS_LIKE = "Enter hours like 09:00-17:00, or 9am to 5pm"
"""What a form says where it cannot read them."""

_NAMES = {
    "mon": ("monday", "mondays"),
    "tue": ("tues", "tuesday", "tuesdays"),
    "wed": ("weds", "wednesday", "wednesdays"),
    "thu": ("thur", "thurs", "thursday", "thursdays"),
    "fri": ("friday", "fridays"),
    "sat": ("saturday", "saturdays"),
    "sun": ("sunday", "sundays"),
}
_DAYS = {name: number for number, day in enumerate(WEEKDAYS) for name in (day, *_NAMES[day])}
_ALL = frozenset(range(7))
_GROUPS = {
    **dict.fromkeys(("weekday", "weekdays"), frozenset(range(5))),
    **dict.fromkeys(("weekend", "weekends"), frozenset((5, 6))),
    **dict.fromkeys(("any", "any day", "every day", "everyday", "all days", "daily"), _ALL),
}
_ANY_TIME = frozenset({"any", "any time", "anytime", "all day", "at any time"})
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::00)?")
_LOOSE = re.compile(r"([0-9]|[01][0-9])(:[0-5][0-9])?-(1[3-9]|2[0-4]|00)(:[0-5][0-9])?")
"""9-17, 9:00-17:00: that the end is of the 24-hour clock says what the beginning is."""
_TWELVE = re.compile(r"(1[0-2]|[1-9])(?:[:.]([0-5][0-9]))? ?(am|pm)")
_SAID = {"midday": time(12), "noon": time(12), "midnight": time(0)}


def days_of(text: str) -> frozenset[int] | None:
    """Weekdays (Monday is 0) of "mon-fri", "Monday to Friday", "tue, thu", "weekdays and Sunday"; None when any of it
    is not understood."""
    found: set[int] = set()
    for part in re.split(r" ?(?:, ?and |[,;&]| and ) ?", _plain(text)):
        days = _GROUPS.get(part) or _span(part)
        if days is None:
            return None
        found |= days
    return frozenset(found)


def _span(text: str) -> frozenset[int] | None:
    """One day, or the days from one to another over the end of the week."""
    ends = [_DAYS.get(end) for end in _ends(text)]
    if not 1 <= len(ends) <= 2 or (first := ends[0]) is None or (last := ends[-1]) is None:
        return None
    return frozenset(day % 7 for day in range(first, last + 1 if first <= last else last + 8))


def hours_of(text: str) -> tuple[time, time] | None:
    """Opening and closing in London of "09:00-17:30", "9am to 5pm", "after 18:00" (until midnight) or "before 9am";
    twice midnight for "any time". None when any of it is not understood, as a zone, or 9-5, which may be at night."""
    plain = _plain(text)
    if plain in _ANY_TIME:
        return time(0), time(0)
    for word, ends in (("after ", "{}-midnight"), ("before ", "midnight-{}")):
        if plain.startswith(word):
            plain = ends.format(plain.removeprefix(word))
    if (loose := _LOOSE.fullmatch(plain.replace(" ", ""))) is not None:
        plain = f"{loose[1]:0>2}{loose[2] or ':00'}-{loose[3]}{loose[4] or ':00'}"
    read = [_at(end) for end in _ends(plain)]
    if len(read) != 2 or (opens := read[0]) is None or (closes := read[1]) is None or opens == closes:
        return None
    return opens, closes


def _at(text: str) -> time | None:
    if (clock := _CLOCK.fullmatch(text)) is not None:
        hour, minute = int(clock[1]), int(clock[2])
        return None if hour == 24 and minute else time(hour % 24, minute)
    if (twelve := _TWELVE.fullmatch(text)) is not None:
        return time(int(twelve[1]) % 12 + (12 if twelve[3] == "pm" else 0), int(twelve[2] or 0))
    return _SAID.get(text)


def _ends(text: str) -> list[str]:
    return re.split(r" ?- ?| to ", text)


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("\N{EN DASH}", "-").split())
