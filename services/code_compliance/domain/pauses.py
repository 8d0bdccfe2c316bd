"""Pauses: stretches in which one clock does not count, each with its reason, and the day that a limit then ends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.working_time import Calendar, Days, due, end_of_day, is_working_day, local_day
from services.code_compliance.domain.located import BadReference, spot

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """One row of the ledger: the clock of `entitlement` and `occurrence` did not count from `start` until `end`
    (None: it is paused). Days from that of `start` to the one before that of `end` do not count. `expected_end` is
    what was said of its end; where the rule lets it, it `ends_by_itself` then."""

    pause_id: UUID
    case_id: UUID
    entitlement: str
    occurrence: str
    start: datetime
    end: datetime | None
    reason_code: str
    entered_by: UUID
    entered_at: datetime
    resumed_by: UUID | None = None
    resumed_at: datetime | None = None
    expected_end: datetime | None = None
    ends_by_itself: bool = False


@dataclass(frozen=True, slots=True)
class PauseReason:
    """Why a clock may be paused; `ends_by_itself`: on the day on which it was expected to end, where one was said."""

    code: str
    words: str
    start: date
    end: date | None
    ends_by_itself: bool

    def held_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Counted:
    """Where a limit ends. While `paused` it has no end; `days` of its unit did not count."""

    due_at: datetime | None
    paused: Pause | None = None
    days: int | None = None


def count(start: datetime, limit: int, unit: Days, calendar: Calendar, pauses: Sequence[Pause]) -> Counted:
    """The end of a limit of `limit` days that did not count while paused."""
    if not pauses:
        return Counted(due(start, limit, unit, calendar))
    day, left, skipped = local_day(start), limit, 0
    spans = sorted(((local_day(p.start), p.end and local_day(p.end), p) for p in pauses), key=lambda span: span[0])
    while left:
        day += _DAY
        over = [p for first, _, p in spans if p.end is None and first <= day]
        if over:
            return Counted(None, over[0], skipped or None)
        if unit == "working_days" and not is_working_day(day, calendar):
            continue
        if any(end is not None and first <= day < end for first, end, _ in spans):
            skipped += 1
        else:
            left -= 1
    return Counted(end_of_day(day), None, skipped or None)


def by_clock(pauses: Sequence[Pause]) -> dict[tuple[str, str], list[Pause]]:
    """Pauses by the clock that they stop: (entitlement, occurrence), oldest first."""
    found: dict[tuple[str, str], list[Pause]] = {}
    for pause in sorted(pauses, key=lambda p: (p.start, p.pause_id)):
        found.setdefault((pause.entitlement, pause.occurrence), []).append(pause)
    return found


def read_pause_reasons(document: Mapping[str, Any], where: str) -> tuple[PauseReason, ...]:
    """The list of pause_reasons.yaml; raises BadReference naming the bad entry."""
    found: dict[str, PauseReason] = {}
    for entry in document["reasons"]:
        if entry["code"] in found:
            raise BadReference(f"{spot(where, entry)}: {entry['code']} stands twice")
        end = date.fromisoformat(entry["effective_to"]) if entry["effective_to"] else None
        start = date.fromisoformat(entry["effective_from"])
        found[entry["code"]] = PauseReason(entry["code"], entry["words"], start, end, entry["ends_by_itself"])
    return tuple(found.values())
