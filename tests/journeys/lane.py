"""What the journeys by browser share: the system, what the police send, who signs in, and the pictures of it."""

import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import yaml
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, async_playwright

from contracts.identity import case_id
from contracts.reference import personas
from handrail.emit import read_events, send
from handrail.local.state import running
from handrail.publishing import settings_of
from kit import clock
from services.referral.books import FOLDER
from tests.builders import a_crime, a_detail, a_victim
from tests.gate import FLAGS
from tests.journeys.pictures import smaller
from tests.journeys.walker import Walker
from tests.running import System

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots" / "journeys"
SHOTS = bool(os.environ.get("SHOTS"))
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FAMILY_NAMES = (
    *("Abernethy", "Birtwistle", "Calloway", "Dunmore", "Everleigh", "Fairweather", "Garrick", "Hollis", "Ingram"),
    *("Jessop", "Kettering", "Lockhart", "Marchbanks", "Netherby", "Oakhurst", "Pemberton", "Quilter", "Ransome"),
    *("Sedgwick", "Thornbury", "Underhill", "Vickers", "Whitlock", "Yarrow", "Ashdown", "Beckwith", "Crowther"),
    *("Dalrymple", "Elphick", "Foxley", "Greenhalgh", "Hathersage", "Inskip", "Jolliffe", "Kingsley", "Langdale"),
    *("Mossop", "Norcross", "Ormerod", "Prestwich", "Rathbone", "Shuttleworth", "Tattersall", "Wetherby"),
)
_numbers = itertools.count()
MARKS = [pytest.mark.journey, pytest.mark.timeout(240)]
"""Of every file with journeys by browser: the files of one worker share one system."""


def own_reference(folder: Path) -> Path:
    """Policy and standards like ours, but for what a lane cannot wait for: the time to undo, and office hours."""
    folder.mkdir()
    policy = yaml.safe_load((FOLDER / "policy.yaml").read_text())
    standards = yaml.safe_load((FOLDER / "standards.yaml").read_text())
    for version in policy["versions"]:
        version["undo_seconds"] = version["undo_seconds"] if SHOTS else 3
    for version in standards["versions"]:
        version["handover_undo_minutes"] = 1
        for pace in (each for paces in version["attempts"].values() for each in paces.values()):
            pace["between"] = "00:00-23:59"
    for name, document in (("policy.yaml", policy), ("standards.yaml", standards)):
        (folder / name).write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
    return folder


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert path, "no Chromium on this machine: install it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Lane:
    """`signed_in`: what each persona's browser keeps after signing in, by persona and whether JavaScript was on;
    `kept`: what one story leaves for a later one, while time passes."""

    system: System
    browser: Browser
    folder: Path
    signed_in: dict[tuple[str, bool], Any] = field(default_factory=dict)
    kept: dict[str, object] = field(default_factory=dict)

    @property
    def http(self) -> str:
        return running(self.system.data).http

    @property
    def neutral(self) -> str:
        return running(self.system.data).neutral

    async def goes_back(self, case_id: UUID, days: int) -> None:
        """Puts back since when a provider could see the referrals of a case: no clock can be put forward."""
        state = running(self.system.data)
        password = (self.system.data / "secrets" / "postgres").read_text().strip()
        connection = await asyncpg.connect(
            host=state.postgres_host, port=state.postgres_port, user="postgres", password=password, database="referral"
        )
        await connection.execute(
            "update leg set out_at = out_at - make_interval(days => $2) where case_id = $1", case_id, days
        )
        await connection.close()

    async def emit(self, *events: Mapping[str, Any]) -> None:
        """Publishes events of the two inbound topics as `handrail emit` does, without a process of its own."""
        file = self.folder / f"{uuid4()}.jsonl"
        file.write_text("\n".join(json.dumps(event) for event in events))
        settings = settings_of(self.system.data)
        sent = await send(read_events(file, settings.secret("ingest.key")), settings.kafka)
        assert sent == len(events)


