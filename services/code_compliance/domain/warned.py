"""Warnings before a clock runs out, as they are announced."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.code_compliance import EntitlementWarned
from services.code_compliance.domain.announcing import about_clock
from services.code_compliance.domain.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Warned:
    """A clock of which somebody is warned. `due_at` is None while it is paused."""

    case_id: UUID
    crime_id: UUID | None
    entitlement: str
    occurrence: str
    milestone_id: str | None
    enhanced: bool
    code_version: str
    due_at: datetime | None


def time_passed(clock: Warned, role: str, fraction: float, rules: Rulebook, now: datetime) -> EntitlementWarned:
    """A share of its time has passed."""
    about = about_clock(clock.case_id, clock.crime_id, clock, rules, now, "system")
    return EntitlementWarned(**about, role=role, fraction=fraction, due_at=clock.due_at)


def pause_ends(clock: Warned, role: str, rules: Rulebook, now: datetime) -> EntitlementWarned:
    """The day is near on which its pause was expected to end."""
    about = about_clock(clock.case_id, clock.crime_id, clock, rules, now, "system")
    return EntitlementWarned(**about, role=role, about="pause_ends")
