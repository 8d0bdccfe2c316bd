"""What workers enter: evidence for a clock, its pauses, things that happened, enhanced rights either way."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.code_compliance.actions.deciding import Because, decide_afresh, pass_on
from services.code_compliance.domain.enhanced import Override
from services.code_compliance.domain.entitlements import Clock
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.pauses import Pause
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.states import OPEN
from services.code_compliance.domain.suggestions import Suggestion
from services.code_compliance.store import cases as stored_cases
from services.code_compliance.store import ledger
from services.code_compliance.store import told as stored_told


async def enter_evidence(
    tx: Tx, viewer: Viewer, case_id: UUID, clock: Clock, evidence: Evidence, rules: Rulebook, now: datetime
) -> None:
    """Takes evidence from a worker, who is named with it; refuses an act in the future or before the duty arose."""
    if evidence.at > now:
        raise Refused("at", "in_the_future")
    if local_day(evidence.at) < local_day(clock.started_at):
        raise Refused("at", "before_it_arose")
    case = await _locked(tx, case_id)
    await stored_told.keep_evidence(tx, [(None, evidence)])
    await _afresh(tx, viewer, case, rules, now)
    entry = audit.seen(viewer, "evidence_entered", "case", case_id, ("evidence",), clock.entitlement)
    await audit.record(tx, [entry])


async def pause(tx: Tx, viewer: Viewer, pause: Pause, clock: Clock, rules: Rulebook, now: datetime) -> None:
    """Pauses a clock, or enters a pause that is over. Refuses what lies in the future or before the duty arose, a
    clock without a counted limit, one that is settled, and one that is paused."""
    case = await _locked(tx, pause.case_id)
    held = await ledger.pauses(tx, [pause.case_id])
    if any(p.pause_id == pause.pause_id for p in held.get(pause.case_id, ())):
        return
    if clock.limit is None:
        raise Refused("", "no_limit_to_pause")
    if clock.state not in OPEN:
        raise Refused("", "settled")
    if clock.paused_since is not None:
        raise Refused("", "already_paused")
    if max(pause.start, pause.end or pause.start) > now:
        raise Refused("on", "in_the_future")
    if local_day(pause.start) < local_day(clock.started_at):
        raise Refused("on", "before_it_arose")
    if pause.end is None and pause.expected_end is not None and pause.expected_end <= now:
        raise Refused("until", "not_in_the_future")
    await ledger.keep_pause(tx, pause)
    await _afresh(tx, viewer, case, rules, now)
    entry = audit.seen(viewer, "clock_paused", "case", pause.case_id, ("pause",), pause.reason_code)
    await audit.record(tx, [entry])


async def resume(tx: Tx, viewer: Viewer, pause: Pause, end: datetime, rules: Rulebook, now: datetime) -> bool:
    """Ends an open pause; False when somebody had ended it before. Refuses an end in the future or before its start."""
    if end > now:
        raise Refused("on", "in_the_future")
    if end < pause.start:
        raise Refused("on", "before_the_pause")
    case = await _locked(tx, pause.case_id)
    if not await ledger.end_pause(tx, pause.pause_id, end, viewer.user_id, now):
        return False
    await _afresh(tx, viewer, case, rules, now)
    entry = audit.seen(viewer, "clock_resumed", "case", pause.case_id, ("pause",), pause.reason_code)
    await audit.record(tx, [entry])
    return True


async def prolong(
    tx: Tx, viewer: Viewer, pause: Pause, pause_id: UUID, expected_end: datetime, rules: Rulebook, now: datetime
) -> bool:
    """Says another day for an open pause: it ends now and another of the same reason begins, so that both days stay in
    the ledger and no day between them counts. False when somebody had ended it before."""
    if expected_end <= now:
        raise Refused("until", "not_in_the_future")
    case = await _locked(tx, pause.case_id)
    if not await ledger.end_pause(tx, pause.pause_id, now, viewer.user_id, now):
        return False
    again = replace(
        pause,
        pause_id=pause_id,
        start=now,
        end=None,
        entered_by=viewer.user_id,
        entered_at=now,
        resumed_by=None,
        resumed_at=None,
        expected_end=expected_end,
    )
    await ledger.keep_pause(tx, again)
    await _afresh(tx, viewer, case, rules, now)
    entry = audit.seen(viewer, "clock_paused", "case", pause.case_id, ("pause",), pause.reason_code)
    await audit.record(tx, [entry])
    return True


async def happened(tx: Tx, viewer: Viewer, case_id: UUID, told: Milestone, rules: Rulebook, now: datetime) -> None:
    """Takes something that happened, from a worker, who is named with it. Refuses what lies in the future or before the
    report, or where nothing was reported, before the person came."""
    case = await _locked(tx, case_id)
    if told.happened_at > now:
        raise Refused("on", "in_the_future")
    if local_day(told.happened_at) < local_day(case.reported_at):
        raise Refused("on", "before_the_report")
    await stored_told.keep_milestones(tx, [(case.life, told)])
    await _afresh(tx, viewer, case, rules, now)
    await audit.record(tx, [audit.seen(viewer, "happening_entered", "case", case_id, ("milestone",), told.trigger)])


async def override(tx: Tx, viewer: Viewer, decided: Override, rules: Rulebook, now: datetime) -> None:
    """Decides that a category of enhanced rights holds for somebody, or that it does not. Refuses a day in the future,
    and businesses, which have none."""
    before = await _locked(tx, decided.case_id)
    code = rules.code_at(before.reported_at) or rules.codes[0]
    if code.never_enhanced(before.circumstances):
        raise Refused("", "never_enhanced")
    if decided.since is not None and decided.since > now:
        raise Refused("on", "in_the_future")
    if not await stored_cases.keep_override(tx, decided):
        return
    case = replace(before, overrides=(*before.overrides, decided))
    await _afresh(tx, viewer, case, rules, now)
    await pass_on(tx, [case], {case.case_id: before}, {case.case_id: Because(now, actor_role=viewer.role)})
    entry = audit.seen(viewer, "enhanced_decided", "case", case.case_id, ("enhanced",), decided.reason_code)
    await audit.record(tx, [entry])


async def answer(
    tx: Tx, viewer: Viewer, case_id: UUID, suggestion: Suggestion, confirmed: bool, rules: Rulebook, now: datetime
) -> None:
    """Keeps a worker's answer to a suggestion; a yes becomes evidence, with the worker named. Answered once."""
    case = await _locked(tx, case_id)
    words = "confirmed" if confirmed else "rejected"
    if not await ledger.keep_answer(tx, case_id, suggestion.id, words, viewer.user_id, now):
        return
    if confirmed:
        await stored_told.keep_evidence(tx, [(None, _evidence(case_id, suggestion, viewer, now))])
        await _afresh(tx, viewer, case, rules, now)
    entry = audit.seen(viewer, f"suggestion_{words}", "case", case_id, ("evidence",), suggestion.entitlement)
    await audit.record(tx, [entry])


def _evidence(case_id: UUID, suggestion: Suggestion, viewer: Viewer, now: datetime) -> Evidence:
    return Evidence(
        id=str(suggestion.id),
        act="confirmed",
        outcome="delivered",
        at=suggestion.at,
        recorded_at=now,
        source=suggestion.source,
        case_id=case_id,
        entitlement=suggestion.entitlement,
        milestone_id=suggestion.occurrence or None,
        entered_by=viewer.user_id,
    )


async def _locked(tx: Tx, case_id: UUID) -> Case:
    (case,) = await stored_cases.load(tx, cases=[case_id], lock=True)
    return case


async def _afresh(tx: Tx, viewer: Viewer, case: Case, rules: Rulebook, now: datetime) -> None:
    await decide_afresh(tx, [case], {case.case_id: Because(now, actor_role=viewer.role)}, rules)