def an_event(kind: str, data: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A structured CloudEvent as `handrail emit` reads it. `at`: what the services take for the time they heard it."""
    about = {"specversion": "1.0", "id": str(uuid4()), "source": "urn:force:20", "type": kind}
    return {**about, "time": at.isoformat(), "data": data}


@dataclass
class Somebody:
    """The person of a journey: `victim` as the police tell of them, `name` by which the hub finds them."""

    given: str
    family: str
    victim: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def mobile(self) -> str:
        return next(str(one["value"]) for one in self.victim["details"]["channels"] if one["kind"] == "mobile")

    @property
    def ref(self) -> str:
        return str(self.victim["victim_ref"])

    def case_in(self, crime: Mapping[str, Any]) -> UUID:
        return case_id(str(crime["crime_id"]), self.ref)


def somebody(given: str, *, details: Mapping[str, Any] | None = None, **victim: Any) -> Somebody:
    """An invented person whose names, address and number nobody else of the lane has; a safe mobile unless said."""
    number = next(_numbers)
    family = FAMILY_NAMES[number % len(FAMILY_NAMES)]
    mobile = {"kind": "mobile", "value": f"07700 900{400 + number % 500}", "safety": "safe", "voicemail": False}
    known = {
        "given_names": given,
        "family_name": family,
        "date_of_birth": f"19{60 + number % 35}-0{1 + number % 9}-{10 + number % 18}",
        "address": {"lines": [f"{number + 1} Example Row"], "postcode": "ZZ99 9ZZ"},
        "channels": [mobile],
    }
    told = a_detail(**(known | dict(details or {})))
    return Somebody(given, family, a_victim(f"walk-{uuid4()}", details=told, **victim))


def kin_of(given: str, liaison: str) -> Somebody:
    """A parent of somebody who died, whom the police reach through a family liaison officer of this name."""
    mine = somebody(given)
    details = mine.victim.pop("details")
    mine.victim |= {"kind": "deceased", "channels_safe": []}
    relative = {
        "kin_ref": f"kin-{uuid4()}",
        "relationship": "parent",
        "age_at_report": 56,
        "language": "en",
        "share": "agreed",
        "channels_safe": ["mobile"],
    }
    mine.victim["bereaved"] = [relative]
    known = {name: relative[name] for name in ("kin_ref", "relationship")}
    known |= {name: details.pop(name) for name in ("given_names", "family_name", "channels")}
    officer = {"name": liaison, "email": "liaison@example.org", "phone": "0121 496 0997"}
    mine.victim["details"] = {**details, "next_of_kin": [known], "family_liaison_officer": officer}
    return mine


class Journey:
    """One story. `wrong`: errors of consoles, requests that failed, and answers of 500 and above, in its browsers."""

    def __init__(self, lane: Lane, *, script: bool) -> None:
        self.lane, self.script = lane, script
        self.wrong: list[str] = []
        self._contexts: list[BrowserContext] = []

    async def police_tell(
        self, *people: Somebody, hours_ago: float = 2, days_before: int = 1, **crime: Any
    ) -> dict[str, Any]:
        """The police record a crime against these people so long ago; days before that it happened."""
        at = clock.now() - timedelta(hours=hours_ago)
        happened = f"{at - timedelta(days=days_before):%Y-%m-%d}"
        when = {"reported_at": at.isoformat(), "recorded_at": at.isoformat()}
        days = {"committed_from": happened, "committed_to": happened}
        told = a_crime(*(one.victim for one in people), **(when | days | crime))
        await self.lane.emit(an_event("police.crime.recorded.v1", told, at))
        return told

    async def police_tell_again(self, crime: Mapping[str, Any], revision: int = 2, **changes: Any) -> None:
        """The police tell of the same crime anew, as they hold it now."""
        at = clock.now()
        about = {"revision": revision, "revised_at": at.isoformat(), "changed": sorted(changes)}
        await self.lane.emit(an_event("police.crime.updated.v1", {**crime, **changes, **about}, at))

    async def court_tells(self, crime: Mapping[str, Any], trigger: str, at: datetime, **changes: Any) -> dict[str, Any]:
        """Police, court or prison tell of a milestone of a crime; `details` and `victim_ref` may be given."""
        told = {
            "milestone_id": str(uuid4()),
            "crime_id": crime["crime_id"],
            "trigger": trigger,
            "happened_at": at.isoformat(),
            **changes,
        }
        await self.lane.emit(an_event("justice.milestone.reached.v1", told, at))
        return told

    async def signs_in(self, persona: str) -> Walker:
        """A browser in which this persona is signed in: the first time by the sign-in pages, at the issuer."""
        kept = self.lane.signed_in.get((persona, self.script))
        walker = await self._browser(self.lane.http, storage_state=kept)
        if kept is None:
            title = next(one.title for one in personas() if one.name == persona)
            await walker.goes_to("/sign-in")
            await walker.presses(f"{title} ({persona})")
            self.lane.signed_in[persona, self.script] = await walker.page.context.storage_state()
        return walker

    async def anybody(self, *, neutral: bool = False) -> Walker:
        """A browser of somebody who has no account; `neutral`: on the pages of the people themselves."""
        return await self._browser(self.lane.neutral if neutral else self.lane.http)

    async def _browser(self, base: str, **more: Any) -> Walker:
        context = await self.lane.browser.new_context(
            viewport={"width": 1280, "height": 900},
            locale="en-GB",
            timezone_id="Europe/London",
            java_script_enabled=self.script,
            **more,
        )
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        page = await context.new_page()
        page.on("console", lambda said: self._console(page, said))
        page.on("pageerror", lambda error: self.wrong.append(f"script error on {page.url}: {error.name}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        return Walker(page, base, self.script)

    def _console(self, page: Page, said: ConsoleMessage) -> None:
        """An error of the console, but for the browser's own word that the page came with an error status."""
        own = said.text.startswith("Failed to load resource") and said.location.get("url") == page.url
        if said.type == "error" and not own:
            self.wrong.append(f"console on {page.url}: {said.text}")

    def _failed(self, request: Request) -> None:
        """A request that failed, but for what a page that was left had not loaded yet."""
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed request: {request.url} {request.failure}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 500:
            self.wrong.append(f"{answer.status}: {answer.url}")

    async def picture(self, walker: Walker, name: str, *, at: str | None = None, narrow: bool = False) -> None:
        """With SHOTS=1, and with JavaScript: what `walker` sees, from the heading `at` on; `narrow`: on a phone too."""
        if not (SHOTS and self.script):
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        for width, height, ending in ((1280, 900, ""), *(((320, 640, "-320"),) if narrow else ())):
            await walker.page.set_viewport_size({"width": width, "height": height})
            top = walker.page.get_by_role("heading", name=at).first if at else walker.page.locator("body")
            await top.evaluate("one => scrollTo(0, one.getBoundingClientRect().top + scrollY - 24)")
            png = await walker.page.screenshot(caret="initial")
            (PICTURES / f"{name}{ending}.png").write_bytes(await smaller(self.lane.browser, png))
        await walker.page.set_viewport_size({"width": 1280, "height": 900})

    async def closes(self) -> None:
        for context in self._contexts:
            await context.close()
