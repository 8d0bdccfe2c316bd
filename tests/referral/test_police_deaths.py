"""What the police record of a death, of days that cannot be, and of a family that nobody names."""

from typing import Any

import pytest

from contracts.identity import case_id
from contracts.justice import MilestoneReached
from kit import clock
from tests.builders import a_crime, a_victim, an_event, recorded
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.test_police_again import NUMBER, asked, at_the_provider, with_its_provider

pytestmark = pytest.mark.service
KIN = {"kin_ref": "K-1", "relationship": "parent", "share": "agreed", "channels_safe": ["mobile"]}


def a_death(crime: dict[str, Any], ref: str | None, number: int = 1) -> Any:
    about = {"milestone_id": f"M-{number}", "crime_id": crime["crime_id"], "victim_ref": ref}
    about |= {"trigger": "death_by_criminal_conduct_recorded", "happened_at": clock.now().isoformat()}
    return an_event(MilestoneReached, about, clock.now())


@pytest.mark.parametrize("ref", ["V-1", None])
async def test_a_death_that_is_told_as_a_step_of_justice_shuts_every_way_to_the_person(
    hub: Hub, databases: Databases, ref: str | None
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    for number in (1, 2):
        await hub.hears([a_death(crime, ref, number)])
    assert await asked(hub, case) == ["person_died"]
    page = await at_the_provider(hub, databases, case)
    assert "this person died" in page and NUMBER not in page


async def test_a_death_of_nobody_named_is_asked_about_where_several_may_have_died_and_shuts_nothing(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"), a_victim("V-2"))
    case = await with_its_provider(hub, crime)
    await hub.hears([a_death(crime, None)])
    assert await asked(hub, case) == ["who_died"]
    assert await hub.value("select count(*) from alert where trigger = 'who_died'") == 2
    assert await hub.value("select count(*) from channel where locked_at is not null") == 0


async def test_the_death_for_which_somebody_is_bereaved_shuts_no_way_to_them(hub: Hub) -> None:
    crime = a_crime({"victim_ref": "V-1", "kind": "deceased", "bereaved": [KIN]}, offence_code="1")
    await hub.hears(recorded(crime))
    for number, ref in enumerate(("V-1", None, "K-1")):
        await hub.hears([a_death(crime, ref, number)])
    assert "person_died" not in await asked(hub, case_id(crime["crime_id"], "K-1"))
    assert await hub.value("select count(*) from channel where locked_at is not null") == 0


@pytest.mark.parametrize("offence", ["19C", "44"])
async def test_days_that_contradict_each_other_are_no_day_known_and_asked_about(hub: Hub, offence: str) -> None:
    crime = a_crime(a_victim("V-1"), offence_code=offence, committed_from="2026-08-31", committed_to="2025-08-31")
    await hub.hears(recorded(crime))
    case = case_id(crime["crime_id"], "V-1")
    assert "days_contradict" in await asked(hub, case)
    assert ("recent_assault" in await hub.value("select holds from case_file")) == (offence == "19C")


@pytest.mark.parametrize("others", [[], [a_victim("V-2")]])
async def test_a_killing_of_which_no_family_is_named_is_a_task_that_somebody_sees(
    hub: Hub, databases: Databases, others: list[dict[str, Any]]
) -> None:
    crime = a_crime({"victim_ref": "V-1", "kind": "deceased"}, *others, offence_code="1")
    await hub.hears(recorded(crime))
    [task] = await hub.rows("select task_id, case_id, kind from task where kind = 'find_the_family'")
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "name no family" in (await officer.get("/cases/tasks")).text
        page = await officer.get(f"/cases/tasks/{task['task_id']}")
        assert "The family is known and has a case" in page.text
    named = a_crime({"victim_ref": "V-1", "kind": "deceased", "bereaved": [KIN]}, offence_code="1")
    await hub.hears(recorded(named))
    assert await hub.value("select count(*) from task where kind = 'find_the_family'") == 1
