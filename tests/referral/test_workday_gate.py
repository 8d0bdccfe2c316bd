"""The pages of the working day in a real browser: axe, two widths, without JavaScript; what the script adds."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Page as Tab

from contracts.identity import persona_id
from kit import clock
from services.referral.actions import noticing
from services.referral.store import tasks
from services.referral.store.tasks import Task
from tests.browser import cookie_of
from tests.builders import a_crime
from tests.conftest import Databases
from tests.gate import Gate, address_of, cookies, free_socket, open_gate, served
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, access_of, hub_app
from tests.referral.test_case_gate import passes, press
from tests.referral.test_clock_notices import warned
from tests.referral.test_mailing import asked, send
from tests.referral.test_no_case import told

pytestmark = [pytest.mark.service, pytest.mark.browser]
Site = tuple[Gate, str, Any]


@pytest.fixture
async def site(hub: Hub, databases: Databases) -> AsyncIterator[Site]:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    access = await access_of(databases)
    signed_in = cookies(settings, await cookie_of(access, "leader"))
    async with served(hub_app(hub, settings, access), sock), open_gate() as gate:
        yield gate, settings.public_url, signed_in


async def test_notes_pass_the_gate_and_a_draft_saves_itself_while_somebody_types(site: Site, hub: Hub) -> None:
    gate, url, signed_in = site
    case, draft = await a_case(hub), uuid4()
    await passes(site, f"/cases/{case}/notes")
    await passes(site, f"/cases/{case}/drafts/{uuid4()}", "Add the note")
    async with gate.look(f"{url}/cases/{case}/drafts/{draft}", signed_in=signed_in) as watched:
        await watched.page.get_by_label("Note", exact=True).fill("Half a thought")
        await watched.page.get_by_text("Draft saved.").wait_for()
        assert watched.wrong == []
    assert await hub.value("select version from draft where draft_id = $1", draft) == 1
    async with gate.look(f"{url}/cases/{case}/drafts/{draft}", signed_in=signed_in) as watched:
        assert await watched.page.get_by_label("Note", exact=True).input_value() == "Half a thought"
        await watched.page.get_by_role("button", name="Add the note").click()
        await watched.page.get_by_text("The note was added.").wait_for()
    await passes(site, f"/cases/{case}/notes")


async def test_the_working_day_passes_the_gate(site: Site, hub: Hub) -> None:
    case, task = await a_case(hub), uuid4()
    async with hub.as_worker() as tx:
        await tasks.add(tx, [Task(task, "review_risk", clock.now(), clock.now(), case_id=case)])
    leader, crime = persona_id("leader"), a_crime()
    await hub.hears([told(crime, "suspect_released_on_police_bail")])
    alert = await hub.value("select task_id from task where crime_id = $1", UUID(crime["crime_id"]))
    await passes(site, f"/cases/tasks/{alert}", "Close the task")
    await passes(site, "/cases/tasks?whose=mine")
    await passes(site, f"/cases/tasks/{task}", "Close the task")
    await passes(site, f"/cases/{case}/assign", "Give the case")
    gate, url, signed_in = site
    async with gate.look(f"{url}/cases/{case}", signed_in=signed_in, act=press("Take this case")) as watched:
        await watched.page.get_by_text("You look after this case now.").wait_for()
    await passes(site, "/cases/tasks")
    await passes(site, "/cases?queue=mine&sort=oldest")
    await passes(site, "/cases", "Allocate")
    await passes(site, "/cases/team")
    await passes(site, f"/cases/team/{leader}", "Enter the leave")
    await passes(site, f"/cases/team/{persona_id('officer')}/move", "Move them all")
    await passes(site, f"/cases/team/{leader}/move")


async def test_the_outbox_passes_the_gate(site: Site, hub: Hub) -> None:
    await passes(site, "/operations/outbox")
    await asked(hub)
    await send(hub)
    gate, url, signed_in = site
    await passes(site, "/operations/outbox")
    found = await gate.problems(
        f"{url}/operations/outbox", signed_in=signed_in, act=lambda tab: tab.get_by_role("button", name="Show").click()
    )
    assert found == []


async def test_notices_settings_paper_and_downtime_pass_the_gate(site: Site, hub: Hub) -> None:
    gate, url, signed_in = site
    await passes(site, "/cases/notices")
    case = await a_case(hub)
    await hub.every(noticing.notice, clock.now())
    await hub.hears([warned(case)])
    await passes(site, "/cases/notices")
    await passes(site, "/cases/settings")
    await passes(site, "/cases/downtime", "Make the sheet")
    await passes(site, f"/cases/{case}/print", "Show the page to print")

    async def chosen(tab: Tab) -> None:
        for part in ("Name and details", "What we know", "Tasks", "Notes", "Timeline"):
            await tab.get_by_label(part).check()
        await tab.get_by_label("For a visit").check()
        await tab.get_by_role("button", name="Show the page to print").click()

    assert await gate.problems(f"{url}/cases/{case}/print", signed_in=signed_in, act=chosen) == []


async def test_single_keys_lead_somewhere_until_they_are_switched_off_and_escape_hides_names(
    site: Site, hub: Hub
) -> None:
    gate, url, signed_in = site
    case = await a_case(hub)
    async with gate.look(f"{url}/cases", signed_in=signed_in) as watched:
        tab = watched.page
        await tab.keyboard.press("/")
        assert await tab.evaluate("document.activeElement.name") == "sought"
        await tab.keyboard.press("o")
        assert await tab.get_by_label("Find a case").input_value() == "o"
        await tab.locator("h1").click()
        await tab.keyboard.press("o")
        await tab.wait_for_url("**/cases/tasks")
        await tab.goto(f"{url}/cases/settings")
        await tab.get_by_label("No: I use speech input").check()
        await tab.get_by_role("button", name="Save").click()
        await tab.get_by_text("Saved.").wait_for()
        await tab.goto(f"{url}/cases")
        await tab.keyboard.press("o")
        await tab.goto(f"{url}/cases/{case}")
        await tab.get_by_role("button", name="Show name and details").click()
        await tab.get_by_role("button", name="Hide", exact=True).click()
        blurred = "getComputedStyle(document.querySelector('[data-private]')).filter"
        assert "blur" in await tab.evaluate(blurred)
        await tab.get_by_role("button", name="Hold or press to show").click()
        assert await tab.evaluate(blurred) == "none"
        await tab.keyboard.press("Escape")
        assert "blur" in await tab.evaluate(blurred) and await tab.title() == "Handrail"
        await tab.mouse.move(50, 50)
        assert await tab.evaluate(blurred) == "none" and (await tab.title()).startswith("Case ")
        assert watched.wrong == []
