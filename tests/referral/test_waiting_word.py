"""What a check-in finds of somebody on a waiting list reaches the hub, and who was not reached is tried again soon."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.working_time import local_day
from kit import clock
from kit.web.words import date_words
from services.referral.actions import filing, providing, settling
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import LATER, Sent, a_referral_sent, a_referral_sent_by_policy, portal_of

pytestmark = pytest.mark.service
OPEN = "select kind, due_at from task where case_id = $1 and done_at is null and kind in ('waits_unreached', $2)"


async def waits(hub: Hub, persona: str, *, high: bool = False) -> Sent:
    sent = await (a_referral_sent(hub) if high else a_referral_sent_by_policy(hub))
    async with hub.looks(a_viewer(persona)) as tx:
        on = LATER.date() + timedelta(days=1)
        who = (a_viewer(persona), sent.referral, "waitlist", LATER)
        await providing.step(tx, *who, reason_code="capacity", check_in_on=on)
    return sent


async def checks(hub: Hub, sent: Sent, persona: str, *outcomes: str) -> list[tuple[str, object]]:
    """Open tasks of the hub after these check-ins, one a minute from the last on."""
    worker = a_viewer(persona)
    for outcome in outcomes:
        made = await hub.value("select count(*) from check_in")
        at = LATER + timedelta(minutes=1 + made)
        async with hub.looks(worker) as tx:
            told = {"reason_code": outcome, "check_in_on": LATER.date() + timedelta(days=1), "check_in_id": uuid4()}
            await providing.step(tx, worker, sent.referral, "check_in", at, **told)
        for _ in range(2):
            await hub.every(settling.settle, at)
    return [(row["kind"], row["due_at"]) for row in await hub.rows(OPEN, sent.case, "wait_needs_changed")]


async def test_a_second_check_in_that_reaches_nobody_is_a_task_of_the_hub_until_they_are_reached(
    hub: Hub, databases: Databases
) -> None:
    who = "support.worker"
    sent, due = await waits(hub, who), filing.hub_due(filing.CHILD, LATER)
    assert await checks(hub, sent, who, "not_reached", "still_waiting", "not_reached") == []
    assert await checks(hub, sent, who, "not_reached") == [("waits_unreached", due)]
    async with hub_pages(hub, databases) as browse:
        assert "on a waiting list is not reached" in (await (await browse("officer")).get("/cases/tasks")).text
    assert await checks(hub, sent, who, "not_reached") == [("waits_unreached", due)], "one at a time"
    assert await checks(hub, sent, who, "needs_changed") == [("wait_needs_changed", due)]


async def test_at_high_risk_the_first_check_in_that_reaches_nobody_is_a_task_of_the_hour(hub: Hub) -> None:
    sent = await waits(hub, "idva.worker", high=True)
    [(kind, due)] = await checks(hub, sent, "idva.worker", "not_reached")
    assert (kind, due) == ("waits_unreached", LATER + timedelta(minutes=1, hours=1))


async def test_who_was_not_reached_is_tried_again_within_the_days_of_the_standard(
    hub: Hub, databases: Databases
) -> None:
    sent = await waits(hub, "support.worker")
    async with portal_of(hub, databases) as browse:
        worker = await browse("support.worker")
        page = await worker.get(f"{sent.page}/steps/check_in")
        assert "42 days from today, and 7 where you could not reach the person." in page.text
        page = await worker.submit("Record a check-in", 422, reason_code="not_reached")
        assert page.errors == ["You could not reach the person, so try again sooner: within the days said below"]
        await worker.submit("Record a check-in", reason_code="not_reached")
        [(outcome, next_on)] = await hub.worker.pool.fetch("select outcome, next_on from check_in")
        soon = local_day(clock.now()) + timedelta(days=7)
        assert (outcome, next_on) == ("not_reached", soon), "the sooner day is suggested"
        await worker.get(f"{sent.page}/steps/check_in")
        await worker.submit("Record a check-in", reason_code="still_waiting")
    assert await hub.value("select next_on from check_in where outcome = 'still_waiting'") == soon
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{sent.case}/timeline")
        assert page.text.count("Checked in with somebody on a waiting list") == 2
        assert f"the next is due on {date_words(soon)}" in page.text
