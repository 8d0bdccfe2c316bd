"""Notices, settings, and a case on paper."""

from datetime import timedelta

import pytest

from kit import clock
from services.referral.actions import noticing
from tests.builders import a_crime, a_domestic_crime, a_victim, recorded, snapshot, updated
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case

pytestmark = pytest.mark.service


async def test_an_urgent_case_is_told_to_its_roles_until_somebody_has_it(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, leader, compliance = await browse("officer"), await browse("leader"), await browse("compliance")
    assert await hub.every(noticing.notice, clock.now()) == 2
    assert await hub.every(noticing.notice, clock.now()) == 0
    page = await officer.get("/cases")
    assert page.link("Notices (1 new)") == "/cases/notices"
    page = await officer.follow("Notices")
    assert any("Life safety, and nobody looks after it" in words for words in page.texts("li"))
    page = await officer.submit("Mark all as read")
    assert "New" not in page.texts("span", "moj-badge")
    assert "(1 new)" not in (await officer.get("/cases")).text and "(1 new)" in (await leader.get("/cases")).text
    assert "Nothing waits for somebody of your role." in (await compliance.get("/cases/notices")).text
    await officer.get(f"/cases/{case}")
    await officer.submit("Take this case")
    await hub.every(noticing.notice, clock.now())
    assert "Nothing waits" in (await leader.get("/cases/notices")).text


async def test_danger_that_is_told_of_an_old_case_is_a_notice_from_when_it_was_told(hub: Hub) -> None:
    now = clock.now()
    crime = a_crime(a_victim("V-old", risk={"grade": "standard", "dash_score": 3}), flags=["domestic_abuse"])
    await hub.hears(recorded(crime, at=now - timedelta(days=60)))
    risk = {"grade": "high", "dash_score": 20}
    later = {**crime, "victims": [{**crime["victims"][0], "risk": risk}]}
    await hub.hears([snapshot(updated(later), now)])
    await hub.every(noticing.notice, now)
    told = await hub.rows("select distinct at from notice where kind = 'urgent_case'")
    assert [row["at"] for row in told] == [now]


async def test_a_restricted_case_is_told_only_to_those_who_may_see_it(hub: Hub, browse: AsPersona) -> None:
    await a_case(hub, a_domestic_crime(a_victim(works_for="provider", risk={"grade": "high"})))
    await hub.every(noticing.notice, clock.now())
    assert "Nothing waits" in (await (await browse("officer")).get("/cases/notices")).text
    assert "Life safety" in (await (await browse("leader")).get("/cases/notices")).text


async def test_a_silent_provider_and_an_override_without_its_second_person_are_told(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    long_ago = clock.now() - timedelta(days=5)
    await hub.worker.pool.execute("update case_file set assigned_to = $2 where case_id = $1", case, case)
    await hub.worker.pool.execute(
        "insert into leg (leg_id, referral_id, case_id, person_id, number, reference, line, provider_id, contract_id,"
        " state, automatic, sent_at) select gen_random_uuid(), referral_id, case_id, case_id, 9, 'R', line, case_id,"
        " case_id, 'sent', false, $2 from referral where case_id = $1 limit 1",
        case,
        long_ago,
    )
    await hub.worker.pool.execute(
        "insert into consent (consent_id, person_id, case_id, purpose, gate, given_by, taken_at, asked_by)"
        " values (gen_random_uuid(), $1, $1, 'support', 'override', 'self', $2, $1)",
        case,
        long_ago,
    )
    assert await hub.every(noticing.notice, clock.now()) == 4
    told = (await (await browse("leader")).get("/cases/notices")).texts("li")
    assert any("has not opened what it was sent" in words for words in told)
    assert any("waits for the second person" in words for words in told)
    await hub.worker.pool.execute("update leg set viewed_at = now()")
    await hub.worker.pool.execute("update consent set confirmed_at = now(), confirmed_by = gen_random_uuid()")
    await hub.every(noticing.notice, clock.now())
    assert await hub.value("select count(*) from notice where over_at is null") == 0


async def test_silence_about_what_is_urgent_counts_by_the_clock_for_notices_and_the_team(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    ago = clock.now() - timedelta(minutes=90)
    await hub.worker.pool.execute("update case_file set assigned_to = $1, priority = 2, holds = '{}'", case)
    await hub.worker.pool.execute(
        "insert into leg (leg_id, referral_id, case_id, person_id, number, reference, line, provider_id, contract_id,"
        " state, automatic, sent_at) select gen_random_uuid(), referral_id, case_id, case_id, 9, 'R', line, case_id,"
        " case_id, 'sent', false, $2 from referral where case_id = $1 limit 1",
        case,
        ago,
    )
    leader = await browse("leader")
    await hub.worker.pool.execute("update referral set urgent = false")
    assert await hub.every(noticing.notice, clock.now()) == 0
    page = await leader.get("/cases/team")
    assert "1 hour by the clock for what is urgent, 8 working hours for everything else" in page.text
    for urgent in (
        "update referral set urgent = true",
        "update referral set urgent = false",
        "update case_file set holds = '{honour_based_abuse}'",
    ):
        await hub.worker.pool.execute(urgent)
        words = (await leader.get("/cases/team")).texts("li")
        told = any("1 urgent referral not opened" in each and "1 hour ago by the clock" in each for each in words)
        assert told == ("false" not in urgent), urgent
    assert await hub.every(noticing.notice, clock.now()) == 2


async def test_single_keys_can_be_switched_off_and_blur_is_chosen(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    page = await officer.get(f"/cases/{case}")
    assert page.all("body")[0].get("data-shortcuts") == "on"
    await officer.get("/cases/settings")
    page = await officer.submit("Save", shortcuts="off", blur="30")
    assert "Saved." in page.text
    body = (await officer.get(f"/cases/{case}")).all("body")[0]
    assert (body.get("data-shortcuts"), body.get("data-blur")) == ("off", "30")
    assert (await officer.get("/cases")).all("body")[0].get("data-shortcuts") == "off"
    assert (await leader.get("/cases")).all("body")[0].get("data-shortcuts") == "on"
    page = await officer.post("/cases/settings", {"shortcuts": "perhaps"}, 422)
    assert page.errors == ["Choose whether single keys do anything", "Choose after how long names are blurred"]


async def test_a_case_is_printed_with_what_was_chosen_and_that_is_kept(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub, code_word="zebra")
    officer = await browse("officer")
    await officer.get(f"/cases/{case}")
    await officer.follow("Print this case")
    page = await officer.submit("Show the page to print", 422)
    assert page.errors == ["Choose what goes on the paper", "Choose why it is printed"]
    page = await officer.submit("Show the page to print", parts=["details", "facts"], reason="visit")
    assert page.summary["Family name"] == "Testperson" and "Printed by Amina Farrow" in page.text
    assert "Timeline" not in page.texts("h2") and "Testperson" not in page.heading
    [look] = await hub.rows("select fields, reason from kit.audit where action = 'case_printed'")
    assert look == {"fields": ["details", "facts"], "reason": "visit"}
    assert "Code word" not in page.summary
    await officer.get(f"/cases/{case}/print")
    page = await officer.submit("Show the page to print", parts=["code_word"], reason="visit")
    assert "Family name" not in page.summary and page.summary["Code word"] == "zebra"
    compliance = await browse("compliance")
    await compliance.get(f"/cases/{case}/print")
    page = await compliance.post(f"/cases/{case}/print", {"parts": ["details", "tasks"], "reason": "visit"})
    assert "Testperson" not in page.html and "No task is open." in page.text
