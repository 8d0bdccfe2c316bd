"""What follows from a referral's step: its legs, the state of its case, and the next provider after a decline."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from contracts.working_time import local_day
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import (
    alarming,
    filing,
    gating,
    proposing,
    questions,
    refusing,
    rerouting,
    ruling_out,
    second_person,
    staying,
    unsafe_to_come,
    urgent_waits,
    waiting_word,
)
from services.referral.actions.books import current
from services.referral.domain.assessed import HIGH, with_assessment
from services.referral.domain.facts import CaseFacts
from services.referral.domain.referral import ReferralState
from services.referral.domain.safe_contact import DIED
from services.referral.domain.transitions import NO_SAFE_WAY
from services.referral.store import beside, cases, lapsing, life, referrals, support, tasks
from services.referral.store.tasks import Task, task_id

TOLD_TO_REFERRER = frozenset({"no_reply_unsafe_message", NO_SAFE_WAY})
"""The ends of trying that whoever referred the person is told of: no reply, and no message may be left; or no safe way
to try."""
WITH_PROVIDER = frozenset({"sent", "accepted", "waitlisted", "in_support", "on_hold"})
OF_LEG = {
    "sent": "sent",
    "accepted": "accepted",
    "waitlisted": "waitlisted",
    "in_support": "accepted",
    "on_hold": "accepted",
    "declined_by_provider": "declined",
    "withdrawn": "withdrawn",
    "completed": "ended",
    "ended_early": "ended",
    "declined_by_victim": "ended",
    "unreachable": "ended",
}
"""The state of the leg now tried, by the state of its referral."""


async def follow(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """Brings legs and case after a step of the hub; a provider's step is followed by `settle`, as the worker."""
    for leg in await referrals.legs(tx, referral.referral_id):
        state = OF_LEG.get(referral.state)
        if leg.leg_id == referral.leg_id and state is not None and leg.state not in (state, "leaving"):
            await referrals.save_leg(tx, replace(leg.moved(state, now), answered_at=leg.answered_at or now))
        elif leg.state == "leaving" and referral.ended_at is not None:
            await referrals.remove_leaving_leg(tx, leg.leg_id)
    await lapsing.forget(tx, referral.case_id, referral.referral_id, None if referral.ended_at else referral.leg_id)
    await follow_case(tx, referral.case_id, now)
    await tasks.over(tx, referral.referral_id, _over(referral, local_day(now)), now)
    if referral.state not in ("sent", "declined_by_provider"):
        keep = proposing.RELET if referral.ended_at is None else None
        await life.close_proposals(tx, referral.referral_id, now, keep=keep)
    await questions.follow(tx, referral, now)
    await second_person.follow(tx, referral, now)
    await urgent_waits.follow(tx, referral, now)
    await waiting_word.follow(tx, referral, now)
    if referral.reason == DIED and referral.ended_at is not None:
        await alarming.died(tx, referral, now)
    if referral.state == "declined_by_victim" and referral.reason == alarming.OF_FEAR:
        await alarming.afraid(tx, referral.case_id, referral.referral_id, now)
    if referral.state == "withdrawn" and referral.reason in DANGER:
        await _danger(tx, referral, now)
        await _another_way(tx, referral, now)
    if referral.state == "unreachable" and referral.reason in TOLD_TO_REFERRER:
        kind = "tell_referrer"
        due = filing.end_of_day(now)
        about = task_id(kind, referral.referral_id)
        await tasks.add(tx, [Task(about, kind, due, now, case_id=referral.case_id, referral_id=referral.referral_id)])
    if referral.state == "declined_by_provider" and not refusing.declined_for_it(referral):
        kind = "offer_next_provider"
        about = task_id(kind, referral.referral_id, referral.leg_id)
        due = filing.hub_due(filing.LIFE_SAFETY if referral.urgent else 1, now)
        task = Task(about, kind, due, now, case_id=referral.case_id, referral_id=referral.referral_id)
        await tasks.add(tx, [task])


def _over(referral: ReferralState, today: date) -> list[str]:
    """Kinds of tasks of a referral that ask for nothing as it stands now."""
    held = referral.state == "on_hold" and referral.review_on is not None and referral.review_on <= today
    waits = referral.state == "waitlisted" and referral.check_in_on is not None and referral.check_in_on <= today
    silent = referral.state == "sent"
    asked = {
        "review_hold": held,
        "check_in": waits,
        urgent_waits.WAITS: referral.state == "waitlisted",
        waiting_word.UNREACHED: referral.state == "waitlisted",
        waiting_word.CHANGED: referral.ended_at is None,
        urgent_waits.HELD: referral.state == "on_hold",
        questions.TO_ANSWER: questions.is_open(referral),
        "ring_duty_line": silent and referral.viewed_at is None,
        "offer_next_provider": silent
        or (referral.state == "declined_by_provider" and not refusing.declined_for_it(referral)),
        gating.TO_RECORD: referral.ended_at is None and not silent and not _has_begun(referral),
        **dict.fromkeys((*staying.TASK_OF.values(), *staying.ALONE.values()), referral.ended_at is None),
        "agreement_ended": referral.ended_at is None,
        "offer_stopped": referral.ended_at is None,
        "counter_allegation": referral.state in WITH_PROVIDER,
        "provider_ruled_out": referral.state in WITH_PROVIDER,
        "name_worker": referral.state in WITH_PROVIDER,
    }
    return [kind for kind, needed in asked.items() if not needed]


