"""Calendar quarters, as returns name them; their edges are midnights in London."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from contracts.refused import Refused

LONDON = ZoneInfo("Europe/London")
_NAME = re.compile(r"(20\d\d)-Q([1-4])\Z")
_MONTHS = ("January to March", "April to June", "July to September", "October to December")


@dataclass(frozen=True)
class Period:
    """A calendar quarter, `2026-Q3`."""

    year: int
    quarter: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}"

    @cached_property
    def start(self) -> datetime:
        """The first instant, in UTC."""
        return datetime(self.year, 3 * self.quarter - 2, 1, tzinfo=LONDON).astimezone(UTC)

    @property
    def first_day(self) -> date:
        """The first day, in London: in summer its first instant is on the day before, in UTC."""
        return date(self.year, 3 * self.quarter - 2, 1)

    @cached_property
    def end(self) -> datetime:
        """The first instant after it, in UTC."""
        return self.next.start

    @property
    def next(self) -> "Period":
        return Period(self.year + 1, 1) if self.quarter == 4 else Period(self.year, self.quarter + 1)

    @property
    def previous(self) -> "Period":
        return Period(self.year - 1, 4) if self.quarter == 1 else Period(self.year, self.quarter - 1)

    @property
    def financial(self) -> str:
        """The quarter of the financial year, which begins in April: `Q2 2026/27`."""
        first = self.year if self.quarter > 1 else self.year - 1
        return f"Q{self.quarter - 1 or 4} {first}/{(first + 1) % 100:02}"

    @property
    def months(self) -> str:
        return f"{_MONTHS[self.quarter - 1]} {self.year}"


def parse_period(text: str) -> Period:
    """`2026-Q3` as a period; Refused("period", "not_a_quarter") for anything else."""
    found = _NAME.match(text)
    if found is None:
        raise Refused("period", "not_a_quarter")
    return Period(int(found[1]), int(found[2]))


def period_of(instant: datetime) -> Period:
    """The quarter in which `instant` falls, by London time."""
    local = instant.astimezone(LONDON)
    return Period(local.year, (local.month + 2) // 3)
