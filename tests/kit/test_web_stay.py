"""Staying signed in, in a real browser: said before the end, one press, and nothing that was typed is lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from playwright._impl._api_structures import SetCookieParam
from playwright.async_api import Page as Tab

from kit.config import Settings
from kit.database import Database
from tests.browser import cookie_of
from tests.conftest import Databases
from tests.gate import Gate, address_of, cookies, free_socket, open_gate, served
from tests.kit.gallery_app import gallery
from tests.kit.test_web_signin import Place, agreed, begin
from tests.kit.test_web_signin import issuer as issuer

pytestmark = [pytest.mark.service, pytest.mark.browser]


@dataclass
class Site:
    gate: Gate
    settings: Settings
    access: Database

    @property
    def order(self) -> str:
        return f"{self.settings.public_url}/gallery/order"

    async def signed_in(self, seconds: int) -> list[SetCookieParam]:
        """Signed in at the issuer; the session ends in so many seconds."""
        async with Place(self.settings, self.access).client() as client:
            await client.get(await agreed(await begin(client, self.settings)))
            await self.ends_in(seconds)
            return cookies(self.settings, client.cookies[self.settings.cookie_name])

    async def ends_in(self, seconds: int) -> None:
        await self.access.pool.execute("update session set expires_at = now() + make_interval(secs => $1)", seconds)

    async def hours(self) -> int:
        """For how many whole hours the longest session goes on."""
        left = "select floor(extract(epoch from max(expires_at) - now()) / 3600)::int from session"
        found: int = await self.access.pool.fetchval(left)
        return found


@pytest.fixture
async def site(databases: Databases, issuer: str) -> AsyncIterator[Site]:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock), "issuer": issuer})
    access = await databases.open(await databases.copy_of("access"), "access_web")
    async with served(gallery(settings, access), sock), open_gate() as gate:
        yield Site(gate, settings, access)


async def press(tab: Tab) -> None:
    await tab.get_by_role("button", name="Stay signed in").click()


async def test_a_page_that_was_open_before_says_so_politely_and_stays_as_it_was_while_one_press_extends(
    site: Site,
) -> None:
    async with site.gate.look(site.order, signed_in=await site.signed_in(20 * 60 + 2)) as watched:
        tab = watched.page
        said = tab.locator("[data-session] [role=status]")
        await tab.get_by_label("Name of the order").fill("Lamps for the hall")
        await said.get_by_text("You are signed in until").wait_for()
        await press(tab)
        await said.get_by_text("You stay signed in until").wait_for()
        assert await tab.get_by_label("Name of the order").input_value() == "Lamps for the hall"
        assert (tab.url, watched.wrong, await site.hours()) == (site.order, [], 9)


async def test_without_a_script_the_page_says_so_and_the_press_is_answered_in_another_tab(site: Site) -> None:
    look = site.gate.look(site.order, script=False, signed_in=await site.signed_in(300))
    async with look as watched:
        tab = watched.page
        await tab.get_by_label("Name of the order").fill("Lamps for the hall")
        async with watched.context.expect_page() as opened:
            await tab.get_by_role("button", name="Stay signed in (opens in a new tab)").click()
        other = await opened.value
        await other.get_by_role("heading", name="You are still signed in").wait_for()
        assert await tab.get_by_label("Name of the order").input_value() == "Lamps for the hall"
        assert await site.hours() == 9


async def test_whom_the_issuer_refuses_keeps_what_was_typed_and_is_shown_where_to_sign_in(site: Site) -> None:
    async with site.gate.look(site.order, signed_in=await site.signed_in(300)) as watched:
        async with httpx.AsyncClient() as issuer:
            await issuer.post(f"{site.settings.issuer}/users/officer/revoke-tokens")
        tab = watched.page
        await tab.get_by_label("Name of the order").fill("Lamps for the hall")
        await press(tab)
        await tab.get_by_text("It could not be made longer.").wait_for()
        assert await tab.get_by_role("link", name="Sign in again (opens in a new tab)").is_visible()
        assert await tab.get_by_label("Name of the order").input_value() == "Lamps for the hall"


async def test_the_warning_and_its_answer_pass_the_gate(site: Site) -> None:
    signed_in = await site.signed_in(300)
    assert await site.gate.problems(site.order, signed_in=signed_in) == []
    assert await site.gate.problems(f"{site.settings.public_url}/sign-in/stay", signed_in=signed_in) == []
    await site.ends_in(9 * 3600)
    async with site.gate.look(site.order, signed_in=signed_in) as watched:
        assert not await watched.page.locator("[data-session]").is_visible(), "with time enough nothing is said"
    assert await site.gate.problems(f"{site.settings.public_url}/sign-in/stay", signed_in=signed_in) == []
    without = cookies(site.settings, await cookie_of(site.access, "officer"))
    await site.ends_in(300)
    assert await site.gate.problems(site.order, signed_in=without) == []
