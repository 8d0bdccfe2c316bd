"""What is due at a provider: the limit that runs, in the order of lists and in words."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from contracts.working_time import calendar, due, local_day
from kit import clock
from services.referral.actions import contacting, providing, referring
from services.referral.domain.answering import Rest, due_at
from services.referral.domain.directory import Standards
from services.referral.domain.kept import Closure, Kept
from services.referral.domain.performance import Quarter
from services.referral.provider_portal import due_words
from services.referral.provider_portal.performance import tallies
from services.referral.store import keeping, life, monitoring, portal
from services.referral.store.keeping import Change
from services.referral.store.life import LimitRest
from services.referral.store.portal_due import limits_of
from tests.builders import NOON, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, Sent, a_referral_sent, portal_of

END_OF_MONDAY = datetime(2026, 9, 7, 22, 59, 59, tzinfo=UTC)
CONTRACTS = BOOKS.directory.contracts


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (datetime(2026, 9, 1, 22, 59, 59, tzinfo=UTC), "Answer by the end of today, 5 working hours left"),
        (datetime(2026, 9, 2, 22, 59, 59, tzinfo=UTC), "Answer by the end of tomorrow, 13 working hours left"),
        (
            datetime(2026, 9, 7, 22, 59, 59, tzinfo=UTC),
            "Answer by the end of Monday 7 September, 37 working hours left",
        ),
        (datetime(2026, 9, 1, 15, 42, tzinfo=UTC), "Answer by 4:42pm today, 4 hours left by the clock"),
        (datetime(2026, 9, 1, 15, 42, 59, tzinfo=UTC), "Answer by 4:42pm today, 4 hours left by the clock"),
        (datetime(2026, 9, 1, 11, 30, tzinfo=UTC), "Answer by 12:30pm today, 30 minutes left by the clock"),
        (datetime(2026, 8, 31, 22, 59, 59, tzinfo=UTC), "Late: the answer was due by the end of yesterday"),
        (
            datetime(2025, 8, 28, 22, 59, 59, tzinfo=UTC),
            "Late: the answer was due by the end of Thursday 28 August 2025",
        ),
    ],
)
def test_a_limit_is_said_with_its_day_and_what_is_left_of_it(end: datetime, words: str) -> None:
    assert due_words.limit("Answer", end, NOON) == words


@pytest.mark.parametrize(
    ("days", "hours", "within"), [(2, 24, 48), (1, 24, 24), (1, 4, 8), (10, 24, 48), (5, 48, 96), (0, 24, 24)]
)
def test_who_is_at_high_risk_is_reached_within_the_urgent_hours_to_answer_and_as_many_again(
    days: int, hours: int, within: int
) -> None:
    standards = Standards(accept_working_days=1, first_contact_working_days=days, urgent_hours=hours)
    monday = datetime(2026, 9, 7, 8, tzinfo=UTC)
    by_day = datetime.combine(monday.date(), time(22, 59, 59), UTC) + timedelta(days=days)
    assert due_at(standards, "contact", monday, urgent=True) == min(monday + timedelta(hours=within), by_day)


@pytest.mark.service
async def test_the_limit_of_a_query_is_the_one_of_the_working_calendar(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    for at in (NOON, datetime(2026, 8, 28, 15, tzinfo=UTC), datetime(2026, 12, 24, 23, 30, tzinfo=UTC)):
        await hub.worker.pool.execute("update leg set sent_at = $1, out_at = $1", at)
        await hub.worker.pool.execute("update referral set urgent = false")
        async with hub.looks(a_viewer("idva.worker")) as tx:
            found = await portal.one(tx, sent.referral, limits_of(CONTRACTS, at.date() + timedelta(days=3)))
        assert found is not None and found.due_at is not None
        assert found.due_at.replace(microsecond=0) == due(at, 1, "working_days", calendar())
    await hub.worker.pool.execute("update referral set urgent = true")
    async with hub.looks(a_viewer("idva.worker")) as tx:
        found = await portal.one(tx, sent.referral, limits_of(CONTRACTS, NOON.date()))
    assert found is not None and found.due_at == datetime(2026, 12, 25, 23, 30, tzinfo=UTC)


@pytest.mark.service
async def test_the_limit_to_answer_rests_while_the_hub_answers_a_question(hub: Hub) -> None:
    sent, worker, officer = await a_referral_sent(hub), a_viewer("idva.worker"), a_viewer()
    later = LATER + timedelta(days=2)
    async with hub.looks(worker) as tx:
        await providing.step(tx, worker, sent.referral, "ask", LATER, reason_code="risk")
    async with hub.looks(officer) as tx:
        await referring.step(tx, officer, sent.referral, "supply", later)
    for urgent, end in ((True, NOON + timedelta(days=3)), (False, due(NOON, 3, "working_days", calendar()))):
        await hub.worker.pool.execute("update referral set urgent = $1", urgent)
        async with hub.looks(worker) as tx:
            found = await portal.one(tx, sent.referral, limits_of(CONTRACTS, NOON.date()))
        assert found is not None and found.due_at is not None
        assert abs(found.due_at - end) <= timedelta(seconds=15)


@pytest.mark.service
async def test_a_list_begins_with_what_is_due_first_and_ends_with_what_rests(hub: Hub) -> None:
    worker, limits = a_viewer("idva.worker"), limits_of(CONTRACTS, NOON.date())
    resting, accepted, reached, new = [await a_referral_sent(hub) for _ in range(4)]
    async with hub.looks(worker) as tx:
        await providing.step(tx, worker, resting.referral, "ask", LATER, reason_code="risk")
        for sent in (accepted, reached):
            await providing.accept(tx, worker, sent.referral, LATER)
        await contacting.record_attempt(
            tx, worker, reached.leg, reached.case, "mobile", "spoke", LATER, referral_id=reached.referral
        )
    async with hub.looks(worker) as tx:
        page = await portal.offered(tx, "open", limits)
        newest = await portal.offered(tx, "open", limits, newest=True)
    assert page is not None and newest is not None
    first, second = [row for row in page.rows if row.due_at is not None]
    assert [first.referral_id, second.referral_id] == [new.referral, accepted.referral]
    assert second.due_at == pytest.approx(LATER + timedelta(days=2), abs=timedelta(seconds=15)), "by the clock"
    raised = LATER + timedelta(hours=3)
    end = due(LATER, 2, "working_days", calendar())
    for since, until in ((None, end), (raised, raised + timedelta(days=1)), (raised + timedelta(days=2), end)):
        await hub.worker.pool.execute("update referral set urgent = false")
        await hub.worker.pool.execute("update leg set urgent_since = $1", since)
        async with hub.looks(worker) as tx:
            found = await portal.one(tx, accepted.referral, limits)
        assert found is not None and found.due_at == pytest.approx(until, abs=timedelta(seconds=1))
    assert {row.referral_id for row in page.rows[2:]} == {resting.referral, reached.referral}
    assert due_words.due(replace(first, due_at=NOON), LATER).startswith("Late: the answer was due by midday today")
    assert {row.referral_id for row in newest.rows} == {row.referral_id for row in page.rows}
    assert contract_id("harbour-lane-idva") in limits.arguments[0]


async def due_of(hub: Hub, sent: Sent, closed: frozenset[date], today: date) -> datetime | None:
    """What the portal says of a referral's limit."""
    async with hub.looks(a_viewer("idva.worker")) as tx:
        limits = limits_of(CONTRACTS, today, {contract_id("harbour-lane-idva"): closed})
        found = await portal.one(tx, sent.referral, limits)
    return found.due_at.replace(microsecond=0) if found and found.due_at else None