def _has_begun(referral: ReferralState) -> bool:
    """Whether the last step began the support: after a no the provider has said why."""
    return referral.state == "in_support" and referral.started_at == referral.updated_at


async def follow_case(tx: Tx, case_id: UUID, now: datetime) -> None:
    """Whose turn it is in a case, from how its referrals stand."""
    case = await cases.load(tx, case_id)
    if case is None or case.state == "closed":
        return
    states = [r.state for r in await referrals.of_case(tx, case_id)]
    leaving = any(leg.state == "leaving" for leg in await referrals.legs_of_case(tx, case_id))
    turn = any(state in ("received", "triaged", "contacting", "declined_by_provider") for state in states)
    if turn and not (leaving and states.count("triaged") == 1):
        state = "waiting"
    elif leaving or any(state in WITH_PROVIDER for state in states):
        state = "active"
    else:
        state = "resting" if states else case.state
    # What leaves can still be undone: until it is gone the hub's limit stands.
    by = case.hub_due if leaving and state == "active" else filing.by_hub(state, case.priority, now, case.hub_due)
    if (state, by) != (case.state, case.hub_due):
        await cases.set_turn(tx, case_id, state, by, now)


DANGER = frozenset({"unsafe", "unsafe_now", "not_safe", "risk_changed"})
"""Reasons of a step that speak of danger: the hub looks at the risk the same day."""
_OF_DANGER = ("on_hold", "ended_early", "declined_by_provider", "withdrawn")


async def _another_way(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """The hub took a referral back since it was not safe, or the risk had changed: another way to help is found, within
    the limit of life safety where it was urgent, else the same day. Once for each referral."""
    kind = "another_way"
    due = filing.today_or_at_once(now, at_once=referral.urgent)
    about = task_id(kind, referral.referral_id)
    await tasks.add(tx, [Task(about, kind, due, now, case_id=referral.case_id)])


async def _danger(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """A provider, or the hub, found that it is not safe, or that the risk has changed: the risk of the case is to be
    reviewed."""
    checked = await life.check_ins(tx, referral.referral_id) if referral.state == "waitlisted" else []
    last = checked[0] if checked else None
    of_step = referral.reason in DANGER and referral.state in _OF_DANGER
    of_wait = last is not None and last.outcome in DANGER
    if not of_step and not of_wait:
        return
    about = last.check_in_id if last is not None and of_wait else referral.updated_at
    review = task_id("review_risk", referral.referral_id, about)
    await tasks.add_unless_open(tx, Task(review, "review_risk", filing.end_of_day(now), now, case_id=referral.case_id))
    await beside.mark_for_review(tx, [referral.case_id], now)
    if of_step and referral.reason in alarming.NOT_SAFE:
        await alarming.contact_unsafe(tx, referral, now)


async def settle(tx: Tx, moment: Moment, context: Context) -> int:
    """Follows what providers did; returns how many referrals."""
    waiting = await referrals.unsettled(tx)
    for referral in waiting:
        await follow(tx, referral, moment.now)
        await _danger(tx, referral, moment.now)
        if ruling_out.speaks_of_it(referral) is not None:
            await ruling_out.stepped(tx, referral, await current(tx, context.facts), moment.now)
        await unsafe_to_come.follow(tx, referral, moment.now)
        await _found_by_provider(tx, referral, context, moment.now)
        await refusing.told_provider(tx, referral, moment.now)
        await _to_look_further(tx, referral, moment.now)
        if refusing.declined_for_it(referral):
            await life.close_proposals(tx, referral.referral_id, moment.now)
        elif referral.state == "declined_by_provider":
            books = await current(tx, context.facts)
            await proposing.after_decline(tx, referral, books, moment.now)
        await referrals.settled(tx, referral.referral_id)
    return len(waiting)


async def _to_look_further(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """Support ended, and the provider left it to the hub to look for another service: the same day, with its line."""
    if referral.leg_id is None or referral.state not in ("completed", "ended_early"):
        return
    report = await support.end_report(tx, referral.leg_id)
    if report is not None and report.next_step == "hub":
        kind = f"look_for_{report.next_line or 'service'}"
        about, due = task_id(kind, referral.leg_id), filing.end_of_day(now)
        await tasks.add(tx, [Task(about, kind, due, now, case_id=referral.case_id, referral_id=referral.referral_id)])


async def _found_by_provider(tx: Tx, referral: ReferralState, context: Context, now: datetime) -> None:
    """A risk that the provider's worker sees as high comes before a human at the hub the same day, and is decided on:
    once for each assessment. Nothing that was known is taken away by it."""
    seen = (await support.latest(tx, referral.leg_id)).get("start") if referral.leg_id else None
    if seen is None or seen.risk not in HIGH:
        return
    kind = "review_risk"
    about = task_id(kind, referral.case_id, seen.assessment_id)
    if await tasks.get(tx, about) is not None:
        return
    await tasks.add_unless_open(tx, Task(about, kind, filing.end_of_day(now), now, case_id=referral.case_id))
    risk = seen.risk

    def found(facts: CaseFacts) -> CaseFacts:
        return with_assessment(facts, dash_score=None, risk=risk or "")

    await rerouting.rerun(
        tx, referral.case_id, await current(tx, context.facts), now, change=found, heard_from=referral.leg_id
    )
