"""The pages of returns, through their front door: every number opens its list, nobody signs what they drew."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette

from contracts.identity import case_id, reference
from kit import clock
from kit.config import Settings
from kit.database import Database
from kit.listening import Context
from kit.service import Moment
from kit.web.app import make_app
from services.returns import actions, public_ui, return_ui, words
from services.returns.__main__ import SERVICE
from services.returns.domain import canonical
from services.returns.domain.period import period_of
from tests.browser import Browser, Seen, cookie_of
from tests.conftest import Databases
from tests.returns.conftest import Hear
from tests.returns.events import COVENTRY, a_case, a_clock, a_crime, a_victim, crime_id

pytestmark = pytest.mark.service
SignIn = Callable[[str], Awaitable[Browser]]
CURRENT = period_of(clock.now())
DAY = CURRENT.start.isoformat()


@dataclass(frozen=True)
class Front:
    """The application with its sessions."""

    app: Starlette
    access: Database
    settings: Settings


@pytest.fixture
async def front(databases: Databases, name: str) -> Front:
    sessions = await databases.copy_of("access")
    access = await databases.open(sessions, "access_web")
    hub = await databases.open(name, "returns_hub")
    app = make_app(
        "returns",
        databases.settings,
        (*return_ui.PAGES, *public_ui.PAGES),
        databases={"hub": hub},
        templates=SERVICE.templates or (),
        access=access,
    )
    return Front(app, access, databases.settings)


@pytest.fixture
async def sign_in(front: Front) -> AsyncIterator[SignIn]:
    """`browser = await sign_in("analyst")`."""
    async with AsyncExitStack() as stack:

        async def browser(persona: str) -> Browser:
            cookie = await cookie_of(front.access, persona)
            return await stack.enter_async_context(Browser(front.app, front.settings, cookie))

        yield browser


@pytest.fixture
async def visitor(front: Front) -> AsyncIterator[Browser]:
    """Anybody, signed in as nobody."""
    async with Browser(front.app, front.settings) as browser:
        yield browser


@pytest.fixture
async def heard(hear: Hear) -> None:
    await hear(
        a_crime("a", a_victim("P1"), a_victim("P2", home_local_authority=COVENTRY), at=DAY),
        a_crime("b", *(a_victim(f"Q{n}") for n in range(7)), at=DAY, offence_code="19C"),
    )
    await hear(a_case("a", "P1", at=DAY), a_case("a", "P2", at=DAY, restricted=True))
    await hear(a_clock("entitlement.due.v1", "a", "P1", DAY, due_at=DAY))


async def draw(analyst: Browser, context: Context, database: Database, kind: str = "grant") -> Seen:
    """Asks for the current quarter by the form, lets the worker draw it, and opens it."""
    await analyst.get("/returns/draw")
    asked = await analyst.submit("Draw it", kind=kind, period=str(CURRENT))
    assert "is being drawn" in asked.text
    now = clock.now()
    async with database.begin() as tx:
        assert await actions.draw_what_was_asked(tx, Moment(now, now), context) == 1
    await analyst.get("/returns")
    return await analyst.follow("Services grant return" if kind == "grant" else "Victims' Code return")


async def test_the_list_says_when_there_is_nothing(sign_in: SignIn) -> None:
    page = await (await sign_in("compliance")).get("/returns")
    assert "No return has been sealed yet" in page.text and "Rehearsal" not in page.text
    assert "Draw a return" not in page.text


async def test_a_form_sent_empty_says_what_to_choose(sign_in: SignIn) -> None:
    analyst = await sign_in("analyst")
    await analyst.get("/returns/draw")
    page = await analyst.submit("Draw it", 422)
    assert page.errors == ["Choose which return to draw", "Choose a quarter"]


async def test_each_number_opens_a_list_that_adds_up_to_it(
    sign_in: SignIn, context: Context, database: Database, heard: None
) -> None:
    analyst = await sign_in("analyst")
    page = await draw(analyst, context, database)
    base = page.path
    lines = await analyst.get(f"{base}/lines/crimes_recorded?split=total&category=all")
    assert "The figure is 2; this list has 2 rows" in lines.text
    assert {row[0] for row in lines.rows[1:]} == {str(crime_id("a")), str(crime_id("b"))}
    figures = await analyst.get(f"{base}/figures/victims_recorded")
    assert ["Coventry", "1 Victims recorded, Coventry: open the list"] in figures.rows
    await analyst.get(f"{base}/lines/nothing?split=total&category=all", status=404)
    await analyst.get(f"{base}/lines/crimes_recorded?split=sex&category=female", status=404)


async def test_a_restricted_person_is_counted_but_absent_from_the_list_without_the_right(
    sign_in: SignIn, context: Context, database: Database, heard: None
) -> None:
    base = (await draw(await sign_in("analyst"), context, database)).path
    address = f"{base}/lines/cases_opened?split=total&category=all"
    hidden = reference(case_id(crime_id("a"), "P2"))
    page = await (await sign_in("analyst")).get(address)
    assert "The figure is 2; this list has 1 row. The rest are not shown to you." in page.text
    assert hidden not in page.html
    assert hidden in (await (await sign_in("leader")).get(address)).html


MACHINE = re.compile(r"\b(?:20\d\d-\d\d(?:-\d\d)?|[EWSN]\d{8}|(?:R|RC|CC)\d*\.[a-z_]+|legs?|denominator)\b", re.I)


def test_a_note_of_a_figure_is_told_in_words_and_the_file_keeps_its_own() -> None:
    assert words.note("still maturing until 2026-12-29") == "it may still change until 29 December 2026"
    assert words.note("no denominator loaded") == "Not told: how many people live here is not known to this system."
    assert words.note("hidden to protect people") == "hidden to protect people"


async def test_nobody_reads_codes_or_days_of_machines_in_the_figures(
    sign_in: SignIn, visitor: Browser, context: Context, database: Database, heard: None, hear: Hear
) -> None:
    await hear(a_crime("o", *(a_victim(f"S{n}", home_local_authority="E07000234") for n in range(6)), at=DAY))
    await hear(a_clock("entitlement.due.v1", "a", "P1", DAY, "R4.refer_support", due_at=DAY))
    analyst, leader = await sign_in("analyst"), await sign_in("leader")
    for kind in ("grant", "code"):
        own = await draw(analyst, context, database, kind)
        told = own.text.replace(own.texts("p", "govuk-body")[0], "")  # which names the definition and its version
        assert MACHINE.findall(told) == [], kind
        await sealed(leader, own.path)
        page = await visitor.get(own.path.replace("/returns/", "/published/"))
        assert MACHINE.findall(page.text) == [], kind
        assert kind == "grant" or any(row[0].endswith("Right 4") for row in page.rows)
        assert kind == "code" or "Outside the area (Bromsgrove)" in page.text


async def sealed(leader: Browser, base: str) -> None:
    await leader.get(base)
    await leader.submit("Sign this return")
    await leader.submit("Seal this return")


async def test_one_draws_another_signs_and_seals(
    sign_in: SignIn, context: Context, database: Database, heard: None
) -> None:
    analyst, leader = await sign_in("analyst"), await sign_in("leader")
    base = (await draw(analyst, context, database)).path
    assert "Sign this return" not in (await analyst.get(base)).text
    await analyst.post(f"{base}/sign", status=403)
    await leader.get(base)
    assert "It is not signed." in (await leader.post(f"{base}/seal", status=409)).text
    assert "The return is signed." in (await leader.submit("Sign this return")).text
    assert "The return is sealed." in (await leader.submit("Seal this return")).text
    assert "already sealed" in (await leader.post(f"{base}/sign", status=409)).text


async def test_the_download_is_the_canonical_file_for_those_with_the_right_and_suppressed_for_others(
    sign_in: SignIn, context: Context, database: Database, heard: None
) -> None:
    analyst, compliance = await sign_in("analyst"), await sign_in("compliance")
    base = (await draw(analyst, context, database)).path
    await compliance.get(base, status=404)
    await sealed(await sign_in("leader"), base)
    kept = await database.pool.fetchval("select file from drawn_return")
    assert (await analyst.download(f"{base}/download/csv")).content == kept
    _, cells = canonical.read((await compliance.download(f"{base}/download/csv")).content)
    shown = {cell.key: cell for cell in cells}
    assert shown["crimes_recorded", "total", "all"].shorthand == "c"
    assert shown["victims_recorded", "total", "all"].value in ("9", "")
    assert "Numbers below 5 are hidden" in (await compliance.get(base)).text
    await compliance.get(f"{base}/lines/crimes_recorded?split=total&category=all", status=403)
    for form in ("ods", "xlsx"):
        assert (await analyst.download(f"{base}/download/{form}")).content[:2] == b"PK"
    await analyst.download(f"{base}/download/exe", status=404)


async def test_the_code_return_shows_its_clocks_by_state(
    sign_in: SignIn, context: Context, database: Database, heard: None
) -> None:
    page = await draw(await sign_in("analyst"), context, database, "code")
    assert any(row[0].startswith("Referred to support") and row[1].startswith("1") for row in page.rows)


async def test_a_rehearsal_shows_the_figures_of_the_current_quarter(
    sign_in: SignIn, context: Context, database: Database, heard: None
) -> None:
    now = clock.now()
    async with database.begin() as tx:
        assert await actions.rehearse(tx, Moment(now, now), context) == 4
    async with database.begin() as tx:
        assert await actions.rehearse(tx, Moment(now, now), context) == 0
    analyst = await sign_in("analyst")
    await analyst.get("/returns")
    page = await analyst.follow(f"Services grant return, {CURRENT.months}")
    assert page.heading.startswith("Rehearsal: Services grant return")
    assert any(row[0].startswith("Crimes recorded") and row[1] == "2" for row in page.rows)


async def test_what_changed_since_an_earlier_return_is_shown_cell_by_cell(
    sign_in: SignIn, context: Context, database: Database, heard: None, hear: Hear
) -> None:
    analyst = await sign_in("analyst")
    first = (await draw(analyst, context, database)).path.rsplit("/", 1)[1]
    await hear(a_crime("c", a_victim("P1"), at=DAY))
    second = await draw(analyst, context, database)
    page = await analyst.get(f"{second.path}/since/{first}")
    assert ["Crimes recorded", "Total", "2", "3", "+1"] in page.rows


async def test_returns_are_not_for_officers(sign_in: SignIn) -> None:
    await (await sign_in("officer")).get("/returns", status=403)


async def test_only_a_sealed_return_is_published_and_its_small_numbers_are_hidden(
    sign_in: SignIn, visitor: Browser, context: Context, database: Database, heard: None
) -> None:
    base = (await draw(await sign_in("analyst"), context, database)).path
    public = base.replace("/returns/", "/published/")
    assert "Nothing is published yet" in (await visitor.get("/published")).text
    await visitor.get(public, 404)
    await sealed(await sign_in("leader"), base)
    await visitor.get("/published")
    page = await visitor.follow("Services grant return")
    assert any(row[0].startswith("Crimes recorded") and row[1] == "hidden" for row in page.rows)
    assert "Where most are is not told" in page.text and "Most are in" not in page.text
    _, cells = canonical.read((await visitor.download(f"{public}/csv")).content)
    assert not any(cell.value in ("1", "2", "3", "4") for cell in cells)


async def test_a_second_version_tells_no_small_number_beside_the_first(
    sign_in: SignIn, visitor: Browser, context: Context, database: Database, heard: None, hear: Hear
) -> None:
    analyst, leader = await sign_in("analyst"), await sign_in("leader")
    shown: list[str] = []
    for further in (0, 2, 8):
        await hear(a_crime(f"d{further}", *(a_victim(f"R{further}-{n}") for n in range(further)), at=DAY))
        base = (await draw(analyst, context, database)).path
        await (await sign_in("compliance")).get("/returns/rehearsals/grant/" + str(CURRENT), status=403)
        await sealed(leader, base)
        file = (await visitor.download(base.replace("/returns/", "/published/") + "/csv")).content
        cells = {cell.key: cell for cell in canonical.read(file)[1]}
        total = cells["victims_recorded", "total", "all"]
        shown.append(f"{total.value} {'as shown before' in total.note}")
    assert shown == ["9 False", "9 True", "19 False"]
