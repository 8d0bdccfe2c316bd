"""The pages of the Code through their front door."""

from datetime import timedelta

import pytest

from contracts.identity import case_id, reference
from contracts.referral import CaseOpened
from contracts.working_time import LONDON
from kit import clock
from tests.code_compliance.builders import CRIME, at, crime, given, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub

pytestmark = pytest.mark.service
CASE = case_id(CRIME, "V1")
PAGE = f"/rights/cases/{CASE}"


async def restrict(hub: Hub) -> None:
    await hub.hear(
        CaseOpened(
            case_id=CASE,
            crime_id=CRIME,
            reference=reference(CASE),
            restricted=True,
            happened_at=at("2025-06-02 10:31"),
            actor_role="system",
        )
    )


async def test_a_case_shows_each_clock_with_its_sum_and_its_source(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(
        crime(offence_code="8N", flags=["domestic_abuse"]),
        reached("suspect_arrested", "2025-06-06 09:00"),
        given("R6.suspect_arrested", "2025-06-09 12:00", channel="text"),
    )
    page = await (await sign_in("compliance")).get(PAGE)
    assert page.heading == f"Rights of case {reference(CASE)}"
    assert "Suspect arrested Friday 6 June 2025 09:00. One working day ends Monday 9 June 2025." in page.text
    assert "Rule R6.suspect_arrested, Code 2020." in page.text
    assert "The police referred the person to the hub" in page.texts("h3"), "no service has them by that"
    assert not [title for title in page.texts("h3") if "incl." in title or "CJ" in title]
    assert "Enhanced rights: domestic abuse." in page.text
    assert "told by the police, text message" in page.text
    assert "Unverified" in page.text
    assert await hub.database.pool.fetchval("select count(*) from kit.audit where subject_id = $1", CASE) == 1


async def test_a_restricted_case_is_absent_for_those_without_the_right(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    await restrict(hub)
    officer = await sign_in("officer")
    await officer.get(PAGE, status=404)
    page = await officer.get("/rights")
    assert "Nothing is owed yet" in page.text
    page = await officer.get("/rights/clocks?right=6&agency=police&state=running")
    assert "There is none, or you may not see those that there are" in page.text
    leader = await sign_in("leader")
    await leader.get(PAGE)
    assert "Police" in (await leader.get("/rights")).text


async def test_each_number_opens_the_list_behind_it(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), *(reached("suspect_arrested", "2025-06-03 09:00", f"m{n}") for n in range(27)))
    await hub.now_is("2025-07-01 09:00")
    browser = await sign_in("compliance")
    await browser.get("/rights")
    page = await browser.follow("27 Breached, right 6, Police")
    assert (page.heading, len(page.rows)) == ("Right 6, Police: breached", 26)
    assert "Page 1 of 2" in page.text
    page = await browser.follow("Next")
    assert len(page.rows) == 3
    page = await browser.follow(reference(CASE))
    assert page.path == PAGE


async def test_what_runs_out_by_tomorrow_evening_is_shown_with_the_act_that_stops_it(hub: Hub, sign_in: SignIn) -> None:
    now = clock.now()
    started = (now - timedelta(days=3)).astimezone(LONDON).strftime("%Y-%m-%d %H:%M")
    await hub.hear(crime(reported_at=started, recorded_at=started, offence_code="8N", flags=["domestic_abuse"]))
    browser = await sign_in("compliance")
    assert "No clock runs out before the end of tomorrow" in (await browser.get("/rights")).text
    soon = now.astimezone(LONDON) - timedelta(days=1)
    await hub.hear(reached("agreed_update_date", soon.strftime("%Y-%m-%d %H:%M"), details={"agreed_interval_days": 2}))
    page = await browser.get("/rights")
    assert "1 clock will run out by the end of tomorrow" in page.text
    assert "Police: Give the agreed update, even if nothing has changed" in page.text


async def test_evidence_entered_late_by_staff_turns_a_breach_into_met_and_says_who_said_so(
    hub: Hub, sign_in: SignIn
) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    await hub.now_is("2025-07-01 09:00")
    browser = await sign_in("compliance")
    await browser.get(PAGE)
    await browser.follow("Add evidence for: Told, with reasons where applicable, that a suspect was arrested")
    done = {"on-day": "9", "on-month": "6", "on-year": "2025", "at": "14:30"}
    page = await browser.submit("Add the evidence", outcome="delivered", channel="letter", source="police", **done)
    assert (page.path, "The evidence was added" in page.text) == (PAGE, True)
    assert "Entered by staff: done on Monday 9 June 2025 at 2:30pm, letter. Said by the police" in page.text
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "met"
    kind, data = (await hub.announced("R6.suspect_arrested"))[-1]
    assert (kind, data["was_breached"], data["source"]) == ("entitlement.met.v1", True, "police")
    assert all(check.ok for check in await hub.checks())


async def test_evidence_sent_twice_is_added_once_and_a_changed_form_adds_another(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await sign_in("compliance")
    await browser.get(PAGE)
    form = await browser.follow("Add evidence for: Told, with reasons where applicable, that a suspect was arrested")
    (key,) = [i.get("value") or "" for i in form.tree.iter("input") if i.get("name") == "id"]
    sent = {"id": key, "outcome": "delivered", "channel": "letter", "source": "police", "at": "14:30",
            "on-day": "9", "on-month": "6", "on-year": "2025"}  # fmt: skip
    for _ in range(2):
        await browser.post(form.path, sent)
    count = "select count(*) from evidence where act = 'entry'"
    assert await hub.database.pool.fetchval(count) == 1
    await browser.post(form.path, sent | {"at": "15:30"})
    assert await hub.database.pool.fetchval(count) == 2, "nothing that was said before is overwritten"


async def test_the_rights_of_a_case_are_opened_by_its_reference(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await sign_in("compliance")
    await browser.get("/rights")
    page = await browser.submit("Open", 422)
    assert page.errors == ["Enter the reference of the case"]
    page = await browser.submit("Open", 422, case="7KQ4M-2XRCT")
    assert page.errors == ["No case has this reference. Check it and enter it again"]
    page = await browser.submit("Open", case=f" {reference(CASE).lower()} ")
    assert (page.path, page.heading) == (PAGE, f"Rights of case {reference(CASE)}")
    await restrict(hub)
    await browser.get("/rights")
    await browser.submit("Open", 422, case=reference(CASE))


async def test_what_must_come_before_a_hearing_is_due_by_its_hour(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(
        crime(),
        reached("vps_requested", "2025-06-03 09:00"),
        reached("conviction", "2025-06-10 09:00", "m2", details={"hearing_at": "2099-07-03T10:00:00+01:00"}),
    )
    page = await (await sign_in("compliance")).get(PAGE)
    assert "Opportunity to make a VPS at any time before sentence, due by 10am on Friday 3 July 2099" in page.text
    assert "It must be done before the sentencing hearing: Friday 3 July 2099 10:00." in page.text


async def test_an_evidence_form_says_what_is_missing(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await sign_in("compliance")
    await browser.get(PAGE)
    await browser.follow("Add evidence for: Told, with reasons where applicable, that a suspect was arrested")
    page = await browser.submit("Add the evidence", 422)
    assert page.errors == [
        "Choose what happened",
        "Enter the date it was done",
        "Enter the time it was done, like 14:30",
        "Choose who says so",
    ]
    done = {"on-day": "1", "on-month": "6", "on-year": "2025", "at": "14:30", "source": "police"}
    page = await browser.submit("Add the evidence", 422, outcome="unable", reason="not_wanted", **done)
    assert page.errors == ["Choose the reason that goes with what happened"]
    page = await browser.submit("Add the evidence", 422, outcome="unable", reason="no_answer", **done)
    assert page.errors == ["The date it was done must be on or after the day the duty arose"]
    page = await browser.submit(
        "Add the evidence", 422, outcome="unable", reason="no_answer", **done | {"on-year": "2099"}
    )
    assert page.errors == ["The date and time it was done must be in the past"]


async def test_an_analyst_sees_the_numbers_but_enters_nothing(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    analyst = await sign_in("analyst")
    assert "fewer than 5" in (await analyst.get("/rights")).text
    assert "Whose acts reach us" in (await analyst.get("/rights/coverage")).text
    await (await sign_in("idva.worker")).get("/rights", status=403)


async def test_a_list_is_asked_for_by_known_words_only(hub: Hub, sign_in: SignIn) -> None:
    reader = await sign_in("compliance")
    for asked in ("", "?right=6", "?right=13&agency=police&state=met", "?right=6&agency=x&state=met"):
        await reader.get(f"/rights/clocks{asked}", status=404)
