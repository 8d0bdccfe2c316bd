"""Figures of oversight: what counts in a rate, the spread of working days, and numbers too small to be shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from contracts.working_time import Calendar, is_working_day

COLUMNS = (
    "met", "met_late", "breached", "not_evidenced", "declined_by_victim", "excepted_with_reason", "unable_to_contact",
    "not_applicable", "running",
)  # fmt: skip
"""States in the order of the pages; together they are what was due."""
IN_THE_RATE = ("met", "met_late", "breached")
SMALLEST_SHOWN = 5
SMALLEST_FOR_DAYS = 10


@dataclass(slots=True)
class Figures:
    """Numbers by state. `exact`: for a viewer who may see small numbers.

    For others a number from 1 to 4 is not shown and every other one is rounded to the nearest 5, each by itself, so
    that no subtraction, within a page or between two, gives a small one back. source: usual practice for small counts.
    """

    by_state: dict[str, int] = field(default_factory=dict)
    exact: bool = True

    def add(self, state: str, number: int) -> None:
        self.by_state[state] = self.by_state.get(state, 0) + number

    @property
    def due(self) -> int:
        return sum(self.by_state.values())

    def shown(self, state: str) -> int | None:
        """The number of a state, or of all that was due; None where it is too small to be shown."""
        number = self.due if state == "due" else self.by_state.get(state, 0)
        return number if self.exact else rounded(number)

    @property
    def rate(self) -> float | None:
        """met / (met + met late + breached), of the numbers as shown; None where it cannot be had."""
        shown = [self.shown(state) for state in IN_THE_RATE]
        if any(number is None for number in shown):
            return None
        whole = sum(number or 0 for number in shown)
        return (shown[0] or 0) / whole if whole else None


def rounded(number: int) -> int | None:
    """To the nearest 5; None from 1 to 4."""
    if 0 < number < SMALLEST_SHOWN:
        return None
    return 5 * round(number / 5)


@dataclass(frozen=True, slots=True)
class Spread:
    """Working days from the start of a clock to the act: the median and the 90th percentile, and of how many acts."""

    median: int
    ninetieth: int
    number: int


def spread(histograms: Iterable[Mapping[int, int]], least: int = 1) -> Spread | None:
    """The spread of several histograms (days -> number) together; None of fewer than `least` acts."""
    together: dict[int, int] = {}
    for histogram in histograms:
        for days, number in histogram.items():
            together[days] = together.get(days, 0) + number
    total = sum(together.values())
    if total < least or not total:
        return None
    return Spread(_nearest_rank(together, total, 50), _nearest_rank(together, total, 90), total)


def _nearest_rank(histogram: Mapping[int, int], total: int, percent: int) -> int:
    rank, seen = -(-total * percent // 100), 0
    for days in sorted(histogram):
        seen += histogram[days]
        if seen >= rank:
            return days
    raise AssertionError("a rank lies within the total")


def working_days(began: date, done: date, calendar: Calendar) -> int:
    """Working days after the day of the start up to the day of the act; 0 on the same day."""
    return sum(is_working_day(began + timedelta(days=n), calendar) for n in range(1, (done - began).days + 1))