@pytest.mark.service
async def test_lists_and_performance_reckon_every_limit_by_one_rule(hub: Hub) -> None:
    sent, draw = await a_referral_sent(hub), random.Random(4)
    standards, run = BOOKS.directory.by_id[contract_id("harbour-lane-idva")].standards, hub.worker.pool.execute
    for _ in range(60):
        since = NOON + timedelta(minutes=draw.randrange(-200_000, 200_000))
        urgent, state = draw.random() < 0.4, draw.choice(("sent", "accepted"))
        closed = Closure(uuid4(), uuid4(), since.date(), since.date() + timedelta(days=draw.randrange(20))).days
        closed = closed if draw.random() < 0.5 else frozenset()
        rests = [Rest(at, at + timedelta(minutes=draw.randrange(9000))) for at in (since + timedelta(hours=3),)]
        rests = rests if draw.random() < 0.6 else []
        fed = since - timedelta(days=40)
        await run("update leg set state = $1, out_at = $2, sent_at = $3", state, since, fed)
        await run("update referral set state = $1, urgent = $2", state, urgent)
        await run("delete from limit_rest")
        async with hub.as_worker() as tx:
            for rest in rests:
                about = (sent.referral, sent.case, sent.leg, "accept", "risk")
                await life.begin_rest(tx, LimitRest(*about, rest.since, rest.until))
        measure = "answer" if state == "sent" else "contact"
        expected = due_at(standards, measure, since, urgent=urgent, closed=closed, rests=rests)
        assert await due_of(hub, sent, closed, since.date()) == expected.replace(microsecond=0), (since, rests, closed)


