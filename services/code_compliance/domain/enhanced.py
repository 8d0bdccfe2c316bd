"""Enhanced rights: which categories a person is in, why, and since when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.code_compliance.domain.catalogue import Catalogue
from services.code_compliance.domain.circumstances import Circumstances
from services.code_compliance.domain.located import BadReference, spot

BY_A_WORKER = "worker/"
"""How the id of a reason begins that a worker gave; the rest is a code of override_reasons.yaml."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is in an enhanced category.

    `since` is when the fact was true (None: since the report, or before); `heard_at` when it reached us; `late` when it
    was not in the first snapshot that we had.
    """

    id: str
    category: str
    since: datetime | None
    heard_at: datetime
    late: bool


def reasons(
    code: Catalogue,
    circumstances: Circumstances,
    heard_at: datetime,
    revised_at: datetime | None,
    before: Sequence[Reason] | None = None,
) -> tuple[Reason, ...]:
    """Reasons by a snapshot heard at `heard_at`; those known `before` keep their times
    (None: this is the first snapshot that we have).

    `revised_at` is None for the first revision: what it shows was true at the report. In a later one a fact of the
    offence still counts from the report; a fact that can become true counts from the revision that first shows it.
    """
    if code.never_enhanced(circumstances):
        return ()
    known = {reason.id: reason for reason in before or ()}
    late = before is not None
    return tuple(
        known.get(rule.id) or Reason(rule.id, rule.category, None if rule.from_report else revised_at, heard_at, late)
        for rule in code.reasons
        if rule.when(circumstances)
    )


@dataclass(frozen=True, slots=True)
class Override:
    """A worker's decision that a category holds, or does not, from `since` (None: since the report, or before)."""

    override_id: UUID
    case_id: UUID
    category: str
    held: bool
    since: datetime | None
    reason_code: str
    entered_by: UUID
    entered_at: datetime


def at(reasons: Iterable[Reason], instant: datetime, overrides: Sequence[Override] = ()) -> tuple[Reason, ...]:
    """The reasons that held at an instant; of the workers' decisions that speak of it, the one entered last counts."""
    held = tuple(r for r in reasons if r.since is None or r.since <= instant)
    if not overrides:
        return held
    for decided in in_force(overrides, instant):
        mine = tuple(r for r in held if r.category == decided.category)
        if decided.held and not mine:
            name = f"{BY_A_WORKER}{decided.reason_code}"
            held += (Reason(name, decided.category, decided.since, decided.entered_at, late=True),)
        elif not decided.held:
            held = tuple(r for r in held if r.category != decided.category)
    return held


def in_force(overrides: Sequence[Override], instant: datetime) -> list[Override]:
    """The decision about each category that counts at an instant."""
    last: dict[str, Override] = {}
    for each in sorted(overrides, key=lambda o: (o.entered_at, o.override_id)):
        if each.since is None or each.since <= instant:
            last[each.category] = each
    return [last[category] for category in sorted(last)]


def late_recorded(held: Iterable[Reason], started_at: datetime) -> bool:
    """Whether the enhanced limit rests only on facts that were recorded after the clock had started."""
    known = list(held)
    return bool(known) and all(r.late and r.heard_at > started_at for r in known)


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """Why a worker may decide about a category, and which way the reason goes."""

    code: str
    held: bool
    words: str
    start: date
    end: date | None

    def held_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


def read_override_reasons(document: Mapping[str, Any], where: str) -> tuple[OverrideReason, ...]:
    """The list of override_reasons.yaml; raises BadReference naming the bad entry."""
    found: dict[str, OverrideReason] = {}
    for entry in document["reasons"]:
        if entry["code"] in found:
            raise BadReference(f"{spot(where, entry)}: {entry['code']} stands twice")
        end = date.fromisoformat(entry["effective_to"]) if entry["effective_to"] else None
        start = date.fromisoformat(entry["effective_from"])
        found[entry["code"]] = OverrideReason(entry["code"], entry["held"], entry["words"], start, end)
    return tuple(found.values())
