"""A contract that ends while people are with it: asked first, a task the same day and each day after it is over, its
provider told, and a last day entered by mistake put back."""

from datetime import timedelta

import pytest

from contracts.working_time import local_day
from kit import clock
from services.referral.actions import contract_ends, provider_mail
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.portal import portal_of
from tests.referral.test_directory_keeping import on
from tests.referral.test_life import RIVERBANK, a_rape_sent
from tests.referral.test_transfers import STILLWATER, supported

pytestmark = pytest.mark.service
PAGE = f"/directory/contracts/{STILLWATER}"


async def kinds(hub: Hub) -> list[str]:
    rows = await hub.rows("select kind from task where contract_id = $1 and done_at is null order by 1", STILLWATER)
    return [row["kind"] for row in rows]


async def test_a_contract_with_people_is_ended_only_after_a_question_and_leaves_a_task_and_a_word(
    hub: Hub, browse: AsPersona, databases: Databases
) -> None:
    await supported(hub, await a_rape_sent(hub))
    leader, tomorrow = await browse("leader"), local_day(clock.now()) + timedelta(days=1)
    await leader.get(PAGE)
    page = await leader.submit("End it", **on(tomorrow, "last_day"))
    assert page.heading == "Should this contract end?" and "1 referral is with it now" in page.text
    assert await hub.value("select count(*) from contract_version") == 0
    page = await leader.submit("End this contract", 422)
    assert page.errors == ["Say that the last day is right"]
    page = await leader.submit("End this contract", sure="yes", to=str(RIVERBANK))
    assert page.heading == "Check who would go over"
    assert await kinds(hub) == ["contract_ends"]
    due = await hub.value("select due_at from task where contract_id = $1", STILLWATER)
    assert local_day(due - timedelta(seconds=1)) == local_day(clock.now())
    assert await hub.every(provider_mail.send_due, clock.now()) == 1
    assert await hub.value("select state from provider_mail where template = 'provider_contract'") == "sent"
    async with portal_of(hub, databases) as worker:
        page = await (await worker("isva.worker")).get("/portal")
    assert "A contract of yours ends on" in page.text and "strong>" not in page.text
    page = await leader.get("/cases/tasks")
    assert any("Independent sexual violence advisers" in row[2] for row in page.rows[1:])
    case, reference = (await hub.rows("select case_id, reference from case_file"))[0].values()
    assert "decide who takes them over" in (await leader.get(f"/cases/{case}")).text
    page = await leader.get("/cases/tasks")
    page = await leader.follow("A contract ends while people are with it: decide who takes them over, and hand over")
    assert "Independent sexual violence advisers" in page.text and page.link(reference) == f"/cases/{case}"
    page = await leader.submit("Close the task", answer="planned")
    assert await kinds(hub) == []
    page = await leader.get(PAGE)
    page = await leader.submit("Put back 31 March 2029")
    assert "In force from" in page.text and "to 31 March 2029" in page.text and "Put back" not in page.text
    told = await hub.rows("select kind from contract_version order by made_at")
    assert [row["kind"] for row in told] == ["ended", "changed"]
    assert await hub.value("select count(*) from provider_mail where template = 'provider_contract'") == 2


async def test_while_somebody_is_with_a_contract_that_is_over_the_hub_is_asked_each_day(
    hub: Hub, browse: AsPersona
) -> None:
    sent = await supported(hub, await a_rape_sent(hub))
    leader, now = await browse("leader"), clock.now()
    await leader.get(PAGE)
    await leader.submit("End it", **on(local_day(now), "last_day"))
    await leader.submit("End this contract", sure="yes")
    await hub.every(contract_ends.watch, now)
    assert await kinds(hub) == ["contract_ends"]
    yesterday = "update contract_version set entry = entry || jsonb_build_object('ends', $1::text)"
    await hub.worker.pool.execute(yesterday, str(local_day(now) - timedelta(days=1)))
    closed = "update task set done_at = now() where kind = 'contract_over' and created_at < $1"
    for day in (1, 1, 2):
        await hub.worker.pool.execute(closed, now + timedelta(days=day - 1, hours=12))
        await hub.every(contract_ends.watch, now + timedelta(days=day))
        assert (await kinds(hub)).count("contract_over") == 1
    assert await hub.value("select count(*) from task where kind = 'contract_over'") == 2
    await hub.worker.pool.execute("update leg set state = 'ended' where case_id = $1", sent.case)
    await hub.every(contract_ends.watch, now + timedelta(days=2))
    assert await kinds(hub) == []


async def test_a_contract_with_nobody_is_ended_at_once_and_its_provider_sees_it_on_the_weekly_page(
    hub: Hub, browse: AsPersona
) -> None:
    leader = await browse("leader")
    await leader.get(PAGE)
    page = await leader.submit("End it", **on(local_day(clock.now()) + timedelta(days=3), "last_day"))
    assert "The last day is entered." in page.text and await kinds(hub) == []
    page = await leader.get("/directory/capacity")
    [link] = [line for line in page.text.split() if f"/directory/capacity/{STILLWATER}" in line]
    page = await leader.get(link[link.index("/directory") :])
    assert "This contract ends on" in page.text
