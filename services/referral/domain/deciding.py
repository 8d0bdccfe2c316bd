"""The whole decision on a case: routed, matched, sent where everything allows it, announced."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts import referral as say
from contracts.envelope import Announcement
from contracts.identity import reference
from contracts.working_time import local_day
from services.referral.domain.announcing import SYSTEM, built, case_values, leg_values, routed_values
from services.referral.domain.answering import NEVER, due_at
from services.referral.domain.books import Books, InForce
from services.referral.domain.directory import Contract
from services.referral.domain.facts import CaseFacts, History
from services.referral.domain.matching import TAKING, failed_rules, fits, match, works_in
from services.referral.domain.referral import leg_id, referral_id
from services.referral.domain.routing import NOW_OR_CHILD, Routing, route


@dataclass(frozen=True, slots=True)
class Leg:
    """One provider tried for a referral; `accept_by`: the end of the contract's limit, from the sending."""

    referral_id: UUID
    leg_id: UUID
    line: str
    contract: Contract
    automatic: bool
    number: int
    accept_by: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """`referrals`: id and line of every referral received now, sent ones included; `waiting`: the lines of those that a
    human has to send; `nobody_available`: the lines that nobody can take. `routing` is what stands after this run;
    `grave`: holds that humans ended though their danger is there: they keep its place in the queue and its mark.
    """

    case_id: UUID
    reference: str
    routing: Routing
    decision: str
    legs: tuple[Leg, ...]
    waiting: tuple[str, ...]
    nobody_available: tuple[str, ...]
    referrals: tuple[tuple[UUID, str], ...]
    rules_version: str
    run: int
    events: tuple[Announcement, ...]
    directory_version: str = ""
    grave: tuple[str, ...] = ()


SHARED = "police_share"
"""The gate of an automatic leg: the police's share, by the dated policy."""

NO_REFERRAL = frozenset({"share_refused", "share_not_asked"})
"""Gates under which nothing is offered to a service before a human has spoken to the officer or the person."""


def decide(facts: CaseFacts, history: History, books: Books, now: datetime) -> Decision:
    """The decision on a new case at `now`, the time of the event that told of it. Nothing here refuses help."""
    today = local_day(now)
    force = books.on(today)
    routing = route(facts, history, force.rules)
    code = reference(facts.case_id)
    alone = by_itself(history)
    apart, known = history.other_party_with, history.known_already
    plan = plan_lines(
        facts, routing, routing.lines, force, now, books.closed, by_itself=alone, apart=apart, known=known
    )
    decision = decided(routing.holds, routing.doors, bool(plan.legs), something=bool(routing.lines))
    events: list[Announcement] = [
        built(say.CaseOpened, facts.case_id, now, SYSTEM, case_values(facts, history, code)),
        built(
            say.CaseRouted,
            facts.case_id,
            now,
            SYSTEM,
            routed_values(routing, decision, history, force.rules.version),
        ),
    ]
    announce_plan(events, facts, plan, now, urgent=not NOW_OR_CHILD.isdisjoint(routing.holds))
    return Decision(
        facts.case_id,
        code,
        routing,
        decision,
        plan.legs,
        plan.waiting,
        plan.nobody,
        plan.referrals,
        force.rules.version,
        1,
        tuple(events),
        force.directory.version,
    )


def by_itself(history: History) -> bool:
    """Whether anything may be sent without a human: not of a restricted person, for whom a worker has to be named, and
    not while there may be one chance to speak to the person, or their risk is high in another case, whatever this case
    is of; nor where what came sealed does not fit what was told in the open, nor once they said no in another case, nor
    to anybody of whom it stands that they died."""
    elsewhere = history.one_chance_elsewhere or history.high_risk_elsewhere or history.no_elsewhere is not None
    return not (history.restricted or elsewhere or history.doubtful or history.died)


