"""What the service hears: crimes, milestones, notices, and what referral says of cases; a batch at a time."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from contracts.identity import case_id
from contracts.justice import NO_DETAILS, MilestoneReached, NoticeGiven
from contracts.police import CrimeRecorded, CrimeUpdated
from contracts.referral import CaseFacts, ReferralSent
from contracts.refused import Refused
from kit.database import Tx
from kit.inbox import Received, release, wait
from kit.listening import Context
from services.code_compliance.actions import Because, decide_afresh, raise_for_new
from services.code_compliance.domain.evidence import source_of
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.snapshots import cases_of, self_referral
from services.code_compliance.store import cases as stored
from services.code_compliance.store import told


async def on_crime(tx: Tx, events: Sequence[Received[CrimeRecorded | CrimeUpdated]], context: Context) -> None:
    """Snapshots of crimes. The first one of a crime raises what its people are owed; a later one may add, re-plan or
    take away; one that is not newer than what is held is counted and ignored."""
    rules: Rulebook = context.facts
    firsts = {event.data.crime_id: event for event in reversed(events)}
    opened = {crime_id: cases_of(e.data, e.time, rules, {}) for crime_id, e in firsts.items()}
    order = sorted(firsts)
    new = await stored.claim_crimes(
        tx,
        order,
        [firsts[c].data.revision for c in order],
        [firsts[c].time for c in order],
        [len(opened[c]) for c in order],
    )
    cases = [case for crime_id in order if crime_id in new for case in opened[crime_id]]
    await stored.save(tx, cases)
    because = {
        case.case_id: Because(firsts[case.crime_id].time, firsts[case.crime_id]) for case in cases if case.crime_id
    }
    await raise_for_new(tx, cases, because, rules)
    later = [e for e in events if e.data.crime_id not in new or e is not firsts[e.data.crime_id]]
    if later:
        await _revise(tx, later, rules)
    waited = await release(tx, context, [str(key) for key in [*new, *(case.case_id for case in cases)]])
    await _hear_again(tx, waited, context)


async def _revise(tx: Tx, events: Sequence[Received[CrimeRecorded | CrimeUpdated]], rules: Rulebook) -> None:
    crime_ids = sorted({e.data.crime_id for e in events})
    revisions = await stored.lock_crimes(tx, crime_ids)
    people: dict[UUID, dict[UUID, Case]] = {crime_id: {} for crime_id in crime_ids}
    for case in await stored.load(tx, crimes=crime_ids, lock=True):
        if case.crime_id is not None:
            people[case.crime_id][case.case_id] = case
    stale, revised = dict.fromkeys(crime_ids, 0), dict.fromkeys(crime_ids, 0)
    because: dict[UUID, Because] = {}
    for event in events:
        crime_id = event.data.crime_id
        if event.data.revision <= revisions[crime_id]:
            stale[crime_id] += 1
            continue
        revisions[crime_id] = event.data.revision
        revised[crime_id] += 1
        for case in cases_of(event.data, event.time, rules, people[crime_id]):
            people[crime_id][case.case_id] = case
            because[case.case_id] = Because(event.time, event)
    changed = [case for known in people.values() for case in known.values() if case.case_id in because]
    await stored.save(tx, changed)
    await stored.revise_crimes(tx, [(c, revisions[c], len(people[c]), stale[c], revised[c]) for c in crime_ids])
    await decide_afresh(tx, changed, because, rules)


async def on_milestone_reached(tx: Tx, events: Sequence[Received[MilestoneReached]], context: Context) -> None:
    """Milestones of crimes; one whose crime has not come yet waits for it."""
    ready = await _with_their_crime(tx, events)
    await told.keep_milestones(tx, [(e.data.crime_id, _milestone(e)) for e in ready])
    await _decide_crimes(tx, ready, context.facts)


async def on_notice_given(tx: Tx, events: Sequence[Received[NoticeGiven]], context: Context) -> None:
    """Notices to victims; one whose crime has not come yet waits for it, one for no duty of the Code is refused."""
    rules: Rulebook = context.facts
    for event in events:
        if rules.entitlement(event.data.entitlement) is None:
            raise Refused("entitlement", "not_in_the_catalogue")
    ready = await _with_their_crime(tx, events)
    await told.keep_evidence(tx, [(e.data.crime_id, _notice(e, rules)) for e in ready])
    await _decide_crimes(tx, ready, rules)


async def on_case_told(tx: Tx, events: Sequence[Received[CaseFacts]], context: Context) -> None:
    """Cases as referral tells of them: who is restricted, and who came without a crime report."""
    last = {event.data.case_id: event for event in events}
    await stored.restrict(tx, [c for c, e in last.items() if e.data.restricted])
    await stored.lift_restriction(tx, [c for c, e in last.items() if not e.data.restricted])
    mine = {c: e for c, e in last.items() if e.data.crime_id is None and not e.data.reported}
    held = {case.case_id for case in await stored.load(tx, cases=list(mine))} if mine else set()
    new = [self_referral(c, e.data.happened_at) for c, e in mine.items() if c not in held]
    await stored.save(tx, new)
    await raise_for_new(tx, new, {c.case_id: Because(c.reported_at, mine[c.case_id]) for c in new}, context.facts)
    waited = await release(tx, context, [str(case.case_id) for case in new]) if new else []
    await _hear_again(tx, waited, context)


async def on_referral_sent(tx: Tx, events: Sequence[Received[ReferralSent]], context: Context) -> None:
    """Referrals that left for a provider: evidence for duties that the policy names."""
    cases = {case.case_id: case for case in await stored.load(tx, cases=[e.data.case_id for e in events], lock=True)}
    ready = [e for e in events if e.data.case_id in cases]
    await wait(tx, [e for e in events if e.data.case_id not in cases])
    await told.keep_evidence(tx, [(None, _referral(e)) for e in ready])
    because = {e.data.case_id: Because(e.time, e) for e in ready}
    await decide_afresh(tx, [cases[c] for c in because], because, context.facts)


async def _with_their_crime(tx: Tx, events: Sequence[Received[Any]]) -> list[Received[Any]]:
    known = await stored.known_crimes(tx, [e.data.crime_id for e in events])
    await wait(tx, [e for e in events if e.data.crime_id not in known])
    return [e for e in events if e.data.crime_id in known]


async def _decide_crimes(tx: Tx, events: Sequence[Received[Any]], rules: Rulebook) -> None:
    last = {event.data.crime_id: event for event in events}
    cases = await stored.load(tx, crimes=sorted(last), lock=True) if last else []
    because = {c.case_id: Because(last[c.crime_id].time, last[c.crime_id]) for c in cases if c.crime_id is not None}
    if cases:
        await decide_afresh(tx, cases, because, rules)


async def _hear_again(tx: Tx, waited: Iterable[Received[Any]], context: Context) -> None:
    """Hands waiting events to their handlers, each kind at once: what is decided does not depend on their order."""
    by_kind: dict[type[Any], list[Received[Any]]] = {}
    for event in waited:
        by_kind.setdefault(type(event.data), []).append(event)
    for kind, handler in (
        (MilestoneReached, on_milestone_reached),
        (NoticeGiven, on_notice_given),
        (ReferralSent, on_referral_sent),
    ):
        if kind in by_kind:
            await handler(tx, by_kind[kind], context)


def _milestone(event: Received[MilestoneReached]) -> Milestone:
    data = event.data
    return Milestone(
        milestone_id=data.milestone_id,
        case_id=case_id(data.crime_id, data.victim_ref) if data.victim_ref else None,
        trigger=data.trigger,
        happened_at=data.happened_at.astimezone(UTC),
        heard_at=event.time,
        received_by_wcu_at=data.received_by_wcu_at and data.received_by_wcu_at.astimezone(UTC),
        details=data.details or NO_DETAILS,
    )


def _notice(event: Received[NoticeGiven], rules: Rulebook) -> Evidence:
    data = event.data
    entitlement = rules.entitlement(data.entitlement)
    assert entitlement is not None
    return Evidence(
        id=data.notice_id,
        act="notice",
        outcome=data.outcome,
        at=data.given_at.astimezone(UTC),
        recorded_at=event.time,
        source=source_of(data.given_by, entitlement),
        case_id=case_id(data.crime_id, data.victim_ref) if data.victim_ref else None,
        entitlement=data.entitlement,
        milestone_id=data.milestone_id,
        channel=data.channel,
        reason_code=data.reason_code,
    )


def _referral(event: Received[ReferralSent]) -> Evidence:
    return Evidence(
        id=str(event.data.leg_id),
        act="referral_sent",
        outcome="delivered",
        at=event.data.happened_at,
        recorded_at=event.time,
        source="hub",
        case_id=event.data.case_id,
        line=event.data.line,
    )
