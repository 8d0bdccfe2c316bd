"""That somebody died is kept with the person: what is told of them later, by any record of theirs, begins with it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from kit import clock
from services.referral.actions import linking, making_sure
from services.referral.store import cases, contact
from tests.builders import a_crime, a_victim, a_viewer, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages

pytestmark = pytest.mark.service
LEADER = a_viewer("leader")
OTHER_DAYS = {"committed_from": "2026-08-20", "committed_to": "2026-08-21"}
OPEN = "select kind from task where case_id = $1 and done_at is null order by 1"


def a_killing(ref: str) -> dict[str, Any]:
    kin = {"kin_ref": f"K-{ref}", "relationship": "parent", "share": "agreed", "channels_safe": ["mobile"]}
    return a_crime({"victim_ref": ref, "kind": "deceased", "bereaved": [kin]}, offence_code="1")


async def asked(hub: Hub, case: UUID) -> list[str]:
    return [row["kind"] for row in await hub.rows(OPEN, case)]


async def stands(hub: Hub, case: UUID) -> dict[str, Any]:
    """What became of a case: how many legs left, and which ways of its person are not locked."""
    [found] = await hub.rows(
        "select person_id, (select count(*) from leg where case_id = c.case_id) as legs,"
        " array(select distinct trigger from alert a where a.case_id = c.case_id order by 1) as told"
        " from case_file c where case_id = $1",
        case,
    )
    async with hub.looks(LEADER) as tx:
        ways = await contact.channels(tx, found.pop("person_id"))
    return found | {"ways": [one.kind for one in ways if one.locked_why != "died"]}


DEAD = {"legs": 0, "ways": [], "told": ["person_died"]}


@pytest.mark.parametrize("at_once", [False, True])
async def test_of_whom_the_police_named_among_the_dead_before_any_case_nothing_leaves_in_a_later_one(
    hub: Hub, databases: Databases, at_once: bool
) -> None:
    killing, theft = a_killing("V-1"), a_crime(a_victim("V-1"))
    if at_once:
        await hub.hears(recorded(killing, theft, at=clock.now()))
        case = case_id(theft["crime_id"], "V-1")
    else:
        await hub.hears(recorded(killing, at=clock.now() - timedelta(hours=2)))
        case = await a_case(hub, theft)
    assert await stands(hub, case) == DEAD and await asked(hub, case) == ["person_died"]
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{case}")
        assert "that this person died" in page.text and "nothing is known to be safe" in page.text
    await hub.hears([snapshot(updated(killing, 2), clock.now())])
    assert await asked(hub, case) == ["person_died"], "once, however often they say it"
    family = case_id(killing["crime_id"], "K-V-1")
    assert "person_died" not in await asked(hub, family)


async def test_a_death_holds_for_every_later_case_until_somebody_writes_down_that_it_was_a_mistake(hub: Hub) -> None:
    first = await a_case(hub, a_crime(a_victim("V-1")))
    await hub.hears(recorded(a_killing("V-1"), at=clock.now()))
    second = await a_case(hub, a_crime(a_victim("V-1"), **OTHER_DAYS))
    assert await asked(hub, second) == ["person_died"] and (await stands(hub, second)) == DEAD
    async with hub.looks(LEADER) as tx:
        case = await cases.load(tx, first)
        assert case is not None
        await making_sure.take_back(tx, LEADER, case, clock.now())
    third = await a_case(hub, a_crime(a_victim("V-1"), **OTHER_DAYS))
    assert await asked(hub, third) == [] and (await stands(hub, third))["told"] == []
    assert (await stands(hub, third))["legs"] == 0, "no way is open before somebody has spoken to them"


TAKEN_BACK = (
    "select count(*) from case_event where type = 'person-death.recorded.v1' and case_id = $1"
    " and (data ->> 'taken_back')::boolean"
)


async def test_a_death_counts_for_each_record_that_is_joined_with_it_and_for_none_that_is_parted_again(
    hub: Hub,
) -> None:
    await a_case(hub, a_crime(a_victim("V-1")))
    await hub.hears(recorded(a_killing("V-1"), at=clock.now()))
    other = await a_case(hub, a_crime(a_victim("V-2"), **OTHER_DAYS))
    assert (await stands(hub, other))["told"] == [], "nobody knows yet"
    [pair] = await hub.rows("select person_id, other_id from same_person")
    one, two = pair["person_id"], pair["other_id"]
    async with hub.looks(LEADER) as tx:
        await linking.decide(tx, LEADER, one, two, BOOKS, clock.now(), same=True)
    assert "person_died" in await asked(hub, other) and (await stands(hub, other)) == DEAD
    third = await a_case(hub, a_crime(a_victim("V-2"), committed_from="2026-08-10", committed_to="2026-08-10"))
    assert (await stands(hub, third)) == DEAD
    async with hub.looks(LEADER) as tx:
        await linking.undo(tx, LEADER, one, two, BOOKS, clock.now())
    for case in (other, third):
        assert "person_died" not in await asked(hub, case)
        assert (await stands(hub, case))["told"] == ["another_died", "person_died"]
        assert await hub.value(TAKEN_BACK, case) == 1, "every service hears that they live"
