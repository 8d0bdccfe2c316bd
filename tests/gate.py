"""The gate every page passes: a real browser with axe at two widths and without JavaScript.

async with served(app, sock), open_gate() as gate:
    assert await gate.problems(f"{settings.public_url}/orders", cookies=cookies(settings, cookie)) == []
"""

import asyncio
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright._impl._api_structures import SetCookieParam
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, Playwright, Request, async_playwright
from starlette.applications import Starlette

from kit.config import Settings

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOKS = ((1280, True), (320, True), (320, False))
Act = Callable[[Page], Awaitable[object]]

_RUN_AXE = """
axe.run(document, {runOnly: {type: 'tag', values: %s}}).then(found => found.violations.map(one =>
  `${one.id}: ${one.help}: ` + one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')))
"""
_WIDEST = """(() => {
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= width) return ''
  const wide = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > width + 1)
  return (wide.at(-1) || document.body).outerHTML.slice(0, 160)
})()"""
_DRAGGED = """(() => {
  const width = document.documentElement.clientWidth
  const which = width <= 320 ? '.app-scroll' : width >= 1200 ? '.app-scroll:has(.app-wide)' : 'no-such'
  const wide = [...document.querySelectorAll(which)].find(one => one.scrollWidth > one.clientWidth + 1)
  return wide ? wide.outerHTML.slice(0, 160) : ''
})()"""
_RAW = "(document.body.innerText.match(/<(a |strong|br|p |\\/a|\\/p)[^]{0,60}/) || [''])[0]"
_STOPS = """(() => {
  const groups = new Set()
  const kinds = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'
  return [...document.querySelectorAll(kinds)].filter(one => {
    if (one.disabled || one.tabIndex < 0 || one.type === 'hidden') return false
    if (!one.checkVisibility({visibilityProperty: true})) return false
    if (one.type !== 'radio') return true
    const group = one.form + one.name
    return groups.has(group) ? false : groups.add(group)
  }).length
})()"""


def free_socket() -> socket.socket:
    """A loopback socket bound to a free port: make `Settings(public_url=...)` with it, then `served(app, sock)`."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


def address_of(sock: socket.socket) -> str:
    return f"http://127.0.0.1:{sock.getsockname()[1]}"


@asynccontextmanager
async def served(app: Starlette, *sockets: socket.socket) -> AsyncIterator[None]:
    """Serves `app` over HTTP on loopback while the block runs."""
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve(sockets=list(sockets)))
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


def cookies(settings: Settings, cookie: str) -> list[SetCookieParam]:
    """What signs a browser in."""
    return [{"name": settings.cookie_name, "value": cookie, "url": settings.public_url}]


@dataclass
class Watched:
    """A page with everything that went wrong while it was open."""

    page: Page
    context: BrowserContext
    wrong: list[str]
    _axe: bool = False

    async def evaluate(self, script: str) -> Any:
        """The value of a script, run through the protocol: the page's own policy stays on."""
        session = await self.context.new_cdp_session(self.page)
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        async with asyncio.timeout(30):
            ran = await session.send("Runtime.evaluate", asked)
        await session.detach()
        assert "exceptionDetails" not in ran, ran["exceptionDetails"]
        return ran["result"].get("value")

    async def violations(self) -> list[str]:
        if not self._axe:
            await self.evaluate(AXE.read_text() + ";0")
            self._axe = True
        found: list[str] = await self.evaluate(_RUN_AXE % json.dumps(TAGS))
        return found

    async def faults(self) -> list[str]:
        """What axe finds, what is wider than the screen, what has to be dragged on phone or desk, and tags as text."""
        looked = {"wider than the screen": _WIDEST, "has to be dragged": _DRAGGED, "a tag is read as text": _RAW}
        found = [f"{what}: {told}" for what, script in looked.items() if (told := await self.evaluate(script))]
        return await self.violations() + found

    async def stops(self) -> list[str]:
        """What the Tab key reaches, in order, until it comes round or to nothing."""
        expected = int(await self.evaluate(_STOPS))
        reached: list[str] = []
        for _ in range(expected + 5):
            await self.page.keyboard.press("Tab")
            name = await self.evaluate("document.activeElement.outerHTML.slice(0, 120)")
            if name.startswith("<body") or (reached and name == reached[0]):
                break
            reached.append(name)
        assert len(reached) >= expected, f"Tab reaches {len(reached)} of {expected}: {reached}"
        return reached


