"""What a provider tells the hub of its list counts above its link; a planned closure is called that; a pack whose order
alone differs is no change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.working_time import local_day
from kit import clock
from services.referral.actions import books as stocked
from services.referral.actions import capacity
from services.referral.domain.versions import differences
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.test_case_gate import Site, site
from tests.referral.test_directory_keeping import on
from tests.referral.test_life import RIVERBANK, a_rape_sent
from tests.referral.test_transfers import STILLWATER

__all__ = ["site"]
PAGE = f"/directory/capacity/{RIVERBANK}/told"


async def list_state(hub: Hub) -> str:
    async with hub.as_worker() as tx:
        return (await stocked.current(tx, BOOKS)).directory.by_id[RIVERBANK].list_state


@pytest.mark.service
async def test_what_a_provider_says_on_the_telephone_counts_above_the_answer_of_its_link(
    hub: Hub, browse: AsPersona
) -> None:
    now = clock.now()
    async with hub.as_worker() as tx:
        await capacity.answer(tx, BOOKS.directory.by_id[RIVERBANK], capacity.week_of(local_day(now)), "closed", now)
    assert await list_state(hub) == "closed"
    await (await browse("officer")).get(PAGE, 403)
    leader = await browse("leader")
    page = await leader.get("/directory/capacity")
    assert f"/directory/capacity/{RIVERBANK}/told" in page.html
    page = await leader.get(PAGE)
    page = await leader.submit("Write it down", 422)
    assert page.errors == ["Choose how the list stands", "Choose who said it"]
    far = on(local_day(now) + timedelta(days=400), "until")
    page = await leader.submit("Write it down", 422, state="open", said_by="provider_manager", **far)
    assert page.errors[0].startswith("The last day must be today or later")
    stale = await browse("leader")
    await stale.get(PAGE)
    soon = on(local_day(now) + timedelta(days=5), "until")
    page = await leader.submit("Write it down", state="open", said_by="provider_manager", **soon)
    assert "It is written down" in page.text and "then told to the hub" in page.text
    assert await list_state(hub) == "open"
    page = await stale.submit("Write it down", 409, state="closed", said_by="provider_worker")
    assert "It was said how this list stands since you opened this" in page.errors[0]
    who = await hub.value("select reason from kit.audit where action = 'capacity.told'")
    assert who == "provider_manager" and await hub.value("select said_by from contract_state") == who


@pytest.mark.service
async def test_a_changed_contract_says_that_the_providers_last_word_stands_above_it(
    hub: Hub, browse: AsPersona
) -> None:
    now = clock.now()
    async with hub.as_worker() as tx:
        await capacity.answer(tx, BOOKS.directory.by_id[RIVERBANK], capacity.week_of(local_day(now)), "closed", now)
    leader = await browse("leader")
    await leader.get(f"/directory/contracts/{RIVERBANK}/change")
    page = await leader.submit("See what would change", **on(local_day(now)))
    assert "Nothing: it stands so already" in page.text and "But its list stays “closed to new people”" in page.text
    assert "Enter this change" not in page.texts("button")
    await leader.get(f"/directory/contracts/{RIVERBANK}/change")
    page = await leader.submit("See what would change", list_state="open", **on(local_day(now)))
    page = await leader.submit("Enter this change")
    assert "But its list stays “closed to new people” until" in page.text


@pytest.mark.service
async def test_a_planned_closure_is_called_that_where_a_provider_is_chosen(hub: Hub, browse: AsPersona) -> None:
    sent = await a_rape_sent(hub)
    leader, today = await browse("leader"), local_day(clock.now())
    await leader.get(f"/directory/contracts/{RIVERBANK}/closures")
    closure = on(today, "first") | on(today + timedelta(days=3), "last")
    await leader.submit("Enter the closure", **closure)
    page = await leader.get(f"/cases/{sent.case}/referrals/{sent.referral}/contracts")
    assert "It is in a planned closure until" in page.text
    assert "Ask the provider to open its list" not in page.text


def test_a_pack_whose_order_alone_differs_is_no_change() -> None:
    contract = BOOKS.directory.by_id[STILLWATER]
    turned = replace(contract, pack=tuple(reversed(contract.pack)))
    assert differences(contract, turned) == []
    assert [one.field for one in differences(contract, replace(contract, pack=contract.pack[1:]))] == ["pack"]


@pytest.mark.service
@pytest.mark.browser
async def test_the_end_of_a_contract_and_what_is_told_by_telephone_pass_the_gate(site: Site, hub: Hub) -> None:
    await a_rape_sent(hub)
    gate, url, signed_in = site

    async def end(tab: object) -> None:
        for name, value in on(local_day(clock.now()), "last_day").items():
            await tab.locator(f"[name={name}]").fill(value)  # type: ignore[attr-defined]
        await tab.get_by_role("button", name="End it", exact=True).click()  # type: ignore[attr-defined]

    page = f"{url}/directory/contracts/{STILLWATER}"
    assert await gate.problems(page, signed_in=signed_in, act=end) == []
    assert await gate.problems(url + PAGE, signed_in=signed_in) == []
