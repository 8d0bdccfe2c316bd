"""A provider's question to the hub: who hears of it, by when it is answered, and what rests meanwhile."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.referral.actions import falling_due, filing, noticing, providing, referring, settling
from services.referral.provider_portal import due_words
from services.referral.store import portal, workers
from services.referral.store.portal_due import limits_of
from tests.builders import NOON, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import LATER, Sent, a_referral_sent, a_referral_sent_by_policy

pytestmark = pytest.mark.service
OFFICER = a_viewer()
OTHERS = [{"kind": "mobile", "value": "07700 900322", "safety": "safe"}]


async def asks(hub: Hub, sent: Sent, role: str, *before: str) -> None:
    worker = a_viewer(role)
    async with hub.looks(worker) as tx:
        for verb in before:
            await providing.step(tx, worker, sent.referral, verb, LATER)
        await providing.step(tx, worker, sent.referral, "ask", LATER, reason_code="risk")
    await hub.every(settling.settle, LATER)


async def to_answer(hub: Hub, sent: Sent) -> list[object]:
    asked = "select due_at from task where case_id = $1 and kind = 'answer_provider' and done_at is null"
    return [row["due_at"] for row in await hub.rows(asked, sent.case)]


async def told(hub: Hub, sent: Sent) -> set[tuple[str, str]]:
    asked = "select role, kind from notice where case_id = $1 and kind like 'provider_%' and over_at is null"
    return {(row["role"], row["kind"]) for row in await hub.rows(asked, sent.case)}


async def test_a_question_is_a_task_of_the_hub_and_told_until_it_is_answered(hub: Hub) -> None:
    other: dict[str, Any] = {"given_names": "Another", "date_of_birth": "1961-02-03", "channels": OTHERS}
    high, low = await a_referral_sent(hub), await a_referral_sent_by_policy(hub, **other)
    await asks(hub, high, "idva.worker")
    await asks(hub, low, "support.worker")
    assert await to_answer(hub, high) == [LATER + timedelta(hours=1)], "by the clock where life is at risk"
    assert await to_answer(hub, low) == [filing.end_of_day(LATER)]
    both = {("officer", "provider_asked"), ("leader", "provider_asked")}
    assert await told(hub, high) == both
    await hub.every(settling.settle, LATER)
    assert len(await to_answer(hub, high)) == 1, "once"
    late = LATER + timedelta(hours=2)
    for _ in range(2):
        await hub.every(falling_due.remind, late)
        await hub.every(noticing.notice, late)
    assert await told(hub, high) == both | {("leader", "provider_not_answered")}
    assert await told(hub, low) == both, "it has until the end of the day"
    async with hub.looks(OFFICER) as tx:
        await referring.step(tx, OFFICER, high.referral, "supply", late)
    await hub.every(noticing.notice, late)
    assert (await to_answer(hub, high), await told(hub, high)) == ([], set())


async def test_a_first_contact_does_not_rest_while_a_question_is_open(hub: Hub) -> None:
    sent, worker = await a_referral_sent(hub), a_viewer("idva.worker")
    await asks(hub, sent, "idva.worker", "accept")
    async with hub.looks(worker) as tx:
        found = await portal.one(tx, sent.referral, limits_of(BOOKS.directory.contracts, NOON.date()))
    assert found is not None and found.asked_at is not None
    assert due_words.due(found, LATER).startswith("First contact by ")
    async with hub.looks(worker) as tx:
        await providing.start(tx, worker, sent.referral, LATER)
    await hub.every(settling.settle, LATER)
    assert len(await to_answer(hub, sent)) == 1, "support may begin before the hub has answered"
    async with hub.looks(OFFICER) as tx:
        await referring.step(tx, OFFICER, sent.referral, "supply", LATER)
    assert await to_answer(hub, sent) == []


@pytest.mark.parametrize("away", [False, True])
async def test_a_question_is_told_to_whoever_looks_after_the_case_and_to_the_roles_while_they_are_away(
    hub: Hub, databases: Databases, away: bool
) -> None:
    sent, mine, today = await a_referral_sent(hub), a_viewer("officer"), LATER.date()
    async with hub_pages(hub, databases) as browse:
        officer, leader = await browse("officer"), await browse("leader")
        for one in (officer, leader):
            await one.get("/cases")
        async with hub.as_worker() as tx:
            known = [workers.Known(mine.user_id, "Amina Farrow", mine.role, True)]
            await workers.meet(tx, known, LATER)
            if away:
                await workers.add_leave(tx, workers.Leave(uuid4(), mine.user_id, today, today), mine.user_id, LATER)
        await hub.rows("update case_file set assigned_to = $1 returning 1", mine.user_id)
        await asks(hub, sent, "idva.worker")
        asked = "The provider asked the hub a question"
        assert asked in (await officer.get("/cases/notices")).text
        assert (asked in (await leader.get("/cases/notices")).text) == away


async def test_a_question_that_nobody_has_answered_is_shown_as_open_also_once_the_referral_is_accepted(
    hub: Hub, databases: Databases
) -> None:
    sent, worker = await a_referral_sent(hub), a_viewer("idva.worker")
    await asks(hub, sent, "idva.worker")
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, sent.referral, LATER)
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        where = f"/cases/{sent.case}/referrals"
        assert "A question of the provider is open since" in (await officer.get(where)).text
        async with hub.looks(OFFICER) as tx:
            await referring.step(tx, OFFICER, sent.referral, "supply", LATER)
        text = (await officer.get(where)).text
    assert "is open since" not in text and "The limit to accept rested for a question of the provider" in text
