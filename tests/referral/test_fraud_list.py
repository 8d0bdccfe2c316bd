"""The national fraud list: problems named by line, a preview that keeps nothing, an import that happens once."""

from dataclasses import replace
from datetime import date

import pytest
from playwright.async_api import Page as Tab

from kit.web.sent import NO_CSV
from services.referral.case_ui.fraud_list import OURS
from services.referral.domain.facts import NOTHING_KNOWN
from services.referral.domain.fraud_list import LEVELS, read_list
from services.referral.domain.routing import route
from services.referral.domain.update import keeping
from tests.referral.conftest import Hub
from tests.referral.crimes import a_case, books
from tests.referral.hub_pages import AsPersona
from tests.referral.test_case_gate import Site, site  # noqa: F401

HEAD = "reference,level,given_names,family_name,date_of_birth,area,phone,share"
GOOD = "F-1,2,Wilhelmina,Testperson,1980-02-29,Birmingham,07700 900321,agreed"
BIRTH = "date of birth must be a real past day, like 1990-05-31"
TODAY = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        ([], [(1, "choose or paste the list, with its line of headings")]),
        (["reference,level"], [(1, "the headings lack given_names, family_name, area, share")]),
        ([HEAD], [(1, "there is nobody below the headings")]),
        ([HEAD, "a,b"], [(2, "2 columns where the headings have 8")]),
        ([HEAD, "", GOOD, GOOD], [(4, "the reference stands in line 3 already")]),
        ([HEAD, GOOD.replace(",2,", ",9,")], [(2, "level must be 1, 2 or 3")]),
        ([HEAD, GOOD.replace("1980-02-29", "1981-02-29")], [(2, BIRTH)]),
        ([HEAD, GOOD.replace("Birmingham", "Paris")], [(2, "area is none of ours")]),
        ([HEAD, GOOD.replace("07700 900321", "1")], [(2, "phone must be a telephone number, like 07700 900321")]),
        ([HEAD, GOOD.replace("agreed", "maybe")], [(2, "share must be agreed, not_asked or refused")]),
        ([HEAD, GOOD.replace("Testperson", "")], [(2, "family name is missing")]),
        ([HEAD, GOOD.replace("Testperson", "Test\u202eperson")], [(2, "family name has signs that cannot be read")]),
        ([HEAD, GOOD.replace("Wilhelmina", "\u200b")], [(2, "given names has signs that cannot be read")]),
        ([HEAD, GOOD.replace("07700 900321", "07700 900321 or 07700 900322")],
         [(2, "phone must be a telephone number, like 07700 900321")]),
        ([HEAD, "F-1"], [(2, "1 column where the headings have 8")]),
        ([HEAD, GOOD.replace("Testperson", "x" * 3000)], [(2, "is longer than 2,000 signs")]),
    ],
)  # fmt: skip
def test_each_problem_is_named_with_its_line(lines: list[str], problems: list[tuple[int, str]]) -> None:
    _, found = read_list("\n".join(lines), OURS, TODAY)
    assert [(problem.line, problem.words) for problem in found] == problems


def test_a_list_may_come_with_tabs_and_without_what_may_be_missing() -> None:
    text = "Reference\tLevel\tGiven_names\tFamily_name\tArea\tShare\nF-2\t1\tOttilie\tTestperson\tE08000026\tnot_asked"
    [one], problems = read_list(text, OURS, TODAY)
    assert problems == [] and (one.area, one.phone, one.date_of_birth) == ("E08000026", None, None)


@pytest.mark.parametrize(("level", "rule"), [(None, "")] + [(level, f".level_{level}") for level in LEVELS])
def test_the_level_of_the_list_says_what_the_national_unit_does_and_what_the_hub_still_does(
    level: str | None, rule: str
) -> None:
    facts = replace(a_case(offence_code="53C"), fraud_level=level)
    book = books().on(date(2026, 11, 27)).rules
    found = route(facts, NOTHING_KNOWN, book)
    assert (found.lines, found.doors) == (("fraud",), ("national_fraud_unit",)), "the local line stays, at any level"
    [fired] = [one.id for one in found.rules if one.id.startswith("door.")]
    assert fired == f"door.national_fraud_unit{rule}"
    why = book.rule(fired).why
    assert (level is None or f"Level {level} " in why) and "hub" in why and "local service" in why
    assert "national_fraud_unit" not in route(replace(a_case(), fraud_level=None), NOTHING_KNOWN, book).doors


def test_the_level_stays_with_a_case_of_which_the_police_tell_later() -> None:
    held = replace(a_case(offence_code="53C"), fraud_level="3")
    assert keeping(held, a_case(offence_code="53C")).fraud_level == "3"


@pytest.mark.service
async def test_a_list_is_previewed_imported_once_and_its_level_is_kept(hub: Hub, browse: AsPersona) -> None:
    officer = await browse("officer")
    text = f"{HEAD}\n{GOOD}\nF-9,1,Ottilie,Nobody,,Coventry,,refused"
    await officer.get("/cases/fraud-list")
    page = await officer.submit("See what would happen", 422, list=text + "\nx")
    assert page.errors == ["Line 4: 1 column where the headings have 8"]
    page = await officer.choose(b"%PDF-1.7\x00").submit("See what would happen", 422)
    assert page.errors == [NO_CSV]
    page = await officer.choose(text.encode()).submit("See what would happen")
    assert [row[-1] for row in page.rows[1:]] == ["A case is opened", "Refused: nothing is kept"]
    assert await hub.value("select count(*) from person") == 0
    page = await officer.submit("Import")
    assert "Cases opened: 1. Passed over: 1." in page.text
    await officer.get("/cases/fraud-list")
    await officer.submit("See what would happen", list=text)
    assert "Cases opened: 0. Passed over: 2." in (await officer.submit("Import")).text
    [row] = await hub.rows(
        "select case_id, i.fraud_level, c.lines, c.doors, c.source from intake i join case_file c using (case_id)"
    )
    at_the_door = (await officer.get(f"/cases/{row['case_id']}/safeguards")).text
    assert "Level 2 of the national list" in at_the_door
    assert (row["fraud_level"], row["source"]) == ("2", "national")
    assert "fraud" in row["lines"] and "national_fraud_unit" in row["doors"]
    assert await hub.value("select count(*) from leg") == 0
    assert await hub.value("select safety from channel where kind = 'mobile'") == "unknown"


@pytest.mark.service
@pytest.mark.browser
async def test_the_paste_box_passes_the_gate(site: Site, hub: Hub) -> None:  # noqa: F811
    async def press(tab: Tab) -> None:
        await tab.get_by_role("button", name="See what would happen").click()

    gate, url, signed_in = site
    looks = ((1280, True), (320, False))
    assert await gate.problems(f"{url}/cases/fraud-list", signed_in=signed_in, act=press, looks=looks) == []
