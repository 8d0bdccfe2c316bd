"""A provider's numbers as the database counts them by the day are those of the rule, whatever happened."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id, provider_id
from kit.database import Tx
from services.referral.actions import consenting, contacting, providing, referring
from services.referral.domain.answering import due_at
from services.referral.domain.directory import Contract, Standards
from services.referral.domain.kept import Closure, Kept
from services.referral.domain.performance import MEASURES, RESULTS, Quarter, Tally, Tried, quarter, result, tally
from services.referral.provider_portal.performance import behind, tallies
from services.referral.reconcile import checks
from services.referral.store import life, monitoring, portal
from services.referral.store.consent import Consent
from services.referral.store.life import LimitRest
from services.referral.store.portal_due import limits_of
from tests.builders import a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, a_referral_sent, excepted

pytestmark = pytest.mark.service
MANAGER = a_viewer("provider.manager")
CONTRACTS = [BOOKS.directory.by_id[contract_id(slug)] for slug in ("harbour-lane-idva", "harbour-lane-outreach")]
PERIOD = quarter("2026-Q1")
assert PERIOD is not None
YEAR = timedelta(days=365)
STATES = ("sent", "accepted", "waitlisted", "declined", "withdrawn", "ended")
LEGS = """
insert into leg (leg_id, referral_id, case_id, person_id, number, reference, line, provider_id, contract_id, state,
                 automatic, sent_at, out_at, viewed_at, answered_at)
values ($1, $2, $3, $3, 1, 'REF', 'idva', $4, $5, $6, false, $7, $8, $9, $10)
"""
REFERRALS = """
insert into referral (referral_id, case_id, line, state, source, automatic, received_at, updated_at, leg_id, urgent,
                      started_at, asked_at)
values ($1, $2, 'idva', 'sent', 'police', false, $3, $3, $4, $5, $6, $7)
"""
ATTEMPTS = """
insert into contact_attempt (attempt_id, case_id, referral_id, provider_id, channel, outcome, reached, for_support, at,
                             by_id, by_role)
