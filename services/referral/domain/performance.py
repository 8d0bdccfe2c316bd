"""A provider against the standards of its contract: each act met or missed its limit, and how long it took."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Literal
from uuid import UUID

from contracts.working_time import HUB_HOURS, LONDON, calendar, end_of_day, last_day, local_day, working_minutes
from services.referral.domain.directory import Standards
from services.referral.domain.kept import without

Measure = Literal["open", "answer", "contact"]
MEASURES: dict[str, str] = {"open": "Opened", "answer": "Accepted or declined", "contact": "First contact"}
RESULTS: dict[str, str] = {"met": "Met", "missed": "Missed", "running": "Still running"}


@dataclass(frozen=True, slots=True)
class Quarter:
    """A calendar quarter, `2026-Q3`, from its first instant in London to the first of the next."""

    name: str
    begins: datetime
    ends: datetime

    @property
    def words(self) -> str:
        last = (self.ends - timedelta(hours=12)).astimezone(LONDON)
        return f"{self.begins.astimezone(LONDON):%B} to {last:%B %Y}"


def quarter(name: str) -> Quarter | None:
    """The quarter of a name; None when it is none."""
    year, _, number = name.partition("-Q")
    if not (year.isdecimal() and len(year) == 4 and "2000" <= year < "2200" and number in {"1", "2", "3", "4"}):
        return None
    month = 3 * int(number) - 2
    following = date(int(year) + month // 10, (month + 3) % 12, 1)
    return Quarter(name, _midnight(date(int(year), month, 1)), _midnight(following))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


def quarter_of(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarters_until(day: date, count: int) -> list[Quarter]:
    """The quarter of a day and those before it, the latest first."""
    found: list[Quarter] = []
    at = day
    while len(found) < count and (one := quarter(quarter_of(at))) is not None:
        found.append(one)
        at = (one.begins - timedelta(hours=1)).date()
    return found


@dataclass(frozen=True, slots=True)
class Tried:
    """A leg with the times of what its provider did."""

    leg_id: UUID
    referral_id: UUID
    reference: str
    contract_id: UUID
    state: str
    urgent: bool
    sent_at: datetime
    viewed_at: datetime | None
    answered_at: datetime | None
    contacted_at: datetime | None

    def done_at(self, measure: str) -> datetime | None:
        return {"open": self.viewed_at, "answer": self.answered_at, "contact": self.contacted_at}[measure]


def due_at(
    standards: Standards, measure: str, sent_at: datetime, *, urgent: bool, closed: frozenset[date] = frozenset()
) -> datetime:
    """The end of a limit. A contract names none for opening: it counts as the one to answer. On the days of a planned
    closure no limit of working days runs; the one of an urgent referral runs day and night."""
    days = standards.first_contact_working_days if measure == "contact" else standards.accept_working_days
    end = _end(local_day(sent_at), days, closed)
    return min(end, sent_at + timedelta(hours=standards.urgent_hours)) if urgent and measure != "contact" else end


@lru_cache(4096)
def _end(day: date, days: int, closed: frozenset[date]) -> datetime:
    return end_of_day(last_day(day, days, "working_days", without(calendar(), closed)))


def result(
    tried: Tried, measure: str, standards: Standards, now: datetime, closed: frozenset[date] = frozenset()
) -> str | None:
    """met, missed or running; None where the standard does not apply: no contact is due before the person is accepted,
    nor after an end without one."""
    done = tried.done_at(measure)
    if done is None and measure == "contact" and tried.state != "accepted":
        return None
    if done is None and tried.state in ("withdrawn", "ended"):
        return None
    end = due_at(standards, measure, tried.sent_at, urgent=tried.urgent, closed=closed) + timedelta(seconds=1)
    if done is None:
        return "running" if now < end else "missed"
    return "met" if done < end else "missed"


@dataclass(frozen=True, slots=True)
class Summary:
    """How many met and missed a standard; `median` and `ninetieth` of the working minutes taken, None when none was."""

    met: int
    missed: int
    running: int
    median: int | None
    ninetieth: int | None

    def count(self, name: str) -> int:
        return {"met": self.met, "missed": self.missed, "running": self.running}[name]


def summary(
    legs: Iterable[Tried], measure: str, standards: Standards, now: datetime, closed: frozenset[date] = frozenset()
) -> Summary:
    days = without(calendar(), closed)
    results, taken = [], []
    for leg in legs:
        results.append(result(leg, measure, standards, now, closed))
        done = leg.done_at(measure)
        if done is not None:
            taken.append(max(0, working_minutes(leg.sent_at, done, days, HUB_HOURS)))
    met, missed, running = (results.count(name) for name in RESULTS)
    return Summary(met, missed, running, percentile(taken, 50), percentile(taken, 90))


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The smallest value with at least so many percent of all at or below it (nearest rank); None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)] if ordered else None
