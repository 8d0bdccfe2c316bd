"""Clocks: when one starts, when it is due, and on what basis: fixed, chained, before an event, agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from contracts.working_time import Calendar
from services.code_compliance.domain.catalogue import Catalogue, Entitlement
from services.code_compliance.domain.facts import Milestone
from services.code_compliance.domain.occasions import Occasion
from services.code_compliance.domain.pauses import Pause, count
from services.code_compliance.domain.rulebook import AwaitedEvent, Rulebook

Basis = Literal["trigger", "receipt", "outer_bound", "before_event", "event_not_listed", "agreed", "no_limit"]
_TRIGGER: Basis = "trigger"


@dataclass(frozen=True, slots=True)
class Timing:
    """Start, end and limit of a clock; `basis` says where they come from. One that is `paused` has no end;
    `paused_days` of its unit did not count."""

    started_at: datetime
    due_at: datetime | None
    limit: int | None
    unit: str | None
    basis: Basis
    paused: Pause | None = None
    paused_days: int | None = None


def timing(
    code: Catalogue,
    entitlement: Entitlement,
    occasion: Occasion,
    enhanced: bool,
    milestones: Sequence[Milestone],
    rules: Rulebook,
    pauses: Sequence[Pause] = (),
) -> Timing:
    """When the clock of a duty that arose on `occasion` starts and ends (agreed intervals: see `agreed`)."""
    clock = entitlement.clock
    if clock.kind == "fixed":
        limit = clock.enhanced if enhanced else clock.standard
        assert limit is not None and clock.unit is not None
        return fixed(code, entitlement, occasion, limit, rules.calendar, pauses)
    if clock.kind == "before_event":
        assert clock.before_event is not None
        awaited = awaited_at(rules.awaited[clock.before_event], milestones)
        basis: Basis = "before_event" if awaited else "event_not_listed"
        return Timing(occasion.happened_at, awaited, None, None, basis)
    return _unlimited(occasion.happened_at)


@lru_cache(maxsize=1_000)
def _unlimited(started_at: datetime) -> Timing:
    """Many duties of one case begin together and have no number: one object tells it of all of them."""
    return Timing(started_at, None, None, None, "no_limit")


def fixed(
    code: Catalogue,
    entitlement: Entitlement,
    occasion: Occasion,
    limit: int,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
) -> Timing:
    """A counted limit. Where it starts from receipt and the receipt is unknown, the outer bound counts."""
    unit = entitlement.clock.unit
    assert unit is not None
    receipt = code.receipts.get(entitlement.clock.starts_from)
    start, basis = occasion.happened_at, _TRIGGER
    if receipt is not None and occasion.received_at is not None:
        start, basis = occasion.received_at, "receipt"
    elif receipt is not None:
        limit, basis = limit + receipt.upstream_limit, "outer_bound"
    counted = count(start, limit, unit, calendar, pauses)
    return Timing(start, counted.due_at, limit, unit, basis, counted.paused, counted.days)


def agreed(started_at: datetime, days: int | None, calendar: Calendar, pauses: Sequence[Pause] = ()) -> Timing:
    """An update promised every `days` calendar days, from the agreement or the last update."""
    if days is None:
        return _unlimited(started_at)
    counted = count(started_at, days, "calendar_days", calendar, pauses)
    return Timing(started_at, counted.due_at, days, "calendar_days", "agreed", counted.paused, counted.days)


def awaited_at(event: AwaitedEvent, milestones: Sequence[Milestone]) -> datetime | None:
    """When an awaited event comes, or came: its own milestone, else the last listing told; None while unknown."""
    took_place = [m.happened_at for m in milestones if m.trigger == event.took_place]
    if took_place:
        return min(took_place)
    after = min((m.happened_at for m in milestones if m.trigger == event.listed_after), default=None)
    listed = [
        (m.happened_at, m.milestone_id, m.details.hearing_at)
        for m in milestones
        if m.trigger in event.listed_by
        and m.details.hearing_at is not None
        and (m.details.plea in event.or_plea or (after is not None and m.happened_at >= after))
    ]
    return max(listed)[2] if listed else None
