"""Slips of the police and of an address are named, and nothing is reckoned from them."""

import json
from datetime import datetime, timedelta

import pytest

from contracts.police import CrimeRecorded
from kit import clock
from services.referral.case_ui.queues import NO_SUCH
from tests.builders import NOON, a_crime, a_victim, recorded
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case

FAR = "2099-01-01T12:00:00+00:00"


@pytest.mark.parametrize(("hours", "late"), [(23, False), (25, True)])
def test_a_report_is_taken_from_when_it_was_heard_where_its_day_has_not_come(hours: int, late: bool) -> None:
    told = a_crime(reported_at=(NOON + timedelta(hours=hours)).isoformat())
    crime = CrimeRecorded.model_validate_json(json.dumps(told))
    assert crime.told_late(NOON) is late
    assert crime.as_heard(NOON).reported_at == (NOON if late else datetime.fromisoformat(told["reported_at"]))


@pytest.mark.service
async def test_a_report_of_a_day_to_come_is_asked_about_and_its_limits_run_from_when_we_heard(hub: Hub) -> None:
    victim = a_victim(age_at_report="not_recorded", age_at_offence=17)
    await hub.hears(recorded(a_crime(victim, reported_at=FAR, recorded_at=FAR)))
    [case] = await hub.rows("select reported_at, age_band, act_by from case_file")
    assert case["reported_at"] == NOON and case["age_band"] in ("16-17", "18-24")
    assert await hub.value("select count(*) from task where kind = 'report_day_wrong' and done_at is null") == 1


@pytest.mark.service
async def test_a_case_is_found_as_its_heading_and_its_number_are_copied(hub: Hub, browse: AsPersona) -> None:
    now = clock.now() - timedelta(hours=1)
    case = await a_case(hub, at=now, channels=[{"kind": "mobile", "value": "07700 900231", "safety": "safe"}])
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    officer = await browse("officer")
    for sought in (f"Case {reference}", f"case  {reference.lower()}", "447700900231", "+44 7700 900231"):
        await officer.get("/cases")
        assert reference in (await officer.submit("Find", sought=sought)).text, sought


@pytest.mark.service
async def test_a_filter_that_is_not_there_is_said_and_narrows_nothing(hub: Hub, browse: AsPersona) -> None:
    officer = await browse("officer")
    page = await officer.get("/cases?queue=due&line=zzz&area=nowhere", 422)
    assert page.errors == [NO_SUCH, NO_SUCH]
    await officer.get("/cases?queue=due&line=idva")


@pytest.mark.service
async def test_what_our_lists_do_not_name_is_said_in_words(hub: Hub, browse: AsPersona) -> None:
    crime = a_crime(offence_code="125", flags=["fgm", "anti_social_behaviour"])
    case = await a_case(hub, crime)
    page = await (await browse("officer")).get(f"/cases/{case}")
    assert page.summary["What was reported"] == "An offence that our list does not name (125)"
    assert page.summary["Flags"] == "Female genital mutilation, Anti-social behaviour"
