"""The rights tab of a case: each duty by right, how it stands, how its day was counted, and what it rests on."""

from datetime import datetime
from typing import Any

from starlette.responses import Response

from contracts.marks import GONE
from kit import audit
from kit.web.app import Visit
from services.code_compliance.case_ui.happening import agreements, entered, promised
from services.code_compliance.case_ui.past import former
from services.code_compliance.case_ui.people import Named, named
from services.code_compliance.case_ui.room import Opened, dangers, next_clock, open_case, time_left
from services.code_compliance.case_ui.sources import source_in_words
from services.code_compliance.case_ui.suggesting import shown_in_words, suggested
from services.code_compliance.domain.enhanced import at as held_at
from services.code_compliance.domain.enhanced import in_force
from services.code_compliance.domain.entitlements import Clock, clock_id
from services.code_compliance.domain.evidence import for_duty
from services.code_compliance.domain.facts import Evidence
from services.code_compliance.domain.occasions import concerning
from services.code_compliance.domain.receipt import category_in_words, reason_in_words, receipt, trigger_in_words
from services.code_compliance.domain.related import related_clocks
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.states import OPEN
from services.code_compliance.domain.words import CHANNELS, COLOURS, SOURCES, STATES, agency_in_words, title_in_words

ACTS = {
    "notice": "Notice",
    "entry": "Entered by staff",
    "import": "Imported from the agency",
    "complaint": "Step of a complaint",
    "confirmed": "Suggested by another act, and confirmed by staff",
    "hub_receipt": "Details received by the hub",
    "share_refused": "The person said no to sharing",
    "crime_recorded": "The crime record",
    "milestone": "Milestone of the case",
    "referral_sent": "Referral sent",
    "offer_step": "Step written down by the hub",
    "self_referral": "The person came by themselves",
}
RELATED = {
    "running": ("Open", "blue"),
    "over": ("Day passed", "grey"),
    "done": ("Done", "green"),
    "done_late": ("Done after the day", "yellow"),
    "no_day": ("No day", "grey"),
    "ended": ("Ended", "grey"),
}
UPDATES = 6
"""The right under which the person is kept informed."""
WAITING_SHOWN = 10
OUTCOMES = {
    "delivered": "done",
    "declined": "not wanted by the person",
    "excepted": "not done, with a reason",
    "unable": "the person could not be reached",
}


async def show_case(visit: Visit, rules: Rulebook) -> Response:
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        await audit.record(tx, [audit.seen(visit.signed_in, "rights_seen", "case", opened.case.case_id, ("rights",))])
    first, who = next_clock(opened), await named(visit)
    rights = _by_right(visit, opened, rules, who)
    waiting = _waiting(rights)
    return visit.render(
        "case_ui/case.html",
        opened=opened,
        rights=rights,
        waiting=waiting[:WAITING_SHOWN],
        more_waiting=len(waiting[WAITING_SHOWN:]),
        next_clock=first and _shown(visit, opened, first, rules, who),
        left=time_left(visit, first, rules) if first else None,
        badges=_badges(opened, visit.now),
        enhanced=_enhanced(opened, rules, visit.now),
        decisions=opened.case.overrides,
        related=_related(opened, rules, visit.now),
        agreements=agreements(opened),
        agreed_apart=all(group["right"] != UPDATES for group in rights),
        promised=promised(opened, visit.now),
        happenings={h.code: h.words for h in rules.happenings.values()},
        happened=entered(opened, rules),
        named=who,
        said_by=SOURCES,
    )


def _by_right(visit: Visit, opened: Opened, rules: Rulebook, who: Named) -> list[dict[str, Any]]:
    found: dict[int, list[Clock]] = {}
    for clock in opened.clocks.values():
        entitlement = rules.code_named(clock.code_version).entitlements[clock.entitlement]
        found.setdefault(entitlement.right, []).append(clock)
    titles = rules.codes[-1].rights
    return [
        {
            "right": right,
            "title": titles[right],
            "clocks": [
                _shown(visit, opened, clock, rules, who)
                for clock in sorted(found[right], key=lambda c: (c.due_at is None, c.started_at, c.key))
            ],
        }
        for right in sorted(found)
    ]


