"""The worksheet of an agency: downloaded with its open duties, completed, imported again, and nothing twice."""

import csv
import io
from typing import Any

import pytest

from contracts.identity import case_id, reference
from services.code_compliance.domain.importing import COLUMNS, read_lines
from services.code_compliance.domain.worksheet import HEADING, OpenDuty, duties_of, worksheet
from tests.browser import Browser
from tests.code_compliance.builders import CRIME, RULES, at, crime, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub

CASE = case_id(CRIME, "V1")
NOW = at("2025-08-01 09:00")
ARREST = OpenDuty(CASE, "R6.suspect_arrested", "m1", at("2025-06-03 09:00"), at("2025-06-10 23:59:59"))
SHEET = "/rights/imports/worksheet?agency=police"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def text_of(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADING, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_a_line_says_what_is_owed_by_when_and_what_stops_it_and_leaves_the_act_empty() -> None:
    (row,) = rows_of(worksheet([ARREST], RULES, {"R6.suspect_arrested": "Tell them"}))
    assert {**row, "line_id": "", "duty": ""} == {
        "line_id": "", "case": reference(CASE), "entitlement": "R6.suspect_arrested", "duty": "",
        "began": "2025-06-03 09:00", "due_by": "2025-06-10 23:59", "what_stops_it": "Tell them", "given_at": "",
        "outcome": "", "channel": "", "reason_code": "", "milestone_id": "m1",
    }  # fmt: skip
    assert set(COLUMNS) < set(HEADING)


def test_lines_that_nobody_filled_in_are_left_out_and_half_filled_ones_are_wrong() -> None:
    other = OpenDuty(CASE, "R6.charge", "", at("2025-06-03 09:00"), None)
    rows = rows_of(worksheet([ARREST, other], RULES, {}))
    assert read_lines(text_of(rows), "police", RULES, NOW)[1][0].words.startswith("no line was filled in")
    rows[0] |= {"given_at": "05/06/2025 12:00", "outcome": "delivered"}  # as a spreadsheet writes it
    (line,), wrong = read_lines(text_of(rows), "police", RULES, NOW)
    assert (line.given_at, line.milestone_id, wrong) == (at("2025-06-05 12:00"), "m1", [])
    rows[1] |= {"outcome": "delivered"}
    assert [(e.number, e.column) for e in read_lines(text_of(rows), "police", RULES, NOW)[1]] == [(3, "given_at")]


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_cells_copied_out_of_a_spreadsheet_are_read_too(delimiter: str) -> None:
    rows = rows_of(worksheet([ARREST], RULES, {}))
    rows[0] |= {"given_at": "2025-06-05 12:00", "outcome": "delivered"}
    text = text_of(rows, delimiter).replace(",", " ")
    lines, wrong = read_lines(text, "police", RULES, NOW)
    assert (len(lines), wrong) == (1, [])


def test_an_id_from_outside_is_no_formula_in_a_spreadsheet_and_comes_back_as_it_was() -> None:
    evil = OpenDuty(CASE, "R6.suspect_arrested", "=cmd|' /C calc'!A0", ARREST.started_at, ARREST.due_at)
    (row,) = rows_of(worksheet([evil], RULES, {}))
    assert row["milestone_id"] == "'=cmd|' /C calc'!A0"
    row |= {"given_at": "2025-06-05 12:00", "outcome": "delivered"}
    (line,), _ = read_lines(text_of([row]), "police", RULES, NOW)
    assert line.milestone_id == evil.occurrence


def test_an_agency_owes_what_it_owes_alone_or_with_others() -> None:
    assert {"R6.suspect_arrested", "R12.complaint_ack"} <= set(duties_of("police", RULES))
    assert "R6.suspect_arrested" not in duties_of("HMCTS", RULES)


@pytest.mark.service
async def test_a_worksheet_goes_out_comes_back_and_changes_nothing_twice(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(
        crime(), reached("suspect_arrested", "2025-06-03 09:00"), reached("suspect_charged", "2025-06-04 09:00", "m2")
    )
    browser = await sign_in("compliance")
    page = await browser.get("/rights/imports")
    assert page.link("Worksheet of Police") == SHEET
    rows = rows_of((await browser.download(SHEET)).text)
    by_duty = {row["entitlement"]: row for row in rows}
    assert by_duty["R6.suspect_arrested"]["milestone_id"] == "m1"
    by_duty["R6.suspect_arrested"] |= {"given_at": "2025-06-05 12:00", "outcome": "delivered", "channel": "letter"}
    page = await brought_in(browser, rows)
    assert "1 line was imported" in page.text
    clocks = await hub.clocks()
    assert clocks["R6.suspect_arrested/m1"].state == "met" and clocks["R6.charge/m2"].state == "running"
    page = await checked(browser, rows)
    assert "There is nothing to import: all of it is here already" in page.text
    by_duty["R6.charge"] |= {"given_at": "2025-06-09 10:00", "outcome": "delivered", "channel": "letter"}
    page = await checked(browser, rows)
    assert "1 line is new; 1 line was imported before and changes nothing" in page.text
    later = {row["entitlement"] for row in rows_of((await browser.download(SHEET)).text)}
    assert "R6.suspect_arrested" not in later and "R6.charge" in later
    await browser.get("/rights/imports/worksheet?agency=nobody", status=404)
    await (await sign_in("analyst")).get(SHEET, status=403)


async def checked(browser: Browser, rows: list[dict[str, str]]) -> Any:
    await browser.get("/rights/imports")
    return await browser.submit("Check the lines", agency="police", text=text_of(rows))


async def brought_in(browser: Browser, rows: list[dict[str, str]]) -> Any:
    await checked(browser, rows)
    return await browser.submit("Import 1 line")