@pytest.mark.service
async def test_a_past_month_that_is_fed_now_is_not_late_and_nobody_is_late_in_a_planned_closure(
    hub: Hub, databases: Databases
) -> None:
    sent, now = await a_referral_sent(hub), clock.now()
    harbour, run = contract_id("harbour-lane-idva"), hub.worker.pool.execute
    await run("update referral set urgent = false")
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        await run("update leg set sent_at = $1, out_at = $2", now - timedelta(days=60), now)
        assert "Late" not in (await worker.get("/portal")).text
        assert "seen here from" in (await worker.get(sent.page)).summary["Sent"]
        await run("update leg set out_at = $1", now - timedelta(days=9))
        assert "Late: the answer was due" in (await worker.get("/portal")).text
        days = (local_day(now) - timedelta(days=10), local_day(now) + timedelta(days=3))
        closure = Change(uuid4(), "closure", harbour, *days, {}, None, a_viewer().user_id, now)
        async with hub.as_worker() as tx:
            await keeping.add(tx, closure)
        for page in ("/portal", sent.page):
            assert "Late" not in (await worker.get(page)).text
        await run("update referral set urgent = true")
        assert "Late: the answer was due" in (await worker.get("/portal")).text


@pytest.mark.service
async def test_nothing_is_due_of_a_referral_whose_details_are_not_there_and_its_limit_is_one_everywhere(
    hub: Hub, databases: Databases
) -> None:
    sent, now, run = await a_referral_sent(hub), clock.now(), hub.worker.pool.execute
    begins, ends = local_day(now) - timedelta(days=1), local_day(now) + timedelta(days=1)
    period = Quarter("now", *(datetime.combine(day, time(), UTC) for day in (begins, ends)))
    pack = await hub.value("select pack from leg")
    await run("update referral set urgent = false")
    # Sent by itself, of a month that was fed: its own date lies back, and nobody has opened the details yet.
    await run("update leg set automatic = true, sent_at = $1, out_at = null, pack = null", period.begins)
    contract = BOOKS.directory.by_id[contract_id("harbour-lane-idva")]
    manager = a_viewer("provider.manager")

    async def measured() -> int:
        async with hub.looks(manager) as tx:
            found = await tallies(tx, [contract], Kept(), period, now)
            assert len(await monitoring.tried(tx, period)) == found[contract.contract_id, "open"].legs
        return found[contract.contract_id, "open"].legs

    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        for page in ("/portal", sent.page):
            assert due_words.NOT_HERE in (await worker.get(page)).text
        assert await measured() == 0
        since = now - timedelta(hours=1)
        await run("update leg set pack = $1, out_at = $2", pack, since)
        until = due_at(contract.standards, "answer", since, urgent=False)
        said = due_words.limit("Answer", until, now).rpartition(",")[0]
        for page in ("/portal", sent.page):
            seen = (await worker.get(page)).text
            assert said in seen and due_words.NOT_HERE not in seen
        assert await measured() == 1


@pytest.mark.service
async def test_the_area_of_a_referral_is_that_of_its_contract_wherever_it_was_and_never_an_address(
    hub: Hub, databases: Databases
) -> None:
    sent, run = await a_referral_sent(hub), hub.worker.pool.execute
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        for place, home, area in (
            (None, "E08000025", "Birmingham"),
            ("E08000026", None, "Coventry"),
            ("E08000026", "E08000025", "Birmingham"),
            (None, None, "Not known"),
        ):
            await run("update case_file set local_authority = $1, home_local_authority = $2", place, home)
            assert (await worker.get(sent.page)).summary["Area"] == area
            assert area in (await worker.get("/portal")).text
