"""States of an entitlement: which there are, how evidence settles one, and which steps are legal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.code_compliance.domain.facts import Evidence

SETTLED_BY = {
    "delivered": "met",
    "declined": "declined_by_victim",
    "excepted": "excepted_with_reason",
    "unable": "unable_to_contact",
}
"""The outcome of a timely act -> the state in which it leaves the duty."""

OPEN = frozenset({"running", "breached", "not_evidenced"})
"""States that evidence can still change for the better: nothing has shown the duty met."""

BY_THE_TIMER = frozenset({"breached", "not_evidenced"})
ENDED = frozenset({"met", "met_late", "declined_by_victim", "excepted_with_reason", "unable_to_contact"})

LEGAL: dict[str, frozenset[str]] = {
    "not_triggered": OPEN - BY_THE_TIMER | ENDED,
    "running": OPEN | ENDED | {"not_applicable"},
    "breached": ENDED | {"running", "not_applicable"},
    "not_evidenced": ENDED | {"running", "not_applicable"},
    "not_applicable": ENDED | {"running"},
} | {state: ENDED | {"running", "not_applicable"} for state in ENDED}
"""From a state to those that may follow. Only the timer breaches, and only what runs; new facts may reopen anything."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How evidence leaves a duty, and which piece of it decides."""

    state: str
    by: Evidence


def settle(due_at: datetime | None, evidence: Iterable[Evidence]) -> Settlement | None:
    """What the evidence for one clock says; None when it leaves the clock as it was.

    A timely delivery counts before a timely refusal or exception, and that before a late delivery; among equals the
    earliest. A refusal or exception after the due day changes nothing: the duty had been missed by then.
    """
    ranked = sorted(evidence, key=lambda e: (e.at, e.id))
    timely = [e for e in ranked if due_at is None or e.at <= due_at]
    for found in (_first(timely, delivered=True), _first(timely, delivered=False)):
        if found is not None:
            return Settlement(SETTLED_BY[found.outcome], found)
    late = _first(ranked, delivered=True)
    return Settlement("met_late", late) if late is not None else None


def _first(evidence: list[Evidence], *, delivered: bool) -> Evidence | None:
    return next((e for e in evidence if (e.outcome == "delivered") is delivered), None)
