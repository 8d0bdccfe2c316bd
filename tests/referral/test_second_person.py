"""What a second person answered reaches who asked, and the case says what may be done now."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kit import clock
from services.referral.actions import consenting, noticing, referring
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages, referral_of
from tests.referral.test_actions import IDVA
from tests.referral.test_hold_ends import asks

pytestmark = pytest.mark.service
OFFICER, LEADER = a_viewer(), a_viewer("leader")
BOTH = [("leader",), ("officer",)]


async def told(hub: Hub, case: UUID, kind: str) -> list[tuple[str]]:
    asked = "select role from notice where case_id = $1 and kind = $2 and over_at is null order by role"
    return [(row["role"],) for row in await hub.rows(asked, case, kind)]


async def due(hub: Hub, case: UUID, kind: str) -> list[object]:
    asked = "select due_at from task where case_id = $1 and kind = $2 and done_at is null"
    return [row["due_at"] for row in await hub.rows(asked, case, kind)]


async def test_a_confirmed_override_is_told_and_a_task_of_the_hour_until_it_is_sent(
    hub: Hub, databases: Databases
) -> None:
    case, now = await a_case(hub), clock.now()
    referral, yes, no = await referral_of(hub, case), uuid4(), uuid4()
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, yes, case, "idva", "life_at_risk", now)
        await consenting.ask_override(tx, OFFICER, no, case, "isva", "marac", now)
    async with hub.looks(LEADER) as tx:
        await consenting.confirm_override(tx, LEADER, yes, now)
        await consenting.refuse_override(tx, LEADER, no, now)
    assert await due(hub, case, "override_confirmed") == [now + timedelta(hours=1)]
    assert len(await due(hub, case, "override_refused")) == 1
    assert await told(hub, case, "override_confirmed") == await told(hub, case, "override_refused") == BOTH
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        for page in ("", "/referrals"):
            assert "may now be shared without agreement, for IDVA" in (await officer.get(f"/cases/{case}{page}")).text
        assert "confirmed an override: it may be shared, send it now" in (await officer.get("/cases/notices")).text
    async with hub.looks(OFFICER) as tx:
        await referring.triage(tx, OFFICER, referral, now)
        await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, now)
    await hub.every(referring.release, now + timedelta(seconds=11))
    assert await due(hub, case, "override_confirmed") == []
    await hub.every(noticing.notice, now + timedelta(days=4))
    assert await told(hub, case, "override_confirmed") == []


@pytest.mark.parametrize(("says", "kind", "tasks"), [("yes", "hold_end_agreed", 1), ("no", "hold_end_refused", 0)])
async def test_the_answer_to_the_end_of_a_hold_is_told_and_what_may_go_on_is_a_task(
    hub: Hub, databases: Databases, says: str, kind: str, tasks: int
) -> None:
    case = await a_case(hub)
    async with hub_pages(hub, databases) as browse:
        await asks(browse, case, "high_risk")
        leader = await browse("leader")
        await leader.get(f"/cases/{case}/holds/high_risk")
        await leader.submit("Decide", says=says)
    assert await told(hub, case, kind) == BOTH
    assert len(await due(hub, case, kind)) == tasks
