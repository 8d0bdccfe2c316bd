"""Referrals on their way to providers, and the portal over them as signed-in people see it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from starlette.applications import Starlette

from contracts.addresses import PATHS
from contracts.identity import case_id, contract_id
from contracts.working_time import local_day
from kit.config import Settings
from kit.database import Database
from kit.web.app import Link, make_app
from services.referral import provider_portal, stale_steps
from services.referral.__main__ import HERE
from services.referral.actions import consenting, fitting, opening, packing, referring
from services.referral.store import exceptions, referrals
from services.referral.store.consent import Consent
from tests.browser import Browser, cookie_of
from tests.builders import NOON, a_crime, a_detail, a_domestic_crime, a_viewer, recorded
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub

LATER = NOON + timedelta(seconds=11)
AsPersona = Callable[[str], Awaitable[Browser]]
HOURLY = """
insert into appointment (appointment_id, leg_id, case_id, provider_id, starts_at, way, state, booked_at, booked_by)
select gen_random_uuid(), leg_id, case_id, provider_id, starts_at + n * interval '1 hour', way, state, booked_at,
       booked_by
  from appointment, generate_series(1, 25) n
"""
"""A page of appointments more for each that there is, an hour apart."""


@dataclass(frozen=True)
class Sent:
    """A referral that left for one contract."""

    case: UUID
    person: UUID
    referral: UUID
    leg: UUID

    @property
    def page(self) -> str:
        return f"/portal/referrals/{self.referral}"


async def excepted(hub: Hub, case: UUID, contract: UUID) -> None:
    """Lets a case go to a contract that would not take the person, where a test asks something else of it."""
    officer = a_viewer()
    async with hub.looks(officer) as tx:
        _, rules = (await fitting.not_taken(tx, [case], BOOKS.directory.by_id[contract], local_day(NOON)))[case]
        for one in rules:
            about = (uuid4(), case, contract, one.rule, "provider_manager", officer.user_id, officer.role, NOON)
            await exceptions.add(tx, exceptions.ContractException(*about))


async def a_referral_sent(
    hub: Hub,
    contract: str = "harbour-lane-idva",
    crime: dict[str, Any] | None = None,
    scope: tuple[str, ...] = (),
    **detail: Any,
) -> Sent:
    """A case at high risk (or another crime) whose details are open, agreed to by the person (`scope`: to be shared
    these fields, and no more) and sent to a contract."""
    crime = crime or a_domestic_crime()
    victim = crime["victims"][0]
    victim["sealed"] = hub.sealed(a_detail(**detail), crime["crime_id"], victim["victim_ref"])
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    case = case_id(crime["crime_id"], victim["victim_ref"])
    person = await hub.value("select person_id from case_file where case_id = $1", case)
    to, officer = contract_id(contract), a_viewer()
    line = BOOKS.directory.by_id[to].line
    asked = "select referral_id, state from referral where case_id = $1 and line = $2"
    [referral] = await hub.rows(asked, case, line)
    await excepted(hub, case, to)
    async with hub.looks(officer) as tx:
        if referral["state"] == "received":
            await referring.triage(tx, officer, referral["referral_id"], NOON)
        agreed = Consent(uuid4(), person, case, "support", "self", NOON, contract_id=to, how="mobile", scope=scope)
        await consenting.record(tx, officer, agreed, NOON)
        leg = await referring.send(tx, officer, referral["referral_id"], to, BOOKS, hub.sealer, NOON)
    await hub.every(referring.release, LATER)
    return Sent(case, person, referral["referral_id"], leg.leg_id)


async def a_referral_sent_by_policy(hub: Hub, crime: dict[str, Any] | None = None, **detail: Any) -> Sent:
    """A theft (or another crime) that the policy sent by itself, its pack frozen when the details were open."""
    crime = crime or a_crime()
    victim = crime["victims"][0]
    victim["sealed"] = hub.sealed(a_detail(**detail), crime["crime_id"], victim["victim_ref"])
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    await hub.every(packing.freeze_automatic)
    case = case_id(crime["crime_id"], victim["victim_ref"])
    [leg] = await hub.rows("select case_id, person_id, referral_id, leg_id from leg where case_id = $1", case)
    return Sent(*leg.values())


async def shown(hub: Hub, referral: UUID) -> dict[str, str]:
    """The mark that a page of this referral gives its forms now, for tests that send them without looking."""
    async with hub.as_worker() as tx:
        held = await referrals.get(tx, referral)
    assert held is not None
    return {"stood": stale_steps.stood(held)}


def an_end(**changes: str) -> dict[str, str]:
    """What the end of support asks of a worker, but for the reason."""
    said = {f"outcome-VFS{n}": "better" for n in range(1, 5)}
    return said | {"next_step": "come_back", "feedback_wanted": "no"} | changes


def a_need(level: str = "3", **changes: str) -> dict[str, str]:
    """What an assessment at the end asks: the same answer for every area but those that are given."""
    domains = BOOKS.support.domains
    return {f"need-{code}": changes.get(code, level) for code in domains}


def portal_app(hub: Hub, settings: Settings, access: Database) -> Starlette:
    """The portal's pages alone."""
    return make_app(
        "referral",
        settings,
        provider_portal.pages(hub.context),
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
async def portal_of(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    """`async with portal_of(hub, databases) as browse: page = await (await browse("idva.worker")).get("/portal")`."""
    access = await access_of(databases)
    app = portal_app(hub, hub.context.settings, access)
    opened: list[Browser] = []

    async def browse(persona: str) -> Browser:
        browser = Browser(app, hub.context.settings, await cookie_of(access, persona), private=("Testperson",))
        opened.append(browser)
        return browser

    yield browse
    for browser in opened:
        await browser.__aexit__(None, None, None)
