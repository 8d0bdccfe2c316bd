"""What falls due by itself: steps for silent providers, reviews of holds, check-ins, agreements about to end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from contracts.working_time import local_day
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import consenting, filing, late_legs, noticing, proposing, questions, telling_providers
from services.referral.actions.books import current
from services.referral.domain.answering import Rest, minutes_of
from services.referral.domain.books import Books
from services.referral.domain.kept import NOTHING
from services.referral.domain.standards import Standards
from services.referral.store import consent, keeping, life, silence, tasks
from services.referral.store.life import Proposed, SilenceStep
from services.referral.store.notices import Cause
from services.referral.store.silence import Silent
from services.referral.store.tasks import Task, task_id

BATCH = 500
LOOKED = 5000
"""So many legs are looked at each time: more than wait for an answer at once, so that none stands behind another."""
SHORTEST = timedelta(hours=1)
"""No standard asks for anything sooner."""
FORGET = timedelta(days=60)


async def watch_silence(tx: Tx, moment: Moment, context: Context) -> int:
    """Takes the steps that the silence of providers calls for, before their answer and after it, each once a limit;
    returns how many legs had one."""
    now = moment.now
    standards = context.facts.standards_on(local_day(now))
    legs = await silence.silent(tx, now - SHORTEST, LOOKED)
    rests = await silence.rests_of(tx, [leg.leg_id for leg in legs]) if legs else {}
    kept = await keeping.kept(tx) if legs else NOTHING
    steps: list[SilenceStep] = []
    for leg in legs:
        rested = [Rest(*one) for one in rests.get(leg.leg_id, ())]
        steps += _steps(leg, standards, rested, kept.closed_days(leg.contract_id), now)
    after = await late_legs.watch(tx, context, standards, now)
    if not steps:
        return after
    await silence.taken(tx, steps)
    last = {step.leg_id: step for step in steps}
    of_leg = {leg.leg_id: leg for leg in legs}
    await tasks.add(tx, [task for step in last.values() if (task := _task(of_leg[step.leg_id], step, standards))])
    nudged = [of_leg[step.leg_id] for step in steps if step.step == "nudge"]
    if nudged:
        await telling_providers.nudge(tx, context.sealer, nudged, await current(tx, context.facts), now)
    await _propose(tx, [of_leg[step.leg_id] for step in last.values() if step.step == "next_provider"], context, now)
    await late_legs.written(tx, steps)
    return len(last) + after


def _steps(
    leg: Silent, standards: Standards, rests: Sequence[Rest], closed: frozenset[date], now: datetime
) -> list[SilenceStep]:
    """The steps that are due and not taken."""
    kind = "not_opened" if leg.viewed_at is None else "not_answered"
    clock = standards.clock(urgent=leg.urgent, holds=leg.holds)
    due = standards.steps_due(kind, clock, minutes_of(clock, leg.since, now, rests, closed))
    about = (leg.case_id, leg.referral_id, clock, standards.version, now)
    return [SilenceStep(leg.leg_id, kind, step, *about) for step in due if f"{kind}/{step}" not in leg.taken]


def _task(leg: Silent, step: SilenceStep, standards: Standards) -> Task | None:
    """What the hub does: ring the duty line, or offer the next provider. A nudge is the provider's own to see."""
    kind = {"duty_line": "ring_duty_line", "next_provider": "offer_next_provider"}.get(step.step)
    if kind is None:
        return None
    about = task_id(kind, leg.referral_id, leg.leg_id, step.kind)
    due = late_legs.to_ring(step, standards)
    return Task(about, kind, due, step.at, case_id=leg.case_id, referral_id=leg.referral_id)


async def _propose(tx: Tx, legs: Sequence[Silent], context: Context, now: datetime) -> None:
    if not legs:
        return
    books: Books = await current(tx, context.facts)
    facts = await silence.facts(tx, {leg.case_id for leg in legs})
    tried = await silence.tried(tx, {leg.referral_id for leg in legs})
    found: list[Proposed] = []
    for leg in legs:
        if known := facts.get(leg.case_id):
            was = tried.get(leg.referral_id, set())
            found += proposing.proposals(books, known, leg.referral_id, leg.line, was, proposing.SILENT, now)
    await life.propose(tx, found)


async def remind(tx: Tx, moment: Moment, context: Context) -> int:
    """Opens the tasks of what falls due: reviews of holds, check-ins, agreements about to end; returns how many."""
    now, today = moment.now, local_day(moment.now)
    standards = context.facts.standards_on(today)
    due = filing.end_of_day(now)
    found = []
    for kind, falling in (
        ("review_hold", await silence.reviews(tx, today, BATCH)),
        ("check_in", await silence.check_ins(tx, today, BATCH)),
    ):
        for one in falling:
            about = task_id(kind, one.referral_id, one.on)
            found.append(Task(about, kind, due, now, case_id=one.case_id, referral_id=one.referral_id))
    warn = now + timedelta(days=standards.agreement_warn_days)
    for ending in await silence.ending(tx, now - FORGET, warn, BATCH):
        kind, by = consenting.ENDING, max(now, ending.expires_at)
        found.append(Task(task_id(kind, ending.consent_id), kind, by, now, case_id=ending.case_id))
    late = await consent.overdue(tx, now - timedelta(hours=standards.override_confirm_hours), BATCH)
    for held in late:
        kind = "override_unconfirmed"
        found.append(Task(task_id(kind, held.consent_id), kind, now, now, case_id=held.case_id))
    await noticing.tell_again(tx, "override_waiting", [Cause(held.consent_id, held.case_id, now) for held in late])
    await questions.watch(tx, now, BATCH)
    await tasks.add(tx, found)
    return len(found)
