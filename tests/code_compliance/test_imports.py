"""Agencies without a feed: their acts by CSV, whose acts reach us by dates, replies to breaches, and actions."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from contracts.identity import case_id, reference
from contracts.working_time import calendar
from kit.service import Moment
from kit.web.sent import NO_CSV, NOT_UTF_8
from services.code_compliance.actions.importing import cover_again
from services.code_compliance.domain.coverage import CoveredAgency
from services.code_compliance.domain.covered import segments, with_lines
from services.code_compliance.domain.importing import read_lines
from services.code_compliance.domain.rulebook import read_rulebook
from services.code_compliance.reference import documents
from services.code_compliance.store import coverage
from tests.browser import Browser
from tests.code_compliance.builders import CRIME, RULES, at, crime, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_versions import a_draft

CASE = case_id(CRIME, "V1")
REF = reference(CASE)
HEADING = "line_id,case,entitlement,given_at,outcome,channel,reason_code,milestone_id"
GOOD = f"{HEADING}\nA1,{REF},R6.suspect_arrested,2025-06-05 12:00,delivered,letter,,m1"
NOW = at("2025-08-01 09:00")
LINES = "/rights/coverage/lines"


def said(text: str, agency: str = "police") -> list[str]:
    return [f"{e.number} {e.column}: {e.words}" for e in read_lines(text, agency, RULES, NOW)[1]]


def test_a_file_names_each_wrong_line() -> None:
    assert said(GOOD) == []
    wrong = f"{GOOD}\nA1,{REF},R6.charge,2025-06-05 12:00,delivered,,,\nA 2,x,R6.nothing,soon,sent,pigeon,,\nA3,{REF}"
    assert said(wrong) == [
        "3 line_id: is that of line 2 too",
        "4 line_id: must be 1 to 64 letters, digits, - _ . or /",
        "4 case: is no case reference like 7KQ4M-2XRCT",
        "4 entitlement: is not in the catalogue",
        "4 given_at: must be a date and time like 2026-09-03 14:30",
        "4 outcome: must be one of delivered, declined, excepted, unable",
        "4 channel: must be one of mobile, landline, text, email, letter, in_person, somebody, other",
        "5 : has 2 fields, the heading has 8",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the heading lacks line_id, case, entitlement, given_at, outcome"),
        (f"{HEADING},name\n", "the heading has an unknown column: name"),
        (HEADING, "there is no line below the heading"),
        (GOOD.replace("R6.suspect_arrested", "R8.hearing_details"), "is not owed by this agency"),
        (GOOD.replace("2025-06", "2026-06"), "lies in the future"),
        (GOOD.replace("delivered", "unable"), "is needed with unable, and must go with it"),
    ],
)
def test_what_cannot_be_imported_is_said(text: str, words: str) -> None:
    (one,) = said(text)
    assert words in one


def test_a_time_without_an_offset_is_on_londons_clocks() -> None:
    (line,), _ = read_lines(GOOD, "police", RULES, NOW)
    assert line.given_at == at("2025-06-05 12:00")


def test_coverage_is_cut_where_lines_begin_and_end_and_all_who_owe_a_duty_must_be_covered() -> None:
    ended = CoveredAgency(
        "WCU", None, frozenset(), at("2025-01-01 12:00").date(), at("2025-06-30 12:00").date(), "import"
    )
    rules = with_lines(RULES, [ended])
    found = [(str(a), str(b), c) for _, name, a, b, c in segments(rules, ["WCU"]) if name == "R6.first_hearing"]
    assert found == [
        ("2000-01-01", "2021-03-31", False),
        ("2021-04-01", "2024-12-31", False),
        ("2025-01-01", "2025-06-30", True),
        ("2025-07-01", "2999-12-31", False),
    ]
    assert with_lines(RULES, []) is RULES


async def late(hub: Hub) -> None:
    await hub.hear(crime(), *(reached("suspect_arrested", "2025-06-03 09:00", f"m{n}") for n in (1, 2)))
    await hub.now_is("2025-08-01 09:00")


async def check(browser: Browser, text: str, status: int = 200) -> None:
    await browser.get("/rights/imports")
    await browser.submit("Check the lines", status, agency="police", text=text)


@pytest.mark.service
async def test_a_file_is_previewed_imported_whole_and_once_and_turns_a_breach_into_met(
    hub: Hub, sign_in: SignIn
) -> None:
    await late(hub)
    browser = await sign_in("compliance")
    await check(browser, GOOD)
    assert browser.page is not None and "1 line is new. Nothing has been imported yet." in browser.page.text
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "breached"
    page = await browser.submit("Import 1 line")
    assert "1 line was imported" in page.text and "Police" in page.text
    met = (await hub.clocks())["R6.suspect_arrested/m1"]
    assert (met.state, met.source, met.evidence_id) == ("met", "police", "police/A1")
    await check(browser, GOOD)
    assert "There is nothing to import: all of it is here already" in browser.page.text
    await check(browser, GOOD.replace("letter", "email"), 422)
    assert browser.page.errors == [
        "Line 2: line_id this line_id was imported before with other words; give a correction a line_id of its own"
    ]
    assert "Imported from the agency" in (await browser.get(f"/rights/cases/{CASE}")).text
    assert all(one.ok for one in await hub.checks())


@pytest.mark.service
async def test_a_chosen_file_goes_the_way_of_a_pasted_one_and_one_that_cannot_be_read_says_so(
    hub: Hub, sign_in: SignIn
) -> None:
    await late(hub)
    browser = await sign_in("compliance")
    page = await browser.get("/rights/imports")
    assert "Agencies have no sign-in of their own" in page.text
    page = await browser.choose(b"PK\x03\x04").submit("Check the lines", 422, agency="")
    assert page.errors == ["Choose whose acts they are", NO_CSV]
    page = await browser.choose(GOOD.encode() + b"\xe9").submit("Check the lines", 422, agency="police")
    assert page.errors == [NOT_UTF_8]
    page = await browser.choose(f'{HEADING}\n"{"x" * 200_000}'.encode()).submit("Check the lines", 422, agency="police")
    assert "look for a lost quote" in page.errors[0]
    page = await browser.choose(f"{GOOD}\r\nA2,{REF}".encode()).submit("Check the lines", 422)
    assert page.errors == ["Line 3: has 2 fields, the heading has 8"]
    page = await browser.choose(f"\ufeff{GOOD}\r\n".encode()).submit("Check the lines", text="")
    assert "1 line is new. Nothing has been imported yet." in page.text
    await browser.submit("Import 1 line")
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "met"


@pytest.mark.service
async def test_a_file_with_three_bad_lines_imports_nothing(hub: Hub, sign_in: SignIn) -> None:
    await late(hub)
    browser = await sign_in("officer")
    bad = [f"B{n},{REF},R6.suspect_arrested,2025-06-31 12:00,delivered,letter,,m2" for n in range(3)]
    await check(browser, "\n".join([GOOD, *bad]), 422)
    assert browser.page is not None
    assert [words.split(":")[0] for words in browser.page.errors] == ["Line 3", "Line 4", "Line 5"]
    assert "Nothing was imported: 3 things are to be put right" in browser.page.text
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "breached"


@pytest.mark.service
async def test_coverage_that_ends_makes_breaches_not_evidenced_and_back(hub: Hub, sign_in: SignIn) -> None:
    await late(hub)
    browser = await sign_in("compliance")
    await browser.get(LINES)
    page = await browser.submit("Enter", 422)
    assert page.errors == ["Choose whose acts reach us", "Choose by which way", "Enter the first day"]
    await browser.get(LINES)
    start = {"start-day": "1", "start-month": "7", "start-year": "2025"}
    page = await browser.submit("Enter", agency="police", by="import", **start)
    assert "clocks are being decided by it" in page.text
    await again(hub)
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "not_evidenced"
    assert all(one.ok for one in await hub.checks())
    await browser.get(LINES)
    await browser.submit("Enter", agency="police", by="events", **start | {"start-year": "2024"})
    await again(hub)
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "breached"
    assert all(one.ok for one in await hub.checks())


async def again(hub: Hub) -> None:
    while True:
        async with hub.database.begin() as tx:
            if not await cover_again(tx, Moment(NOW, NOW), hub.context):
                return


@pytest.mark.service
async def test_a_pass_over_clocks_ends_where_two_versions_of_the_code_name_other_holders(hub: Hub) -> None:
    document = a_draft()
    next(duty for duty in document["entitlements"] if duty["id"] == "R6.suspect_arrested")["duty_holder"] = ["CPS"]
    files = ("victims_code_2020.yaml", "draft.yaml")
    context = replace(hub.context, facts=read_rulebook(documents() | {"draft.yaml": document}, files, calendar()))
    await late(hub)
    async with hub.database.begin() as tx:
        for agency, start in (("police", date(2024, 1, 1)), ("CPS", date(2030, 1, 1))):
            await coverage.add(tx, uuid4(), agency, start, None, "events", CRIME, NOW)
    rounds = 0
    while rounds < 5:
        async with hub.database.begin() as tx:
            if not await cover_again(tx, Moment(NOW, NOW), context):
                break
        rounds += 1
    async with hub.database.begin() as tx:
        assert (rounds < 5, await coverage.not_applied(tx)) == (True, ([], None))
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "breached"


@pytest.mark.service
async def test_an_agency_replies_to_a_breach_and_compliance_decides_once(hub: Hub, sign_in: SignIn) -> None:
    await late(hub)
    browser = await sign_in("compliance")
    await browser.get(f"/rights/cases/{CASE}")
    page = await browser.follow("Reply before publication")
    page = await browser.submit("Add the reply", 422)
    assert page.errors == ["Choose who replies", "Choose the reason"]
    page = await browser.get(page.path)
    page = await browser.submit("Add the reply", agency="police", reason="done_late", words="The unit was moved")
    assert "It was done late: “The unit was moved”" in page.text
    address = page.path
    breaches = "/rights/oversight/list?period=2025-Q2&right=6&agency=police&state=breached"
    assert "Police: waits for compliance" in (await browser.get(breaches)).text
    page = await browser.get("/rights/actions")
    await browser.follow(REF)
    reply = next(f.get("action") for f in browser.page.tree.iter("form") if (f.get("action") or "").count("/") == 6)  # type: ignore[union-attr]
    page = await browser.post(reply or "", {"decision": "accepted"})
    assert (page.path, "Accepted by you on" in page.text) == (address, True)
    page = await browser.post(reply or "", {"decision": "not_accepted"}, status=409)
    assert "“Accepted” was decided of this reply by you on" in page.text
    assert page.link("See how it stands now") == address
    assert "Accepted by you on" in (await browser.post(reply or "", {"decision": "accepted"})).text
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "breached"


@pytest.mark.service
async def test_an_action_has_an_owner_and_a_day_and_is_done_once(hub: Hub, sign_in: SignIn) -> None:
    browser = await sign_in("compliance")
    await browser.get("/rights/actions")
    page = await browser.submit("Add the action", 422)
    assert page.errors == ["Choose who is to act", "Enter what is to be done", "Enter the post that owns it",
                           "Enter by which day"]  # fmt: skip
    action = str(uuid4())
    told = {"action_id": action, "agency": "police", "what": "Brief the custody teams", "owner": "Head of Custody",
            "due-day": "1", "due-month": "7", "due-year": "2025"}  # fmt: skip
    for _ in range(2):
        await browser.get("/rights/actions")
        page = await browser.post("/rights/actions", told)
    assert page.text.count("Brief the custody teams") == 2
    assert "Past its day" in page.text
    done = next(f.get("action") or "" for f in page.all("form") if (f.get("action") or "").endswith("/done"))
    page = await browser.submit("Done: Brief the custody teams")
    assert "None is open." in page.text
    assert "The action is done" in (await browser.post(done)).text
    assert await hub.database.pool.fetchval("select count(*) from kit.audit where action = 'action_done'") == 1
    await browser.post(f"/rights/actions/{uuid4()}/done", status=404)