def decided(holds: tuple[str, ...], doors: tuple[str, ...], sent: bool, something: bool) -> str:
    """The decision, first that fits. `something`: a line is recommended, so a human has something to do."""
    if sent:
        return "sent"
    if not NOW_OR_CHILD.isdisjoint(holds):
        return "waiting"
    if "share_refused" in holds:
        return "refused"
    if "other_force_hub" in doors:
        return "out_of_area"
    return "waiting" if holds or doors or something else "information_only"


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of each line: sent now, received and waiting, or nobody can take it (`failed`: the rules)."""

    referrals: tuple[tuple[UUID, str], ...]
    legs: tuple[Leg, ...]
    waiting: tuple[str, ...]
    nobody: tuple[str, ...]
    failed: dict[str, tuple[str, ...]]


NOTHING = Plan((), (), (), (), {})


def plan_lines(
    facts: CaseFacts,
    routing: Routing,
    lines: tuple[str, ...],
    force: InForce,
    now: datetime,
    closed: Mapping[UUID, frozenset[date]],
    *,
    by_itself: bool = True,
    apart: Collection[UUID] = (),
    known: Collection[str] = (),
) -> Plan:
    """What becomes of these lines; nothing is sent at once unless `by_itself`, as for a restricted person, for
    whom a worker has to be named, nor while a word is not understood, nothing says what happened or two rows contradict
    each other, whatever the rules of the day hold, and to none of the providers `apart`, who help the other party. No
    referral at all where sharing is refused or has to be asked first, or where another hub commissions: then a human
    acts on the case.
    `closed`: the days of planned closures, by contract; `known`: lines that somebody gives the person already."""
    if not lines or not NO_REFERRAL.isdisjoint(routing.holds) or facts.out_of_area:
        return NOTHING
    alone = by_itself and not routing.holds and facts.is_plain and force.policy.share_counts(facts)
    today, directory = local_day(now), force.directory
    referrals, legs, waiting, nobody = [], [], [], []
    failed: dict[str, tuple[str, ...]] = {}
    for line in lines:
        referral = referral_id(facts.case_id, line)
        referrals.append((referral, line))
        contract = force.policy.named_contract(line, facts.area) if alone and line not in known else None
        if contract and _takes(contract, facts, today) and not (apart and works_in(contract, apart)):
            # What is urgent is never sent by itself.
            by = due_at(contract.standards, "answer", now, urgent=False, closed=closed.get(contract.contract_id, NEVER))
            legs.append(Leg(referral, leg_id(referral, 1), line, contract, True, 1, by))
            continue
        waiting.append(line)
        if match(facts, line, directory, today) is None:
            nobody.append(line)
            failed[line] = failed_rules(facts, line, directory, today)
    return Plan(tuple(referrals), tuple(legs), tuple(waiting), tuple(nobody), failed)


def _takes(contract: Contract, facts: CaseFacts, today: date) -> bool:
    return contract.state_on(today) in TAKING and fits(facts, contract, today)


def announce_plan(events: list[Announcement], facts: CaseFacts, plan: Plan, now: datetime, *, urgent: bool) -> None:
    """Appends what the plan announces: each referral received, each automatic one triaged and sent, and for whom
    nobody is there."""
    case_id = facts.case_id
    legs = {leg.referral_id: leg for leg in plan.legs}
    for referral, line in plan.referrals:
        values: dict[str, Any] = {"referral_id": referral, "line": line, "urgent": urgent}
        leg = legs.get(referral)
        if leg is None:
            values["source"] = facts.source
            events.append(built(say.ReferralReceived, case_id, now, SYSTEM, values))
            continue
        values["automatic"] = True
        events.append(built(say.ReferralReceived, case_id, now, SYSTEM, {**values, "source": facts.source}))
        events.append(built(say.ReferralTriaged, case_id, now, SYSTEM, {**values, "needs": facts.needs}))
        sent = leg_values(referral, leg.leg_id, line, leg.contract, automatic=True)
        sent |= {"gate": SHARED, "leg_number": leg.number, "accept_by": leg.accept_by}
        events.append(built(say.ReferralSent, case_id, now, SYSTEM, sent))
    for line in plan.nobody:
        events.append(nobody_available(facts, line, referral_id(case_id, line), plan.failed[line], now))


def nobody_available(
    facts: CaseFacts, line: str, referral: UUID, reasons: tuple[str, ...], now: datetime
) -> Announcement:
    """That nobody can take the person for this line; `reasons`: the rules that stand in the way."""
    values = {
        "line": line,
        "referral_id": referral,
        "local_authority": facts.area,
        "needs": facts.needs,
        "reasons": reasons,
    }
    return built(say.NobodyAvailable, facts.case_id, now, SYSTEM, values)
