"""Looks at names that the team leader hears of: at the worker's own surname, and at very many people in one day."""

import pytest

from contracts.identity import persona_id
from kit import clock
from services.referral.actions import noticing
from services.referral.desk_books import looks
from tests.builders import a_crime, a_domestic_crime, a_victim
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages

pytestmark = pytest.mark.service
OPENED = (
    "insert into kit.audit (actor_id, actor_role, action, subject_kind, subject_id)"
    " select $1, 'officer', 'details_revealed', 'case', gen_random_uuid() from generate_series(1, $2::int)"
)


async def test_the_leader_hears_of_a_look_at_the_workers_own_surname_and_of_very_many_looks(
    hub: Hub, databases: Databases
) -> None:
    own, other = await a_case(hub, family_name="Farrow"), await a_case(hub)
    async with hub_pages(hub, databases) as browse:
        officer, leader = await browse("officer"), await browse("leader")
        for case in (other, own):
            await officer.get(f"/cases/{case}")
            await officer.submit("Show name and details")
        notices = (await leader.get("/cases/notices")).text
        assert notices.count("somebody with their own surname") == 1 and "very many names" not in notices
        assert await hub.value("select case_id from notice where kind = 'look_same_surname'") == own
        await hub.worker.pool.execute(OPENED, persona_id("officer"), looks().many_a_day - 3)
        third = await a_case(hub)
        await officer.get(f"/cases/{third}")
        await officer.submit("Show name and details")
        assert "very many names within a day" in (await leader.get("/cases/notices")).text
        assert "Nothing waits" in (await officer.get("/cases/notices")).text
        await hub.worker.pool.execute("update notice set at = at - interval '15 days'")
        await hub.every(noticing.notice, clock.now())
        assert "surname" not in (await leader.get("/cases/notices")).text


async def test_the_leader_hears_of_the_workers_own_surname_by_whichever_door_it_was_opened(
    hub: Hub, databases: Databases
) -> None:
    first, second = [await a_case(hub, a_crime(a_victim(ref)), family_name="Farrow") for ref in ("V-1", "V-2")]
    other = await hub.value("select person_id from case_file where case_id = $1", second)
    told = "select case_id from notice where kind = 'look_same_surname' order by case_id"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(f"/cases/{first}/print")
        await officer.submit("Show the page to print", parts=["facts"], reason="meeting")
        assert await hub.rows(told) == [], "no name was on it"
        await officer.get(f"/cases/{first}/print")
        await officer.submit("Show the page to print", parts=["details"], reason="meeting")
        assert [row["case_id"] for row in await hub.rows(told)] == [first]
        await officer.get(f"/cases/{first}/same-person/{other}")
        assert len(await hub.rows(told)) == 1, "compared without names"
        await officer.submit("Show both names and details")
        assert [row["case_id"] for row in await hub.rows(told)] == sorted((first, second))


async def test_a_second_person_with_the_surname_of_the_one_on_whom_they_decide_is_told_of(
    hub: Hub, databases: Databases
) -> None:
    own, other = await a_case(hub, a_domestic_crime(), family_name="Lowe"), await a_case(hub)
    async with hub_pages(hub, databases) as browse:
        officer, leader = await browse("officer"), await browse("leader")
        for case in (own, other):
            await officer.get(f"/cases/{case}/holds/high_risk")
            await officer.submit("Ask a second person", reason="acted_on", text="Spoke to her twice.")
            await leader.get(f"/cases/{case}/holds/high_risk")
            await leader.submit("Decide", says="yes")
    told = await hub.rows("select case_id from notice where kind = 'second_same_surname'")
    assert [row["case_id"] for row in told] == [own]
    assert "high_risk" not in await hub.value("select holds from case_file where case_id = $1", own), (
        "nobody is stopped"
    )
