"""Who is the same person, and how often they were harmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID, uuid5

from contracts.identity import NS
from services.referral.domain.rules import months_before


@dataclass(frozen=True, slots=True)
class Report:
    """One crime or incident of a person: the day of its report in London, and whether it was domestic. `crime_id`: of
    one that the police do not know, the id of its case."""

    crime_id: UUID | None
    on: date
    domestic: bool = False


@dataclass(frozen=True, slots=True)
class Repeats:
    """Reports of the twelve months up to a day, that of the day itself included."""

    count: int
    domestic: int


@lru_cache(maxsize=4096)
def person_id(force: str, police_ref: str) -> UUID:
    """The person of a police reference. The same reference of the same force is the same person; of another force it is
    another one, until a human says otherwise."""
    return uuid5(NS, f"person/{force}/{police_ref}")


def accused(force: str | None, refs: Iterable[str]) -> list[UUID]:
    """The people whom these references of suspects name."""
    return [person_id(force or "", ref) for ref in refs if ref]


def window_start(on: date) -> date:
    """The first day that counts towards repeat reports on a day: the same day of the year before."""
    return months_before(on, 12)


def repeats(reports: Iterable[Report], on: date) -> Repeats:
    """Counts each crime once, whatever the order in which the reports came."""
    start = window_start(on)
    counted = {report.crime_id or report: report for report in reports if start <= report.on <= on}
    return Repeats(len(counted), sum(report.domestic for report in counted.values()))


Days = tuple[date, date]
"""The first and the last day on which something may have happened."""
NEAR = timedelta(days=1)


def days_of(committed_from: date | None, committed_to: date | None, reported_on: date) -> Days:
    """When it happened, as far as somebody said; else the day of the report."""
    said = sorted(day for day in (committed_from, committed_to) if day is not None) or [reported_on]
    return said[0], said[-1]


def may_be_one(days: Days, others: Days) -> bool:
    """Whether two crimes of one person may be one incident: it is told of the same days, to a day. Nothing else counts:
    when the police record it anew, or move somebody, the offence and its place may be told otherwise."""
    return all(abs(one - other) <= NEAR for one, other in zip(days, others, strict=True))


HURT = frozenset({"idva", "domestic_abuse", "isva", "child_isva", "stalking", "honour_based_abuse", "modern_slavery"})
HURT |= {"exploitation", "child"}
"""Lines of people whom the other party may hurt again."""


def may_be_hurt(priority: int, lines: Iterable[str], *, domestic: bool) -> bool:
    """Whether meeting the other party touches safety: life safety or a child, violence at home, or such a line."""
    return priority <= 1 or domestic or not HURT.isdisjoint(lines)
