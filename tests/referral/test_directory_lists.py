"""Lists of contracts that are imported: looked at, entered whole or not at all, and what is wrong said by line."""

import csv
import io
from datetime import timedelta

import pytest

from contracts.identity import contract_id
from contracts.working_time import local_day
from kit import clock
from kit.web.sent import NOT_UTF_8
from services.referral.directory_ui.forms import values_of
from services.referral.directory_ui.importing import UNSURE
from tests.browser import Browser, Seen
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, day_fields

pytestmark = pytest.mark.service
GENERAL = contract_id("open-door-birmingham-solihull")
HELD = BOOKS.directory.by_id[GENERAL]
SEMICOLONS = "Line 1: the columns are parted by semicolons: save the list with commas between them"
UNREADABLE = {
    "": "Choose a file, or paste the list",
    "slug,colour\na,b": "Line 1: no such column: colour",
    "title\na": "Line 1: the column slug is missing",
    'slug,effective_from\n"a': "Line 2: is no CSV (unexpected end of data)",
    "slug,effective_from\na": "Line 2: has 1 cells, not 2",
    "slug;effective_from;title\na;b;c": SEMICOLONS,
    "slug,slug,effective_from\na,a,b": "Line 1: the column slug is there twice",
    "slug,effective_from": "The list has a head and no contract",
}


def a_list(*rows: dict[str, str]) -> str:
    plain = {name: ";".join(values) for name, values in values_of(HELD).items() if "-" not in name}
    plain |= {
        "slug": HELD.slug,
        "starts": "2019-04-01",
        "ends": "2029-03-31",
        "hours": "MO-FR 09:00-17:00;SA 10:00-14:00",
    }
    plain |= {"effective_from": str(local_day(clock.now()) + timedelta(days=1))}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(plain))
    writer.writeheader()
    writer.writerows(plain | row for row in rows)
    return out.getvalue()


async def test_a_list_is_looked_at_then_entered_whole_and_twice_is_once(hub: Hub, browse: AsPersona) -> None:
    browser = await browse("leader")
    text = a_list(
        {"title": "New name"},
        {"slug": "open-door-late", "title": "Late", "areas": "Dudley;e08000030"},
        {"effective_from": str(local_day(clock.now()) + timedelta(days=2)), "title": HELD.title},
    )
    await browser.get("/directory/import")
    assert (await browser.choose(b"\xff\xfea").submit("See what it would do", 422)).errors == [NOT_UTF_8]
    page = await browser.choose(text.encode()).submit("See what it would do")
    assert page.texts("h3")[:3] == [
        f"Line {n}: {slug}" for n, slug in ((2, HELD.slug), (3, "open-door-late"), (4, HELD.slug))
    ]
    assert f"New name (was {HELD.title})" in page.text and f"{HELD.title} (was New name)" in page.text
    assert await hub.value("select count(*) from contract_version") == 0
    page = await browser.submit("Enter all of it")
    assert "3 entered." in page.text
    await browser.get("/directory/import")
    await browser.submit("See what it would do", 200, list=a_list({"title": "New name"}))
    assert "Nothing new" in (await browser.submit("Enter all of it")).text
    assert await hub.value("select count(*) from contract_version") == 3


async def import_of(browser: Browser, **row: str) -> Seen:
    await browser.get("/directory/import")
    text = a_list({"effective_from": str(local_day(clock.now()))} | row)
    return await browser.submit("See what it would do", 200, list=text)


