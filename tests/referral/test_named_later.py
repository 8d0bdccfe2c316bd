"""A referral is with a provider when the person becomes restricted: the leader names the one worker who sees it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from kit import clock
from kit.database import Database
from services.referral.__main__ import SERVICE
from services.referral.actions import leaving, named_workers, referring
from tests.browser import Browser
from tests.builders import a_viewer
from tests.referral.conftest import Hub
from tests.referral.portal import Sent, a_referral_sent
from tests.referral.test_case_gate import Site, passes, site
from tests.referral.test_restricted_sends import CHOOSE, access, browse, works_at
from tests.referral.unseen import says

__all__ = ["access", "browse", "site"]
pytestmark = pytest.mark.service
Browse = Callable[[str], Awaitable[Browser]]
WORKER, MANAGER = a_viewer("idva.worker").user_id, a_viewer("provider.manager").user_id
ASKS = "With the provider, but nobody there can see it: name one worker, or withdraw it"


async def becomes_restricted(hub: Hub) -> Sent:
    """Sent to Harbour Lane; afterwards the police tell that the person works for a provider."""
    sent = await a_referral_sent(hub)
    ref = await hub.value("select victim_ref from case_file where case_id = $1", sent.case)
    await says(hub, ref, 1, works_for="provider")
    return sent


async def asked(hub: Hub, after: timedelta = timedelta()) -> int:
    while await hub.every(named_workers.ask, clock.now() + after):
        pass
    count: int = await hub.value("select count(*) from task where kind = 'name_worker' and done_at is null")
    return count


async def test_the_leader_is_asked_and_names_the_one_worker_who_then_sees_it(hub: Hub, browse: Browse) -> None:
    sent = await becomes_restricted(hub)
    leader, officer = await browse("leader"), await browse("officer")
    worker, manager = await browse("idva.worker"), await browse("provider.manager")
    for one in (worker, manager):
        await one.get(sent.page, 404)
    assert await asked(hub) == 1
    assert ASKS in (await leader.get("/cases/tasks")).text and ASKS not in (await officer.get("/cases/tasks")).text
    where = f"/cases/{sent.case}/legs/{sent.leg}/worker"
    assert "Nobody there can see it" in (await leader.get(f"/cases/{sent.case}/referrals")).text
    page = await leader.get(where)
    assert "Nobody there can see it" in page.text and "0121 496 0101" in page.text
    page = await leader.submit("Name this worker", 422)
    assert page.errors == [CHOOSE]
    page = await leader.submit("Name this worker", worker=str(WORKER))
    assert "sees the referral from now on" in page.text
    await worker.get(sent.page)
    await manager.get(sent.page, 404)
    assert await asked(hub, timedelta(days=2)) == 0
    await officer.get(where, 403)


async def test_a_name_given_on_an_old_page_is_no_news_twice_and_a_conflict_where_another_was_named(
    hub: Hub, browse: Browse
) -> None:
    sent, leader = await becomes_restricted(hub), await browse("leader")
    where = f"/cases/{sent.case}/legs/{sent.leg}/worker"
    await leader.get(where)
    for _ in range(2):
        await leader.post(where, {"worker": str(WORKER), "before": "nobody"})
        await leader.get(where)
    named = "select count(*) from kit.audit where action = 'leg.worker_named'"
    assert await hub.value(named) == 1
    await leader.post(where, {"worker": str(MANAGER), "before": "nobody"}, 409)
    assert await hub.value("select assigned_to from leg where leg_id = $1", sent.leg) == WORKER


async def test_when_the_named_worker_leaves_the_leader_is_asked_again_and_also_where_the_task_was_closed_for_nothing(
    hub: Hub, access: Database, browse: Browse
) -> None:
    sent, leader = await becomes_restricted(hub), await browse("leader")
    where = f"/cases/{sent.case}/legs/{sent.leg}/worker"
    await leader.get(where)
    await leader.submit("Name this worker", worker=str(WORKER))
    await leader.get("/cases/tasks")
    assert await asked(hub) == 0
    await works_at(access, "idva.worker", None)
    page = await leader.get(where)
    assert "the worker who was named has left" in page.text
    await leader.get("/cases/tasks")
    assert await asked(hub) == 1
    closed = "update task set done_at = now(), done_how = 'not_possible' where kind = 'name_worker'"
    await hub.worker.pool.execute(closed)
    assert await asked(hub) == 0
    assert await asked(hub, timedelta(hours=25)) == 1
    await works_at(access, "provider.manager", None)
    page = await leader.get(where)
    assert "has nobody who can be named" in page.text and "Name this worker" not in page.texts("button")


async def test_when_the_named_worker_leaves_the_leader_is_asked_though_nobody_opens_a_page(
    hub: Hub, access: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, leader = await becomes_restricted(hub), a_viewer("leader")
    async with hub.looks(leader) as tx:
        await named_workers.name(tx, leader, sent.leg, WORKER, None, clock.now())
    copy = await access.pool.fetchval("select current_database()")
    monkeypatch.setattr(leaving, "USERS", copy)
    assert await hub.every(leaving.watch, clock.now()) == 0 and await asked(hub) == 0
    await works_at(access, "idva.worker", None)
    assert await hub.every(leaving.watch, clock.now()) == 1
    tasks = "select count(*) from task where kind = 'name_worker' and done_at is null"
    assert await hub.value(tasks) == 1
    by = await hub.rows("select actor_role from kit.audit where action = 'leg.named_worker_left'")
    assert [row["actor_role"] for row in by] == ["system"]
    assert "watch_leavers" in {every.name for every in SERVICE.every}


async def test_when_the_last_worker_of_a_provider_leaves_the_leader_is_asked_who_takes_its_people_over(
    hub: Hub, access: Database, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_referral_sent(hub)
    now = clock.now()
    monkeypatch.setattr(leaving, "USERS", await access.pool.fetchval("select current_database()"))
    open_tasks = "select task_id from task where kind = 'nobody_left' and done_at is null"
    await works_at(access, "idva.worker", None)
    assert await hub.every(leaving.watch, now) == 0, "the manager is there"
    await works_at(access, "provider.manager", None)
    assert [await hub.every(leaving.watch, now) for _ in range(2)] == [1, 0]
    [task] = await hub.rows(open_tasks)
    leader = await browse("leader")
    page = await leader.get(f"/cases/tasks/{task['task_id']}")
    reference = await hub.value("select reference from case_file")
    assert "Nobody can sign in for a provider" in page.text and reference in page.text
    assert "Nobody can sign in for a provider" in (await leader.get("/cases/notices")).text
    closed = "update task set done_at = now(), done_how = 'somebody' where kind = 'nobody_left'"
    await hub.worker.pool.execute(closed)
    days = [await hub.every(leaving.watch, now + timedelta(days=n)) for n in (0, 1)]
    assert days == [0, 1], "whoever said that somebody is there is asked again the next day"
    await access.pool.execute("update app_user set active = true where user_id = $1", MANAGER)
    await hub.every(leaving.watch, now + timedelta(days=1))
    assert await hub.rows(open_tasks) == []


async def test_a_referral_that_is_withdrawn_asks_for_nobody(hub: Hub) -> None:
    sent, leader = await becomes_restricted(hub), a_viewer("leader")
    assert await asked(hub) == 1
    async with hub.looks(leader) as tx:
        await referring.step(tx, leader, sent.referral, "withdraw", clock.now(), reason_code="duplicate")
    assert await asked(hub) == 0


@pytest.mark.browser
async def test_the_page_on_which_a_worker_is_named_passes_the_gate(hub: Hub, site: Site) -> None:
    sent = await becomes_restricted(hub)
    where = f"/cases/{sent.case}/legs/{sent.leg}/worker"
    await passes(site, where)
    await passes(site, where, "Name this worker")