def _waiting(rights: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The clocks that have a day and have not been shown to be done; the earliest day first."""
    found = [
        each
        for group in rights
        for each in group["clocks"]
        if each["clock"].due_at is not None and each["clock"].state in OPEN
    ]
    return sorted(found, key=lambda each: (each["clock"].due_at, each["clock"].key))


def _shown(visit: Visit, opened: Opened, clock: Clock, rules: Rulebook, who: Named) -> dict[str, Any]:
    code = rules.code_named(clock.code_version)
    entitlement = code.entitlements[clock.entitlement]
    return {
        "id": clock_id(opened.case.case_id, clock.entitlement, clock.occurrence),
        "clock": clock,
        "title": title_in_words(entitlement),
        "holders": ", ".join(agency_in_words(holder) for holder in entitlement.duty_holders),
        "trigger": trigger_in_words(entitlement.trigger),
        "state": "Paused" if clock.state == "running" and clock.paused_since else STATES[clock.state],
        "colour": "light-blue" if clock.state == "running" and clock.paused_since else COLOURS[clock.state],
        "open": clock.state in OPEN,
        "sum": receipt(opened.case, clock, rules, visit.now, opened.pauses_of(clock)),
        "counts_again": next((p.expected_end for p in opened.pauses_of(clock) if p.end is None), None),
        "pausable": clock.limit is not None and (clock.state in OPEN or bool(opened.pauses_of(clock))),
        "history": former(opened.history.get(clock.key, [])),
        "evidence": pieces(opened, clock, rules, who),
        "suggestion": _suggestion(opened, clock, rules),
        "source": SOURCES.get(clock.source or "", clock.source),
        "channel": CHANNELS.get(clock.channel or "", clock.channel),
        "code": code.name,
        "sources": [source_in_words(text) for text in entitlement.sources],
        "unverified": entitlement.unverified,
        "note": entitlement.clock.note,
    }


def pieces(opened: Opened, clock: Clock, rules: Rulebook, who: Named) -> list[dict[str, Any]]:
    """The pieces of evidence told for a clock, in words: the act, when, how, and who said so since when."""
    return [_piece(e, rules, who) for e in _evidence(opened, clock, rules)]


def _evidence(opened: Opened, clock: Clock, rules: Rulebook) -> list[Evidence]:
    """The pieces told for a clock, the deciding one among them."""
    entitlement = rules.code_named(clock.code_version).entitlements[clock.entitlement]
    mine = concerning(opened.case, opened.milestones)
    told = [e for e in opened.evidence if e.case_id in (None, opened.case.case_id, opened.case.stands_for)]
    found = for_duty(entitlement, clock.started_at, opened.case, mine, told, rules)
    if entitlement.repeatable:
        found = [e for e in found if e.id == clock.evidence_id or e.milestone_id == clock.milestone_id]
    return sorted(found, key=lambda e: (e.at, e.id))


def _suggestion(opened: Opened, clock: Clock, rules: Rulebook) -> dict[str, Any] | None:
    found = suggested(opened, rules).get(clock.key) if clock.state in OPEN else None
    return {"id": found.id, "at": found.at, "shown": shown_in_words(found, rules)} if found else None


def _piece(evidence: Evidence, rules: Rulebook, who: Named) -> dict[str, Any]:
    reasons = {reason.code: reason.words for reason in rules.reasons}
    return {
        "act": ACTS.get(evidence.act, evidence.act) + _step(evidence),
        "outcome": OUTCOMES.get(evidence.outcome, evidence.outcome),
        "at": evidence.at,
        "recorded_at": evidence.recorded_at,
        "source": SOURCES.get(evidence.source, evidence.source),
        "channel": None if evidence.outcome == "excepted" else CHANNELS.get(evidence.channel or "", evidence.channel),
        "reason": reasons.get(evidence.reason_code or "", evidence.reason_code),
        "reason_told": _reason_told(evidence),
        "entered_by": who(evidence.entered_by) if evidence.entered_by else None,
    }


def _reason_told(evidence: Evidence) -> str | None:
    """Whether the person was told why, which the Code asks for wherever something is not done for a good reason."""
    if evidence.outcome != "excepted":
        return None
    if evidence.channel is None:
        return "No record that the person was told the reason"
    return f"The person was told the reason: {CHANNELS.get(evidence.channel, evidence.channel)}"


def _badges(opened: Opened, now: datetime) -> list[dict[str, str]]:
    badges = dangers(opened)
    if held_at(opened.case.reasons, now, opened.case.overrides):
        badges.append({"text": "Enhanced rights", "classes": "moj-badge--purple"})
    if any(clock.late_recorded for clock in opened.clocks.values()):
        badges.append({"text": "Recorded late", "classes": "moj-badge--grey"})
    if any(clock.state == "breached" for clock in opened.clocks.values()):
        badges.append({"text": "Breached", "classes": "moj-badge--red"})
    if opened.case.removed and not opened.marked.died:
        badges.append({"text": GONE, "classes": "moj-badge--grey"})
    if not opened.case.circumstances.reported:
        badges.append({"text": "Not reported to the police", "classes": "moj-badge--blue"})
    return badges


def _related(opened: Opened, rules: Rulebook, now: datetime) -> list[dict[str, Any]]:
    """The related clocks, apart from the Code's: computed now from what was told."""
    found = related_clocks(opened.case, opened.milestones, opened.evidence, rules, now)
    return [
        {
            "clock": clock,
            "words": RELATED[clock.state],
            "sources": [source_in_words(text) for text in clock.rule.sources],
        }
        for clock in found
    ]


def _enhanced(opened: Opened, rules: Rulebook, now: datetime) -> list[dict[str, Any]]:
    rules_by_id = {reason.id: reason for code in rules.codes for reason in code.reasons}
    off = {o.category for o in in_force(opened.case.overrides, now) if not o.held}
    known = {r.id: r for r in (*opened.case.reasons, *held_at(opened.case.reasons, now, opened.case.overrides))}
    return [
        {
            "category": category_in_words(reason.category),
            "off": reason.category in off,
            "words": reason_in_words(reason, rules),
            "unverified": reason.id in rules_by_id and rules_by_id[reason.id].unverified,
            "since": reason.since,
            "heard_at": reason.heard_at,
            "late": reason.late,
        }
        for reason in known.values()
    ]


def _step(evidence: Evidence) -> str:
    """ ", restorative justice: information given" """
    named = evidence.line if evidence.act == "offer_step" else None
    return f", {named.replace('.', ': ').replace('_', ' ')}" if named else ""
