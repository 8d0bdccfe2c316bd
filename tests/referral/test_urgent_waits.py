"""Somebody at high risk on a waiting list: refused beyond a day, told to the hub, and due by the clock on the wall."""

from datetime import date, timedelta

import pytest

from contracts.refused import Refused
from services.referral.actions import alarming, noticing, providing, referring, settling
from services.referral.provider_portal import due_words
from services.referral.provider_portal.room import day_off
from services.referral.store import portal
from services.referral.store.portal_due import limits_of
from tests.builders import NOON, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, a_referral_sent, a_referral_sent_by_policy, portal_of

OFFICER, WORKER = a_viewer(), a_viewer("idva.worker")
TODAY = LATER.date()


def test_a_bank_holiday_that_was_chosen_is_said() -> None:
    assert day_off(date(2026, 12, 24)) == ""
    assert day_off(date(2026, 12, 25)).startswith(" Friday 25 December 2026 is a bank holiday")


@pytest.mark.service
async def test_at_high_risk_a_waiting_list_is_for_a_day_the_clock_goes_on_and_the_hub_finds_another(hub: Hub) -> None:
    sent = await a_referral_sent(hub)

    async def put(days: int, verb: str = "waitlist", **more: object) -> None:
        async with hub.looks(WORKER) as tx:
            day = TODAY + timedelta(days=days)
            why = "capacity" if verb == "waitlist" else "still_waiting"
            await providing.step(tx, WORKER, sent.referral, verb, LATER, reason_code=why, check_in_on=day, **more)

    async def tasks() -> list[object]:
        asked = "select due_at from task where case_id = $1 and kind = 'waits_in_danger' and done_at is null"
        return [row["due_at"] for row in await hub.rows(asked, sent.case)]

    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
    with pytest.raises(Refused, match="urgent_within_a_day"):
        await put(2)
    assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "accepted"
    await put(1)
    with pytest.raises(Refused, match="urgent_within_a_day"):
        await put(42, "check_in", check_in_id=sent.leg)
    for _ in range(2):
        await hub.every(settling.settle, LATER)
    assert await tasks() == [LATER + timedelta(hours=1)]
    told = "select role from notice where kind = 'waits_in_danger' and case_id = $1 and over_at is null order by role"
    assert [row["role"] for row in await hub.rows(told, sent.case)] == ["leader", "officer"]
    async with hub.looks(WORKER) as tx:
        found = await portal.one(tx, sent.referral, limits_of(BOOKS.directory.contracts, NOON.date()))
    assert found is not None and due_words.due(found, LATER).startswith("First contact by ")
    async with hub.looks(OFFICER) as tx:
        await referring.step(tx, OFFICER, sent.referral, "withdraw", LATER, reason_code="wrong_service")
    await hub.every(noticing.notice, LATER)
    assert (await tasks(), await hub.rows(told, sent.case)) == ([], [])


@pytest.mark.service
async def test_a_risk_that_rises_while_somebody_waits_starts_the_urgent_clock_and_is_a_task_of_the_hour(
    hub: Hub,
) -> None:
    sent, worker = await a_referral_sent_by_policy(hub), a_viewer("support.worker")
    async with hub.looks(worker) as tx:
        far = {"reason_code": "capacity", "check_in_on": TODAY + timedelta(days=40)}
        await providing.step(tx, worker, sent.referral, "accept", LATER)
        await providing.step(tx, worker, sent.referral, "waitlist", LATER, **far)
    await hub.every(settling.settle, LATER)
    async with hub.as_worker() as tx:
        await alarming.if_raised(tx, sent.case, ("low", "high"), LATER)
    await hub.every(settling.settle, LATER)
    due = await hub.rows("select due_at from task where kind = 'waits_in_danger' and done_at is null")
    assert [row["due_at"] for row in due] == [LATER + timedelta(hours=1)]
    assert await hub.value("select count(*) from alert where trigger = 'risk_raised'") == 1, "the provider is told"
    async with hub.looks(worker) as tx:
        found = await portal.one(tx, sent.referral, limits_of(BOOKS.directory.contracts, NOON.date()))
    assert found is not None and found.urgent and found.due_at is not None, "the urgent clock runs"


@pytest.mark.service
async def test_the_page_of_the_waiting_list_says_what_is_urgent_and_proposes_tomorrow(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub)
    async with portal_of(hub, databases) as portal:
        page = await portal("idva.worker")
        shown = await page.get(f"{sent.page}/steps/waitlist")
        assert "It is urgent, so no later than tomorrow" in shown.text
        later = {"reason_code": "capacity", "check_in_on-day": "7", "check_in_on-month": "1"}
        refused = await page.submit("Put on the waiting list", 422, **later, **{"check_in_on-year": "2030"})
        assert refused.errors[0].startswith("It is urgent: enter tomorrow")


@pytest.mark.service
@pytest.mark.parametrize("held", [("person_away", ["held_in_danger"]), ("unsafe_now", [])])
async def test_at_high_risk_a_hold_is_for_a_day_too_also_where_it_is_not_safe_to_be_in_touch(
    hub: Hub, held: tuple[str, list[str]]
) -> None:
    (reason, wanted), sent = held, await a_referral_sent(hub)

    async def pause(days: int) -> None:
        async with hub.looks(WORKER) as tx:
            until = TODAY + timedelta(days=days)
            await providing.step(tx, WORKER, sent.referral, "pause", LATER, reason_code=reason, until=until)

    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
        await providing.start(tx, WORKER, sent.referral, LATER)
    with pytest.raises(Refused, match="urgent_hold_a_day"):
        await pause(2)
    await pause(1)
    for _ in range(2):
        await hub.every(settling.settle, LATER)
    asked = "select kind, due_at from task where kind = 'held_in_danger' and done_at is null"
    assert [row["due_at"] for row in await hub.rows(asked)] == [LATER + timedelta(hours=1)] * len(wanted)


@pytest.mark.service
@pytest.mark.parametrize("reason", ["person_away", "unsafe_now"])
async def test_a_risk_that_rises_during_a_hold_brings_its_review_to_today_and_is_told_to_the_hub(
    hub: Hub, reason: str
) -> None:
    sent, worker = await a_referral_sent_by_policy(hub), a_viewer("support.worker")
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, sent.referral, LATER)
        await providing.start(tx, worker, sent.referral, LATER)
        until = TODAY + timedelta(days=60)
        await providing.step(tx, worker, sent.referral, "pause", LATER, reason_code=reason, until=until)
    await hub.every(settling.settle, LATER)
    assert await hub.value("select count(*) from task where kind = 'held_in_danger'") == 0
    await hub.worker.pool.execute("update case_file set review_since = null")
    await hub.worker.pool.execute("update task set done_at = now(), done_how = 'done'")
    async with hub.as_worker() as tx:
        await alarming.if_raised(tx, sent.case, ("low", "high"), LATER)
    await hub.every(settling.settle, LATER)
    assert await hub.value("select review_on from referral where state = 'on_hold'") == TODAY
    assert await hub.value("select count(*) from task where kind = 'held_in_danger' and done_at is null") == 1
    assert await hub.value("select count(*) from notice where kind = 'held_in_danger'") == 2
