"""How long somebody stays signed in, as data: until when, when they are warned, and how often it can be extended."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Lengths:
    """What counts from a day on: the `length` of a session, how long before its end its owner is warned, and the
    `longest` that it lasts from signing in, however often it is extended."""

    effective_from: date
    length: timedelta
    warn: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """One session. `renews`: the identity provider gave something to ask it again with."""

    opened_at: datetime
    ends_at: datetime
    renews: bool

    def is_warned(self, lengths: Lengths, now: datetime) -> bool:
        return self.ends_at - now <= lengths.warn

    def may_extend(self, lengths: Lengths) -> bool:
        """Whether it can be made longer at all."""
        return self.renews and self.ends_at < self.opened_at + lengths.longest


@cache
def _versions() -> tuple[Lengths, ...]:
    written = yaml.safe_load((Path(__file__).parent / "sessions.yaml").read_text(encoding="utf-8"))["versions"]
    return tuple(
        Lengths(
            one["effective_from"],
            timedelta(hours=one["length_hours"]),
            timedelta(minutes=one["warn_minutes"]),
            timedelta(hours=one["longest_hours"]),
        )
        for one in sorted(written, key=lambda one: one["effective_from"])
    )


def lengths_on(day: date) -> Lengths:
    """What counts on a day; the first version before any had begun."""
    begun = [one for one in _versions() if one.effective_from <= day]
    return begun[-1] if begun else _versions()[0]
