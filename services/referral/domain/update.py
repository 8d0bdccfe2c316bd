"""A later snapshot of the police: it adds lines, holds and doors, and never silently withdraws one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contracts import referral as say
from contracts.envelope import Announcement
from contracts.referral import Rule
from contracts.vocabulary import HOLD_KINDS
from contracts.working_time import local_day
from services.referral.domain import meant, unfamiliar
from services.referral.domain.announcing import SYSTEM, built, case_values, routed_values
from services.referral.domain.books import Books
from services.referral.domain.deciding import Decision, announce_plan, by_itself, decided, plan_lines
from services.referral.domain.ended_holds import ENDED, Ended, still
from services.referral.domain.facts import CaseFacts, History, at_risk
from services.referral.domain.routing import NOW_OR_CHILD, Routing, route
from services.referral.domain.told import as_told
from services.referral.domain.who_agrees import AGE_UNKNOWN

GATES = frozenset(HOLD_KINDS["gates"])
"""Holds that say how things stand now: they go when what they speak of is there. Any other only a human lifts."""


GRAVE = frozenset({"homicide_service", "victims_of_terrorism_unit"})
"""Doors of crimes that are sent to nobody by themselves."""
RISK_UNKNOWN, UNKNOWN_WORD = "risk_unknown", "unknown_word"
OURS = (
    *("choices", "access_needs", "refused_providers", "must_give_evidence", "hub_risk", "hub_dash"),
    *("hub_language", "told_age", "told_sex", "told_of_themselves", "told_danger", "hub_contact", "hub_incident_id"),
    "fraud_level",
)
"""Facts that the hub alone knows, as it found them or the person told it: no snapshot of the police has them."""
LIFTED = frozenset({"major_incident"})
"""The hold that a team leader lifts: what the police tell later of the same incident does not raise it again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands before it is decided again. `referred`: lines that have a referral, open or closed; `said_no`:
    the person declined one, or took an agreement back; `lifted`: holds that a human has lifted for good; `ended`: those
    that a human ended while the facts are as they were: nothing is sent by itself then."""

    reference: str
    lines: tuple[str, ...]
    offers: tuple[str, ...]
    holds: tuple[str, ...]
    doors: tuple[str, ...]
    decision: str
    run: int
    referred: frozenset[str] = frozenset()
    before: CaseFacts | None = None
    history: History | None = None
    removed: bool = False
    revision: int = 1
    said_no: bool = False
    lifted: frozenset[str] = frozenset()
    ended: tuple[Ended, ...] = ()


def is_stale(held: int, revision: int) -> bool:
    """Whether a snapshot is older than the one held, and so to be ignored and counted."""
    return revision < held


def decide_again(
    facts: CaseFacts, history: History, standing: Standing, books: Books, now: datetime, revision: int = 1
) -> Decision:
    """The decision on a case that is known, from new facts of it. New lines get their referrals; what stands, stays.

    Announces case.updated where facts changed and case.routed where anything of the decision did.
    """
    facts = keeping(standing.before, facts)
    today = local_day(now)
    force = books.on(today)
    found = route(facts, history, force.rules)
    over = still(standing.ended, facts, history) if standing.ended else frozenset()
    if standing.lifted or over:
        found = _without(found, standing.lifted, over)
    routing = _joined(standing, found, over=over | _over(facts))
    new = tuple(line for line in routing.lines if line not in standing.referred)
    alone = not (standing.said_no or standing.ended or GRAVE.intersection(routing.doors)) and by_itself(history)
    apart, known = history.other_party_with, history.known_already
    plan = plan_lines(facts, routing, new, force, now, books.closed, by_itself=alone, apart=apart, known=known)
    decision = _decision(standing, routing, bool(plan.legs))
    changed = changed_fields(facts, history, standing)
    events: list[Announcement] = []
    if changed or standing.removed:
        values = case_values(facts, history, standing.reference) | {"changed": changed, "revision": revision}
        events.append(built(say.CaseUpdated, facts.case_id, now, SYSTEM, values))
    run = standing.run
    if _differs(standing, routing, decision) or plan.referrals:
        run += 1
        values = routed_values(routing, decision, history, force.rules.version, run)
        events.append(built(say.CaseRouted, facts.case_id, now, SYSTEM, values))
    announce_plan(events, facts, plan, now, urgent=not NOW_OR_CHILD.isdisjoint(routing.holds))
    return Decision(
        facts.case_id,
        standing.reference,
        routing,
        decision,
        plan.legs,
        plan.waiting,
        plan.nobody,
        plan.referrals,
        force.rules.version,
        run,
        tuple(events),
        force.directory.version,
        tuple(sorted(one.hold for one in standing.ended if one.stays and one.hold in over)),
    )


def keeping(before: CaseFacts | None, facts: CaseFacts) -> CaseFacts:
    """New facts from the police, with what only we know: needs, what words of theirs mean, and all of `OURS`."""
    if before is None:
        return facts
    if before.unfamiliar:
        facts = replace(facts, unfamiliar=(*facts.unfamiliar, *unfamiliar.kept(before, facts)))
    if before.meant:
        facts = meant.read(facts, before.meant)
    ours = {name: getattr(before, name) for name in OURS}
    if facts.major_incident_id not in (None, before.hub_incident_id):
        ours["hub_incident_id"] = None  # the police name the incident themselves: theirs is not the hub's to take back
    if not before.needs and all(one is None or one is False or one == () for one in ours.values()):
        return facts
    return as_told(at_risk(replace(facts, **ours, needs=facts.needs or before.needs)))


def _without(found: Routing, lifted: frozenset[str], over: frozenset[str]) -> Routing:
    """What was found, without the holds that humans took off: the rule of one that somebody ended is named so."""
    rules = tuple(
        Rule(id=ENDED + rule.id.removeprefix(_HOLD), version=rule.version) if _of(rule) in over else rule
        for rule in found.rules
    )
    return replace(found, holds=tuple(hold for hold in found.holds if hold not in lifted | over), rules=rules)


_HOLD = "hold."


def _of(rule: Rule) -> str:
    return rule.id.removeprefix(_HOLD) if rule.id.startswith(_HOLD) else ""


def _over(facts: CaseFacts) -> frozenset[str]:
    """Holds of what was not known and is now: the age, what was meant by a word, and the risk once the hub itself has
    recorded it."""
    age = {AGE_UNKNOWN} if facts.age is not None else set()
    recorded = facts.hub_risk is not None or facts.hub_dash is not None
    age |= {UNKNOWN_WORD} if not facts.unfamiliar else set()
    return frozenset(age | ({RISK_UNKNOWN} if recorded else set()))


def _joined(standing: Standing, found: Routing, over: frozenset[str]) -> Routing:
    """What stood and what is new. `over`: the holds of facts that are known now."""

    def both(held: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({*held, *new}))

    lasting = tuple(hold for hold in standing.holds if hold not in GATES and hold not in over)
    return Routing(
        both(standing.lines, found.lines),
        both(standing.offers, found.offers),
        both(lasting, found.holds),
        both(standing.doors, found.doors),
        found.rules,
    )


def _decision(standing: Standing, routing: Routing, sent_now: bool) -> str:
    """A leg that was sent stays sent, unless danger or a child's age became known, or the crime is now one of which
    another service is told first: then a human has to look."""
    decision = decided(routing.holds, routing.doors, sent_now, something=bool(routing.lines))
    urgent = NOW_OR_CHILD.intersection(routing.holds).difference(standing.holds)
    grave = GRAVE.intersection(routing.doors).difference(standing.doors)
    return "sent" if standing.decision == "sent" and not urgent and not grave else decision


def _differs(standing: Standing, routing: Routing, decision: str) -> bool:
    return (routing.lines, routing.offers, routing.holds, routing.doors, decision) != (
        *(standing.lines, standing.offers, standing.holds, standing.doors),
        standing.decision,
    )


def changed_fields(facts: CaseFacts, history: History, standing: Standing) -> tuple[str, ...]:
    """Names of the announced fields that differ from before, sorted; none when the facts before are not known."""
    if standing.before is None:
        return ()
    new = case_values(facts, history, standing.reference)
    old = case_values(standing.before, standing.history or history, standing.reference)
    return tuple(sorted(name for name, value in new.items() if value != old[name]))


def removed(
    facts: CaseFacts, history: History, reference: str, now: datetime, revision: int | None = None
) -> say.CaseUpdated:
    """The police's snapshot does not name this person any more. The case is marked, never closed by itself."""
    values: dict[str, Any] = case_values(facts, history, reference)
    values |= {"changed": ("removed",), "removed": True, "revision": revision}
    return built(say.CaseUpdated, facts.case_id, now, SYSTEM, values)
