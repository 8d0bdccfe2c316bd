"""Every page of the hub in a real browser: axe, two widths, without JavaScript, and triage by keyboard alone."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page as Tab

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import packing
from tests.browser import cookie_of
from tests.builders import a_crime, a_victim, an_event
from tests.conftest import Databases
from tests.gate import Gate, address_of, cookies, free_socket, open_gate, served
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, access_of, hub_app, triaged

pytestmark = [pytest.mark.service, pytest.mark.browser]
Site = tuple[Gate, str, Any]
IDVA = contract_id("harbour-lane-idva")


@pytest.fixture
async def site(hub: Hub, databases: Databases) -> AsyncIterator[Site]:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    access = await access_of(databases)
    signed_in = cookies(settings, await cookie_of(access, "leader"))
    async with served(hub_app(hub, settings, access), sock), open_gate() as gate:
        yield gate, settings.public_url, signed_in


def press(button: str) -> Any:
    """Presses a button of the page."""

    async def way(tab: Tab) -> None:
        await tab.get_by_role("button", name=button, exact=True).click()

    return way


async def passes(site: Site, path: str, button: str = "") -> None:
    gate, url, signed_in = site
    act = press(button) if button else None
    assert await gate.problems(url + path, signed_in=signed_in, act=act) == [], f"{path} {button}"


EMPTY = ["/", "/cases", "/cases?queue=nothing", "/cases/new", "/operations", "/cases/same-people", "/cases/agencies"]


TABS = (
    ("", ""),
    ("", "Show name and details"),
    ("/timeline", ""),
    ("/timeline?day=x", ""),
    ("/looked", ""),
    ("/referrals", ""),
    ("/referrals", "Open a referral"),
    ("/referrals/{referral}/steps/withdraw", "Withdraw"),
    ("/referrals/{referral}/contracts", ""),
    (f"/referrals/{{referral}}/contracts/{IDVA}", "Send"),
    ("/contact", ""),
    ("/contact", "Save"),
    ("/contact", "Record the attempt"),
)


async def test_pages_without_anything_pass_the_gate(site: Site) -> None:
    for path, button in (*((path, "") for path in EMPTY), ("/cases", "Find"), ("/cases/new", "Look")):
        await passes(site, path, button)


@pytest.mark.parametrize("tabs", [TABS[:5], TABS[5:9], TABS[9:]], ids=["case", "referrals", "contact"])
async def test_pages_of_a_case_pass_the_gate(site: Site, hub: Hub, tabs: tuple[tuple[str, str], ...]) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    for tab, button in tabs:
        await passes(site, f"/cases/{case}{tab.format(referral=referral)}", button)


async def test_a_queue_with_cases_passes_the_gate(site: Site, hub: Hub) -> None:
    await a_case(hub)
    await passes(site, "/cases")


async def test_a_case_for_which_a_provider_waits_passes_the_gate(site: Site, hub: Hub) -> None:
    case = await a_case(hub, a_crime(a_victim("V-1")))
    await hub.every(packing.freeze_automatic, clock.now())
    alert = "insert into alert (case_id, milestone_id, trigger, happened_at, received_at) values"
    await hub.rows(f"{alert} ($1, 'asks_for_care', 'asks_for_care', now(), now()) returning 1", case)
    async with site[0].look(f"{site[1]}/cases/{case}", signed_in=site[2]) as watched:
        assert await watched.page.get_by_role("button", name="I have looked at it").count() == 1
    await passes(site, f"/cases/{case}")


async def test_on_a_phone_without_javascript_danger_is_seen_before_the_parts_of_a_case_and_those_take_little_room(
    site: Site, hub: Hub
) -> None:
    case = await a_case(hub)
    alert = "insert into alert (case_id, milestone_id, trigger, happened_at, received_at) values"
    await hub.rows(f"{alert} ($1, 'unknown_step', 'unknown_step', now(), now()) returning 1", case)
    await hub.rows("update case_file set review_since = now() - interval '1 minute' returning 1")
    async with site[0].look(f"{site[1]}/cases/{case}", signed_in=site[2], width=320, script=False) as watched:
        told = await watched.page.get_by_text("somebody who may be a danger to this person may be free").bounding_box()
        parts = await watched.page.get_by_role("navigation", name="Parts of this case").bounding_box()
        main = await watched.page.get_by_role("navigation", name="Main").bounding_box()
    assert told is not None and parts is not None and main is not None
    assert told["y"] + told["height"] <= parts["y"], "the warning comes first"
    assert told["y"] < 800, "and is on the first screen"
    assert parts["height"] < 200 and main["height"] < 200, "nine links in a few lines"


@pytest.mark.parametrize("script", [True, False])
async def test_the_keyboard_goes_on_from_the_number_that_was_asked_for(site: Site, hub: Hub, script: bool) -> None:
    case = await a_case(hub, channels=[{"kind": "mobile", "value": "07700 900321", "safety": "safe"}])
    asked, to = press("Call the mobile: show its number"), f"{site[1]}/cases/{case}/contact"
    async with site[0].look(to, signed_in=site[2], width=320, script=script, act=asked) as watched:
        await watched.page.wait_for_url("**/contact/use#number")
        place = await watched.page.locator("#number").bounding_box()
        assert place is not None and 0 <= place["y"] < 900, "on the screen"
        if script:
            assert "07700 900321" in await watched.evaluate("document.activeElement.innerText"), "it is read out"
        await watched.page.keyboard.press("Tab")
        assert await watched.evaluate("document.activeElement.innerText") == "Somebody else answered: lock mobile"
        assert await watched.faults() == [] == watched.wrong


async def test_operations_with_something_set_aside_passes_the_gate(site: Site, hub: Hub) -> None:
    await hub.hears([an_event("police.crime.recorded.v1", {"crime_id": str(uuid4())})])
    await passes(site, "/operations")


async def test_triage_to_send_and_undo_by_keyboard_alone(site: Site, hub: Hub) -> None:
    gate, url, signed_in = site
    case = await a_case(hub)
    async with gate.look(f"{url}/cases/{case}/referrals", signed_in=signed_in) as watched:
        tab = watched.page

        async def to(words: str, key: str = "Enter") -> None:
            for _ in range(80):
                await tab.keyboard.press("Tab")
                said = await tab.evaluate("(document.activeElement.innerText || document.activeElement.value).trim()")
                if said.startswith(words):
                    await tab.keyboard.press(key)
                    await tab.wait_for_load_state("load")
                    return
            raise AssertionError(f"Tab never reaches '{words}'")

        await to("Triage this referral")
        await tab.get_by_text("You triaged the referral.").wait_for()
        await to("Choose a provider")
        await tab.wait_for_url("**/contracts")
        await to("See what would be sent")
        await tab.wait_for_url("**/contracts/*")
        await to("Choose\nThe provider assesses", "ArrowDown")
        await to("yes", "Space")
        await to("Send")
        await tab.wait_for_url("**/sent")
        await to("Undo")
        await tab.get_by_text("Undone. Nothing was sent.").wait_for()
        assert watched.wrong == []
