"""Words of a complaint that may speak of danger reach the hub within the hour, at the case that they name."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.code_compliance import ComplaintReceived
from contracts.identity import reference
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
