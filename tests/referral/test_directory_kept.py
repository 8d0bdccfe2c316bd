"""The directory as it is kept: versions from a day on, a look before they count, and decisions that are explained for
ever as they were."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id
from contracts.working_time import local_day
from kit import clock
from kit.web.words import date_words
from services.referral.actions import books as stocked
from services.referral.directory_ui.contracts import UNSURE as UNSURE_OF_ONE
from services.referral.directory_ui.ends import TO_COME
from services.referral.directory_ui.forms import closed
from services.referral.directory_ui.told import in_words
from services.referral.domain.entries import BadField, contract_of, entry_of
from services.referral.domain.facts import facts_of
from services.referral.domain.matching import explain
from services.referral.domain.versions import Version, differences, providers_of, standing_on
from services.referral.store import directory
from tests.browser import Browser, Seen
from tests.builders import NOON, a_crime, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, day_fields

GENERAL = contract_id("open-door-birmingham-solihull")
HELD = BOOKS.directory.by_id[GENERAL]
DAY = date(2026, 9, 3)


def today() -> date:
    return local_day(clock.now())


def a_version(day: date, number: int = 1, **changed: Any) -> Version:
    entry = entry_of(HELD) | changed
    return Version(UUID(int=number), GENERAL, day, "changed", entry, NOON)


def test_a_version_counts_from_its_day_and_never_before() -> None:
    later = [a_version(DAY, title="New"), a_version(DAY + timedelta(days=9), 2, title="Newer")]
    titles = [standing_on(BOOKS.directory, later, DAY + timedelta(days=n)).by_id[GENERAL].title for n in (-1, 0, 8, 9)]
    assert titles == [HELD.title, "New", "New", "Newer"]


def test_books_go_by_the_directory_of_each_day() -> None:
    books = BOOKS.with_changes([a_version(DAY, areas=["Solihull"])], DAY + timedelta(days=1))
    before, after = books.on(DAY - timedelta(days=1)), books.on(DAY)
    assert before.directory == BOOKS.on(DAY).directory and after.directory.version != before.directory.version
    assert after.directory.by_id[GENERAL].areas == books.directory.by_id[GENERAL].areas == frozenset({"E08000029"})
    assert after.policy.automatic.keys() == before.policy.automatic.keys()
    assert before.rules is after.rules


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends": "2018-01-01"}, "ends"),
        ({"starts": "soon"}, "starts"),
        ({"ages": {"from": 18, "to": 12}}, "age_to"),
        ({"languages": ["English!"]}, "languages"),
        ({"hours": [{"days": ["XX"], "opens": "09:00", "closes": "17:00"}]}, "hours"),
        ({"hours": [{"days": ["MO"], "opens": "17:00", "closes": "09:00"}]}, "hours"),
        ({"place": {"lines": ["1 Example Row"]}}, "place"),
        ({"title": ""}, "title"),
    ],
)
def test_an_entry_that_cannot_be_used_names_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(BadField) as bad:
        contract_of(entry_of(HELD) | changed, providers_of(BOOKS.directory))
    assert bad.value.field == field


def test_what_a_contract_says_is_told_in_words() -> None:
    told = {one.field: one.after for one in in_words(differences(None, HELD), {HELD.provider.slug: "Its provider"})}
    assert (told["provider"], told["kind of help"]) == ("Its provider", "General support")
    assert told["who pays for it"] == "Core grant" and "ways to reach the person" in told["what a referral tells it"]
    assert told["standards"].startswith("working days to accept: ")


def test_what_changes_is_told_field_by_field() -> None:
    told = differences(HELD, replace(HELD, title="New", places=7))
    assert [(one.field, one.before, one.after) for one in told] == [
        ("title", HELD.title, "New"),
        ("places", "nothing", "7"),
    ]


async def entered(browser: Browser, day: date, **changed: str) -> None:
    await browser.get(f"/directory/contracts/{GENERAL}/change")
    await browser.submit("See what would change", 200, **day_fields("effective_from", day), **changed)
    await browser.submit("Enter this change")


@pytest.mark.service
async def test_a_change_is_looked_at_entered_once_and_counts_from_its_day(hub: Hub, browse: AsPersona) -> None:
    browser = await browse("leader")
    tomorrow = today() + timedelta(days=1)
    stands = (await browser.get(f"/directory/contracts/{GENERAL}")).summary
    assert stands["Hours"] == "Monday to Friday: 9am to 5pm, Saturday: 10am to 2pm" and stands["Languages"] == "English"
    await browser.get(f"/directory/contracts/{GENERAL}/change")
    page = await browser.submit(
        "See what would change", 200, **day_fields("effective_from", tomorrow), title="Help for all", age_from="18"
    )
    assert page.heading == "What would change"
    assert page.summary == {"Title": f"Help for all (was {HELD.title})", "Ages": "from 18 (was nothing)"}
    assert await hub.value("select count(*) from contract_version") == 0
    form: dict[str, list[str]] = {}
    for each in page.tree.iter("input"):
        form.setdefault(each.get("name") or "", []).append(each.get("value") or "")
    page = await browser.submit("Enter this change")
    assert page.path == f"/directory/contracts/{GENERAL}" and "Changed, from" in page.text and "(to come)" in page.text
    assert HELD.title == page.heading
    # The same form again adds nothing; a form from before the change is stale.
    await browser.post(f"/directory/contracts/{GENERAL}/change", form, 200)
    assert await hub.value("select count(*) from contract_version") == 1
    other = form | {"version_id": [str(uuid4())], "title": ["Help for some"]}
    page = await browser.post(f"/directory/contracts/{GENERAL}/change", other, 409)
    assert f"title: Help for all (was {HELD.title}); ages: from 18 (was nothing). Nothing was" in page.errors[0]
    assert any(each.get("value") == "Help for some" for each in page.all("input")), "what was typed is there"
    page = await browser.get("/directory/contracts")
    assert "Changed from" in page.text and "Help for all" in page.text
    page = await browser.submit("Take it back: Help for all")
    assert "Nothing is entered for a day to come" in page.text
    audited = await hub.rows("select action from kit.audit where action like 'contract.%' order by id")
    assert [row["action"] for row in audited] == ["contract.changed", "contract.change_cancelled"]


@pytest.mark.service
async def test_a_slip_of_one_change_is_confirmed_apart_as_in_a_list(hub: Hub, browse: AsPersona) -> None:
    admin = await browse("admin")
    at = f"/directory/contracts/{GENERAL}"
    await admin.get(f"{at}/change")
    day = {f"effective_from-{part}": str(getattr(today(), part)) for part in ("day", "month", "year")}
    page = await admin.submit("See what would change", **day, list_state="closed", pack=list(closed("pack")))
    assert "More is told to the provider of each person" in page.text and "A list takes nobody any more" in page.text
    page = await admin.submit("Enter this change", 422, sure=["list_closes"])
    assert page.errors == [UNSURE_OF_ONE] and await hub.value("select count(*) from contract_version") == 0
    page = await admin.submit("Enter this change", sure=["list_closes", "pack_grows"])
    assert "The change is entered." in page.text
    assert await hub.value("select count(*) from contract_version") == 1


async def test_what_is_wrong_with_a_change_is_said_at_its_field(hub: Hub, browse: AsPersona) -> None:
    browser = await browse("admin")
    await browser.get(f"/directory/contracts/{GENERAL}/change")
    page = await browser.submit(
        "See what would change",
        422,
        **day_fields("effective_from", today() - timedelta(days=1)),
        title="",
        hours="whenever",
        on_call="ring us",
    )
    assert page.errors == [
        "Enter the name of the service",
        "Write each line of the opening hours as MO-FR 09:00-17:00 or SA,SU 10:00-14:00",
        "Enter a phone number, for example 07700 900123",
    ]
    page = await browser.submit(
        "See what would change", 422, title="A", hours="MO-FR 09:00-17:00", on_call="", **day_fields("ends", DAY)
    )
    assert page.errors == ["The day must be today or later: what is over is not rewritten"]
    assert await hub.value("select count(*) from contract_version") == 0


@pytest.mark.service
async def test_a_preview_counts_the_open_referrals_that_a_change_touches(hub: Hub, browse: AsPersona) -> None:
    at = clock.now() - timedelta(hours=2)
    crime = a_crime()
    crime["suspects"] = []
    await a_case(hub, crime, at)
    waiting = await hub.value("select count(*) from referral where line = 'general' and state = 'received'")
    browser = await browse("leader")
    await browser.get(f"/directory/contracts/{GENERAL}/change")
    page = await browser.submit(
        "See what would change", 200, **day_fields("effective_from", today()), areas=["Solihull"]
    )
    assert f"{waiting} referral" in page.text or "No referral is with the provider" in page.text
    assert "could go to it no more" in page.text


@pytest.mark.service
async def test_a_contract_is_ended_on_a_day(hub: Hub, browse: AsPersona) -> None:
    browser = await browse("leader")
    await browser.get(f"/directory/contracts/{GENERAL}")
    page = await browser.submit("End it", 422, **day_fields("last_day", date(9999, 1, 1)))
    assert page.errors == ["It ends on 31 March 2029 already: to prolong it, change the contract"]
    page = await browser.submit("End it", 422, **day_fields("last_day", today() - timedelta(days=3)))
    assert page.errors == ["The last day must be today or later, and after the first day"]
    page = await browser.submit("End it", 200, **day_fields("last_day", today() + timedelta(days=30)))
    assert "Ends, from" in page.text
    async with hub.as_worker() as tx:
        stands = await stocked.current(tx, hub.context.facts)
    assert stands.directory.by_id[GENERAL].ends == today() + timedelta(days=30)


@pytest.mark.service
async def test_a_change_to_come_is_told_before_another_and_stands_in_the_way_of_an_end(browse: AsPersona) -> None:
    browser = await browse("leader")
    await entered(browser, today() + timedelta(days=9), title="Later")
    await browser.get(f"/directory/contracts/{GENERAL}/change")
    page = await browser.submit("Continue", 200, **day_fields("day", today()))
    page = await browser.submit("See what would change", 200, **day_fields("effective_from", today()), title="Sooner")
    assert "On that day it takes the place of this one" in page.text
    await browser.get(f"/directory/contracts/{GENERAL}")
    page = await browser.submit("End it", 422, **day_fields("last_day", today()))
    assert page.errors == [TO_COME]
    later = f"Take it back: from {date_words(today() + timedelta(days=9))}"
    page = await browser.submit(later)
    assert page.path == f"/directory/contracts/{GENERAL}" and "The change was taken back" in page.text
    page = await browser.submit("End it", 200, **day_fields("last_day", today()))
    assert "The last day is entered" in page.text


def values(page: Seen, name: str) -> str:
    return next((each.get("value") or "") for each in page.all("input") if each.get("name") == name)


@pytest.mark.service
async def test_a_change_is_filled_in_from_the_day_asked_and_moves_nothing_that_was_not_touched(
    hub: Hub, browse: AsPersona
) -> None:
    browser = await browse("leader")
    at = f"/directory/contracts/{GENERAL}/change"
    sooner, later = today() + timedelta(days=4), today() + timedelta(days=9)
    await entered(browser, later, title="For all of us", languages="en, ur")
    page = await browser.get(at)
    assert page.heading == "From which day does your change count?" and "title For all of us" in page.text
    page = await browser.submit("Continue", 422, **day_fields("day", today() - timedelta(days=1)))
    assert page.errors == ["The day must be today or later: what is over is not rewritten"]
    page = await browser.submit("Continue", 200, **day_fields("day", sooner))
    assert values(page, "title") == HELD.title and values(page, "effective_from-day") == str(sooner.day)
    page = await browser.submit("See what would change", 200, age_from="16")
    assert page.summary == {"Ages": "from 16 (was nothing)"}
    assert f"Title: For all of us (was {HELD.title})" in page.text, "what happens later is said field by field"
    assert "Ages: nothing (was from 16): what you change now ends then" in page.text
    await browser.submit("Enter this change")
    # The day is changed in the form itself: what was not touched is as it stands on that day.
    await browser.get(at)
    page = await browser.submit("Continue", 200, **day_fields("day", sooner))
    page = await browser.submit("See what would change", 200, **day_fields("effective_from", later), places="12")
    assert page.summary == {"Places": "12 (was nothing)"}
    await browser.submit("Enter this change")
    async with hub.as_worker() as tx:
        versions = await directory.versions(tx)
    stood = [standing_on(BOOKS.directory, versions, day).by_id[GENERAL] for day in (sooner, later)]
    assert [(one.title, one.age_from, one.places) for one in stood] == [
        (HELD.title, 16, None),
        ("For all of us", None, 12),
    ]


@pytest.mark.service
async def test_a_change_of_an_earlier_day_that_somebody_entered_meanwhile_is_not_lost(browse: AsPersona) -> None:
    browser, other = await browse("leader"), await browse("admin")
    at = f"/directory/contracts/{GENERAL}/change"
    await entered(browser, today() + timedelta(days=9), title="Later")
    await browser.get(at)
    await browser.submit("Continue", 200, **day_fields("day", today()))
    await browser.submit("See what would change", 200, age_from="16")
    await other.get(at)
    await other.submit("Continue", 200, **day_fields("day", today()))
    await other.submit("See what would change", 200, places="12")
    await other.submit("Enter this change")
    page = await browser.submit("Enter this change", 409)
    assert "places: 12 (was nothing)" in page.errors[0]


@pytest.mark.service
async def test_a_new_contract_takes_part_in_everything(hub: Hub, browse: AsPersona) -> None:
    browser = await browse("leader")
    page = await browser.get("/directory/contracts/new")
    page = await browser.submit("See what would change", 422)
    assert "Enter a short name of small letters, digits and dashes" in page.errors
    fields = {"slug": "open-door-walk-in", "title": "Walk-in", "provider": "open-door", "line": "general"}
    days = day_fields("effective_from", today()) | day_fields("starts", today()) | day_fields("ends", date(2029, 3, 31))
    await browser.submit("See what would change", 200, areas=["Coventry", "Dudley"], **fields, **days)
    page = await browser.submit("Enter this change")
    made = contract_id("open-door-walk-in")
    assert page.path == f"/directory/contracts/{made}"
    assert "Walk-in" in (await browser.get("/directory?line=general&area=E08000026")).text
    page = await browser.get("/directory/contracts/new")
    await browser.submit("See what would change", 200, areas=["Coventry"], **fields, **days)
    page = await browser.submit("Enter this change", 422)
    assert page.errors == ["There is a contract of this name already: choose another"]


@pytest.mark.service
async def test_only_those_who_keep_the_directory_change_it(browse: AsPersona) -> None:
    one = f"/directory/contracts/{GENERAL}"
    for persona in ("officer", "analyst", "compliance", "provider.manager", "idva.worker"):
        browser = await browse(persona)
        await browser.get("/directory")
        for path in ("/directory/contracts", "/directory/contracts/new", one, "/directory/import"):
            await browser.get(path, 403)
        for path in (f"{one}/change", f"{one}/end", "/directory/import"):
            await browser.post(path, {"version_id": str(uuid4())}, 403)


@pytest.mark.service
async def test_a_decision_names_its_directory_and_is_explained_as_it_was(hub: Hub) -> None:
    crime = a_crime()
    await hub.hears(recorded(crime))
    [row] = await hub.rows("select directory_version, facts, decided_at from routing")
    async with hub.as_worker() as tx:
        then = await stocked.as_it_stood(tx, row["directory_version"])
        version = a_version(date(2020, 1, 1), 5, areas=["Solihull"], ages={"from": 99})
        await directory.add_version(tx, version, HELD.provider.provider_id)
    assert then is not None
    facts, day = facts_of(row["facts"]["case"]), local_day(row["decided_at"])
    was = explain(facts, "general", BOOKS.directory, day)
    await hub.hears(recorded(a_crime(), at=NOON + timedelta(minutes=1)))
    rows = await hub.rows("select directory_version from routing order by decided_at")
    assert rows[0]["directory_version"] == row["directory_version"] != rows[1]["directory_version"]
    async with hub.as_worker() as tx:
        again = await stocked.as_it_stood(tx, row["directory_version"])
        stands = await stocked.current(tx, hub.context.facts)
    assert again is not None and explain(facts, "general", again, day) == was
    assert explain(facts, "general", stands.on(day).directory, day) != was
    assert await hub.value("select count(*) from directory_used") == 2
