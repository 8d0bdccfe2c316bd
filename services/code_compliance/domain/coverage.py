"""Which agency's acts reach us, for which duties, from when: silence means something only there."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from contracts.working_time import local_day
from services.code_compliance.domain.catalogue import Entitlement
from services.code_compliance.domain.language import BadReference
from services.code_compliance.domain.located import spot


@dataclass(frozen=True, slots=True)
class CoveredAgency:
    """One agreement: the acts of `agency` for `duties` (None: all but `excluded`) reach us between two dates."""

    agency: str
    duties: frozenset[str] | None
    excluded: frozenset[str]
    start: date
    end: date | None
    by: str

    def covers(self, entitlement: str, day: date) -> bool:
        listed = entitlement not in self.excluded and (self.duties is None or entitlement in self.duties)
        return listed and self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    version: str
    agencies: tuple[CoveredAgency, ...]

    def covers(self, entitlement: Entitlement, instant: datetime) -> bool:
        """Whether every agency that owes the duty is covered for it on the day of `instant`."""
        return _covers(self, entitlement, local_day(instant))


@lru_cache(maxsize=20_000)
def _covers(coverage: Coverage, entitlement: Entitlement, day: date) -> bool:
    return all(
        any(line.agency == holder and line.covers(entitlement.id, day) for line in coverage.agencies)
        for holder in entitlement.duty_holders
    )


def read_coverage(document: Mapping[str, Any], known: Set[str], where: str) -> Coverage:
    """The table of coverage.yaml; raises BadReference naming the bad line."""
    lines = []
    for entry in document["agencies"]:
        duties = None if entry["duties"] == "all" else frozenset(entry["duties"])
        excluded = frozenset(entry.get("except", ()))
        for entitlement in sorted((duties or frozenset()) | excluded):
            if entitlement not in known:
                raise BadReference(f"{spot(where, entry)}: {entry['agency']}: no entitlement is called {entitlement!r}")
        end = date.fromisoformat(entry["to"]) if entry["to"] else None
        lines.append(
            CoveredAgency(entry["agency"], duties, excluded, date.fromisoformat(entry["from"]), end, entry["by"])
        )
    return Coverage(document["version"], tuple(lines))
