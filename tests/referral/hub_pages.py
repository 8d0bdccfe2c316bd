"""The hub's pages over real databases, as signed-in people see them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.applications import Starlette

from contracts.addresses import PATHS
from contracts.identity import case_id
from kit import clock
from kit.config import Settings
from kit.database import Database
from kit.web.app import Link, make_app
from services.referral import case_ui, directory_ui
from services.referral.__main__ import HERE
from services.referral.actions import opening, referring
from tests.browser import Browser, cookie_of
from tests.builders import a_detail, a_domestic_crime, a_viewer, recorded
from tests.conftest import Databases
from tests.referral.conftest import Hub

AsPersona = Callable[[str | None], Awaitable[Browser]]
NAMES = ("Wilhelmina", "Testperson")
ANOTHER: dict[str, Any] = {
    "given_names": "Ottoline",
    "family_name": "Sampleson",
    "date_of_birth": "1950-01-01",
    "channels": [{"kind": "mobile", "value": "07700 900399", "safety": "safe", "voicemail": False}],
}
"""Details of somebody who is taken for nobody else."""


def hub_app(hub: Hub, settings: Settings, access: Database) -> Starlette:
    """The hub's pages alone."""
    return make_app(
        "referral",
        settings,
        [*case_ui.pages(hub.context), *directory_ui.pages(hub.context)],
        databases={"hub": hub.hub, "portal": hub.portal},
        templates=HERE / "templates",
        access=access,
        sealer=hub.sealer,
        navigation=[Link(p.label, p.prefix, p.permission) for p in PATHS if p.label],
    )


async def access_of(databases: Databases) -> Database:
    """A database of sessions with every persona."""
    name = await databases.copy_of("access")
    return await databases.open(name, "access_web")


@asynccontextmanager
async def hub_pages(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    """`async with hub_pages(hub, databases) as browse: page = await (await browse("officer")).get("/cases")`."""
    access = await access_of(databases)
    app = hub_app(hub, hub.context.settings, access)
    opened: list[Browser] = []

    async def browse(persona: str | None) -> Browser:
        cookie = await cookie_of(access, persona) if persona else None
        opened.append(Browser(app, hub.context.settings, cookie, private=NAMES))
        return opened[-1]

    yield browse
    for browser in opened:
        await browser.__aexit__(None, None, None)


async def a_case(
    hub: Hub,
    crime: dict[str, Any] | None = None,
    at: datetime | None = None,
    source: str = "tests",
    **detail: Any,
) -> UUID:
    """A case heard an hour ago (at high risk, when no crime is given), its details open."""
    at = at or clock.now() - timedelta(hours=1)
    crime = crime or a_domestic_crime()
    crime |= {"reported_at": at.isoformat(), "recorded_at": at.isoformat()}
    victim = crime["victims"][0]
    victim["sealed"] = hub.sealed(a_detail(**detail), crime["crime_id"], victim["victim_ref"])
    await hub.hears(recorded(crime, at=at, source=source))
    await hub.every(opening.open_arrivals, at)
    return case_id(crime["crime_id"], victim["victim_ref"])


async def referral_of(hub: Hub, case: UUID, line: str = "idva") -> UUID:
    """The case's referral to a line."""
    found: UUID = await hub.value("select referral_id from referral where case_id = $1 and line = $2", case, line)
    return found


async def triaged(hub: Hub, case: UUID, line: str = "idva") -> UUID:
    """The case's referral to a line, triaged."""
    referral = await referral_of(hub, case, line)
    async with hub.looks(a_viewer()) as tx:
        await referring.triage(tx, a_viewer(), referral, clock.now())
    return referral


def day_fields(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
