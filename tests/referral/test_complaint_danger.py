"""Words of a complaint that may speak of danger reach the hub within the hour, at the case that they name."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.code_compliance import ComplaintReceived
from contracts.identity import reference
from services.referral.actions import noticing
from tests.builders import NOON, Record, an_event
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages

pytestmark = pytest.mark.service


def told(named: str | None = None, case_id: UUID | None = None, *, concern: bool = True) -> Record:
    complaint_id = uuid4()
    about = {"case_id": case_id, "subject_id": complaint_id, "complaint_id": complaint_id, "actor_role": "person"}
    fact = ComplaintReceived(**about, happened_at=NOON, received_at=NOON, concern=concern, named=named)
    return an_event(ComplaintReceived, fact, NOON)


def id_of(record: Record) -> str:
    return str(json.loads(record.value or b"")["complaint_id"])


async def test_words_of_a_complaint_with_a_sign_of_danger_are_a_task_of_the_hour_with_the_case_and_without_one(
    hub: Hub, databases: Databases
) -> None:
    case = await a_case(hub)
    named, nobody = told(reference(case)), told(reference(uuid4()))
    await hub.hears([named, nobody, told(concern=False), named, nobody])
    rows = await hub.rows("select case_id, due_at - created_at as within from task where kind = 'complaint_danger'")
    assert {row["case_id"]: row["within"] for row in rows} == dict.fromkeys((case, None), timedelta(hours=1))
    assert len(rows) == 2, "heard twice, each is one task"
    assert await hub.value("select review_since is not null from case_file") is True
    async with hub_pages(hub, databases) as browse:
        leader = await browse("leader")
        assert "Words of a complaint may speak of danger" in (await leader.get(f"/cases/{case}")).text
        assert "Words of a complaint may speak of danger" in (await leader.get("/cases/notices")).text
        page = await leader.get("/cases")
        assert "whose they are is not known" in page.text and "1 task is open" in page.text
        page = await leader.get("/cases/tasks")
        assert "A complaint" in [row[2] for row in page.rows[1:]]
        task = await hub.rows(
            "select task_id, complaint_id from task where kind = 'complaint_danger' and case_id is null"
        )
        page = await leader.get(f"/cases/tasks/{task[0]['task_id']}")
        assert page.link("Read the complaint") == f"/rights/complaints/{task[0]['complaint_id']}"
        await leader.submit("Close the task", answer="no_danger")
        assert "whose they are is not known" not in (await leader.get("/cases")).text


async def test_a_complaint_on_a_case_that_is_known_is_a_task_there(hub: Hub) -> None:
    case = await a_case(hub)
    await hub.hears([told(case_id=case)])
    assert await hub.value("select case_id from task where kind = 'complaint_danger'") == case


async def test_danger_in_a_complaint_of_nobody_known_is_told_to_leader_and_officer_until_the_task_is_closed(
    hub: Hub, databases: Databases
) -> None:
    nobody = told()
    await hub.hears([nobody, nobody])
    async with hub_pages(hub, databases) as browse:
        for role in ("leader", "officer"):
            page = await (await browse(role)).get("/cases/notices")
            assert "whose they are is not known" in page.text, role
            assert page.text.count("whose they are is not known") == 1, role
        leader = await browse("leader")
        assert "Notices (1 new)" in (await leader.get("/cases")).text
        page = await leader.get("/cases/notices")
        task = await hub.value("select task_id from task where kind = 'complaint_danger'")
        assert page.link("No case yet") == f"/cases/tasks/{task}"
        await leader.submit("Mark all as read")
        assert "Notices (1 new)" not in (await leader.get("/cases")).text
        await leader.get(f"/cases/tasks/{task}")
        await leader.submit("Close the task", answer="no_danger")
    await hub.every(noticing.notice)
    assert not await hub.rows("select 1 from notice where over_at is null")


async def test_a_second_complaint_of_the_same_case_is_named_in_the_task_that_is_open(
    hub: Hub, databases: Databases
) -> None:
    case = await a_case(hub)
    first, second = told(case_id=case), told(case_id=case)
    await hub.hears([first])
    async with hub_pages(hub, databases) as browse:
        leader = await browse("leader")
        task = await hub.value("select task_id from task where kind = 'complaint_danger'")
        await leader.get(f"/cases/tasks/{task}")
        await hub.hears([second, second])
        page = await leader.submit("Close the task", 409, answer="done")
        assert "Another complaint of this case came meanwhile" in page.text
        page = await leader.get(f"/cases/tasks/{task}")
        assert "2 complaints came on this case" in page.text
        for number, one in enumerate((first, second), 1):
            assert page.link(f"Read complaint {number}") == f"/rights/complaints/{id_of(one)}"
        await leader.submit("Close the task", answer="done")
    await hub.hears([first, second])
    assert await hub.value("select count(*) from task where kind = 'complaint_danger'") == 1, "heard again, it is over"
    await hub.hears([third := told(case_id=case), third])
    assert await hub.value("select count(*) from task where kind = 'complaint_danger'") == 2, "one that came later"
