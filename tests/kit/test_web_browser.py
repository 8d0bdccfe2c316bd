"""The gallery in a real browser, and the proof that the gate would notice."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page as Tab

from kit.config import Settings
from tests.gate import LOOKS, Gate, address_of, free_socket, open_gate, served
from tests.kit.gallery_app import gallery

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Gate, Settings]]:
    secrets = tmp_path_factory.mktemp("secrets")
    (secrets / "session.key").write_bytes(os.urandom(32))
    staff, neutral = free_socket(), free_socket()
    settings = Settings(
        environment="test", secrets=secrets, public_url=address_of(staff), neutral_url=address_of(neutral)
    )
    async with served(gallery(settings), staff, neutral), open_gate() as gate:
        yield gate, settings


async def save(tab: Tab) -> None:
    await tab.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("path", ["components", "empty", "order", "broken", "nowhere"])
async def test_a_page_of_the_gallery_passes_the_gate(site: tuple[Gate, Settings], path: str) -> None:
    gate, settings = site
    assert await gate.problems(f"{settings.public_url}/gallery/{path}") == []


async def test_signing_in_and_a_form_with_errors_pass_the_gate(site: tuple[Gate, Settings]) -> None:
    gate, settings = site
    assert await gate.problems(f"{settings.public_url}/sign-in") == []
    assert await gate.problems(f"{settings.public_url}/gallery/order", act=save) == []


@pytest.mark.parametrize("path", ["/", "/broken", "/nowhere"])
async def test_a_neutral_page_passes_the_gate(site: tuple[Gate, Settings], path: str) -> None:
    gate, settings = site
    assert await gate.problems(f"{settings.neutral_url}{path}") == []


@pytest.mark.parametrize("path", ["components", "order"])
async def test_the_keyboard_reaches_everything(site: tuple[Gate, Settings], path: str) -> None:
    gate, settings = site
    async with gate.look(f"{settings.public_url}/gallery/{path}") as watched:
        stops = await watched.stops()
    assert "Skip to main" in stops[0]


async def test_pressing_shift_three_times_leaves_a_neutral_page(site: tuple[Gate, Settings]) -> None:
    gate, settings = site
    async with gate.look(f"{settings.neutral_url}/") as watched:
        await watched.context.route("**/exit", lambda route: route.fulfill(body="left"))
        for _ in range(3):
            await watched.page.keyboard.press("Shift")
        await watched.page.wait_for_url("**/exit")


async def test_a_form_works_without_a_script(site: tuple[Gate, Settings]) -> None:
    gate, settings = site

    async def fill(tab: Tab) -> None:
        await tab.get_by_label("Name of the order").fill("Lamps")
        for part, value in (("Day", "27"), ("Month", "3"), ("Year", "2027")):
            await tab.get_by_label(part, exact=True).fill(value)
        await tab.get_by_label("Small").check()
        await tab.get_by_label("Red").check()
        await save(tab)

    async with gate.look(f"{settings.public_url}/gallery/order", script=False, act=fill) as watched:
        assert await watched.page.title() == "No orders yet – Handrail"
        assert "Saved for 27 March." in await watched.page.inner_text("main")


BAD = {
    "contrast": ("<p style-class class='faint'>Faint</p><style nonce>.faint{color:#ddd}</style>", "console"),
    "wide": ("<pre class='app-chart__text'>" + "x" * 400 + "</pre>", "wider than the screen"),
    "alt": ("<img src='/assets/icon.svg'>", "image-alt"),
    "inline": ("<script>1</script>", "console"),
    "missing": ("<img alt='' src='/assets/nothing.svg'>", "console"),
    "region": ("</main><p>Outside</p><main>", "region"),
}


@pytest.mark.parametrize("planted", sorted(BAD))
async def test_the_gate_notices_what_is_wrong(site: tuple[Gate, Settings], planted: str) -> None:
    gate, settings = site
    html, said = BAD[planted]

    async def plant(tab: Tab) -> None:
        response = await tab.context.request.get(f"{settings.public_url}/gallery/empty")
        headers = {"content-security-policy": response.headers["content-security-policy"], "content-type": "text/html"}
        body = (await response.text()).replace("</main>", f"{html}</main>")
        await tab.route("**/planted", lambda route: route.fulfill(body=body, headers=headers))
        await tab.goto(f"{settings.public_url}/planted")

    found = await gate.problems(f"{settings.public_url}/gallery/empty", act=plant, looks=LOOKS[1:2])
    assert any(said in one for one in found), found


async def test_a_look_finds_nothing_of_the_looks_before_it(site: tuple[Gate, Settings]) -> None:
    gate, settings = site
    kept = "[document.cookie, localStorage.length, sessionStorage.length, innerWidth]"
    url, seen = f"{settings.public_url}/gallery/empty", []

    async def leave(tab: Tab) -> None:
        seen.append(await tab.evaluate(kept))
        await tab.evaluate("document.cookie = 'a=b'; localStorage.a = sessionStorage.a = 'b'")
        await tab.route("**/empty", lambda route: route.fulfill(status=404))

    for _ in range(2):
        assert await gate.problems(url, act=leave, looks=LOOKS[:2]) == []
    assert seen == [["", 0, 0, 1280]] * 2


async def test_a_picture_of_a_page_can_be_taken(site: tuple[Gate, Settings], tmp_path: Path) -> None:
    gate, settings = site
    await gate.screenshot(f"{settings.public_url}/gallery/components", tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