values ($1, $2, $3, $4, 'mobile', 'spoke', $5, true, $6, $1, 'idva.worker')
"""


def times(draw: random.Random, period: Quarter) -> Iterator[datetime | None]:
    """When a leg was sent, seen from, opened, answered, tried and begun: mostly in turn, at times long before or after,
    now and then to the minute of the one before or at midnight."""
    last = period.begins + timedelta(seconds=draw.randrange(-9 * 86_400, 95 * 86_400), microseconds=draw.randrange(9))
    yield last
    for _ in range(5):
        step = timedelta(minutes=draw.choice((0, 1, 30, 480, 900, 2_880, 9_000, 200_000)) * draw.random() // 1)
        step += timedelta(seconds=draw.choice((-1, 0, 0, 1)), microseconds=draw.choice((-1, 0, 0, 1)))
        last += -40 * step if draw.random() < 0.03 else step
        last = last.replace(hour=0, minute=0, second=0, microsecond=0) if draw.random() < 0.2 else last
        yield last if draw.random() < 0.75 else None


async def a_history(tx: Tx, draw: random.Random, period: Quarter) -> None:
    """A leg with what happened to it; one in four asked a question."""
    leg, referral, case, provider = uuid4(), uuid4(), uuid4(), provider_id("harbour-lane")
    sent, out, viewed, answered, reached, started = times(draw, period)
    assert sent is not None
    contract = draw.choice(CONTRACTS).contract_id
    tried = leg if draw.random() < 0.9 else uuid4()
    begun = sent + timedelta(minutes=draw.randrange(9_000)) if draw.random() < 0.25 else None
    until = begun + timedelta(minutes=draw.randrange(20_000)) if begun and draw.random() < 0.7 else None
    asked = begun if until is None else None
    await tx.execute(REFERRALS, referral, case, sent, tried, draw.random() < 0.3, started, asked)
    state = draw.choice(STATES)
    await tx.execute(LEGS, leg, referral, case, provider, contract, state, sent, out, viewed, answered)
    if reached is not None:
        other = provider if draw.random() < 0.9 else uuid4()
        await tx.execute(ATTEMPTS, uuid4(), case, referral, other, draw.random() < 0.8, reached)
    if begun is not None:
        await life.begin_rest(tx, LimitRest(referral, case, leg, "accept", "risk", begun, until))


def a_state_of_things(draw: random.Random, period: Quarter) -> tuple[list[Contract], Kept, datetime]:
    """Contracts with some standards, some planned closures, and a moment in or after the quarter."""
    standards = [Standards(draw.randrange(1, 5), draw.randrange(1, 9), draw.choice((1, 24, 100))) for _ in CONTRACTS]
    first = [(period.begins + timedelta(days=draw.randrange(90))).date() for _ in range(3)]
    closures = [
        Closure(uuid4(), draw.choice(CONTRACTS).contract_id, day, day + timedelta(days=draw.randrange(12)))
        for day in first
    ]
    held = [replace(one, standards=said) for one, said in zip(CONTRACTS, standards, strict=True)]
    return held, Kept(closures=tuple(closures)), period.begins + timedelta(hours=draw.randrange(24 * 120))


async def counted(
    hub: Hub, contracts: list[Contract], kept: Kept, period: Quarter, now: datetime
) -> tuple[dict[tuple[UUID, str], Tally], dict[tuple[UUID, str], Tally]]:
    """As the page counts, and as the rule does leg by leg."""
    async with hub.looks(MANAGER) as tx:
        found = await tallies(tx, contracts, kept, period, now)
        legs = await monitoring.tried(tx, period)
    plain = {
        (one.contract_id, measure): tally(
            [leg for leg in legs if leg.contract_id == one.contract_id],
            measure,
            one.standards,
            now,
            kept.closed_days(one.contract_id),
        )
        for one in contracts
        for measure in MEASURES
    }
    return found, plain


async def each_number_is_its_list(
    hub: Hub, contracts: list[Contract], kept: Kept, period: Quarter, now: datetime
) -> None:
    """The pages behind a number hold the legs of which the rule says so, each once and in order."""
    async with hub.looks(MANAGER) as tx:
        legs = await monitoring.tried(tx, period)
        for one, measure, said in product(contracts, MEASURES, RESULTS):
            asked = (tx, one, kept, period, now, (measure, said))
            pages = [await behind(*asked, page, 60) for page in (1, 2, 3)]
            closed = kept.closed_days(one.contract_id)
            own = [leg for leg in legs if leg.contract_id == one.contract_id]
            plain = [leg for leg in own if result(leg, measure, one.standards, now, closed) == said]
            assert [leg for _, found in pages for leg in found] == plain
            assert {counted for counted, _ in pages} == {len(plain)}


def in_order(tallies: dict[tuple[UUID, str], Tally]) -> dict[tuple[UUID, str], Tally]:
    return {key: replace(one, taken=sorted(one.taken)) for key, one in tallies.items()}


async def test_numbers_counted_by_the_day_are_those_of_the_rule_over_random_histories(hub: Hub) -> None:
    draw, period = random.Random(30), PERIOD
    assert period is not None
    async with hub.as_worker() as tx:
        for _ in range(220):
            await a_history(tx, draw, period)
    for _ in range(6):
        contracts, kept, now = a_state_of_things(draw, period)
        found, plain = await counted(hub, contracts, kept, period, now)
        assert in_order(found) == in_order(plain)
        assert all(one.met and one.missed for one in found.values())
        await each_number_is_its_list(hub, contracts, kept, period, now)
    assert sum(one.running for one in found.values()) or now > period.ends


async def test_a_list_by_due_is_in_the_order_of_the_rule_over_random_histories(hub: Hub) -> None:
    draw, period = random.Random(31), PERIOD
    assert period is not None
    async with hub.as_worker() as tx:
        for _ in range(220):
            await a_history(tx, draw, period)
    asked = {row["leg_id"] for row in await hub.rows("select leg_id from leg where asked_at is not null")}
    for _ in range(3):
        contracts, kept, _now = a_state_of_things(draw, period)
        by_id = {one.contract_id: one for one in contracts}
        closed = {one: kept.closed_days(one) for one in by_id}
        limits = limits_of(contracts, period.ends.date(), {one: days for one, days in closed.items() if days})
        async with hub.looks(MANAGER) as tx:
            pages = [await portal.offered(tx, "open", limits, page, 60) for page in range(1, 8)]
            legs = await monitoring.tried(tx, replace(period, begins=period.begins - YEAR, ends=period.ends + YEAR))
        rows = [row for page in pages if page for row in page.rows]
        assert all(row.due_at is None for row in rows if row.since is None)
        found = [(row.leg_id, row.due_at) for row in rows if row.since is not None]
        due = {
            leg.leg_id: due_of(leg, by_id[leg.contract_id].standards, closed[leg.contract_id], asked) for leg in legs
        }
        first = sorted(
            (leg for leg in legs if leg.state in STATES[:3]),
            key=lambda leg: (due[leg.leg_id] or period.ends + YEAR, not leg.urgent, leg.sent_at, leg.leg_id),
        )
        assert found == [(leg.leg_id, due[leg.leg_id]) for leg in first]
        assert len(found) > 60 and len({at for _, at in found}) > 15


def due_of(leg: Tried, standards: Standards, closed: frozenset[date], asked: set[UUID]) -> datetime | None:
    """When an act of a provider is due on a leg, by the rule; None where a question is open and where no limit runs."""
    measure = {"sent": "answer", "accepted": "contact"}.get(leg.state)
    if measure is None or leg.leg_id in asked or (measure == "contact" and leg.contacted_at is not None):
        return None
    rests = [rest for rest in leg.rests if rest.until is not None]
    return due_at(standards, measure, leg.since, urgent=leg.urgent, closed=closed, rests=rests)


async def test_legs_say_what_their_referrals_attempts_and_rests_say_after_every_act(hub: Hub) -> None:
    worker, officer = a_viewer("idva.worker"), a_viewer()
    asked, started, declined, quiet = [await a_referral_sent(hub) for _ in range(4)]
    await said(hub, asked.leg, urgent=True, asked_at=False, contacted_at=False, rested=False)
    async with hub.looks(worker) as tx:
        await providing.step(tx, worker, asked.referral, "ask", LATER, reason_code="risk")
        await providing.accept(tx, worker, started.referral, LATER)
        await providing.accept(tx, worker, quiet.referral, LATER)
        for outcome in ("no_answer", "spoke", "spoke"):
            await contacting.record_attempt(
                tx, worker, uuid4(), started.case, "mobile", outcome, LATER, referral_id=started.referral
            )
        await providing.start(tx, worker, quiet.referral, LATER)
        await providing.decline(tx, worker, declined.referral, "capacity", LATER)
    await said(hub, asked.leg, asked_at=True, rested=True)
    await said(hub, started.leg, contacted_at=True, rested=False)
    await said(hub, quiet.leg, contacted_at=True)
    to = contract_id("lantern-house-idva")
    await excepted(hub, declined.case, to)
    async with hub.looks(officer) as tx:
        await referring.step(tx, officer, asked.referral, "supply", LATER)
        agreed = Consent(
            uuid4(), declined.person, declined.case, "support", "self", LATER, contract_id=to, how="mobile"
        )
        await consenting.record(tx, officer, agreed, LATER)
        again = await referring.send(tx, officer, declined.referral, to, BOOKS, hub.sealer, LATER)
    await said(hub, asked.leg, asked_at=False, rested=True)
    await hub.every(referring.release, LATER + timedelta(minutes=1))
    await said(hub, again.leg_id, urgent=True)
    await said(hub, declined.leg, urgent=False)
    await hub.worker.pool.execute("delete from contact_attempt where reached")
    await said(hub, started.leg, contacted_at=False)


async def test_legs_are_counted_as_their_timelines_say_after_every_act(hub: Hub) -> None:
    worker, officer = a_viewer("idva.worker"), a_viewer()
    sent, declined = [await a_referral_sent(hub) for _ in range(2)]
    await said(hub, sent.leg, accepted_at=False, counted_until=None)
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, sent.referral, LATER)
        await providing.decline(tx, worker, declined.referral, "capacity", LATER)
    await said(hub, sent.leg, accepted_at=True, started_at=False, over_how=None)
    await said(hub, declined.leg, declined_at=True, accepted_at=False)
    async with hub.looks(worker) as tx:
        await providing.start(tx, worker, sent.referral, LATER)
    assert await hub.value("select counted_until = 'infinity' from leg_steps where leg_id = $1", sent.leg)
    async with hub.looks(officer) as tx:
        await referring.step(tx, officer, sent.referral, "withdraw", LATER, reason_code="duplicate")
    await said(hub, sent.leg, started_at=True, over_at=True, over_how="referral.withdrawn.v1")
    await hub.worker.pool.execute("delete from case_event where type = 'support.started.v1'")
    await said(hub, sent.leg, started_at=False, over_at=True)
    await hub.worker.pool.execute("update leg set restricted = true, lapsed_at = sent_at where leg_id = $1", sent.leg)
    await hub.worker.pool.execute("delete from case_event where leg_id = $1", declined.leg)
    await said(hub, declined.leg, counted_until=None)


async def said(hub: Hub, leg: UUID, **expected: Any) -> None:
    """The leg says so (of a time: whether there is one), and reconcile finds no leg that says something else."""
    [row] = await hub.rows(
        "select * from leg left join leg_steps s on s.leg_id = leg.leg_id where leg.leg_id = $1", leg
    )
    shown = {name: row[name] is not None if name.endswith("_at") else row[name] for name in expected}
    assert shown == expected
    async with hub.as_worker() as tx:
        held = [one for one in await checks(tx) if one.id.startswith(("legs say", "legs are"))]
    assert len(held) == 2 and all(one.ok for one in held)
