"""Every page of returns in a real browser: axe, two widths and without JavaScript, empty, full and with errors."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page as Tab

from contracts.identity import persona_id
from kit import clock
from kit.database import Database
from kit.inbox import Inbox
from kit.listening import Context, listening
from kit.service import Moment
from kit.web.app import make_app
from services.returns import actions
from services.returns.__main__ import SERVICE
from services.returns.actions import Actor
from services.returns.domain.period import period_of
from tests.browser import cookie_of
from tests.conftest import Databases
from tests.gate import Act, Gate, address_of, cookies, free_socket, open_gate, served
from tests.returns.conftest import Hear
from tests.returns.events import COVENTRY, a_case, a_clock, a_crime, a_victim, crime_id, sent

pytestmark = [pytest.mark.service, pytest.mark.browser]
CURRENT = period_of(clock.now())
DAY = CURRENT.start.isoformat()
LOOKS = ((1280, True), (320, False))  # nothing here changes with JavaScript on a small screen


@dataclass(frozen=True)
class Site:
    """The pages served, and who is signed in."""

    gate: Gate
    url: str
    signed_in: dict[str, Any]

    async def passes(self, path: str, persona: str = "leader", act: Act | None = None) -> None:
        who = self.signed_in.get(persona, [])
        found = await self.gate.problems(f"{self.url}{path}", signed_in=who, act=act, looks=LOOKS)
        assert found == [], path


@pytest.fixture
async def site(databases: Databases, name: str, context: Context) -> AsyncIterator[Site]:
    sessions = await databases.copy_of("access")
    access = await databases.open(sessions, "access_web")
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    app = make_app(
        "returns",
        settings,
        SERVICE.pages(context),
        databases={"hub": await databases.open(name, "returns_hub")},
        templates=SERVICE.templates or (),
        access=access,
        navigation=SERVICE.navigation,
    )
    signed_in = {who: cookies(settings, await cookie_of(access, who)) for who in ("leader", "analyst", "compliance")}
    async with served(app, sock), open_gate() as gate:
        yield Site(gate, settings.public_url, signed_in)


def press(button: str) -> Act:
    async def way(tab: Tab) -> None:
        await tab.get_by_role("button", name=button, exact=True).click()

    return way


async def drawn(database: Database, kind: str) -> UUID:
    by = Actor(persona_id("analyst"), "analyst")
    return (await actions.draw(database, kind, CURRENT, clock.now(), by, clock.now())).return_id


async def a_quarter(hear: Hear) -> None:
    await hear(
        a_crime("a", a_victim("P1"), a_victim("P2", home_local_authority=COVENTRY), at=DAY),
        a_crime("b", *(a_victim(f"Q{n}") for n in range(7)), at=DAY, offence_code="19C"),
    )
    await hear(a_case("a", "P1", at=DAY), a_case("a", "P2", at=DAY, restricted=True))
    await hear(a_clock("entitlement.due.v1", "a", "P1", DAY, due_at=DAY))
    await hear(a_clock("entitlement.due.v1", "a", "P1", DAY, "R3.written_confirmation"))
    await hear(a_clock("entitlement.due.v1", "a", "P1", DAY, "R1.supporter", due_at=DAY))  # the longest word there is


async def test_pages_without_anything_and_forms_sent_empty_pass_the_gate(site: Site) -> None:
    for path in ("/returns", "/published", "/returns/operations"):
        await site.passes(path)
    await site.passes("/returns/draw", "analyst")
    await site.passes("/returns/draw", "analyst", press("Draw it"))


async def test_pages_of_a_drawn_return_pass_the_gate(
    site: Site, hear: Hear, database: Database, context: Context
) -> None:
    await a_quarter(hear)
    first = await drawn(database, "grant")
    await hear(a_crime("c", a_victim("P1"), at=DAY))
    code = await drawn(database, "code")
    second = await drawn(database, "grant")
    async with database.begin() as tx:
        await actions.rehearse(tx, Moment(clock.now(), clock.now()), context)
    lines = f"/returns/{first}/lines/crimes_recorded?split=total&category=all"
    for path in (
        "/returns",
        f"/returns/{first}",
        f"/returns/{code}",
        f"/returns/{first}/figures/victims_recorded",
        f"/returns/{code}/figures/CC1.undated",
        lines,
        f"/returns/{second}/since/{first}",
        f"/returns/rehearsals/code/{CURRENT}",
    ):
        await site.passes(path, "analyst")


async def test_signed_sealed_and_published_pages_pass_the_gate(
    site: Site, hear: Hear, database: Database, context: Context
) -> None:
    await a_quarter(hear)
    one, leader = await drawn(database, "grant"), Actor(persona_id("leader"), "leader")
    async with database.begin() as tx:
        await actions.sign(tx, one, leader, context.settings, clock.now())
        await actions.seal(tx, one, leader, clock.now())
    await site.passes(f"/returns/{one}")
    await site.passes("/returns", "compliance")
    await site.passes(f"/returns/{one}", "compliance")
    for path in ("/published", f"/published/{one}"):
        await site.passes(path, "nobody")


async def test_a_record_set_aside_passes_the_gate(site: Site, hear: Hear, database: Database, context: Context) -> None:
    bad = sent("police.crimes", "police.crime.recorded.v1", crime_id("z"), {"crime_id": 7}, DAY)
    await Inbox(database, "returns", listening(SERVICE.listens), context).apply([bad])
    number = await database.pool.fetchval("select id from kit.parked")
    await site.passes("/returns/operations")
    await site.passes(f"/returns/operations/records/{number}")
    await site.passes(f"/returns/operations/records/{number}", act=press("Give it up"))