@dataclass
class _Tab:
    """A profile with one page, and what its engine is told."""

    page: Page
    context: BrowserContext
    engine: CDPSession
    wrong: list[str] = field(default_factory=list)

    async def go(
        self, url: str, width: int, script: bool, signed_in: Sequence[SetCookieParam], act: Act | None
    ) -> "Watched":
        """Opens `url` as somebody would who was never here; `act` goes on from there."""
        await self.engine.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
        await self.page.unroute_all()
        await self.context.clear_cookies()
        await self.context.add_cookies(list(signed_in))
        await self.page.set_viewport_size({"width": width, "height": 900})
        # Not the context's own switch: with it axe, which waits for promises, would never answer.
        await self.engine.send("Emulation.setScriptExecutionDisabled", {"value": not script})
        self.wrong.clear()
        await self.page.goto(url)
        if act is not None:
            await act(self.page)
        await self.page.wait_for_load_state("load")
        await self.engine.send("Emulation.setScriptExecutionDisabled", {"value": False})
        return Watched(self.page, self.context, self.wrong)


class Gate:
    """Every look is a fresh profile; those of `problems` share one that is made empty before each."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._kept: _Tab | None = None

    async def _tab(self) -> _Tab:
        context = await self._browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Europe/London"
        )
        context.set_default_timeout(15_000)
        page = await context.new_page()
        tab = _Tab(page, context, await context.new_cdp_session(page))
        page.on("console", lambda said: tab.wrong.append(f"console: {said.text}") if _counts(page, said) else None)
        page.on("pageerror", lambda error: tab.wrong.append(f"script error: {error.name}"))
        page.on("requestfailed", lambda request: _note(tab.wrong, request))
        return tab

    @asynccontextmanager
    async def look(
        self,
        url: str,
        *,
        width: int = 1280,
        script: bool = True,
        signed_in: Sequence[SetCookieParam] = (),
        act: Act | None = None,
    ) -> AsyncIterator[Watched]:
        """Opens `url`; `act` goes on from there (fills a form, presses a button)."""
        tab = await self._tab()
        try:
            yield await tab.go(url, width, script, signed_in, act)
        finally:
            await tab.context.close()

    async def close(self) -> None:
        if self._kept is not None:
            await self._kept.context.close()

    async def problems(
        self,
        url: str,
        *,
        signed_in: Sequence[SetCookieParam] = (),
        act: Act | None = None,
        looks: Sequence[tuple[int, bool]] = LOOKS,
    ) -> list[str]:
        """Everything wrong with a page at 1280 and 320 pixels, and without JavaScript; [] when nothing is.

        The page is opened once with JavaScript and once without, and made narrower in between.
        """
        found: list[str] = []
        tab = self._kept = self._kept or await self._tab()
        for script, group in groupby(looks, key=itemgetter(1)):
            how = "" if script else " without JavaScript"
            widths = [width for width, _ in group]
            watched = await tab.go(url, widths[0], script, signed_in, act)
            for width in widths:
                await watched.page.set_viewport_size({"width": width, "height": 900})
                found += [f"{width}px{how}: {wrong}" for wrong in await watched.faults()]
            found += [f"{widths[0]}px{how}: {wrong}" for wrong in watched.wrong]
        return found

    async def screenshot(
        self, url: str, to: Path, *, width: int = 1280, signed_in: Sequence[SetCookieParam] = (), act: Act | None = None
    ) -> None:
        """A picture of the whole page."""
        async with self.look(url, width=width, signed_in=signed_in, act=act) as watched:
            await watched.page.screenshot(path=to, full_page=True)


def _note(wrong: list[str], request: Request) -> None:
    """Notes a request that failed, but for one that the browser gave up because the person went on to another page."""
    if request.failure != "net::ERR_ABORTED":
        wrong.append(f"failed request: {request.url}: {request.failure}")


def _counts(page: Page, said: Any) -> bool:
    """An error of the console, but for the browser's own word that a page came with an error status."""
    is_page = said.text.startswith("Failed to load resource") and said.location.get("url") == page.url
    return said.type == "error" and not is_page


_started: list[tuple[Playwright, Browser]] = []


async def _chromium() -> Browser:
    """This machine's Chromium: started for the first who asks, and gone with `close_chromium`."""
    if _started and _started[0][1].is_connected():
        return _started[0][1]
    await close_chromium()
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next((found for name in names if (found := shutil.which(name))), None)
    assert path, "no Chromium on this machine: install it, or set BROWSER=skip to leave the browser out"
    playwright = await async_playwright().start()
    _started.append((playwright, await playwright.chromium.launch(executable_path=path, args=FLAGS)))
    return _started[0][1]


async def close_chromium() -> None:
    while _started:
        playwright, browser = _started.pop()
        await browser.close()
        await playwright.stop()


@asynccontextmanager
async def open_gate() -> AsyncIterator[Gate]:
    """The gate with this machine's Chromium; without one the test fails, unless `BROWSER=skip` says not to look."""
    if os.environ.get("BROWSER") == "skip":
        pytest.skip("BROWSER=skip")
    gate = Gate(await _chromium())
    try:
        yield gate
    finally:
        await gate.close()
