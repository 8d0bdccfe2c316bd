"""One reference twice in one crime, alike in the open and sealed of two people: a human asks, and nothing is lost."""

from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from services.referral.actions import opening
from tests.builders import NOON, a_crime, a_detail, a_victim, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.test_who_it_is import a_crime_sent, alerted, asked, warned

pytestmark = pytest.mark.service
OTHER_NUMBER = [{"kind": "mobile", "value": "07700 900399", "safety": "safe"}]
SECOND = {"given_names": "Ottoline", "date_of_birth": "1989-01-01", "channels": OTHER_NUMBER}
LEGS = "select count(*) from leg"


def rows(hub: Hub, crime: dict[str, Any], *details: dict[str, Any]) -> list[dict[str, Any]]:
    """A row of V1 for each of these details."""
    return [a_victim("V1", sealed=hub.sealed(a_detail(**one), crime["crime_id"], "V1")) for one in details]


async def told(hub: Hub, *details: dict[str, Any]) -> tuple[dict[str, Any], UUID]:
    crime = a_crime(a_victim("V1"))
    crime["victims"] = rows(hub, crime, *details)
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals, NOON)
    return crime, case_id(crime["crime_id"], "V1")


async def the_number(hub: Hub) -> str:
    return str(await hub.value("select safety from channel where kind = 'mobile'"))


@pytest.mark.parametrize("second", [SECOND, {"given_names": "Ottoline"}, {"date_of_birth": "1988-03-01"}])
async def test_of_two_people_nothing_leaves_no_number_is_safe_and_a_task_of_today_asks_which(
    hub: Hub, second: dict[str, Any]
) -> None:
    crime, case = await told(hub, {}, second)
    assert await hub.value(LEGS) == 0 and await asked(hub, case) == ["two_people"]
    assert await the_number(hub) != "safe"
    await hub.hears([snapshot(updated(crime, 2, victims=rows(hub, crime, {}, second)))])
    await hub.every(opening.open_arrivals, NOON)
    assert await hub.value(LEGS) == 0 and await asked(hub, case) == ["two_people"], "asked once for the same rows"


async def test_whoever_is_in_no_case_is_read_with_the_name_and_details_and_found_by_name(
    hub: Hub, databases: Databases
) -> None:
    _, case = await told(hub, {}, SECOND)
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{case}")
        assert "one reference to two people" in page.text and "Ottoline" not in page.text
        page = await officer.submit("Show name and details")
        assert "Wilhelmina" in page.text
        assert "Ottoline Testperson, born 1989-01-01" in page.text and "mobile: 07700 900399 (safe)" in page.text
    name = hub.sealer.blind("name", "Ottoline Testperson")
    assert await hub.value("select count(*) from person_index where kind = 'name' and digest = $1", name) == 1


async def test_two_rows_of_one_person_are_one_and_go_as_usual_with_what_either_says(hub: Hub) -> None:
    email = [{"kind": "email", "value": "one@example.org", "safety": "safe"}]
    _, case = await told(hub, {}, {"date_of_birth": None, "code_word": None, "channels": email})
    assert await hub.value(LEGS) == 1 and await asked(hub, case) == []
    assert await hub.rows("select kind, safety from channel order by kind") == [
        {"kind": "email", "safety": "safe"},
        {"kind": "mobile", "safety": "safe"},
    ]
    held = await hub.rows("select date_of_birth is not null and code_word is not null as both from person_sealed")
    assert held == [{"both": True}]


@pytest.mark.parametrize("second", [{"channels": OTHER_NUMBER}, {"code_word": "lemon curd"}])
async def test_what_two_rows_of_one_person_say_differently_is_kept_and_asked_about(
    hub: Hub, second: dict[str, Any]
) -> None:
    _, case = await told(hub, {}, second)
    assert await hub.value(LEGS) == 1 and await asked(hub, case) == ["given_twice"]


async def test_a_second_person_told_late_is_told_to_whoever_helps_and_they_ask_first(
    hub: Hub, databases: Databases
) -> None:
    crime = await a_crime_sent(hub)
    await hub.hears([snapshot(updated(crime, 2, victims=rows(hub, crime, {}, SECOND)))])
    await hub.every(opening.open_arrivals, NOON)
    case = case_id(crime["crime_id"], "V1")
    assert "two_people" in await asked(hub, case) and await alerted(hub, case) >= 1
    assert await the_number(hub) != "safe" and "one reference to two people" in await warned(hub, databases)


async def test_a_row_that_does_not_open_leaves_nobody_knowing_of_whom_it_is(hub: Hub) -> None:
    crime = a_crime(a_victim("V1"))
    crime["victims"] = [*rows(hub, crime, {}), a_victim("V1", sealed="not.a.sealed.text.")]
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals, NOON)
    assert await hub.value(LEGS) == 0 and await hub.value("select details from case_file") == "unreadable"
