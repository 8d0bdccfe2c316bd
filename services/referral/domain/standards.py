"""How long things may rest before somebody is reminded: dated standards of the hub, and what silence calls for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.referral.domain.attempting import Paces, read_paces

STEPS = ("nudge", "duty_line", "next_provider")
"""What silence calls for, in order: each once a leg."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "not_opened": STEPS,
    "not_answered": STEPS,
    "not_reached": STEPS,
    **dict.fromkeys(("no_worker", "check_in_past", "review_past"), STEPS[:2]),
}
"""What a provider may be silent about, each with its steps: before it has answered, and after."""
CLOCKS = ("wall_clock", "working_time")
_NUMBERS = (
    *("hours_to_ring", "hold_days_at_most", "hold_days", "check_in_days_at_most", "check_in_days"),
    "check_in_days_unreached",
    *("agreement_months", "agreement_warn_days", "handover_undo_minutes", "override_confirm_hours"),
    *("alert_poll_seconds", "ended_pack_days", "urgent_untaken_minutes"),
)


ALERT_WITHIN = 60
"""Seconds within which every open leg hears of bail, a release or an order (design 1)."""


class BadStandards(Exception):
    """The standards cannot be used. Its text names the version and the field."""


@dataclass(frozen=True, slots=True)
class Standards:
    """One version. `silence`: hours to each step, by kind of silence and clock; the rest as the file says."""

    version: str
    effective_from: date
    one_chance: frozenset[str]
    silence: Mapping[tuple[str, str], Mapping[str, int]]
    hours_to_ring: int
    hold_days_at_most: int
    hold_days: int
    check_in_days_at_most: int
    check_in_days: int
    check_in_days_unreached: int
    agreement_months: int
    agreement_warn_days: int
    handover_undo_minutes: int
    override_confirm_hours: int
    alert_poll_seconds: int
    ended_pack_days: int
    urgent_untaken_minutes: int
    attempts: Paces

    def override_late(self, asked_at: datetime, now: datetime) -> bool:
        """Whether a second person should have looked by now: after these hours nothing more is shared on it."""
        return now > asked_at + timedelta(hours=self.override_confirm_hours)

    def clock(self, *, urgent: bool, holds: Iterable[str]) -> str:
        """wall_clock, day and night, for life safety and one-chance cases; working_time elsewhere."""
        return "wall_clock" if urgent or not self.one_chance.isdisjoint(holds) else "working_time"

    def steps_due(self, kind: str, clock: str, minutes: int) -> tuple[str, ...]:
        """The steps that silence of so many minutes of that clock calls for, the first one first."""
        hours = self.silence[kind, clock]
        return tuple(step for step in KINDS[kind] if minutes >= hours[step] * 60)


def read_standards(document: Mapping[str, Any]) -> tuple[Standards, ...]:
    """The versions of the file, oldest first; raises BadStandards, whose text names the version and the field."""
    return tuple(sorted((_version(one) for one in document["versions"]), key=lambda one: one.effective_from))


def _version(written: Mapping[str, Any]) -> Standards:
    name = str(written.get("version", "(without a version)"))
    for number in _NUMBERS:
        if not isinstance(written.get(number), int) or written[number] < 1:
            raise BadStandards(f"standards {name}: {number}: takes a whole number of at least 1")
    if written["alert_poll_seconds"] > ALERT_WITHIN:
        raise BadStandards(f"standards {name}: alert_poll_seconds: takes {ALERT_WITHIN} at most")
    silence = {}
    for kind, steps in KINDS.items():
        for clock in CLOCKS:
            hours = written.get("silence", {}).get(kind, {}).get(clock, {})
            if tuple(hours) != steps or sorted(hours.values()) != list(hours.values()):
                raise BadStandards(f"standards {name}: silence: {kind}: {clock}: takes hours to each step, in order")
            silence[kind, clock] = hours
    try:
        paces = read_paces(written.get("attempts", {}))
    except ValueError as wrong:
        raise BadStandards(f"standards {name}: {wrong}") from None
    return Standards(
        version=name,
        effective_from=written["effective_from"],
        one_chance=frozenset(written["one_chance"]),
        silence=silence,
        attempts=paces,
        **{number: written[number] for number in _NUMBERS},
    )
