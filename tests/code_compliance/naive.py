"""The counting rule a second time, as slowly and plainly as it can be said: one day after the other.

Nothing of `contracts.working_time` or the service is used: the bank holidays are those written in the catalogue's own
conventions, and London's clocks follow the rule of law (last Sunday of March and of October, at 01:00 UTC).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
_FILE = Path(__file__).parents[2] / "services/code_compliance/reference/victims_code_2020.yaml"


@cache
def holidays() -> frozenset[int]:
    """Bank holidays as days since 1970."""
    text = _FILE.read_text(encoding="utf-8")
    start = text.index("    fallback: [")
    listed = yaml.safe_load(text[start : text.index("]", start) + 1])["fallback"]
    return frozenset(date.fromisoformat(day).toordinal() - EPOCH for day in listed)


@cache
def summer(year: int) -> tuple[int, int]:
    """The seconds between which London's clocks stand an hour ahead."""
    ends = []
    for month in (3, 10):
        last = date(year, month, 31)
        while last.weekday() != 6:
            last -= timedelta(days=1)
        ends.append((last.toordinal() - EPOCH) * DAY + 3_600)
    return ends[0], ends[1]


def ahead(second: int) -> int:
    """How many seconds London is ahead of UTC at an instant."""
    first, last = summer(date.fromordinal(second // DAY + EPOCH).year)
    return 3_600 if first <= second < last else 0


def day_of(second: int) -> int:
    return (second + ahead(second)) // DAY


def end_of(day: int) -> int:
    """The instant at which a day of London shows 23:59:59."""
    wanted = day * DAY + DAY - 1
    return wanted - 3_600 if ahead(wanted - 3_600) else wanted


def due(
    second: int, limit: int, working: bool, pauses: Sequence[tuple[int, int | None]] = ()
) -> tuple[int | None, int]:
    """(the last second in time, days that did not count); None while it is paused."""
    free = holidays()
    day, counted, lost = day_of(second), 0, 0
    while counted < limit:
        day += 1
        for start, end in pauses:
            if end is None and day >= day_of(start):
                return None, lost
        if working and ((day + 3) % 7 > 4 or day in free):  # 1 January 1970 was a Thursday
            continue
        if any(end is not None and day_of(start) <= day < day_of(end) for start, end in pauses):
            lost += 1
        else:
            counted += 1
    return end_of(day), lost
