"""The hub's pages: queues, search, a case and its tabs, referring with its undo, contact, and who may see what."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id
from services.referral import desk_books
from services.referral.domain.queue_words import COLUMNS
from tests.builders import COVENTRY, THEFT, a_crime, a_domestic_crime, a_victim, an_event, recorded
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case, referral_of, triaged

pytestmark = pytest.mark.service

IDVA = contract_id("harbour-lane-idva")
PLACES = {
    "officer": ["Cases", "Take somebody in", "The Victims' Code", "Operations"],
    "idva.worker": ["Your referrals"],
    "analyst": ["The Victims' Code", "Feedback", "Returns", "Provider returns"],
    "compliance": ["Cases", "The Victims' Code", "Feedback", "Returns", "Provider returns"],
    "admin": ["Returns", "Provider returns", "Operations"],
}


async def reference_of(hub: Hub, case: UUID) -> str:
    return str(await hub.value("select reference from case_file where case_id = $1", case))


async def looks(hub: Hub, action: str) -> list[dict[str, Any]]:
    return await hub.rows("select actor_role, subject_id, fields from kit.audit where action = $1 order by id", action)


async def test_the_start_page_asks_a_stranger_to_sign_in(browse: AsPersona) -> None:
    page = await (await browse(None)).get("/")
    assert page.link("Sign in") == "/sign-in" and not page.all("h2")


async def test_the_start_page_shows_where_a_role_works(browse: AsPersona) -> None:
    shown = {persona: (await (await browse(persona)).get("/")).texts("h2") for persona in PLACES}
    assert shown == PLACES


async def test_cases_are_not_for_providers_analysts_or_administrators(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    one = f"/cases/{case}"
    for persona in ("idva.worker", "provider.manager", "analyst", "admin"):
        browser = await browse(persona)
        for path in ("/cases", one, f"{one}/timeline", f"{one}/contact", f"/cases/{uuid4()}"):
            await browser.get(path, 403)


async def test_compliance_reads_a_case_and_changes_nothing(hub: Hub, browse: AsPersona) -> None:
    case, browser = await a_case(hub), await browse("compliance")
    page = await browser.get(f"/cases/{case}")
    assert "Show name and details" not in page.texts("button")
    assert page.all("button") and "Triage this referral" not in (await browser.get(f"/cases/{case}/referrals")).text
    await browser.post(f"/cases/{case}/reveal", status=403)
    referral = await referral_of(hub, case)
    await browser.post(f"/cases/{case}/referrals/{referral}/steps/triage", status=403)
    await browser.get("/cases/new", 403)


async def test_empty_queues_say_why_and_an_unknown_one_is_not_there(browse: AsPersona) -> None:
    officer = await browse("officer")
    assert "Nobody is waiting for a decision." in (await officer.get("/cases")).text
    assert "No child is waiting" in (await officer.get("/cases?queue=children")).text
    assert "There is no open case." in (await officer.get("/cases?queue=all&page=9")).text
    await officer.get("/cases?queue=nothing", 404)


async def test_life_safety_comes_first_with_its_holds_and_time_left_in_words(hub: Hub, browse: AsPersona) -> None:
    late = await a_case(hub, a_crime(a_victim(share="not_asked"), offence_code="20A"))
    urgent = await a_case(hub)
    officer = await browse("officer")
    page = await officer.get("/cases?queue=waiting")
    first, second = page.rows[1:]
    assert first[0] == f"{await reference_of(hub, urgent)} Life safety"
    assert second[0] == await reference_of(hub, late)
    assert "High risk" in first[2] and "Was not asked" in second[2]
    assert all(cells[1].startswith(("Due ", "Late by ")) for cells in (first, second))
    assert first[4] == "Birmingham" and "IDVA" in first[3]
    assert "Waiting for the hub (2)" in page.texts("a") and "Life safety, now (1)" in page.texts("a")
    page = await officer.get("/cases?queue=ask-officer")
    assert [row[0] for row in page.rows[1:]] == [await reference_of(hub, late)]


async def test_the_hub_opens_on_those_whose_life_is_at_risk_while_there_are_any(hub: Hub, browse: AsPersona) -> None:
    await a_case(hub, a_crime(a_victim(share="not_asked"), offence_code="20A"))
    officer = await browse("officer")
    assert (await officer.get("/cases")).heading == "Waiting for the hub"
    urgent = await a_case(hub)
    page = await officer.get("/cases")
    assert page.heading == "Life safety, now"
    assert [row[0].split()[0] for row in page.rows[1:]] == [await reference_of(hub, urgent)]
    assert page.link("Due soonest") == "/cases?queue=due", "the other queues are a link away"
    assert (await officer.get("/cases?queue=waiting")).heading == "Waiting for the hub"


async def test_ones_own_cases_carry_their_marks_of_danger_wherever_they_are_listed(hub: Hub, browse: AsPersona) -> None:
    case, officer = await a_case(hub), await browse("officer")
    await officer.get(f"/cases/{case}")
    await officer.submit("Take this case")
    reference = await reference_of(hub, case)
    for path in ("/cases", "/cases/work"):
        [line] = [words for words in (await officer.get(path)).texts("li") if words.startswith(reference)]
        assert "High risk" in line, path


async def test_a_queue_says_what_to_do_there_and_shows_the_columns_of_its_data(hub: Hub, browse: AsPersona) -> None:
    await a_case(hub)
    await hub.value("update case_file set review_since = now() returning 1")
    officer = await browse("officer")
    for name, queue in desk_books.queues().items():
        page = await officer.get(f"/cases?queue={name}")
        assert f"{queue.title} {queue.action}" in page.text, name
        if len(page.rows) > 1:
            assert page.rows[0] == ["Case", *(COLUMNS[one] for one in queue.columns)], name
            assert all(page.rows[1]), f"{name}: no column is empty"
    assert (await officer.get("/cases?queue=due")).rows[1][2] == "The hub's own limit"
    assert "Came" in (await officer.get("/cases?queue=new")).rows[0]


async def test_a_queue_is_narrowed_by_service_hold_and_area(hub: Hub, browse: AsPersona) -> None:
    await a_case(hub)
    away = await a_case(hub, a_domestic_crime(a_victim(home_local_authority=COVENTRY, risk={"grade": "high"})))
    officer = await browse("officer")
    await officer.get("/cases")
    page = await officer.submit("Narrow", area=COVENTRY)
    assert [row[0].split()[0] for row in page.rows[1:]] == [await reference_of(hub, away)]
    page = await officer.get("/cases?queue=waiting&line=fraud")
    assert "Nobody is waiting" in page.text and (await officer.follow("Show the whole queue")).rows
    assert len((await officer.get("/cases?line=nonsense&area=nowhere&page=x", 422)).rows) == 3


async def test_a_long_queue_has_pages(hub: Hub, browse: AsPersona) -> None:
    await hub.hears(recorded(*(a_crime(a_victim(share="not_asked"), offence_code="20A") for _ in range(26))))
    officer = await browse("officer")
    page = await officer.get("/cases?queue=ask-officer")
    assert len(page.rows) == 26 and "Page 1 of 2, 26 in all" in page.text
    page = await officer.follow("Next")
    assert len(page.rows) == 2 and "Page 2 of 2" in page.text


async def test_search_finds_by_reference_name_phone_and_crime_number(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub, a_domestic_crime(crime_reference="20/AB12CD/26"))
    officer = await browse("officer")
    reference = await reference_of(hub, case)
    phones = ("07700 900321", "0044 7700 900321", "+44 (0)7700 900321")
    asked = ("wilhelmina  TESTPERSON", *phones, reference.lower(), "20 /ab12cd/ 26")
    for number, sought in enumerate(asked, 1):
        await officer.get("/cases")
        page = await officer.submit("Find", sought=sought)
        assert page.path.startswith("/cases/found/") and page.texts("h2") == [reference], sought
        assert (await officer.follow(reference)).heading == f"Case {reference}"
        assert [look["fields"] for look in await looks(hub, "search")] == [["1 found"]] * number


async def test_what_one_viewer_searched_for_is_not_another_viewers(hub: Hub, browse: AsPersona) -> None:
    await a_case(hub)
    officer = await browse("officer")
    await officer.get("/cases")
    found = (await officer.submit("Find", sought="Wilhelmina Testperson")).path
    page = await (await browse("leader")).get(found)
    assert page.path == "/cases" and "That search is over" in page.text


async def test_a_search_for_nothing_and_one_that_finds_nothing_say_what_to_do(browse: AsPersona) -> None:
    officer = await browse("officer")
    await officer.get("/cases")
    page = await officer.submit("Find", 422, sought=" ")
    assert page.errors == ["Enter a reference, a full name, a phone number or a crime number"]
    page = await officer.submit("Find", sought="Nobody Whatsoever")
    assert "Nothing was found that you may see" in page.text


async def test_a_case_says_what_is_held_and_why_and_shows_no_name(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    page = await (await browse("officer")).get(f"/cases/{case}")
    assert page.summary["Lives in"] == "Birmingham" and page.summary["Risk"] == "High: Dash 17"
    assert page.summary["What was reported"].endswith("(105A)")
    assert "High risk. No later word lowers the risk" in page.text and "Safe now: Mobile" in page.text
    assert "Waiting for a human" in page.text and "Recommended: IDVA" in page.text
    assert any(", version " in words for words in page.texts("li"))
    assert "Testperson" not in page.html and "900321" not in page.html


async def test_a_name_is_shown_on_demand_and_who_asked_is_kept(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}")
    page = await officer.submit("Show name and details")
    assert page.summary["Family name"] == "Testperson" and "PC Example" in page.summary["Officer in the case"]
    assert page.summary["Date of birth"] == "29 February 1988"
    [look] = await looks(hub, "details_revealed")
    assert look["actor_role"] == "officer" and look["subject_id"] == case and "family_name" in look["fields"]
    page = await officer.get(f"/cases/{case}/looked")
    assert any("Opened the name and details" in row[2] and "Family name" in row[3] for row in page.rows[1:])


async def test_a_restricted_case_is_absent_for_those_without_the_right(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub, a_domestic_crime(a_victim(works_for="provider", risk={"grade": "high"})))
    officer, leader = await browse("officer"), await browse("leader")
    for tab in ("", "/timeline", "/referrals", "/contact", "/looked"):
        await officer.get(f"/cases/{case}{tab}", 404)
        await leader.get(f"/cases/{case}{tab}")
    assert "Nobody is waiting" in (await officer.get("/cases")).text
    number = await hub.value("select crime_reference from crime")
    for sought in ("Wilhelmina Testperson", number):
        await officer.get("/cases")
        assert "Nothing was found" in (await officer.submit("Find", sought=sought)).text
    assert len((await leader.get("/cases")).rows) == 2
    await officer.post(f"/cases/{case}/reveal", status=404)


async def test_the_timeline_is_filtered_and_shown_as_of_a_day(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    await triaged(hub, case)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/timeline")
    told = page.texts("h2", "moj-timeline__title")
    assert told[0] == "Referral triaged" and "Case opened" in told
    assert "by the system" in page.texts("p", "moj-timeline__byline")
    page = await officer.submit("Show", kind="case")
    assert set(page.texts("h2", "moj-timeline__title")) <= {"Case opened", "Case routed"}
    page = await officer.submit("Show", kind="", **{"day-day": "1", "day-month": "1", "day-year": "2020"})
    assert "Nothing had happened" in page.text
    page = await officer.submit("Show", 422, **{"day-day": "31", "day-month": "9", "day-year": "2020"})
    assert page.errors == ["The day must be a real date, like 30 9 2026"]
    page = await officer.submit("Show", **{"day-day": "", "day-month": "", "day-year": ""})
    assert "Case opened" in page.texts("h2", "moj-timeline__title"), "no day is as it stands now"


async def test_a_step_is_taken_once(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    referral = await referral_of(hub, case)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/referrals")
    page = await officer.submit("Triage this referral")
    assert "You triaged the referral." in page.text and "Choose a provider" in page.text
    page = await officer.post(f"/cases/{case}/referrals/{referral}/steps/triage")
    assert "You triaged the referral." in page.text, "the same press again is answered as the first"
    assert (await hub.told(case)).count("referral.triaged") == 1
    await officer.get(f"/cases/{case}/referrals/{referral}/steps/triage", 409)


async def test_a_step_with_a_reason_asks_for_it(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    referral = await referral_of(hub, case)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/referrals")
    await officer.get(f"/cases/{case}/referrals/{referral}/steps/withdraw")
    page = await officer.submit("Withdraw", 422)
    assert len(page.errors) == 1 and page.texts("p", "govuk-error-message")
    radio = page.all("input", "govuk-radios__input")[0]
    page = await officer.submit("Withdraw", reason_code=radio.get("value") or "")
    assert "Withdrawn" in page.text
    assert await hub.value("select state from referral where referral_id = $1", referral) == "withdrawn"


async def test_a_referral_of_another_case_is_not_there(hub: Hub, browse: AsPersona) -> None:
    case, other = await a_case(hub), await a_case(hub)
    referral = await referral_of(hub, other)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/referrals/{referral}/contracts", 404)
    await officer.post(f"/cases/{case}/referrals/{referral}/steps/triage", status=404)


async def test_contracts_that_fit_come_first_and_the_others_say_why_not(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    await triaged(hub, case)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/referrals")
    page = await officer.follow("Choose a provider")
    groups, titles = page.texts("h2"), page.texts("h3")
    assert groups[:3] == ["Can take this person", "One change away", "Cannot take this person"]
    assert titles[0].startswith("Independent domestic violence advisers, Birmingham")
    assert any("area" in words.lower() or "Birmingham" in words for words in page.texts("li"))


async def test_a_send_without_agreement_says_what_is_missing(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/referrals/{referral}/contracts/{IDVA}")
    assert page.heading == "Check before it goes" and page.texts("li") and "Testperson" not in page.html
    page = await officer.submit("Send", 422, agreed="no", unassessed="urgent")
    assert page.errors == ["The person has to agree to this provider first: record their agreement"]
    assert page.link(page.errors[0]) == "#agreed"
    await officer.get(f"/cases/{case}/referrals/{referral}/contracts/{IDVA}")
    page = await officer.submit("Send", 422)
    asked = ["Choose why it is sent before the assessment", "Choose whether the person agreed to this provider"]
    assert page.errors == asked
    assert await hub.value("select count(*) from leg where case_id = $1", case) == 0


async def test_a_send_with_agreement_leaves_in_ten_seconds_and_can_be_undone(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    officer = await browse("officer")
    where = f"/cases/{case}/referrals/{referral}/contracts/{IDVA}"
    await officer.get(where)
    page = await officer.submit("Send", agreed="yes", unassessed="urgent")
    assert page.heading == "Leaving in 10 seconds" and page.path.endswith("/sent")
    page = await officer.post(where, {"agreed": "yes", "unassessed": "urgent"})
    assert page.path.endswith("/sent") and "Undo" in page.texts("button")
    assert await hub.value("select count(*) from leg where case_id = $1", case) == 1
    assert await hub.value("select count(*) from consent where case_id = $1", case) == 1
    page = await officer.get(f"/cases/{case}/referrals")
    assert "Undo" in page.texts("button") and "Choose a provider" not in page.text
    page = await officer.submit("Undo")
    assert "Undone. Nothing was sent." in page.text
    assert await hub.value("select count(*) from leg where case_id = $1", case) == 0
    assert "Agreement for IDVA," in (await officer.get(f"/cases/{case}")).text


async def test_an_unknown_contract_is_not_there(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/referrals/{referral}/contracts/{uuid4()}", 404)


async def test_another_service_is_opened_once(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub, a_crime(a_victim(share="not_asked"), offence_code=THEFT))
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/referrals")
    page = await officer.submit("Open a referral", 422)
    assert page.errors == ["Choose a service"]
    page = await officer.submit("Open a referral", line="mental_health")
    assert "The referral is open" in page.text
    page = await officer.submit("Open a referral", line="mental_health")
    leader = await browse("leader")
    await leader.get(f"/cases/{case}/referrals")
    page = await leader.submit("Open a referral", 422, line="mental_health")
    assert await hub.value("select count(*) from referral where line = 'mental_health'") == 1, "nor by a second press"
    assert page.errors == ["There is an open referral to this service already"]


async def test_operations_says_what_is_set_aside_and_why(hub: Hub, browse: AsPersona) -> None:
    officer = await browse("officer")
    assert "Nothing is stuck." in (await officer.get("/operations")).text
    await hub.hears([an_event("police.crime.recorded.v1", {"crime_id": str(uuid4())})])
    page = await officer.get("/operations")
    assert "1 record from outside could not be used" in page.text
    assert any("a field was missing or not as agreed" in row[1] for row in page.rows[1:])
    hidden = "Cases of restricted people, seen only by those with the right"
    assert hidden not in page.text and hidden in (await (await browse("leader")).get("/operations")).text
    await (await browse("analyst")).get("/operations", 403)


async def test_the_referrals_address_leads_to_the_cases_with_providers(browse: AsPersona) -> None:
    page = await (await browse("officer")).get("/referrals")
    assert page.path == "/cases" and "Nobody is with a provider." in page.text
