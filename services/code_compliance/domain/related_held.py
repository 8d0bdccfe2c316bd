"""Related clocks as they are kept: what is announced of them, and the timer's verdict, which nothing but a later day
undoes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.code_compliance import (
    RelatedClockDue,
    RelatedClockEnded,
    RelatedClockFact,
    RelatedClockOver,
    RelatedClockWarned,
)
from services.code_compliance.domain.entitlements import Key, clock_id
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.related import related_clocks
from services.code_compliance.domain.related_rules import Related
from services.code_compliance.domain.rulebook import Rulebook

RUNNING = frozenset({"running", "no_day"})
DONE = frozenset({"done", "done_late"})


@dataclass(frozen=True, slots=True)
class Held:
    """One related clock of one case: `clock` is its id in the catalogue, `occurrence` what it started with."""

    clock: str
    occurrence: str
    started_at: datetime
    due_at: datetime | None
    last_at: datetime | None
    done_at: datetime | None
    state: str
    code_version: str
    calendar_version: str

    @property
    def key(self) -> Key:
        return self.clock, self.occurrence


def decide_related(
    case: Case,
    milestones: Sequence[Milestone],
    evidence: Sequence[Evidence],
    rules: Rulebook,
    before: Mapping[Key, Held],
) -> dict[Key, Held]:
    """Every related clock of the case as it should stand now. Of `before` only the timer's verdict is taken; clocks
    that apply no longer are kept, as are those that ended with the person."""
    found: dict[Key, Held] = {}
    for clock in related_clocks(case, milestones, evidence, rules):
        held = Held(
            clock=clock.rule.id,
            occurrence=clock.occurrence,
            started_at=clock.started_at,
            due_at=clock.due_at,
            last_at=clock.last_at,
            done_at=clock.done_at,
            state="not_applicable" if clock.state == "ended" else clock.state,
            code_version=clock.code_version,
            calendar_version=rules.calendar.version,
        )
        found[held.key] = _with_verdict(held, before.get(held.key))
    for key, gone in before.items():
        if key not in found:
            found[key] = replace(gone, state="not_applicable", done_at=None)
    return found


def _with_verdict(held: Held, before: Held | None) -> Held:
    if before is None or before.state != "over" or held.state != "running":
        return held
    assert held.due_at is not None
    return held if before.due_at is None or held.due_at > before.due_at else replace(held, state="over")


def related_changes(
    case: Case,
    before: Mapping[Key, Held],
    after: Mapping[Key, Held],
    rules: Rulebook,
    now: datetime,
    actor_role: str = "system",
) -> Iterator[RelatedClockFact]:
    """Announcements for what became of the related clocks of a case; none for one that stands as it stood."""
    for key, held in after.items():
        old = before.get(key)
        if old == held:
            continue
        about = _about(case.case_id, case.crime_id, held, rules, now, actor_role)
        if held.state == "not_applicable":
            yield RelatedClockEnded(**about, outcome="applies_no_longer")
            continue
        if old is None or _plan(old) != _plan(held) or (held.state in RUNNING and old.state not in RUNNING):
            yield RelatedClockDue(
                **about,
                started_at=held.started_at,
                last_at=held.last_at,
                calendar_version=held.calendar_version,
                replanned=old is not None,
            )
        if held.state in DONE and (old is None or (old.state, old.done_at) != (held.state, held.done_at)):
            yield RelatedClockEnded(**about, outcome="done", done_at=held.done_at, in_time=held.state == "done")


def passed(case_id: UUID, crime_id: UUID | None, held: Held, rules: Rulebook, now: datetime) -> RelatedClockOver:
    """What the timer announces of a related clock whose last day has passed."""
    return RelatedClockOver(**_about(case_id, crime_id, held, rules, now, "system"))


def warned(
    case_id: UUID, crime_id: UUID | None, held: Held, role: str, fraction: float, rules: Rulebook, now: datetime
) -> RelatedClockWarned:
    about = _about(case_id, crime_id, held, rules, now, "system")
    return RelatedClockWarned(**about, role=role, fraction=fraction)


def rule_of(held: Held, rules: Rulebook) -> Related:
    """The rule under which a related clock started."""
    return rules.code_named(held.code_version).related[held.clock]


def _plan(held: Held) -> tuple[object, ...]:
    return held.started_at, held.due_at, held.last_at


def _about(
    case_id: UUID, crime_id: UUID | None, held: Held, rules: Rulebook, now: datetime, actor_role: str
) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "crime_id": crime_id,
        "clock_id": clock_id(case_id, held.clock, held.occurrence),
        "clock": held.clock,
        "due_at": held.due_at,
        "catalogue_version": held.code_version,
        "unverified": rule_of(held, rules).unverified,
        "happened_at": now,
        "actor_role": actor_role,
    }
