"""Oversight, forecast, complaints, imports and replies in a real browser: axe, two widths, without JavaScript."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page as Tab

from contracts.identity import case_id, word_proof_kind
from kit import clock
from kit.database import Database
from kit.sealing import Sealer
from services.code_compliance.actions import complaining
from services.code_compliance.domain.entitlements import clock_id
from services.code_compliance.store import complaints
from tests.browser import cookie_of
from tests.builders import a_viewer
from tests.code_compliance.builders import CRIME, RULES, crime, reached
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import app_of, pools_of
from tests.code_compliance.test_complaints import sealer as sealer
from tests.code_compliance.test_forecast import a_clock_ends_soon
from tests.code_compliance.test_oversight import a_quarter
from tests.conftest import Databases
from tests.gate import Gate, address_of, cookies, free_socket, open_gate, served

pytestmark = [pytest.mark.service, pytest.mark.browser]
Site = tuple[Gate, str, Any]
TWO = ((1280, True), (320, False))
QUERY = "?period=2025-Q2&right=6&agency=police"
CASE = case_id(CRIME, "V1")
CLOCK = clock_id(CASE, "R6.suspect_arrested", "m5")
TOKEN = "a-token-that-is-random"
LINK = """
insert into own_rights_link (request_id, case_id, asked_at, asked_by, state, token_sha256, over_at, shows, complaint_id,
                             word_proof)
