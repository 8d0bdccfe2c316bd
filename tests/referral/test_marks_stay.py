"""A mark of danger follows what is recorded of it, and not the hold: nothing but a recorded act takes it away."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.marks import life_safety_first
from kit import clock
from services.referral.actions import ending_holds, incidents
from services.referral.actions.ending_holds import Asked
from services.referral.domain.facts import stays_high
from tests.builders import a_crime, a_domestic_crime, a_victim, a_viewer, recorded
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages

OFFICER, LEADER = a_viewer(), a_viewer("leader")


def test_the_mark_of_high_risk_follows_the_hold_or_else_the_grade_while_its_place_stands() -> None:
    for holds, priority, grade, high in (
        (("high_risk",), 0, "high", True),
        ((), 0, "high", True),
        ((), 0, "imminent", True),
        (("suicide_risk",), 0, "standard", False),
        ((), 3, "high", False),
        ((), 3, None, False),
    ):
        assert stays_high(holds, priority, grade) is high


def test_no_hold_of_care_hides_one_of_life_safety() -> None:
    holds = ("bereaved", "capacity_in_doubt", "exploitation", "high_risk", "suicide_risk")
    assert life_safety_first(holds)[:2] == ["high_risk", "suicide_risk"]


pages = pytest.mark.service


async def ends(hub: Hub, case: UUID, hold: str, reason: str) -> None:
    asked = Asked(uuid4(), hold, reason, "Spoke to her twice.")
    async with hub.looks(OFFICER) as tx:
        await ending_holds.ask(tx, OFFICER, hub.sealer, case, asked, BOOKS, clock.now())
    async with hub.looks(LEADER) as tx:
        await ending_holds.second(tx, LEADER, case, asked.end_id, BOOKS, clock.now(), agrees=True)
    assert await hub.value("select holds from case_file where case_id = $1", case) == []


async def marks(hub: Hub, databases: Databases, case: UUID) -> tuple[list[str], list[list[str]]]:
    """The marks in the head of a case, and the rows of the queue of life safety."""
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        head = (await officer.get(f"/cases/{case}")).texts("span", "moj-badge")
        return head, (await officer.get("/cases?queue=now")).rows


RISK: dict[str, Any] = {"risk": {"dash_score": 17, "grade": "high"}}


@pages
async def test_what_safety_asks_for_was_done_and_the_mark_the_place_and_what_other_cases_hear_stay(
    hub: Hub, databases: Databases
) -> None:
    crime = a_domestic_crime()
    case, ref = await a_case(hub, crime), crime["victims"][0]["victim_ref"]
    await ends(hub, case, "high_risk", "acted_on")
    head, queue = await marks(hub, databases, case)
    assert "High risk" in head
    assert [row for row in queue if "High risk" in row], "the queue says why it stands there"
    other = a_crime(a_victim(ref, channels_safe=["mobile"]))
    await hub.hears(recorded(other, at=clock.now()))
    second = await hub.value("select case_id from case_file where crime_id = $1", UUID(other["crime_id"]))
    assert await hub.value("select count(*) from leg") == 0, "nothing goes by itself while the risk is as before"
    assert "High risk in another case" in (await marks(hub, databases, second))[0]


@pages
@pytest.mark.parametrize("hold", ["high_risk", "suicide_risk"])
async def test_an_incident_that_is_switched_on_and_lifted_takes_no_place_away(
    hub: Hub, databases: Databases, hold: str
) -> None:
    crime = a_domestic_crime() if hold == "high_risk" else a_crime(a_victim("V-1", vulnerabilities=[hold]))
    case = await a_case(hub, crime)
    await ends(hub, case, hold, "acted_on")
    await hub.worker.pool.execute("update case_file set major_incident_id = 'MI-7'")
    place = "select priority from case_file where case_id = $1"
    assert await hub.value(place, case) == 0
    async with hub.looks(LEADER) as tx:
        switch = uuid4()
        await incidents.switch_on(tx, LEADER, switch, "MI-7", clock.now())
    assert await hub.value(place, case) == 0
    async with hub.looks(LEADER) as tx:
        await incidents.switch_off(tx, LEADER, switch, clock.now())
        assert (await incidents.lift(tx, LEADER, [case], "over", clock.now())).lifted == 1
    assert await hub.value(place, case) == 0
    head, _ = await marks(hub, databases, case)
    assert head[0] == ("High risk" if hold == "high_risk" else "Life safety")


@pages
async def test_that_the_danger_is_over_takes_the_mark_away(hub: Hub, databases: Databases) -> None:
    case = await a_case(hub)
    await ends(hub, case, "high_risk", "danger_over")
    head, queue = await marks(hub, databases, case)
    assert "High risk" not in head and queue == []


async def test_the_head_of_every_tab_names_first_what_changes_how_a_person_is_reached_and_counts_the_rest(
    hub: Hub, databases: Databases
) -> None:
    case = await a_case(hub, a_domestic_crime())
    base = f"/cases/{case}"
    sql = "update case_file set holds = $2, priority = $3, risk_grade = null where case_id = $1 returning 1"
    many = ["child_at_risk", "suicide_risk", "recent_assault", "stalking", "same_household", "protected_address"]
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        for priority, holds, marks in (
            (2, ["same_household"], ["The suspect lives in the same household"]),
            (1, ["child_under_13", "bereaved"], ["Bereaved: through the family liaison officer", "Child under 13"]),
            (
                0,
                many,
                ["The suspect lives in the same household", "Protected address", "A child is at risk"],
            ),
        ):
            await hub.value(sql, case, holds, priority)
            for tab in ("", "/contact", "/referrals", "/timeline", "/agreements", "/safeguards"):
                head = (await officer.get(base + tab)).texts("span", "moj-badge")
                assert head[: len(marks)] == marks, tab
                assert ("And 2 more, on the overview" in head) is (priority == 0)


@pages
async def test_a_case_says_what_its_next_clock_is_about(hub: Hub, databases: Databases) -> None:
    case = await a_case(hub, a_domestic_crime())
    late = "insert into task (task_id, kind, case_id, due_at, created_at)"
    late += " values (gen_random_uuid(), 'check_in', $1, now() - interval '1 day', now()) returning 1"
    await hub.value(late, case)
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{case}")
        assert "The hub's own limit to decide what is done, " in page.text
