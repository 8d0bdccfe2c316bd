"""Suggested evidence: what makes it likely that a duty was done. Only a worker's answer makes it evidence."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from contracts.identity import NS
from services.code_compliance.domain.catalogue import Entitlement
from services.code_compliance.domain.entitlements import Clock
from services.code_compliance.domain.evidence import source_of
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.hints import Hint
from services.code_compliance.domain.occasions import concerning
from services.code_compliance.domain.states import OPEN


@dataclass(frozen=True, slots=True)
class Suggestion:
    """For one clock: `shown` by an entitlement's notice or a trigger, at `at`, as `source` says."""

    id: UUID
    entitlement: str
    occurrence: str
    at: datetime
    source: str
    shown_by: str
    why: str


def suggestions(
    case: Case,
    clocks: Collection[Clock],
    milestones: Sequence[Milestone],
    evidence: Sequence[Evidence],
    hints: Sequence[Hint],
    duties: Mapping[str, Entitlement],
    answered: Set[UUID] = frozenset(),
) -> list[Suggestion]:
    """At most one suggestion for each open clock, the earliest; none that was answered."""
    found: list[Suggestion] = []
    mine = concerning(case, milestones)
    told = [e for e in evidence if e.case_id in (None, case.case_id, case.stands_for)]
    for clock in clocks:
        if clock.state in OPEN:
            shown = [s for s in _for(case, clock, mine, told, hints, duties) if s.id not in answered]
            found.extend(sorted(shown, key=lambda s: (s.at, s.id))[:1])
    return found


def _for(
    case: Case,
    clock: Clock,
    mine: Sequence[Milestone],
    told: Sequence[Evidence],
    hints: Sequence[Hint],
    duties: Mapping[str, Entitlement],
) -> Iterator[Suggestion]:
    for hint in hints:
        if hint.duty != clock.entitlement:
            continue
        for e in told:
            if e.entitlement in hint.notice_of and e.outcome == "delivered" and e.at >= clock.started_at:
                yield _suggestion(case, clock, e.at, e.source, e.entitlement, e.id, hint)
        for m in mine:
            if (
                m.trigger in hint.triggers
                and m.happened_at >= clock.started_at
                and m.milestone_id != clock.milestone_id
            ):
                source = m.source or source_of(None, duties[clock.entitlement])
                yield _suggestion(case, clock, m.happened_at, source, m.trigger, m.milestone_id, hint)


def _suggestion(
    case: Case, clock: Clock, at: datetime, source: str, shown_by: str, name: str, hint: Hint
) -> Suggestion:
    key = uuid5(NS, f"suggestion/{case.case_id}/{clock.entitlement}/{clock.occurrence}/{shown_by}/{name}")
    return Suggestion(key, clock.entitlement, clock.occurrence, at, source, shown_by, hint.why)
