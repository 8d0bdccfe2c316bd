"""Clocks: when one starts, when it is due, and on what basis: fixed, chained, before an event, agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.working_time import Calendar, due
from services.code_compliance.domain.catalogue import Catalogue, Entitlement
from services.code_compliance.domain.facts import Milestone
from services.code_compliance.domain.occasions import Occasion
from services.code_compliance.domain.rulebook import AwaitedEvent, Rulebook

Basis = Literal["trigger", "receipt", "outer_bound", "before_event", "event_not_listed", "agreed", "no_limit"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Start, end and limit of a clock; `basis` says where they come from."""

    started_at: datetime
    due_at: datetime | None
    limit: int | None
    unit: str | None
    basis: Basis


def timing(
    code: Catalogue,
    entitlement: Entitlement,
    occasion: Occasion,
    enhanced: bool,
    milestones: Sequence[Milestone],
    rules: Rulebook,
) -> Timing:
    """When the clock of a duty that arose on `occasion` starts and ends (agreed intervals: see `agreed`)."""
    clock = entitlement.clock
    if clock.kind == "fixed":
        limit = clock.enhanced if enhanced else clock.standard
        assert limit is not None and clock.unit is not None
        return fixed(code, entitlement, occasion, limit, rules.calendar)
    if clock.kind == "before_event":
        assert clock.before_event is not None
        awaited = awaited_at(rules.awaited[clock.before_event], milestones)
        basis: Basis = "before_event" if awaited else "event_not_listed"
        return Timing(occasion.happened_at, awaited, None, None, basis)
    return Timing(occasion.happened_at, None, None, None, "no_limit")


def fixed(code: Catalogue, entitlement: Entitlement, occasion: Occasion, limit: int, calendar: Calendar) -> Timing:
    """A counted limit. Where it starts from receipt and the receipt is unknown, the outer bound counts."""
    unit = entitlement.clock.unit
    assert unit is not None
    receipt = code.receipts.get(entitlement.clock.starts_from)
    if receipt is None:
        return Timing(occasion.happened_at, due(occasion.happened_at, limit, unit, calendar), limit, unit, "trigger")
    if occasion.received_at is not None:
        return Timing(occasion.received_at, due(occasion.received_at, limit, unit, calendar), limit, unit, "receipt")
    bound = limit + receipt.upstream_limit
    return Timing(occasion.happened_at, due(occasion.happened_at, bound, unit, calendar), bound, unit, "outer_bound")


def agreed(started_at: datetime, days: int | None, calendar: Calendar) -> Timing:
    """An update promised every `days` calendar days, from the agreement or the last update."""
    if days is None:
        return Timing(started_at, None, None, None, "no_limit")
    return Timing(started_at, due(started_at, days, "calendar_days", calendar), days, "calendar_days", "agreed")


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
