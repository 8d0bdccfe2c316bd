"""Every page of the Code in a real browser: axe, two widths, without JavaScript."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page as Tab

from contracts.identity import case_id
from kit.database import Database
from kit.web.app import make_app
from services.code_compliance.__main__ import SERVICE
from services.code_compliance.domain.entitlements import clock_id
from tests.browser import cookie_of
from tests.code_compliance.builders import CRIME, crime, given, reached, victim
from tests.code_compliance.hub import Hub
from tests.conftest import Databases
from tests.gate import Gate, address_of, cookies, free_socket, open_gate, served

pytestmark = [pytest.mark.service, pytest.mark.browser]
Site = tuple[Gate, str, Any]
CASE = case_id(CRIME, "V1")
PAUSES = f"/rights/cases/{CASE}/pauses/{clock_id(CASE, 'R6.suspect_arrested', 'm1')}"
PAUSED = f"/rights/cases/{CASE}/pauses/{clock_id(CASE, 'R6.suspect_arrested', 'm3')}"
PAUSE = """
insert into pause (pause_id, case_id, entitlement, occurrence, paused_from, reason_code, entered_by, entered_at,
                   expected_end)
values ($1, $1, 'R6.suspect_arrested', 'm3', '2025-06-04', 'person_in_hospital', $1, now(), now() + interval '1 day')
"""
ENTERED = [f"/rights/cases/{CASE}/{what}" for what in ("happenings", "interval", "enhanced")]
FORM = f"/rights/cases/{CASE}/evidence/{clock_id(CASE, 'R6.suspect_arrested', 'm1')}"


@pytest.fixture
async def site(hub: Hub, name: str, databases: Databases, access: Database) -> AsyncIterator[Site]:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    app = make_app(
        "code_compliance",
        settings,
        SERVICE.pages(hub.context),
        databases={"hub": await databases.open(name, "code_compliance_hub")},
        templates=SERVICE.templates or (),
        access=access,
        navigation=SERVICE.navigation,
    )
    signed_in = cookies(settings, await cookie_of(access, "compliance"))
    async with served(app, sock), open_gate() as gate:
        yield gate, settings.public_url, signed_in


async def a_case_with_everything(hub: Hub) -> None:
    await hub.hear(
        crime(offence_code="8N", flags=["domestic_abuse"], victims=[victim(vulnerabilities=["intimidated"])]),
        *(reached("suspect_arrested", "2025-06-03 09:00", f"m{n}") for n in range(1, 30)),
        reached("sentence_passed", "2025-07-01 09:00", "s1", details={"sentence_months": 20}),
        reached("vcs_referral_received", "2025-07-03 09:00", "s2"),
        given("R6.suspect_arrested", "2025-06-04 12:00", milestone_id="m2", channel="letter"),
        given("R9.sentence", "2025-07-04 12:00", "n2", outcome="unable", reason_code="no_answer"),
    )
    await hub.now_is("2025-08-01 09:00")
    await hub.database.pool.execute(PAUSE, CASE)


EMPTY = (
    "/rights",
    "/rights/coverage",
    "/rights/catalogue",
    "/rights/catalogue/compare",
    "/rights/clocks?right=6&agency=police&state=met",
)
FULL = (
    "/rights",
    "/rights/clocks?right=6&agency=police&state=breached&page=2",
    f"/rights/cases/{CASE}",
    FORM,
    PAUSES,
    PAUSED,
    *ENTERED,
)


async def test_pages_without_anything_pass_the_gate(site: Site) -> None:
    gate, url, signed_in = site
    for path in EMPTY:
        assert await gate.problems(url + path, signed_in=signed_in) == [], path


@pytest.mark.parametrize("paths", [FULL[:3], FULL[3:6], FULL[6:]], ids=["case", "forms", "entered"])
async def test_full_pages_pass_the_gate(hub: Hub, site: Site, paths: tuple[str, ...]) -> None:
    await a_case_with_everything(hub)
    gate, url, signed_in = site
    for path in paths:
        assert await gate.problems(url + path, signed_in=signed_in) == [], path


async def test_a_form_with_errors_and_a_page_that_is_not_there_pass_the_gate(hub: Hub, site: Site) -> None:
    await a_case_with_everything(hub)
    gate, url, signed_in = site

    async def send(tab: Tab) -> None:
        await tab.get_by_role("button", name="Add the evidence").click()

    assert await gate.problems(url + FORM, signed_in=signed_in, act=send) == []
    assert await gate.problems(f"{url}/rights/cases/{CRIME}", signed_in=signed_in) == []
