"""Whom a case is suggested to: the least loaded of those who are here, have its skills, and are not full."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Policy:
    """One dated version: what a case weighs by priority, the load that is full, and what needs which skill."""

    version: str
    effective_from: date
    weights: Mapping[int, int]
    full: int
    skills: Mapping[str, str]
    of_lines: Mapping[str, str]
    of_holds: Mapping[str, str]

    def needs(self, lines: Iterable[str], holds: Iterable[str]) -> frozenset[str]:
        """Skills that a case with these lines and holds asks for."""
        by_line = {self.of_lines[line] for line in lines if line in self.of_lines}
        return frozenset(by_line | {self.of_holds[hold] for hold in holds if hold in self.of_holds})

    def weight(self, priority: int) -> int:
        return self.weights.get(priority, 1)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Every version of the policy, and the reasons for which somebody else may be chosen."""

    versions: tuple[Policy, ...]
    reasons: Mapping[str, str]

    def on(self, day: date) -> Policy:
        begun = [version for version in self.versions if version.effective_from <= day]
        return begun[-1] if begun else self.versions[0]


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody a case may be given to, as things stand on a day. `load` is the weight of their open cases;
    `sees_restricted`: they may be given a restricted person's, which nobody else would find again."""

    worker_id: UUID
    name: str
    skills: frozenset[str]
    load: int
    away: bool
    sees_restricted: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A worker for one case: `against` is the code of what speaks against them, or None."""

    worker: Worker
    against: str | None


WORDS = {"away": "on leave today", "skill": "does not have every skill this needs", "full": "has a full load"}


def who_may(workers: Iterable[Worker], *, restricted: bool) -> list[Worker]:
    """Those who may be given a case at all."""
    return [worker for worker in workers if worker.sees_restricted or not restricted]


def standings(workers: Iterable[Worker], needs: frozenset[str], policy: Policy) -> list[Standing]:
    """Everybody, those for whom nothing speaks against first, then by load; equals by their id."""
    found = [Standing(worker, _against(worker, needs, policy)) for worker in workers]
    return sorted(found, key=lambda one: (one.against is not None, one.worker.load, one.worker.worker_id))


def suggested(workers: Iterable[Worker], needs: frozenset[str], policy: Policy) -> Worker | None:
    """The worker the rule picks; None when something speaks against everybody."""
    ranked = standings(workers, needs, policy)
    return ranked[0].worker if ranked and ranked[0].against is None else None


def _against(worker: Worker, needs: frozenset[str], policy: Policy) -> str | None:
    if worker.away:
        return "away"
    if not needs <= worker.skills:
        return "skill"
    return "full" if worker.load >= policy.full else None


def read_allocation(written: Mapping[str, Any]) -> Allocation:
    """The policy of its document. ValueError names a skill that no list has."""
    versions = []
    for entry in sorted(written["versions"], key=lambda one: str(one["effective_from"])):
        needs = entry["needs"]
        unknown = {*needs["lines"].values(), *needs["holds"].values()} - set(entry["skills"])
        if unknown:
            raise ValueError(f"allocation.yaml: {entry['version']}: no such skill: {', '.join(sorted(unknown))}")
        plain = (entry["version"], entry["effective_from"], entry["weights"], entry["full"], entry["skills"])
        versions.append(Policy(*plain, needs["lines"], needs["holds"]))
    return Allocation(tuple(versions), dict(written["reasons"]))
