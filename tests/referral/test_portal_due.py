"""What is due at a provider: the limit that runs, in the order of lists and in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.identity import contract_id
from contracts.working_time import calendar, due
from services.referral.actions import contacting, providing, referring
from services.referral.provider_portal import due_words
from services.referral.store import portal
from services.referral.store.portal_due import limits_of
from tests.builders import NOON, a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, a_referral_sent

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


@pytest.mark.service
async def test_the_limit_of_a_query_is_the_one_of_the_working_calendar(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    for at in (NOON, datetime(2026, 8, 28, 15, tzinfo=UTC), datetime(2026, 12, 24, 23, 30, tzinfo=UTC)):
        await hub.worker.pool.execute("update leg set sent_at = $1", at)
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
    for urgent, due_at in ((True, NOON + timedelta(days=3)), (False, due(NOON, 3, "working_days", calendar()))):
        await hub.worker.pool.execute("update referral set urgent = $1", urgent)
        async with hub.looks(worker) as tx:
            found = await portal.one(tx, sent.referral, limits_of(CONTRACTS, NOON.date()))
        assert found is not None and found.due_at is not None
        assert abs(found.due_at - due_at) <= timedelta(seconds=15)


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
    assert second.due_at == pytest.approx(due(LATER, 2, "working_days", calendar()), abs=timedelta(seconds=1))
    assert {row.referral_id for row in page.rows[2:]} == {resting.referral, reached.referral}
    assert due_words.due(replace(first, due_at=NOON), LATER).startswith("Late: the answer was due by midday today")
    assert {row.referral_id for row in newest.rows} == {row.referral_id for row in page.rows}
    assert contract_id("harbour-lane-idva") in limits.arguments[0]
