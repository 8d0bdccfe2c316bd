"""What is about to run out: by whom and when, the act that stops it, warnings once, and the receipt of a clock."""

from datetime import datetime, timedelta

import pytest

from contracts.identity import case_id
from contracts.reference import ROLES
from contracts.working_time import LONDON
from kit import clock
from kit.service import Moment
from services.code_compliance.actions.warning import warn
from services.code_compliance.domain.entitlements import clock_id
from services.code_compliance.reference.oversight import act_in_words, document, team_of, warnings
from tests.code_compliance.builders import CRIME, RULES, at, crime, given, reached, victim
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub

CASE = case_id(CRIME, "V1")


def test_every_entitlement_has_one_act_that_stops_its_clock() -> None:
    listed = set(document("acts.yaml")["acts"])
    assert listed == {name for code in RULES.codes for name in code.entitlements}
    assert act_in_words("R6.suspect_arrested").startswith("Tell the person of the arrest")


def test_a_team_is_found_by_agency_and_local_authority() -> None:
    assert team_of("police", "E08000027") == "Dudley local policing area"
    assert team_of("police", "not_recorded") == "Force-wide teams"
    assert team_of("CPS", "E08000027") == ""


def test_warnings_go_to_roles_that_exist() -> None:
    assert {each.role for each in warnings()} <= set(ROLES)


def late_tomorrow() -> datetime:
    """23:00 of the day on which the clock below ends: past every warning, whatever the hour now."""
    return (clock.now().astimezone(LONDON) + timedelta(days=1)).replace(hour=23, minute=0)


async def a_clock_ends_soon(hub: Hub, now: datetime | None = None) -> None:
    """An agreed update in Dudley, owed by the end of tomorrow at the latest."""
    now = (now or clock.now()).astimezone(LONDON)
    begun = (now - timedelta(days=3)).strftime("%Y-%m-%d %H:%M")
    agreed = (now - timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    person = victim(home_local_authority="E08000027")
    await hub.hear(crime(reported_at=begun, recorded_at=begun, victims=[person], offence_code="8N"))
    await hub.hear(reached("agreed_update_date", agreed, details={"agreed_interval_days": 2}))


@pytest.mark.service
async def test_the_forecast_names_agency_team_right_and_day_and_opens_the_clocks(hub: Hub, sign_in: SignIn) -> None:
    browser = await sign_in("compliance")
    assert "No clock runs out before the end of tomorrow" in (await browser.get("/rights/forecast")).text
    await a_clock_ends_soon(hub)
    page = await browser.get("/rights/forecast")
    assert "1 clock will run out by the end of tomorrow" in page.text
    page = await browser.follow("1 of Police Dudley local policing area, right 6")
    assert "Police, Dudley local policing area, right 6" in page.text
    assert "Give the agreed update, even if nothing has changed" in page.text
    for wrong in ("?agency=nobody", "?agency=police&right=6&day=x", "?page=0", "?page=²", f"?page={'9' * 5000}"):
        await browser.get(f"/rights/forecast{wrong}", status=404)


@pytest.mark.service
async def test_a_role_is_warned_once_at_a_share_of_the_clock(hub: Hub) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    counts = []
    for text in ("2025-06-05 10:00", "2025-06-07 10:00", "2025-06-07 10:01", "2025-06-10 10:00"):
        async with hub.database.begin() as tx:
            await warn(tx, Moment(at(text), at(text)), hub.context)
            sql = "select count(*) from clock_warning where entitlement = 'R6.suspect_arrested'"
            counts.append(await tx.fetchval(sql))
    assert counts == [0, 1, 1, 3]


@pytest.mark.service
async def test_a_warning_is_shown_to_its_role_while_the_clock_runs(hub: Hub, sign_in: SignIn) -> None:
    await a_clock_ends_soon(hub)
    async with hub.database.begin() as tx:
        await warn(tx, Moment(late_tomorrow(), None), hub.context)
    officer, leader = await sign_in("officer"), await sign_in("leader")
    assert "There is none. A warning is given once" in (await officer.get("/rights/forecast")).text
    assert "at 80% of its time" in (await leader.get("/rights/forecast")).text


@pytest.mark.service
async def test_a_clock_of_two_days_warns_on_the_weekend_on_which_the_clocks_go_forward_too(hub: Hub) -> None:
    await a_clock_ends_soon(hub, at("2025-03-29 23:45"))
    async with hub.database.begin() as tx:
        await warn(tx, Moment(at("2025-03-30 23:00"), None), hub.context)
        assert await tx.fetchval("select count(*) from clock_warning where role = 'leader'") == 1


@pytest.mark.service
async def test_a_clock_has_a_receipt_on_a_page_of_its_own(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await sign_in("compliance")
    await browser.get(f"/rights/cases/{CASE}")
    page = await browser.follow("Receipt on its own page: Told, with reasons where applicable, that a suspect was arr")
    assert page.path == f"/rights/cases/{CASE}/receipt/{clock_id(CASE, 'R6.suspect_arrested', 'm1')}"
    assert "Suspect arrested Tuesday 3 June 2025 09:00. Five working days end Tuesday 10 June 2025." in page.text
    assert "What would stop this clock: Tell the person of the arrest" in page.text
    assert (page.summary["Who said so"], "No evidence has reached us." in page.text) == ("nobody yet", True)
    await hub.hear(given("R6.suspect_arrested", "2025-06-09 12:00", channel="letter"))
    page = await browser.get(page.path)
    assert page.summary["Settled"] == "Monday 9 June 2025 at midday, letter"
    assert page.summary["Who said so"] == "the police"
    assert "Notice: done on Monday 9 June 2025 at midday, letter. Said by the police; known to us since" in page.text
    await browser.get(f"/rights/cases/{CASE}/receipt/{CRIME}", status=404)
