"""What a provider lets pass after it has answered: it is asked to look, then the hub has a task, as with its answer."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.listening import Context
from services.referral.actions import filing, noticing, telling_providers
from services.referral.actions.books import current
from services.referral.domain.answering import NEVER, minutes_of
from services.referral.domain.books import Books
from services.referral.domain.standards import Standards
from services.referral.store import late, silence, tasks
from services.referral.store.late import Late
from services.referral.store.life import SilenceStep
from services.referral.store.portal_due import Limits, limits_of
from services.referral.store.tasks import Task, task_id

LOOKED = 2000
NOTICE = "not_reached"
TASKS = {
    (late.NOT_REACHED, "duty_line"): late.RING,
    (late.NOT_REACHED, "next_provider"): late.TRANSFER,
    (late.NO_WORKER, "duty_line"): late.NAME,
    (late.CHECK_IN, "duty_line"): "check_in",
    (late.REVIEW, "duty_line"): "review_hold",
}
"""What the hub does about it; the first three are over by themselves."""


async def told(tx: Tx, books: Books, now: datetime) -> list[Late]:
    """What is late of which its provider or the hub was told, urgent ones first."""
    return await late.told(tx, *_by(books, now), LOOKED)


async def of_cases(tx: Tx, books: Books, cases: Sequence[UUID], now: datetime) -> dict[UUID, list[Late]]:
    """What providers let pass in these cases, urgent ones first: what they did not answer in time, and what is late
    after their answer and was said to them."""
    found: dict[UUID, list[Late]] = {}
    for leg in await late.of_cases(tx, *_by(books, now), cases) if cases else ():
        if leg.taken or leg.kind == late.NOT_ANSWERED:
            found.setdefault(leg.case_id, []).append(leg)
    return found


def _by(books: Books, now: datetime) -> tuple[Limits, list[UUID], datetime, date]:
    """By what a leg is late: limits, the contracts whose providers name a worker, now and its day."""
    today, contracts = local_day(now), books.directory.contracts
    accounts = [one.contract_id for one in contracts if one.provider.has_system]
    return limits_of(contracts, today, books.closed), accounts, now, today


async def watch(tx: Tx, context: Context, standards: Standards, now: datetime) -> int:
    """Takes the steps that are due, each once a limit, and closes what is over; returns how many legs had one."""
    await late.over(tx, now)
    books = await current(tx, context.facts)
    steps: list[tuple[Late, SilenceStep]] = []
    for leg in await late.to_come(tx, *_by(books, now), LOOKED):
        closed = books.closed.get(leg.contract_id, NEVER)
        clock = standards.clock(urgent=leg.urgent, holds=leg.holds)
        due = standards.steps_due(leg.kind, clock, minutes_of(clock, leg.since, now, (), closed))
        about = (leg.case_id, leg.referral_id, clock, standards.version, now)
        new = [step for step in due if step not in leg.taken]
        steps += [(leg, SilenceStep(leg.leg_id, leg.kind, step, *about)) for step in new]
    if not steps:
        return 0
    await silence.taken(tx, [step for _, step in steps])
    last = {(leg.leg_id, leg.kind): (leg, step) for leg, step in steps}
    for leg, step in last.values():
        if kind := TASKS.get((step.kind, step.step)):
            once = task_id(kind, leg.referral_id, leg.leg_id, step.kind, step.step, leg.since.isoformat())
            task = Task(once, kind, to_ring(step, standards), now, case_id=leg.case_id, referral_id=leg.referral_id)
            await tasks.add_unless_open(tx, task)
    nudged = [leg for leg, step in steps if step.step == "nudge"]
    await telling_providers.ask_after_answer(tx, context.sealer, nudged, books, now)
    urgent = [step.case_id for _, step in last.values() if step.clock == "wall_clock" and step.kind == late.NOT_REACHED]
    await noticing.tell_roles(tx, NOTICE, sorted(set(urgent)), now)
    await written(tx, [step for _, step in steps])
    return len({leg.leg_id for leg, _ in steps})


def to_ring(step: SilenceStep, standards: Standards) -> datetime:
    """By when the hub does what a step asks of it."""
    if step.clock == "wall_clock":
        return step.at + timedelta(hours=standards.hours_to_ring)
    return filing.end_of_day(step.at)


async def written(tx: Tx, steps: Sequence[SilenceStep]) -> None:
    """Writes the steps down."""
    entries = [audit.Entry(None, "system", None, f"silence.{s.step}", "case", s.case_id, (), s.kind) for s in steps]
    await audit.record(tx, entries)
