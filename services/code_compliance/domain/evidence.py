"""Evidence: what the policy derives from other facts, and which clock of a duty each piece speaks for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.code_compliance.domain.catalogue import Entitlement
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.policy import Act
from services.code_compliance.domain.rulebook import Rulebook

SOURCES = {
    "CPS": "cps",
    "HMCTS": "court",
    "Parole_Board": "court",
    "WCU": "wcu",
    "Probation_VCS": "probation",
    "PCC-commissioned service": "provider",
    "police": "police",
}


def source_of(given_by: str | None, entitlement: Entitlement) -> str:
    """Who said so, as the contracts name it: by the giver, else by who owes the duty."""
    for name in (given_by, entitlement.agency):
        if name is not None:
            return SOURCES.get(name, name.lower() if name.lower() in SOURCES.values() else "other")
    return "other"


def for_duty(
    entitlement: Entitlement,
    arose_at: datetime,
    case: Case,
    milestones: Sequence[Milestone],
    told: Sequence[Evidence],
    rules: Rulebook,
) -> list[Evidence]:
    """All evidence for one duty of a case: what names it, and what the policy of that day makes of other acts."""
    named = [e for e in told if e.entitlement == entitlement.id]
    for act in rules.policy.acts(entitlement.id, arose_at):
        named.extend(_derive(act, entitlement, case, milestones, told))
    return named


def _derive(
    act: Act, entitlement: Entitlement, case: Case, milestones: Sequence[Milestone], told: Sequence[Evidence]
) -> Iterator[Evidence]:
    if act.kind == "hub_receipt" and case.received_at is not None:
        yield _from_case(act, entitlement, case.received_at, case.received_at, "hub")
    elif act.kind == "share_refused" and case.refused:
        yield _from_case(act, entitlement, case.reported_at, case.first_heard_at, "police")
    elif act.kind == "crime_recorded" and case.circumstances.reported:
        yield _from_case(act, entitlement, case.recorded_at, case.first_heard_at, "police")
    elif act.kind == "self_referral" and not case.circumstances.reported:
        yield _from_case(act, entitlement, case.reported_at, case.first_heard_at, "person")
    elif act.kind == "milestone":
        for m in milestones:
            if m.trigger == act.trigger:
                yield Evidence(
                    id=f"{entitlement.id}/{m.milestone_id}",
                    act="milestone",
                    outcome=act.outcome,
                    at=m.happened_at,
                    recorded_at=m.heard_at,
                    source=source_of(None, entitlement),
                    entitlement=entitlement.id,
                    milestone_id=m.milestone_id,
                    derived=True,
                )
    elif act.kind == "referral_sent":
        for e in told:
            if e.act == "referral_sent" and e.line in act.lines:
                yield e
    elif act.kind == "offer_step":
        for e in told:
            if e.act == "offer_step" and e.line in act.steps:
                yield replace(e, outcome=act.outcome)


def _from_case(act: Act, entitlement: Entitlement, at: datetime, heard_at: datetime, source: str) -> Evidence:
    return Evidence(
        id=f"{entitlement.id}/{act.kind}",
        act=act.kind,
        outcome=act.outcome,
        at=at,
        recorded_at=heard_at,
        source=source,
        entitlement=entitlement.id,
        derived=True,
    )


Place = tuple[str, datetime, datetime | None]
"""A clock of a repeated duty: its occurrence, when it began, and when it is due."""


def assign(clocks: Sequence[Place], evidence: Sequence[Evidence]) -> Mapping[str, list[Evidence]]:
    """Gives each piece of evidence for a repeated duty to one of its clocks.

    A piece that names a milestone goes to that clock. One that does not goes to the oldest clock that had begun and
    still ran; else to the oldest past its day without an act; else to one that had ended without the act being done.
    The result depends on what is told, not on the order in which it came.
    """
    given: dict[str, list[Evidence]] = {occurrence: [] for occurrence, _, _ in clocks}
    ordered = sorted(clocks, key=lambda clock: (clock[1], clock[0]))
    for piece in sorted(evidence, key=lambda e: (e.milestone_id not in given, e.at, e.id)):
        if piece.milestone_id in given:
            given[piece.milestone_id].append(piece)
            continue
        ranked = [(_rank(place, given[place[0]], piece.at), place[0]) for place in ordered if place[1] <= piece.at]
        free = [(rank, occurrence) for rank, occurrence in ranked if rank is not None]
        if free:
            given[min(free, key=lambda each: each[0])[1]].append(piece)
    return given


def _rank(place: Place, pieces: Sequence[Evidence], at: datetime) -> int | None:
    """How a clock stood at an instant: 0 running, 1 past its day, 2 ended without the act, None done."""
    due_at = place[2]
    earlier = [e for e in pieces if e.at <= at]
    if any(e.outcome == "delivered" for e in earlier):
        return None
    if any(due_at is None or e.at <= due_at for e in earlier):
        return 2
    return 0 if due_at is None or at <= due_at else 1
