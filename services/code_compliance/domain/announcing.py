"""What a change of clocks announces, as contract events, in the order in which it is to be heard."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from contracts.case_fact import CaseFact
from contracts.code_compliance import (
    ClockPaused,
    ClockReplanned,
    ClockResumed,
    EnhancedRightsChanged,
    EntitlementBreached,
    EntitlementDeclined,
    EntitlementDue,
    EntitlementExcepted,
    EntitlementFact,
    EntitlementMet,
)
from services.code_compliance.domain import enhanced
from services.code_compliance.domain.entitlements import Clock, Key, clock_id
from services.code_compliance.domain.facts import Case
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.states import BY_THE_TIMER

_PLAN = (
    "started_at",
    "due_at",
    "limit",
    "basis",
    "enhanced",
    "late_recorded",
    "covered",
    "milestone_id",
    "paused_days",
)
_MET = ("met", "met_late")


def changes(
    case: Case,
    before: Mapping[Key, Clock],
    after: Mapping[Key, Clock],
    rules: Rulebook,
    now: datetime,
    actor_role: str = "system",
) -> Iterator[EntitlementFact]:
    """Announcements for what became of the clocks of a case; none for a clock that stands as it stood."""
    for key, clock in after.items():
        old = before.get(key)
        if old == clock:
            continue
        about = about_clock(case.case_id, case.crime_id, clock, rules, now, actor_role)
        if old is None:
            yield _due(case, clock, about, rules)
            if clock.paused_since is not None:
                yield ClockPaused(**about, reason_code=clock.paused_for, due_at=None)
            if clock.state != "running":
                yield _state(clock, about, was=None)
            continue
        if clock.paused_since is not None and old.paused_since is None:
            yield ClockPaused(**about, reason_code=clock.paused_for, due_at=old.due_at)
        elif replanned(old, clock):
            if old.paused_since is not None and clock.paused_since is None:
                yield ClockResumed(**about, reason_code=old.paused_for, due_at=clock.due_at)
            yield _replanned(case, old, clock, about, rules)
        if clock.state != "running" and _told(old) != _told(clock):
            yield _state(clock, about, was=old)


def fired(case_id: Any, crime_id: Any, clock: Clock, rules: Rulebook, now: datetime) -> EntitlementFact:
    """What the timer announces of a clock that it has just called breached or not evidenced."""
    return _state(clock, about_clock(case_id, crime_id, clock, rules, now, "system"), was=None)


def replanned(old: Clock, clock: Clock) -> bool:
    """Whether a clock got another plan, or runs again."""
    return any(getattr(old, name) != getattr(clock, name) for name in _PLAN) or clock.state == "running" != old.state


def differs(old: Clock, clock: Clock) -> bool:
    """Whether a clock stands otherwise than before, so that its history keeps how it stood."""
    return (old.due_at, old.paused_since) != (clock.due_at, clock.paused_since) or _told(old) != _told(clock)


def _told(clock: Clock) -> tuple[Any, ...]:
    return clock.state, clock.settled_at, clock.evidence_id, clock.reason_code


class Owed(Protocol):
    """A clock, as far as every announcement of one tells of it."""

    @property
    def entitlement(self) -> str: ...
    @property
    def occurrence(self) -> str: ...
    @property
    def milestone_id(self) -> str | None: ...
    @property
    def enhanced(self) -> bool: ...
    @property
    def code_version(self) -> str: ...


def about_clock(
    case_id: UUID, crime_id: UUID | None, clock: Owed, rules: Rulebook, now: datetime, actor_role: str
) -> dict[str, Any]:
    """What every announcement of a clock says."""
    entitlement = rules.code_named(clock.code_version).entitlements[clock.entitlement]
    return {
        "case_id": case_id,
        "crime_id": crime_id,
        "clock_id": clock_id(case_id, clock.entitlement, clock.occurrence),
        "entitlement": clock.entitlement,
        "right": entitlement.right,
        "duty_holder": entitlement.agency,
        "trigger": entitlement.trigger,
        "milestone_id": clock.milestone_id,
        "enhanced": clock.enhanced,
        "catalogue_version": clock.code_version,
        "happened_at": now,
        "actor_role": actor_role,
    }


def categories(case: Case, clock: Clock) -> tuple[str, ...]:
    """The enhanced categories that held when a clock started, sorted."""
    if not clock.enhanced:
        return ()
    return tuple(sorted({r.category for r in enhanced.at(case.reasons, clock.started_at, case.overrides)}))


def enhanced_rights(before: Case | None, case: Case, now: datetime, actor_role: str = "system") -> Iterator[CaseFact]:
    """Announced where the categories that hold now are others than before: it is passed on to the other agencies."""
    held = enhanced.at(case.reasons, now, case.overrides)
    was = enhanced.at(before.reasons, now, before.overrides) if before is not None else ()
    categories, previous = ({r.category for r in reasons} for reasons in (held, was))
    if categories == previous:
        return
    decided = [o for o in enhanced.in_force(case.overrides, now) if o.category in categories ^ previous]
    yield EnhancedRightsChanged(
        case_id=case.case_id,
        crime_id=case.crime_id,
        categories=tuple(sorted(categories)),
        previous_categories=tuple(sorted(previous)),
        reasons=tuple(sorted({r.id.removeprefix(enhanced.BY_A_WORKER) for r in held})),
        by_a_person=bool(decided),
        reason_code=decided[-1].reason_code if decided else None,
        happened_at=now,
        actor_role=actor_role,
    )


def _due(case: Case, clock: Clock, about: dict[str, Any], rules: Rulebook) -> EntitlementDue:
    entitlement = rules.code_named(clock.code_version).entitlements[clock.entitlement]
    return EntitlementDue(
        **about,
        started_at=clock.started_at,
        due_at=clock.due_at,
        kind=entitlement.clock.kind,
        limit=clock.limit,
        unit=entitlement.clock.unit if clock.limit is not None else None,
        enhanced_categories=categories(case, clock),
        late_recorded=clock.late_recorded,
        calendar_version=clock.calendar_version,
        covered=clock.covered,
    )


def _replanned(case: Case, old: Clock, clock: Clock, about: dict[str, Any], rules: Rulebook) -> ClockReplanned:
    entitlement = rules.code_named(clock.code_version).entitlements[clock.entitlement]
    return ClockReplanned(
        **about,
        reason_code=_why(old, clock),
        started_at=clock.started_at,
        due_at=clock.due_at,
        previous_due_at=old.due_at,
        limit=clock.limit,
        unit=entitlement.clock.unit if clock.limit is not None else None,
        enhanced_categories=categories(case, clock),
        late_recorded=clock.late_recorded,
        calendar_version=clock.calendar_version,
    )


def why_changed(old: Clock, clock: Clock) -> str:
    """What made a clock stand otherwise, as a code for its history."""
    if clock.state == "not_applicable":
        return "applies_no_longer"
    if _told(old) != _told(clock) and not replanned(old, clock):
        return "evidence"
    return _why(old, clock)


def _why(old: Clock, clock: Clock) -> str:
    if (old.paused_since, old.paused_days) != (clock.paused_since, clock.paused_days):
        return "paused" if clock.paused_since or old.paused_since is None else "resumed"
    if clock.late_recorded and not old.late_recorded:
        return "late_recorded"
    if old.enhanced != clock.enhanced:
        return "enhanced_changed"
    if old.basis != clock.basis and clock.basis == "receipt":
        return "receipt_known"
    if clock.basis == "before_event":
        return "event_moved"
    if old.calendar_version != clock.calendar_version:
        return "calendar_changed"
    if old.state == "not_applicable":
        return "applies_again"
    return "facts_changed"


def _state(clock: Clock, about: dict[str, Any], was: Clock | None) -> EntitlementFact:
    about = {**about, "due_at": clock.due_at}
    if clock.state in _MET:
        return _met(clock, about, was)
    if clock.state == "breached":
        return EntitlementBreached(**about)
    if clock.state == "declined_by_victim":
        return EntitlementDeclined(
            **about, reason_code=clock.reason_code, declined_at=clock.settled_at, source=clock.source
        )
    return EntitlementExcepted(**about, state=clock.state, reason_code=clock.reason_code, source=clock.source)


def _met(clock: Clock, about: dict[str, Any], was: Clock | None) -> EntitlementMet:
    assert clock.settled_at is not None
    learned_late = clock.due_at is not None and (clock.evidence_recorded_at or clock.settled_at) > clock.due_at
    return EntitlementMet(
        **about,
        met_at=clock.settled_at,
        in_time=clock.state == "met",
        source=clock.source,
        evidence_id=clock.evidence_id,
        evidence_recorded_at=clock.evidence_recorded_at,
        evidence_entered_late=clock.state == "met" and learned_late,
        channel=clock.channel,
        was_breached=was is not None and was.state in BY_THE_TIMER,
    )
