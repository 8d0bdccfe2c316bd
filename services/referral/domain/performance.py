"""A provider against the standards of its contract: each act met or missed its limit, and how long it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Literal
from uuid import UUID

from contracts.working_time import LONDON
from services.referral.domain.answering import NEVER, Rest, due_at, minutes_of
from services.referral.domain.directory import Standards

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
    """A leg with the times of what its provider did; `since`: when it could first see it; one that it cannot
    see yet is none of these. `rests`: when its limit to
    answer rested."""

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
    since: datetime
    rests: tuple[Rest, ...] = ()
    died_at: datetime | None = None
    """Since when it stands recorded that the person died."""

    def due_at(self, measure: str, standards: Standards, closed: frozenset[date], now: datetime) -> datetime:
        return due_at(
            standards,
            measure,
            self.since,
            urgent=self.urgent,
            closed=closed,
            rests=self.rests,
            now=self.done_at(measure) or now,
        )

    def done_at(self, measure: str) -> datetime | None:
        """When it was done; what was answered without a look at it was opened then at the latest."""
        opened = self.viewed_at or self.answered_at
        return {"open": opened, "answer": self.answered_at, "contact": self.contacted_at}[measure]


def result(
    tried: Tried, measure: str, standards: Standards, now: datetime, closed: frozenset[date] = NEVER
) -> str | None:
    """met, missed or running; None where the standard does not apply: no contact is due before the person is accepted,
    nor after an end without one; and nothing is due once the person died, what was late by then stays so."""
    done = tried.done_at(measure)
    if done is None and measure == "contact" and tried.state != "accepted":
        return None
    if done is None and tried.state in ("withdrawn", "ended"):
        return None
    end = tried.due_at(measure, standards, closed, now) + timedelta(seconds=1)
    if done is None and tried.died_at is not None and tried.died_at < end:
        return None
    if done is None:
        return "running" if now < end else "missed"
    return "met" if done < end else "missed"


@dataclass(frozen=True, slots=True)
class Summary:
    """How many met and missed a standard; `median` and `ninetieth` of the working minutes taken, without those in which
    the limit rested; None when none was."""

    met: int
    missed: int
    running: int
    median: int | None
    ninetieth: int | None

    def count(self, name: str) -> int:
        return {"met": self.met, "missed": self.missed, "running": self.running}[name]


@dataclass(frozen=True, slots=True)
class Tally:
    """Of some legs, how many met and missed a standard, and of each act that was done the working minutes it took."""

    legs: int = 0
    met: int = 0
    missed: int = 0
    running: int = 0
    taken: Sequence[int] = ()

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.legs + other.legs,
            self.met + other.met,
            self.missed + other.missed,
            self.running + other.running,
            [*self.taken, *other.taken],
        )

    @property
    def summary(self) -> Summary:
        taken = sorted(self.taken)
        return Summary(self.met, self.missed, self.running, percentile(taken, 50), percentile(taken, 90))


def tally(
    legs: Sequence[Tried], measure: str, standards: Standards, now: datetime, closed: frozenset[date] = NEVER
) -> Tally:
    results, taken = [], []
    for leg in legs:
        results.append(result(leg, measure, standards, now, closed))
        done = leg.done_at(measure)
        if done is not None:
            rests = () if measure == "contact" else leg.rests
            taken.append(max(0, minutes_of("working_time", leg.since, done, rests, closed)))
    met, missed, running = (results.count(name) for name in RESULTS)
    return Tally(len(legs), met, missed, running, taken)


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The smallest of ordered values with at least so many percent of all at or below it (nearest rank); None of
    nothing."""
    return values[max(0, ceil(len(values) * percent / 100) - 1)] if values else None