async def test_a_slip_of_a_list_is_confirmed_apart_and_put_right_by_the_list_before_it(
    hub: Hub, browse: AsPersona
) -> None:
    browser = await browse("leader")
    place = {"place_lines": "99 Secret Lane", "place_town": "Dudley", "place_postcode": "ZZ99 8ZZ"}
    secret = place | {"confidential": "yes"}
    slip = place | {"confidential": "no", "list_state": "closed", "pack": ";".join([*HELD.pack, "officer_in_case"])}
    for number, row in enumerate((secret, slip, secret), 1):
        page = await import_of(browser, **row)
        if row is slip:
            assert "99 Secret Lane, Dudley, ZZ99 8ZZ (was 99 Secret Lane, Dudley, ZZ99 8ZZ (confidential))" in page.text
            page = await browser.submit("Enter all of it", 422, sure=["pack_grows"])
            assert page.errors == [UNSURE] and await hub.value("select count(*) from contract_version") == 1
            page = await browser.submit("Enter all of it", sure=["address_public", "pack_grows", "list_closes"])
        else:
            page = await browser.submit("Enter all of it")
        assert "1 entered." in page.text and await hub.value("select count(*) from contract_version") == number
        shown = (await browser.get(f"/directory/service/{GENERAL}")).text
        assert ("99 Secret Lane" in shown) is (row is slip)


async def test_a_list_with_one_wrong_line_enters_nothing_and_says_which(hub: Hub, browse: AsPersona) -> None:
    browser = await browse("leader")
    yesterday = str(local_day(clock.now()) - timedelta(days=1))
    text = a_list(
        {"title": "Fine"}, {"title": ""}, {"provider": "nobody"}, {"effective_from": yesterday}, {"title": "Fine"}
    )
    page = await browser.get("/directory/import")
    assert "Birmingham (E08000025)" in page.text and "core_grant" in page.text, "which values a column takes"
    page = await browser.submit("See what it would do", 422, list=a_list({"areas": "E99"}))
    assert page.errors == ["Line 2: areas: 'E99' is none of our areas"]
    for row, wrong in (
        (
            {"effective_from": "2029-04-01"},
            "effective_from: The day from which it counts must not be after the last day",
        ),
        ({"ends": "9999-01-01"}, "ends: Check the year"),
        ({"title": "Serv\u202eice"}, "title: Enter letters, digits and signs that can be read"),
        ({"pack": "shoe_size"}, "pack: Use values of the list below only"),
    ):
        page = await browser.submit("See what it would do", 422, list=a_list(row))
        assert len(page.errors) == 1 and page.errors[0].startswith(f"Line 2: {wrong}")
    page = await browser.submit("See what it would do", 422, list=text)
    assert page.errors == [
        "Line 3: title: Enter the name of the service",
        "Line 4: provider: Choose the provider from the list",
        "Line 5: effective_from: The day must be today or later: what is over is not rewritten",
        "Line 6: slug: The list has this contract twice for one day",
    ]
    page = await browser.post("/directory/import", {"list": text}, 422)
    assert len(page.errors) == 4 and await hub.value("select count(*) from contract_version") == 0


async def test_a_list_that_cannot_be_read_says_where(browse: AsPersona) -> None:
    browser = await browse("leader")
    await browser.get("/directory/import")
    for text, said in UNREADABLE.items():
        page = await browser.submit("See what it would do", 422, list=text)
        assert page.errors == [said]


async def test_no_address_is_entered_before_somebody_said_whether_it_is_confidential(
    hub: Hub, browse: AsPersona
) -> None:
    browser = await browse("leader")
    place = {"place_lines": "9 Example Row", "place_town": "Dudley", "place_postcode": "ZZ99 9ZZ"}
    asked = "Say yes or no: is the address confidential? Nobody is shown one before that is said"
    await browser.get("/directory/import")
    page = await browser.submit("See what it would do", 422, list=a_list(place | {"confidential": ""}))
    assert page.errors == [f"Line 2: confidential: {asked}"]
    await browser.get(f"/directory/contracts/{GENERAL}/change")
    day = day_fields("effective_from", local_day(clock.now()))
    page = await browser.submit("See what would change", 422, **place, **day, confidential=[])
    assert page.errors == [asked]
    await browser.submit("See what would change", 200, **place, **day, confidential="yes")
    await browser.submit("Enter this change")
    shown = await browser.get(f"/directory/service/{GENERAL}")
    assert "9 Example Row" not in shown.text and "Kept confidential" in shown.text
