"""What the service hears: crimes, milestones, notices, and what referral says of cases; a batch at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from contracts.identity import case_id
from contracts.justice import NO_DETAILS, MilestoneReached, NoticeGiven
from contracts.police import CrimeRecorded, CrimeUpdated
from contracts.referral import CaseFacts, CaseOpened, CaseUpdated, OfferStepTaken, PersonDeathRecorded, ReferralSent
from contracts.refused import Refused
from kit.database import Tx
from kit.inbox import Received, release, wait
from kit.listening import Context
from kit.service import Moment
from services.code_compliance.actions import marking, relating
from services.code_compliance.actions.deciding import Because, decide_afresh, mark_due, pass_on, raise_for_new
from services.code_compliance.domain.evidence import source_of
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.profiles import Profile, profile_told, profiles_of
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.snapshots import cases_of, self_referral
from services.code_compliance.store import cases as stored
from services.code_compliance.store import profiles, told, waiting

Snapshot = Received[CrimeRecorded | CrimeUpdated]
OfJustice = Received[MilestoneReached | NoticeGiven]
Acted = ReferralSent | OfferStepTaken
OfReferral = Received[CaseOpened | CaseUpdated | Acted]


async def on_police(tx: Tx, events: Sequence[Snapshot], context: Context) -> None:
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
    await profiles.keep(tx, [p for crime_id in order if crime_id in new for p in profiles_of(firsts[crime_id].data)])
    why = {c.case_id: Because(firsts[c.crime_id].time, firsts[c.crime_id]) for c in cases if c.crime_id is not None}
    await raise_for_new(tx, cases, why, rules)
    later = [e for e in events if e.data.crime_id not in new or e is not firsts[e.data.crime_id]]
    if later:
        await _revise(tx, later, rules)
    await _release(tx, [*new, *(case.case_id for case in cases)], context)


async def _revise(tx: Tx, events: Sequence[Snapshot], rules: Rulebook) -> None:
    crime_ids = sorted({e.data.crime_id for e in events})
    revisions = await stored.lock_crimes(tx, crime_ids)
    people: dict[UUID, dict[UUID, Case]] = {crime_id: {} for crime_id in crime_ids}
    for case in await stored.load(tx, crimes=crime_ids, lock=True):
        if case.crime_id is not None:
            people[case.crime_id][case.case_id] = case
    before = {case_id: case for known in people.values() for case_id, case in known.items()}
    stale, revised = dict.fromkeys(crime_ids, 0), dict.fromkeys(crime_ids, 0)
    because: dict[UUID, Because] = {}
    people_told: list[Profile] = []
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
        people_told += profiles_of(event.data)
    changed = [case for known in people.values() for case in known.values() if case.case_id in because]
    await stored.save(tx, changed)
    await profiles.keep(tx, people_told)
    await stored.revise_crimes(tx, [(c, revisions[c], len(people[c]), stale[c], revised[c]) for c in crime_ids])
    await decide_afresh(tx, changed, because, rules)
    await pass_on(tx, changed, before, because)


async def on_justice(tx: Tx, events: Sequence[OfJustice], context: Context) -> None:
    """Milestones of crimes and notices to victims. What comes before its crime waits for it; a notice for no duty of
    the Code is refused."""
    rules: Rulebook = context.facts
    for event in events:
        if isinstance(event.data, NoticeGiven) and rules.entitlement(event.data.entitlement) is None:
            raise Refused("entitlement", "not_in_the_catalogue")
    known = await stored.lock_crimes(tx, [e.data.crime_id for e in events])
    await wait(tx, [e for e in events if e.data.crime_id not in known])
    ready = [e for e in events if e.data.crime_id in known]
    cases = await stored.load(tx, crimes=list(known), lock=True)
    await told.keep_milestones(
        tx, [(d.crime_id, _milestone(d, e.time)) for e in ready if isinstance(d := e.data, MilestoneReached)]
    )
    await told.keep_evidence(
        tx, [(d.crime_id, _notice(d, e.time, rules)) for e in ready if isinstance(d := e.data, NoticeGiven)]
    )
    last = {event.data.crime_id: event for event in ready}
    why = {c.case_id: Because(last[c.crime_id].time, last[c.crime_id]) for c in cases if c.crime_id is not None}
    await decide_afresh(tx, cases, why, rules)


async def on_referral(tx: Tx, events: Sequence[OfReferral], context: Context) -> None:
    """What referral tells: who is restricted, what marks a case for danger, who came without a crime report, and which
    referrals left or which steps of an offer were taken."""
    rules: Rulebook = context.facts
    facts = {e.data.case_id: e for e in events if isinstance(e.data, CaseFacts)}
    new = await _cases_told(tx, facts, rules)
    await marking.of_facts(tx, [d for e in facts.values() if isinstance(d := e.data, CaseFacts)])
    acts = [e for e in events if isinstance(e.data, Acted)]
    cases = {c.case_id: c for c in await stored.load(tx, cases=[e.data.case_id for e in acts], lock=True)}
    await wait(tx, [e for e in acts if e.data.case_id not in cases])
    ready = [e for e in acts if e.data.case_id in cases]
    await told.keep_evidence(tx, [(None, _act(d, e.time)) for e in ready if isinstance(d := e.data, Acted)])
    why = {e.data.case_id: Because(e.time, e) for e in ready}
    await decide_afresh(tx, [cases[case_id] for case_id in sorted(why)], why, rules)
    await _release(tx, new, context)


async def on_death(tx: Tx, events: Sequence[Received[PersonDeathRecorded]], context: Context) -> None:
    """The hub made sure that somebody died, or that it was a mistake: what is owed to them ends, or runs again."""
    rules: Rulebook = context.facts
    cases = {c.case_id: c for c in await stored.load(tx, cases=[e.data.case_id for e in events], lock=True)}
    await wait(tx, [e for e in events if e.data.case_id not in cases])
    last = {e.data.case_id: e for e in events if e.data.case_id in cases}
    for each_id, event in last.items():
        died_at = None if event.data.taken_back else event.data.said_at.astimezone(UTC)
        await stored.set_died(tx, each_id, died_at)
        cases[each_id] = replace(cases[each_id], died_at=died_at)
    await marking.taken_back(tx, [e.data for e in last.values() if e.data.taken_back])
    why = {each: Because(event.time, event, event.data.actor_role) for each, event in last.items()}
    await decide_afresh(tx, [cases[each] for each in sorted(why)], why, rules)


async def _cases_told(tx: Tx, facts: Mapping[UUID, OfReferral], rules: Rulebook) -> list[UUID]:
    """Keeps what cases say of themselves; returns those that came without a report and are new."""
    restricted = {c: isinstance(e.data, CaseFacts) and e.data.restricted for c, e in facts.items()}
    await stored.restrict(tx, [c for c, is_so in restricted.items() if is_so])
    await stored.lift_restriction(tx, [c for c, is_so in restricted.items() if not is_so])
    mine = {
        c: e for c, e in facts.items() if isinstance(d := e.data, CaseFacts) and d.crime_id is None and not d.reported
    }
    held = {case.case_id for case in await stored.load(tx, cases=list(mine))} if mine else set()
    new = [self_referral(c, e.data.happened_at.astimezone(UTC)) for c, e in mine.items() if c not in held]
    await stored.save(tx, new)
    await profiles.keep(tx, [profile_told(d) for e in mine.values() if isinstance(d := e.data, CaseFacts)])
    await raise_for_new(tx, new, {c.case_id: Because(c.reported_at, mine[c.case_id]) for c in new}, rules)
    return [case.case_id for case in new]


async def fall_due(tx: Tx, moment: Moment, context: Context, part: int = 0, parts: int = 1) -> int:
    """The timer of one share of the cases: what waited for something that has come meanwhile is heard, then clocks past
    their day are called.

    The topics have no mutual order and are applied side by side, so a fact can start to wait in the moment in which
    what it waits for is being written; nothing is called breached before such facts are heard. Whoever comes to the
    same facts second waits here until the first has heard them.
    """
    heard = await _release(tx, await waiting.arrived(tx), context)
    heard += await mark_due(tx, moment, context, part, parts)
    return heard if part else heard + await relating.mark_over(tx, moment, context)


async def _release(tx: Tx, keys: Sequence[UUID], context: Context) -> int:
    """Hears what waited for crimes and cases that are here now."""
    events = await release(tx, context, [str(key) for key in keys]) if keys else []
    of_referral = [e for e in events if isinstance(e.data, Acted)]
    of_death = [e for e in events if isinstance(e.data, PersonDeathRecorded)]
    of_justice = [e for e in events if not isinstance(e.data, Acted | PersonDeathRecorded)]
    if of_justice:
        await on_justice(tx, of_justice, context)
    if of_referral:
        await on_referral(tx, of_referral, context)
    if of_death:
        await on_death(tx, of_death, context)
    return len(events)


def _milestone(data: MilestoneReached, heard_at: datetime) -> Milestone:
    return Milestone(
        milestone_id=data.milestone_id,
        case_id=case_id(data.crime_id, data.victim_ref) if data.victim_ref else None,
        trigger=data.trigger,
        happened_at=data.happened_at.astimezone(UTC),
        heard_at=heard_at,
        received_by_wcu_at=data.received_by_wcu_at and data.received_by_wcu_at.astimezone(UTC),
        details=data.details or NO_DETAILS,
    )


def _notice(data: NoticeGiven, heard_at: datetime, rules: Rulebook) -> Evidence:
    entitlement = rules.entitlement(data.entitlement)
    assert entitlement is not None
    return Evidence(
        id=data.notice_id,
        act="notice",
        outcome=data.outcome,
        at=data.given_at.astimezone(UTC),
        recorded_at=heard_at,
        source=source_of(data.given_by, entitlement),
        case_id=case_id(data.crime_id, data.victim_ref) if data.victim_ref else None,
        entitlement=data.entitlement,
        milestone_id=data.milestone_id,
        channel=data.channel,
        reason_code=data.reason_code,
    )


def _act(data: Acted, heard_at: datetime) -> Evidence:
    """A referral that left, or a step of an offer: of which duty it speaks, the policy says."""
    if isinstance(data, ReferralSent):
        name, act, line = data.leg_id, "referral_sent", str(data.line)
    else:
        name, act, line = data.step_id, "offer_step", f"{data.offer}.{data.step}"
    return Evidence(
        id=str(name),
        act=act,
        outcome="delivered",
        at=data.happened_at.astimezone(UTC),
        recorded_at=heard_at,
        source="hub",
        case_id=data.case_id,
        line=line,
    )
