"""Pages about people in a real browser: taking somebody in, and two records side by side."""

from typing import Any

import pytest
from playwright.async_api import Page as Tab

from tests.referral.conftest import Hub
from tests.referral.test_case_gate import Site, site  # noqa: F401
from tests.referral.test_same_person import person_of, two_records

pytestmark = [pytest.mark.service, pytest.mark.browser]
LOOKS = ((1280, True), (320, False))


async def passes(site: Site, path: str, act: Any = None) -> None:  # noqa: F811
    gate, url, signed_in = site
    assert await gate.problems(url + path, signed_in=signed_in, act=act, looks=LOOKS) == [], path


def through_the_look(number: str, *then: str) -> Any:
    async def way(tab: Tab) -> None:
        await tab.get_by_label("The person themselves").check()
        await tab.get_by_label("Or a telephone number").fill(number)
        for button in ("Look", *then):
            await tab.get_by_role("button", name=button, exact=True).click()
            await tab.wait_for_load_state("load")

    return way


async def test_taking_somebody_in_passes_the_gate(site: Site, hub: Hub) -> None:  # noqa: F811
    await two_records(hub)
    await passes(site, "/cases/new", through_the_look("07700 900321"))
    await passes(site, "/cases/new", through_the_look("07700 900555", "Go on", "Open the case"))


async def test_two_records_side_by_side_pass_the_gate(site: Site, hub: Hub) -> None:  # noqa: F811
    async def compare(tab: Tab) -> None:
        await tab.get_by_role("button", name="Compare the two").click()
        await tab.wait_for_load_state("load")

    async def press(tab: Tab) -> None:
        await tab.get_by_role("button", name="Show both names and details").click()
        await tab.get_by_role("button", name="Save the decision").click()
        await tab.wait_for_load_state("load")

    one, two = await two_records(hub)
    await passes(site, "/cases/same-people")
    await passes(site, f"/cases/{two}")
    await passes(site, f"/cases/{two}/same-person", compare)
    await passes(site, f"/cases/{two}/same-person/{await person_of(hub, one)}", press)
