"""Asks for pages at a steady rate that does not wait for answers, in turns with and without a download beside."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from time import monotonic

import httpx
import psutil

from bench.million.kinds import Ask, Kinds
from bench.stand import percentile
from kit.access import open_session
from kit.config import Settings
from kit.database import Database

TURN, WARM = 20.0, 8.0
"""Seconds of each turn, and of the visits before the first that are not counted."""
DOWNLOAD = "/portal/history"


@dataclass
class Took:
    """Seconds from when a visit was due to its whole answer, by kind; and what was no page."""

    by_kind: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def spread(self) -> dict[str, dict[str, float]]:
        """Milliseconds, p50 and p95, and the count, by kind."""
        named = dict(sorted(self.by_kind.items())) | {"all": [one for found in self.by_kind.values() for one in found]}
        return {name: {"count": len(found), **_two(found)} for name, found in named.items()}


def _two(found: list[float]) -> dict[str, float]:
    return {f"p{share}": round(1000 * percentile(found, share), 1) for share in (50, 95)}


@dataclass
class Downloads:
    """Whole histories, and what came of all of them, also of those cut off; memory: the web process's most."""

    whole: int = 0
    lines: int = 0
    bytes: int = 0
    seconds: float = 0.0
    memory: int = 0


class Visitors:
    """Everybody who is signed in, over one connection pool to the web process."""

    def __init__(self, settings: Settings, access: Database, web: psutil.Process) -> None:
        self._settings, self._access, self._web = settings, access, web
        self._cookies: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._client = httpx.AsyncClient(base_url=settings.public_url, timeout=60)
        self.downloads = Downloads()

    async def close(self) -> None:
        await self._client.aclose()

    async def _headers(self, who: str) -> dict[str, str]:
        if who not in self._cookies:
            cookie = await open_session(self._access, who)
            assert cookie is not None, who
            self._cookies[who] = f"{self._settings.cookie_name}={cookie}"
        return {"cookie": self._cookies[who]}

    async def sign_in(self, kinds: Kinds) -> None:
        """Everybody's session and the token of their forms, before the time is taken."""
        for asks in kinds.values():
            first = next(asks)
            for ask in (first, *(next(asks) for _ in range(60))):
                headers = await self._headers(ask.who)
                if ask.sought is not None and ask.who not in self._tokens:
                    page = await self._client.get("/cases", headers=headers)
                    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
                    assert found is not None, page.status_code
                    self._tokens[ask.who] = found[1]

    async def ask(self, ask: Ask) -> bool:
        """Whether the answer was a page."""
        headers = await self._headers(ask.who)
        if ask.sought is None:
            return (await self._client.get(ask.address, headers=headers)).status_code == 200
        form = {"sought": ask.sought, "csrf_token": self._tokens[ask.who]}
        to = await self._client.post("/cases/search", data=form, headers=headers)
        if to.status_code != 303:
            return False
        return (await self._client.get(to.headers["location"], headers=headers)).status_code == 200

    async def visit(self, kinds: Kinds, rate: float, minutes: float) -> Mapping[str, Took]:
        """Visits by turn: `quiet`, and `beside` a download."""
        await self.sign_in(kinds)
        turns, order, jobs = {"quiet": Took(), "beside": Took()}, _order(kinds), set()
        await self._turn(kinds, order, rate, WARM, Took(), jobs)
        names = cycle(turns)
        for _ in range(2 * max(1, round(60 * minutes / TURN / 2))):
            name = next(names)
            async with self._beside(name == "beside"):
                await self._turn(kinds, order, rate, TURN, turns[name], jobs)
        return turns

    async def _turn(
        self, kinds: Kinds, order: Iterator[str], rate: float, seconds: float, took: Took, jobs: set[asyncio.Task[None]]
    ) -> None:
        began = monotonic()
        for number in range(round(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - monotonic()))
            kind = next(order)
            job = asyncio.create_task(self._one(kind, next(kinds[kind]), due, took))
            jobs.add(job)
            job.add_done_callback(jobs.discard)
        await asyncio.sleep(max(0.0, began + seconds - monotonic()))
        await asyncio.gather(*jobs)

    async def _one(self, kind: str, ask: Ask, due: float, took: Took) -> None:
        if await self.ask(ask):
            took.by_kind[kind].append(monotonic() - due)
        else:
            took.wrong[kind] += 1

    @asynccontextmanager
    async def _beside(self, wanted: bool) -> AsyncIterator[None]:
        job = asyncio.create_task(self._download()) if wanted else None
        try:
            yield
        finally:
            if job is not None:
                job.cancel()
                with suppress(asyncio.CancelledError):
                    await job

    async def _download(self) -> None:
        """The largest provider's manager downloads all of its history, again and again."""
        headers, kept = await self._headers("manager.0"), self.downloads
        while True:
            began = monotonic()
            async with self._client.stream("GET", DOWNLOAD, headers=headers) as answer:
                assert answer.status_code == 200, answer.status_code
                async for part in answer.aiter_bytes():
                    kept.lines, kept.bytes = kept.lines + part.count(b"\n"), kept.bytes + len(part)
                    kept.seconds, began = kept.seconds + monotonic() - began, monotonic()
                    kept.memory = max(kept.memory, self._web.memory_info().rss)
            kept.whole += 1


def _order(kinds: Kinds) -> Iterator[str]:
    """Every kind once in each round, each round in another order."""
    rng, names = Random(11), list(kinds)
    while True:
        rng.shuffle(names)
        yield from names
