"""The duty rota: who of the hub is there by the clock, and when nobody is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

LONGEST = timedelta(hours=24)
"""A shift is no longer than this: what is longer is a slip of the hand. Ours."""
AHEAD = timedelta(days=7)
"""So far ahead a leader is told when nobody is on duty. Ours."""


@dataclass(frozen=True, slots=True)
class Shift:
    """From `from_at` until `until_at`, which is left out; `telephone`: a number of the hub, answered then."""

    shift_id: UUID
    worker_id: UUID
    from_at: datetime
    until_at: datetime
    telephone: str


def on_now(shifts: Iterable[Shift], now: datetime) -> list[Shift]:
    """Who is on duty at this instant, the one who began last first: they were told most."""
    there = [shift for shift in shifts if shift.from_at <= now < shift.until_at]
    return sorted(there, key=lambda one: (one.from_at, one.shift_id), reverse=True)


def gaps(shifts: Iterable[Shift], since: datetime, until: datetime) -> Sequence[tuple[datetime, datetime]]:
    """When nobody is on duty between two instants, in order."""
    found, covered = [], since
    for shift in sorted(shifts, key=lambda one: one.from_at):
        if shift.from_at >= until:
            break
        if shift.from_at > covered:
            found.append((covered, shift.from_at))
        covered = max(covered, shift.until_at)
    return [*found, (covered, until)] if covered < until else found
