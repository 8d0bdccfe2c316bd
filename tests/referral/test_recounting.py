"""Reports are counted whatever the order in which they are heard: the list on the page and the rule say the same."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id
from handrail.feeds.tellings import SOURCE
from kit import clock
from services.referral.actions import beside, noticing, packing
from services.referral.actions.recounting import counted
from services.referral.store import cases
from services.referral.store.batches import Prior
from tests.builders import COMMON_ASSAULT, NOON, a_crime, a_victim, a_viewer, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import hub_pages

DOMESTIC = ["domestic_abuse"]


def a_prior(number: int, days: int, *, domestic: bool = True, **said: Any) -> Prior:
    """A report of so many days ago; what is not said is as of a first one."""
    case = UUID(int=number)
    told = {"state": "waiting", "marac_on": None, "held_high": False, "repeat": False, "reports": 1} | said
    state, high = told["state"], told["held_high"]
    about = (case, case, case, NOON - timedelta(days=days), domestic, told["marac_on"], COMMON_ASSAULT, None)
    return Prior(*about, state, "waiting", False, high, told["repeat"], told["reports"], high)


@pytest.mark.parametrize(
    ("priors", "again"),
    [
        ([a_prior(1, 0), a_prior(2, 200), a_prior(3, 90)], {1}),
        ([a_prior(1, 0, held_high=True, repeat=True), a_prior(2, 200), a_prior(3, 90)], set()),
        ([a_prior(1, 0), a_prior(2, 400), a_prior(3, 90)], set()),
        ([a_prior(1, 0, repeat=True), a_prior(2, 200, domestic=False), a_prior(3, 90)], set()),
        ([a_prior(1, 0, state="closed"), a_prior(2, 200), a_prior(3, 90)], set()),
        ([a_prior(1, 0), a_prior(2, 40, marac_on=(NOON - timedelta(days=9)).date(), held_high=True)], {1}),
        ([a_prior(1, 0, domestic=False), a_prior(2, 40, marac_on=NOON.date(), held_high=True)], set()),
    ],
)
def test_a_case_of_which_more_follows_by_what_came_late_is_decided_again(priors: list[Prior], again: set[int]) -> None:
    assert {one.case_id.int for one in counted(priors) if one.more} == again


def a_report(days: int, flags: list[str]) -> dict[str, Any]:
    victim = a_victim("V-1", relationship_to_suspect="acquaintance", risk={"grade": "standard", "dash_score": 3})
    at = (clock.now() - timedelta(days=days, hours=3)).isoformat()
    return a_crime(victim, offence_code=COMMON_ASSAULT, flags=flags, reported_at=at, recorded_at=at)


async def hears(hub: Hub, *crimes: dict[str, Any]) -> None:
    for crime in crimes:
        await hub.hears(recorded(crime, at=clock.now()))
        await hub.every(packing.freeze_automatic, clock.now())


async def newest(hub: Hub, crime: dict[str, Any]) -> dict[str, Any]:
    asked = "select holds, lines, repeat_victim, repeat_count, state from case_file where case_id = $1"
    [row] = await hub.rows(asked, case_id(crime["crime_id"], "V-1"))
    return row


@pytest.mark.service
@pytest.mark.parametrize("at_once", [False, True])
async def test_a_third_domestic_report_is_found_when_the_older_ones_come_after_it(
    hub: Hub, databases: Databases, at_once: bool
) -> None:
    crimes = [a_report(days, DOMESTIC) for days in (0, 200, 90)]
    if at_once:
        await hub.hears([one for crime in crimes for one in recorded(crime, at=clock.now())])
    else:
        await hears(hub, *crimes)
    found = await newest(hub, crimes[0])
    assert "high_risk" in found["holds"] and "idva" in found["lines"], found
    assert (found["repeat_victim"], found["repeat_count"]) == (True, 3)
    async with hub_pages(hub, databases) as browse:
        case = case_id(crimes[0]["crime_id"], "V-1")
        page = await (await browse("officer")).get(f"/cases/{case}")
        assert "3 reports in twelve months, this one included." in page.text and "High risk" in page.text


@pytest.mark.service
async def test_a_flag_that_comes_late_on_the_oldest_report_makes_the_newest_the_third(hub: Hub) -> None:
    oldest, middle, last = a_report(200, []), a_report(90, DOMESTIC), a_report(0, DOMESTIC)
    await hears(hub, oldest, middle, last)
    before = await newest(hub, last)
    assert "high_risk" not in before["holds"] and before["repeat_count"] == 3
    sent = "select count(*) from leg where case_id = $1 and state = 'sent'"
    case = case_id(last["crime_id"], "V-1")
    legs = await hub.value(sent, case)
    await hub.hears([snapshot(updated(oldest, 2, flags=DOMESTIC), clock.now())])
    found = await newest(hub, last)
    assert "high_risk" in found["holds"] and "idva" in found["lines"]
    alerts = await hub.value("select count(*) from alert where case_id = $1 and trigger = 'risk_raised'", case)
    urgent = await hub.value("select count(*) from leg where case_id = $1 and urgent_since is not null", case)
    assert (alerts, urgent) == (1, legs)
    runs = await hub.value("select runs from case_file where case_id = $1", case)
    await hub.hears([snapshot(updated(oldest, 3, flags=DOMESTIC), clock.now())])
    assert await hub.value("select runs from case_file where case_id = $1", case) == runs, "once"


LIVE, FED = "live", "fed"


def told_at(days: int) -> datetime:
    return clock.now() - timedelta(days=days, hours=3)


@pytest.mark.service
@pytest.mark.parametrize(
    ("days", "heard", "recent"),
    [
        ((0, 200, 90), LIVE, True),
        ((1, 364, 90), LIVE, True),
        ((40, 200, 90), LIVE, True),
        ((0, 200, 90), FED, True),
        ((40, 200, 90), FED, False),
    ],
)
async def test_a_case_that_an_older_report_makes_high_risk_is_dated_by_when_that_was_heard(
    hub: Hub, days: tuple[int, ...], heard: str, recent: bool
) -> None:
    """Each event comes with the time of its report. `live`: the case came on its own day; `fed`: today."""
    before = clock.now() - timedelta(minutes=1)
    crimes = [a_report(ago, DOMESTIC) for ago in days]
    case = case_id(crimes[0]["crime_id"], "V-1")
    for ago, crime in zip(days, crimes, strict=True):
        await hub.hears(recorded(crime, at=told_at(ago), source=SOURCE if heard == FED else "tests"))
        if heard == LIVE:
            await hub.worker.pool.execute("update case_file set heard_at = opened_at where case_id = $1", case)
    asked = "select urgent_since, opened_at, hub_due, state, priority from case_file where case_id = $1"
    [found] = await hub.rows(asked, case)
    first = before if recent else found["opened_at"]
    assert (found["priority"], found["state"]) == (0, "waiting")
    assert first <= found["urgent_since"] <= clock.now()
    hour = timedelta(hours=1)
    received = await hub.value("select min(received_at) from referral where case_id = $1 and line = 'idva'", case)
    due = await hub.value("select min(due_at) from task where case_id = $1 and done_at is null", case)
    assert received >= first and (due is None or due >= found["opened_at"])
    assert found["hub_due"] <= found["urgent_since"] + hour
    await hub.every(noticing.notice, clock.now())
    told = "select role from notice where kind = 'urgent_case' and case_id = $1 and over_at is null order by role"
    assert [row["role"] for row in await hub.rows(told, case)] == (["leader", "officer"] if recent else [])


@pytest.mark.service
@pytest.mark.parametrize("step", ["referred", "person_told"])
@pytest.mark.parametrize("later", [False, True])
async def test_a_referral_to_marac_that_the_hub_wrote_down_counts_in_the_other_cases_of_the_person(
    hub: Hub, step: str, later: bool
) -> None:
    high, other = a_report(9, DOMESTIC), a_report(0 if later else 20, DOMESTIC)
    high["victims"][0]["risk"] = {"grade": "high"}
    officer, one = a_viewer(), case_id(high["crime_id"], "V-1")
    await hears(hub, *([high] if later else [other, high]))
    async with hub.looks(officer) as tx:
        held = await cases.get(tx, one)
        assert held is not None
        assert await beside.take_step(tx, officer, held, uuid4(), "marac", step, None, BOOKS, clock.now())
    await hub.hears([snapshot(updated(high, 2, flags=[*DOMESTIC, "alcohol"]), clock.now())])
    if later:
        await hears(hub, other)
    found = await newest(hub, other)
    assert ("high_risk" in found["holds"], "idva" in found["lines"]) == (step == "referred", step == "referred")
    told = (
        "select (facts -> 'history' ->> 'marac_recent')::bool from routing where case_id = $1 order by run desc limit 1"
    )
    assert await hub.value(told, case_id(other["crime_id"], "V-1")) is (step == "referred")
