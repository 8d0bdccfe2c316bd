"""Going back: a form sent twice is one thing, and one sent again with other answers is another and loses nothing."""

import pytest

from contracts.identity import case_id, reference
from services.code_compliance.domain.entitlements import clock_id
from tests.browser import Browser
from tests.code_compliance.builders import CRIME, crime, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import SAID, Office, taken_in, today
from tests.code_compliance.test_complaints import office as office
from tests.code_compliance.test_complaints import sealer as sealer
from tests.code_compliance.test_pauses import PAGE, parts

pytestmark = pytest.mark.service
CASE = case_id(CRIME, "V1")
ARREST = clock_id(CASE, "R6.suspect_arrested", "m1")


async def field_of(browser: Browser, path: str, name: str) -> str:
    """What the first field of this name holds as the page is shown."""
    page = await browser.get(path)
    return next(i.get("value") or "" for i in page.all("input") if i.get("name") == name)


async def test_what_happened_is_kept_once_and_other_answers_beside_it(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await sign_in("compliance")
    told = {"id": await field_of(browser, f"{PAGE}/happenings", "id"), "source": "person"}
    first = told | {"what": "cica_applied"} | parts("2025-06-10", "10:00")
    other = told | {"what": "police_review_requested"} | parts("2025-06-11", "10:00")
    for sent in (first, other, first):
        assert (await browser.answer("POST", f"{PAGE}/happenings", sent)).status_code == 303
    rows = await hub.database.pool.fetch("select trigger from milestone where entered_by is not null order by 1")
    assert [row["trigger"] for row in rows] == ["cica_applied", "police_review_requested"]
    agreed = {"id": told["id"], "source": "person"} | parts("2025-06-10", "11:00")
    for days in ("14", "7"):
        assert (await browser.answer("POST", f"{PAGE}/interval", agreed | {"days": days})).status_code == 303
    page = await browser.get(f"{PAGE}/interval")
    assert "every 14 days" in page.text and "every 7 days" in page.text


async def test_a_decision_and_a_pause_that_were_changed_by_going_back_are_not_passed_over(
    hub: Hub, sign_in: SignIn
) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await sign_in("compliance")
    key = await field_of(browser, f"{PAGE}/enhanced", "id")
    reason = await field_of(browser, f"{PAGE}/enhanced", "reason")
    for category in ("vulnerable", "intimidated", "vulnerable"):
        decided = {"id": key, "category": category, "reason": reason}
        assert (await browser.answer("POST", f"{PAGE}/enhanced", decided)).status_code == 303
    rows = await hub.database.pool.fetch("select category from enhanced_override order by entered_at")
    assert [row["category"] for row in rows] == ["vulnerable", "intimidated"]
    pause = f"{PAGE}/pauses/{ARREST}"
    sent = {"pause_id": await field_of(browser, pause, "pause_id"), "reason": "person_in_hospital"}
    for _ in range(2):
        assert (await browser.answer("POST", pause, sent | parts("2025-06-04", "10:00"))).status_code == 303
    await browser.get(pause)
    page = await browser.post(pause, sent | parts("2025-06-05", "10:00"), 422)
    assert page.errors == ["This clock is paused already. Go back and open it again"]


async def test_a_second_file_from_a_page_gone_back_to_is_imported_too(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), *(reached("suspect_arrested", "2025-06-03 09:00", f"m{n}") for n in (1, 2)))
    browser = await sign_in("compliance")
    made = await field_of(browser, "/rights/imports", "import_id")
    heading = "line_id,case,entitlement,given_at,outcome,channel,milestone_id"
    for n in (1, 2, 1):
        line = f"A{n},{reference(CASE)},R6.suspect_arrested,2025-06-05 12:00,delivered,letter,m{n}"
        sent = {"import_id": made, "agency": "police", "text": f"{heading}\n{line}", "confirm": "yes"}
        await browser.get("/rights/imports")
        await browser.post("/rights/imports", sent)
    clocks = await hub.clocks()
    assert [clocks[f"R6.suspect_arrested/m{n}"].state for n in (1, 2)] == ["met", "met"]
    assert await hub.database.pool.fetchval("select count(*) from import_batch") == 2


async def test_a_complaint_gone_back_to_is_said_to_be_there_and_can_be_sent_as_another(
    hub: Hub, office: Office
) -> None:
    browser = await office.sign_in()
    address = await taken_in(browser)
    told = {"complaint_id": address.rsplit("/", 1)[1], "agency": "police", "source": "self"} | today()
    await browser.get("/rights/complaints/new")
    page = await browser.post("/rights/complaints/new", told | {"words": SAID})
    assert page.path == address
    await browser.get("/rights/complaints/new")
    page = await browser.post("/rights/complaints/new", told | {"words": f"{SAID} Twice."}, 409)
    shown = (await hub.database.pool.fetchval("select reference from complaint")) or ""
    assert page.errors[0].startswith(f"This form was sent before with other answers: that is complaint {shown}.")
    assert f"{SAID} Twice." in page.text
    page = await browser.submit("Take it in")
    assert page.path != address and f"{SAID} Twice." in page.text
    assert await hub.database.pool.fetchval("select count(*) from complaint") == 2


async def test_what_a_person_writes_after_going_back_is_taken_in_beside_what_they_sent(
    hub: Hub, office: Office
) -> None:
    outside = await office.outside()
    made = await field_of(outside, "/tell-us", "complaint_id")
    for words in (SAID, f"{SAID} And again.", SAID):
        await outside.get("/tell-us")
        page = await outside.post("/tell-us", {"complaint_id": made, "agency": "police", "words": words})
        assert page.path == "/tell-us/thank-you"
    rows = await hub.database.pool.fetch("select reference from complaint")
    assert len(rows) == 2 and len({row["reference"] for row in rows}) == 2
