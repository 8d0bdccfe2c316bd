"""A canary goes all the way from the police to a provider's screen: in clear she is found nowhere else."""

import base64
import logging
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id, provider_id
from handrail.local import Servers
from handrail.local.users import seed
from kit.database import Database
from kit.web.app import Page
from services.referral.actions import opening, packing
from tests.browser import Browser, Seen, cookie_of
from tests.builders import NOON, Record, a_crime, a_detail, a_victim, recorded, snapshot, updated
from tests.canary import ADDRESS, DETAIL, EMAIL, NAMES, OFFICER, PHONE, WORDS, clear_in, tables_of
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import portal_app

pytestmark = pytest.mark.service


async def the_canary_is_sent(hub: Hub) -> UUID:
    """A theft of hers that the policy sends by itself, a later snapshot, and events that must park; her referral."""
    victim = a_victim("V-canary")
    crime = a_crime(victim)
    victim["sealed"] = hub.sealed(a_detail(**DETAIL), crime["crime_id"], "V-canary")
    crime["victims"] = [victim]
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    await hub.every(packing.freeze_automatic)
    await hub.hears([snapshot(updated(crime, risk_note=NAMES[0]))])
    await hub.hears(poison(hub))
    await hub.every(opening.open_arrivals)
    case = case_id(crime["crime_id"], "V-canary")
    return UUID(str(await hub.value("select referral_id from leg where case_id = $1", case)))


def poison(hub: Hub) -> list[Record]:
    """Events about her that cannot be applied: details that are not valid, for another person, and a broken crime."""
    strange, misplaced, broken = a_crime(a_victim("V-a")), a_crime(a_victim("V-b")), a_crime(a_victim("V-c"))
    bad: dict[str, Any] = {**DETAIL, "date_of_birth": NAMES[1], "channels": [{"kind": NAMES[0], "value": PHONE}]}
    free = {"kind": "mobile", "value": PHONE, "hours": f"after {NAMES[0]} is home", "days": NAMES[1]}
    bad["channels"].append(free)
    strange["victims"][0]["sealed"] = hub.sealed(a_detail(**bad), strange["crime_id"], "V-a")
    misplaced["victims"][0]["sealed"] = hub.sealed(a_detail(**DETAIL), uuid4(), "V-a")
    broken["victims"][0]["sealed"] = hub.sealed(a_detail(**DETAIL), broken["crime_id"], "V-c")
    broken["reported_at"] = "never"
    return recorded(strange, misplaced, broken)


async def general_worker(databases: Databases) -> tuple[Database, str]:
    """A worker of the provider of general support, signed in."""
    name = await databases.copy_of("access")
    owner = await databases.open(name, "access_migrate")
    someone = {"id": uuid4(), "subject": "general.worker", "name": "Alan Reed", "role": "hate.worker"}
    from contracts.reference import ROLES

    roles = {name: sorted(role.permissions) for name, role in ROLES.items()}
    await seed(owner, [{**someone, "organisation_id": provider_id("open-door")}], roles)
    access = await databases.open(name, "access_web")
    return access, await cookie_of(access, "general.worker")


async def test_in_clear_she_is_on_her_providers_screen_and_nowhere_else(
    hub: Hub,
    databases: Databases,
    servers: Servers,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    referral = await the_canary_is_sent(hub)
    access, cookie = await general_worker(databases)
    pages: list[Seen] = []
    app = portal_app(hub, hub.context.settings, access)
    async with Browser(app, hub.context.settings, cookie, private=WORDS) as browser:
        pages.append(await browser.get("/portal"))
        seen = await browser.get(f"/portal/referrals/{referral}")
        assert {*NAMES} <= clear_in([seen.html]) and PHONE not in seen.html, "how to reach her is shown once accepted"
        pages.append(await browser.submit("Accept"))
        assert {PHONE, EMAIL} <= clear_in([pages[-1].html]), "the canary is on the screen it is meant for"
        pages.append(await browser.submit("Record the attempt", channel="mobile", outcome="no_answer", sooner="danger"))
        pages.append(await browser.submit("Record the attempt", channel="mobile", outcome="someone_else_answered"))
    assert PHONE not in pages[-1].html, "a locked number is not shown"
    headers = [f"{name}: {value}" for page in pages for name, value in page.response.headers.items()]
    assert clear_in([*headers, *(str(page.response.url) for page in pages)]) == set()
    assert clear_in([pages[0].html]) == set()

    searched = 0
    for database in (hub.worker, access, hub.sealer._keys):
        tables = await tables_of(servers.superuser_dsn, str(await database.pool.fetchval("select current_database()")))
        assert {name: clear_in(rows) for name, rows in tables.items() if clear_in(rows)} == {}
        searched += sum(len(rows) for rows in tables.values())
        for name in ("kit.outbox", "kit.audit", "kit.parked", "public.person_sealed", "public.leg"):
            assert database is not hub.worker or tables[name], f"{name} holds something to search"
    assert searched > 50
    out = capfd.readouterr()
    assert clear_in([out.out, out.err, caplog.text]) == set()
    assert "request" in out.out + out.err + caplog.text, "the log was there to be searched"


def test_the_search_finds_every_shape_of_her() -> None:
    assert clear_in(["ZEPHYRINA"]) == {NAMES[0]}
    assert clear_in([r"\x" + "xx" + PHONE.encode().hex()]) == {PHONE}
    for longer in (OFFICER, f"x{OFFICER} and more", f"by {OFFICER}", f"The {OFFICER}"):
        assert clear_in([base64.b64encode(longer.encode()).decode()]) == {OFFICER}
    assert clear_in(["/cases?sought=77+Canary+Wharfside"]) == {ADDRESS[0]}
    assert clear_in([str(NOON), Page.__name__]) == set()
