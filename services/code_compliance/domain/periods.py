"""Months and calendar quarters, as oversight counts by them, in London's time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from re import fullmatch

from contracts.working_time import LONDON


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter ("2026-Q3") or a month ("2026-09"): its months in order."""

    name: str
    months: tuple[date, ...]

    @property
    def words(self) -> str:
        first, last = self.months[0], self.months[-1]
        return f"{last:%B %Y}" if first == last else f"{first:%B} to {last:%B %Y}"

    @property
    def is_quarter(self) -> bool:
        return len(self.months) == 3

    @property
    def before(self) -> "Period":
        """The quarter or month before."""
        return quarter_of(plus(self.months[0], -1)) if self.is_quarter else month_of(plus(self.months[0], -1))


def read_period(name: str) -> Period | None:
    """A period by its name; None when there is none of that name."""
    if quarter := fullmatch(r"(20\d\d)-Q([1-4])", name):
        return quarter_of(date(int(quarter[1]), 3 * int(quarter[2]) - 2, 1))
    if month := fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", name):
        return month_of(date(int(month[1]), int(month[2]), 1))
    return None


def quarter_of(day: date) -> Period:
    """The calendar quarter of a day."""
    number = (day.month + 2) // 3
    first = date(day.year, 3 * number - 2, 1)
    return Period(f"{day.year}-Q{number}", (first, plus(first, 1), plus(first, 2)))


def month_of(day: date) -> Period:
    return Period(f"{day:%Y-%m}", (day.replace(day=1),))


def plus(month: date, count: int) -> date:
    """The first day of the month `count` months later."""
    years, months = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(years, months + 1, 1)


def bounds(month: date) -> tuple[datetime, datetime]:
    """The first instant of a month in London, and that of the next one, in UTC."""
    return _midnight(month), _midnight(plus(month, 1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