values ($1, $2, now(), $1, 'sent', $3, now() + interval '1 day', $4, $5, $6)
"""
COMPLAINT = f"/rights/complaints/{CRIME}"
EMPTY = (
    "/rights/oversight?period=2024-Q2",
    "/rights/oversight/right?period=2024-Q2&right=6",
    "/rights/oversight/months?period=2024-Q2",
    "/rights/forecast",
    "/rights/forecast/beside",
    "/rights/complaints",
    "/rights/complaints/numbers",
    "/rights/actions",
)
FULL = (
    "/rights/oversight?period=2025-Q2",
    f"/rights/oversight/right{QUERY}",
    f"/rights/oversight/split/sex{QUERY}",
    "/rights/oversight/areas?period=2025-Q2",
    f"/rights/oversight/list{QUERY}&state=breached",
    f"/rights/cases/{CASE}/receipt/{CLOCK}",
    f"/rights/cases/{CASE}/replies/{CLOCK}",
    f"/rights/cases/{CASE}/own-rights",
    "/rights/complaints",
    COMPLAINT,
    f"{COMPLAINT}/link",
    f"{COMPLAINT}/answer",
    "/rights/coverage/lines",
    "/rights/oversight/months?period=2025-Q2",
    "/rights/complaints/numbers",
)
WITH_ERRORS = {
    "/rights/complaints/new": "Take it in",
    f"{COMPLAINT}/answer": "Save",
    "/rights/imports": "Check the lines",
    "/rights/coverage/lines": "Enter",
    "/rights/actions": "Add the action",
}


@pytest.fixture
async def site(hub: Hub, name: str, databases: Databases, access: Database, sealer: Sealer) -> AsyncIterator[Site]:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    app = app_of(hub, databases, settings, await pools_of(databases, name), access, sealer)
    signed_in = cookies(settings, await cookie_of(access, "compliance"))
    async with served(app, sock), open_gate() as gate:
        yield gate, settings.public_url, signed_in


async def a_complaint(hub: Hub, sealer: Sealer) -> None:
    now = clock.now()
    held = complaining.new(CRIME, "police", "self", now, RULES, now, CASE)
    async with hub.database.begin() as tx:
        sealed = await complaining._sealed(sealer, CRIME, words="I was not told.\nNot once.")
        await complaints.add(tx, replace(held, danger=True), sealed.words, None)
        await complaints.link_clocks(tx, CRIME, CASE, [("R6.suspect_arrested", "m5")])


async def test_empty_pages_of_oversight_pass_the_gate(site: Site) -> None:
    gate, url, signed_in = site
    for path in EMPTY:
        assert await gate.problems(url + path, signed_in=signed_in, looks=TWO) == [], path


@pytest.mark.parametrize("paths", [FULL[:5], FULL[5:9], FULL[9:]], ids=["oversight", "clocks", "complaints"])
async def test_full_pages_of_oversight_pass_the_gate(
    hub: Hub, site: Site, sealer: Sealer, paths: tuple[str, ...]
) -> None:
    await a_quarter(hub)
    await a_complaint(hub, sealer)
    gate, url, signed_in = site
    for path in paths:
        assert await gate.problems(url + path, signed_in=signed_in, looks=TWO) == [], path


async def test_forms_of_oversight_with_errors_pass_the_gate(hub: Hub, site: Site, sealer: Sealer) -> None:
    await a_quarter(hub)
    await a_complaint(hub, sealer)
    gate, url, signed_in = site
    for path, button in WITH_ERRORS.items():

        async def send(tab: Tab, button: str = button) -> None:
            await tab.get_by_role("button", name=button, exact=True).click()

        assert await gate.problems(url + path, signed_in=signed_in, act=send, looks=((320, False),)) == [], path

    async def pass_on_too_late(tab: Tab) -> None:
        async with hub.database.begin() as tx:
            found = await complaints.load(tx, CRIME)
            assert found is not None
            await complaining.redirect(tx, a_viewer("compliance"), found[0], "HMCTS", RULES, clock.now())
        await tab.get_by_label("Whom is it passed on to?").select_option("CPS")
        await tab.get_by_role("button", name="Save", exact=True).click()
        await tab.get_by_text("This has changed since you opened the page").first.wait_for()

    where = f"{url}{COMPLAINT}/redirect"
    assert await gate.problems(where, signed_in=signed_in, act=pass_on_too_late, looks=((320, False),)) == []


async def test_a_forecast_with_a_clock_passes_the_gate(hub: Hub, site: Site) -> None:
    gate, url, signed_in = site
    await a_clock_ends_soon(hub)
    assert await gate.problems(f"{url}/rights/forecast", signed_in=signed_in, looks=TWO) == []


async def test_the_neutral_form_passes_the_gate(
    hub: Hub, name: str, databases: Databases, access: Database, sealer: Sealer
) -> None:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"neutral_url": address_of(sock)})
    app = app_of(hub, databases, settings, await pools_of(databases, name), access, sealer)

    async def send(tab: Tab) -> None:
        await tab.get_by_role("button", name="Send").click()

    async with served(app, sock), open_gate() as gate:
        assert await gate.problems(f"{settings.neutral_url}/tell-us", looks=TWO) == []
        assert await gate.problems(f"{settings.neutral_url}/tell-us", act=send, looks=TWO) == []
        for path in ("/yours", f"/yours/{TOKEN}"):
            assert await gate.problems(settings.neutral_url + path, looks=TWO) == [], path
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
        await a_complaint(hub, sealer)
        sealed = await complaining._sealed(sealer, CRIME, answer="You should have been told.\nWe are sorry.")
        sql = "update complaint set state = 'answered', answered_at = now(), answer = $1"
        await hub.database.pool.execute(sql, sealed.answer)
        which = ("anybody", "wrong", "rights", "reach", "acknowledgement", "answer")
        for (width, script), shows in [(look, shows) for look in TWO for shows in which]:  # a link opens once
            of = CRIME if shows in ("acknowledgement", "answer") else None
            request, shown = uuid4(), shows if of else "rights"
            proof = None if shows == "anybody" else sealer.blind(word_proof_kind(request), "heron")
            await hub.database.pool.execute(LINK, request, CASE, digest, shown, of, proof)

            async def go_on(tab: Tab) -> None:
                await tab.get_by_role("button", name="Continue").click()
                await tab.wait_for_url("**/yours/now")
                if shows != "anybody":  # noqa: B023
                    await tab.locator("#word").fill("heron" if shows != "wrong" else "grey")  # noqa: B023
                    await tab.get_by_role("button", name="Continue").click()
                    await tab.wait_for_load_state()
                if shows == "reach":  # noqa: B023
                    await tab.get_by_role("link", name="Say how, when or whether to reach you").click()
                    await send(tab)

            address = f"{settings.neutral_url}/yours/{TOKEN}"
            assert await gate.problems(address, act=go_on, looks=((width, script),)) == []
            await hub.database.pool.execute("delete from own_rights_link")
