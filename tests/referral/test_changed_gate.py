"""Pages that changed while somebody had them open, and what stands on a page for a while, in a real browser: the 409s
of the hub and the portal, the ten seconds in which a send is undone, drafts, a second report, details that closed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page as Tab

from contracts.addresses import PATHS
from contracts.identity import contract_id
from contracts.working_time import local_day
from kit import clock
from kit.web.app import Link, make_app
from services.referral import case_ui, directory_ui, provider_portal
from services.referral.__main__ import HERE
from services.referral.actions import allocating, contacting, contracting, noting, providing, referring
from services.referral.domain.entries import entry_of
from services.referral.store import cases, workers
from services.referral.store.workers import Known
from tests.browser import cookie_of
from tests.builders import a_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.gate import Gate, address_of, cookies, free_socket, open_gate, served
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, access_of, triaged
from tests.referral.portal import LATER, a_referral_sent
from tests.referral.test_actions import agrees
from tests.referral.test_actions import send as send_to
from tests.referral.test_ended import a_referral_ended
from tests.referral.test_life import RIVERBANK, a_rape_sent
from tests.referral.test_portal_manager import a_quarter_that_is_over

pytestmark = [pytest.mark.service, pytest.mark.browser]
Meanwhile = Callable[[], Awaitable[object]]
ONCE, PLAIN = ((1280, True), (320, True)), ((1280, False), (320, False))
"""One opening of the page, with JavaScript and without: what changes meanwhile changes once."""
IDVA, GENERAL = contract_id("harbour-lane-idva"), contract_id("open-door-birmingham-solihull")
OFFICER, LEADER, WORKER = a_viewer(), a_viewer("leader"), a_viewer("idva.worker")


class Site:
    """The hub and the portal in one browser, as any persona."""

    def __init__(self, gate: Gate, url: str, known: dict[str, list[Any]]) -> None:
        self._gate, self._url, self._known = gate, url, known

    async def passes(
        self,
        persona: str,
        path: str,
        button: str = "",
        says: str = "",
        *,
        meanwhile: Meanwhile | None = None,
        looks: tuple[tuple[int, bool], ...] = ONCE,
        each: str = "",
        given: Mapping[str, str] | None = None,
        **answers: str,
    ) -> None:
        """Opens a page; while it is open something happens, then it is filled in and buttons or links are pressed; what
        comes has the words `says` and passes the gate."""

        async def act(tab: Tab) -> None:
            if meanwhile is not None:
                await meanwhile()
            for name, value in (answers | dict(given or {})).items():
                held = tab.locator(f"[name='{name}']:not([type='hidden'])")
                if await held.first.get_attribute("type") in ("radio", "checkbox"):
                    await tab.locator(f"[name='{name}'][value='{value}']:not([type='hidden'])").check()
                elif await held.first.evaluate("field => field.tagName") == "SELECT":
                    await held.first.select_option(value)
                else:
                    await held.first.fill(value)
            for number in await tab.locator("input[inputmode]").all() if each else ():
                await number.fill(each)
            for name in button.split(" > ") if button else ():
                found = tab.get_by_role("button", name=name, exact=True).or_(tab.get_by_role("link", name=name))
                await found.first.click()
                await tab.wait_for_load_state("load")
            await tab.get_by_text(says).first.wait_for()

        found = await self._gate.problems(self._url + path, signed_in=self._known[persona], act=act, looks=looks)
        assert found == [], f"{persona} {path} {button}"


@pytest.fixture
async def site(hub: Hub, databases: Databases) -> AsyncIterator[Site]:
    access, sock = await access_of(databases), free_socket()
    settings = hub.context.settings.model_copy(update={"public_url": address_of(sock)})
    app = make_app(
        "referral",
        settings,
        [*case_ui.pages(hub.context), *directory_ui.pages(hub.context), *provider_portal.pages(hub.context)],
        databases={"hub": hub.hub, "portal": hub.portal},
        templates=HERE / "templates",
        access=access,
        sealer=hub.sealer,
        navigation=[Link(p.label, p.prefix, p.permission) for p in PATHS if p.label],
    )
    names = ("officer", "leader", "idva.worker", "provider.manager")
    known = {name: cookies(settings, await cookie_of(access, name)) for name in names}
    async with served(app, sock), open_gate() as gate:
        yield Site(gate, settings.public_url, known)


async def test_pages_of_the_hub_that_changed_meanwhile_pass_the_gate(site: Site, hub: Hub) -> None:
    case, sent = await a_case(hub), await a_referral_sent(hub)
    draft = uuid4()

    async def lock() -> None:
        async with hub.looks(LEADER) as tx:
            await contacting.lock_channel(tx, LEADER, case, "mobile", "someone_else_answered", clock.now())

    async def accept() -> None:
        async with hub.looks(WORKER) as tx:
            await providing.accept(tx, WORKER, sent.referral, LATER)

    async def write() -> None:
        async with hub.looks(OFFICER) as tx:
            held = await cases.get(tx, case)
            assert held is not None
            other = noting.Written("Rang the ward from the other tab")
            await noting.save_draft(tx, OFFICER, hub.sealer, held, draft, 0, other, clock.now())

    async def give() -> None:
        async with hub.looks(LEADER) as tx:
            await workers.meet(tx, [Known(LEADER.user_id, LEADER.name, LEADER.role)], clock.now())
            await allocating.assign(tx, LEADER, uuid4(), case, LEADER.user_id, None, "knew_before", clock.now())

    await site.passes(
        "officer", f"/cases/{case}/contact", "Save", "Mobile has changed", meanwhile=lock,
        which="mobile", safety="safe", spoke="yes",
    )  # fmt: skip
    withdraw = f"/cases/{sent.case}/referrals/{sent.referral}/steps/withdraw"
    await site.passes("officer", withdraw, "Withdraw", "It stands now", meanwhile=accept, reason_code="duplicate")
    note, words = f"/cases/{case}/drafts/{draft}", "This note is open somewhere else"
    await site.passes("officer", note, "Save the draft", words, meanwhile=write, looks=PLAIN, text="Rang the ward")
    await site.passes("officer", f"/cases/{case}", "Take this case", "has changed", meanwhile=give)


async def test_sends_transfers_and_contracts_that_changed_meanwhile_pass_the_gate(site: Site, hub: Hub) -> None:
    case, raped = await a_case(hub), await a_rape_sent(hub)
    check = f"/cases/{case}/referrals/{(referral := await triaged(hub, case))}/contracts/{IDVA}"

    async def know() -> None:
        await hub.worker.pool.execute("update case_file set language = 'pl' where case_id = $1", case)

    async def send() -> None:
        await agrees(hub, case)
        await send_to(hub, referral)

    async def accept() -> None:
        await hub.worker.pool.execute("update referral set state = 'accepted' where referral_id = $1", raped.referral)

    async def change() -> None:
        at, held = clock.now(), BOOKS.directory.by_id[GENERAL]
        entry = entry_of(replace(held, title="Help for all", pack=held.pack[:3]))
        async with hub.looks(LEADER) as tx:
            await contracting.enter(tx, LEADER, BOOKS, entry, local_day(at), uuid4(), at, kind="changed", seen="")

    await hub.worker.pool.execute("update case_file set language = '' where case_id = $1", case)
    yes = {"agreed": "yes", "unassessed": "urgent"}
    await site.passes("leader", check, "Send", "it would also be given", meanwhile=know, given=yes)
    await site.passes("leader", check, "Send", "See how it stands now", meanwhile=send, given=yes)
    transfer = f"/cases/{raped.case}/referrals/{raped.referral}/transfer"
    over = {"contract": str(RIVERBANK), "reason_code": "another_provider", "agreed": "yes"}
    await site.passes("officer", transfer, "Transfer", "It stands now", meanwhile=accept, given=over)
    tomorrow = local_day(clock.now()) + timedelta(days=1)
    day = {f"effective_from-{part}": str(getattr(tomorrow, part)) for part in ("day", "month", "year")}
    path, buttons = f"/directory/contracts/{GENERAL}/change", "See what would change > Enter this change"
    await site.passes("leader", path, buttons, "A change was entered", meanwhile=change, given=day | {"title": "Help"})


async def test_pages_of_a_provider_that_changed_meanwhile_pass_the_gate(site: Site, hub: Hub) -> None:
    sent = await a_referral_sent(hub)

    async def accept() -> None:
        async with hub.looks(WORKER) as tx:
            await providing.accept(tx, WORKER, sent.referral, LATER)

    async def end() -> None:
        async with hub.looks(OFFICER) as tx:
            await referring.step(tx, OFFICER, sent.referral, "withdraw", LATER, reason_code="duplicate")

    await site.passes(
        "provider.manager", f"{sent.page}/steps/decline", "Decline", "It stands now", meanwhile=accept,
        reason_code="capacity",
    )  # fmt: skip
    await site.passes(
        "idva.worker",
        sent.page,
        "Record the attempt",
        "kept all the same",
        meanwhile=end,
        channel="mobile",
        outcome="spoke",
    )
    closed = await a_referral_ended(hub)
    await site.passes("idva.worker", closed.page, says="Support has ended")
    period = await a_quarter_that_is_over(hub)
    posts = f"/portal/returns/{period}/posts"
    await site.passes("provider.manager", posts, "Save", "Posts and spend were saved", looks=PLAIN[:1], each="1")

    async def another() -> None:
        await hub.worker.pool.execute("update leg set decline_reason = 'conflict' where decline_reason is not null")

    await site.passes(
        "provider.manager", f"/portal/returns/{period}/sign", "Sign the return", "Figures have changed",
        meanwhile=another, checked="yes",
    )  # fmt: skip


async def test_what_stands_on_a_page_for_a_while_passes_the_gate(site: Site, hub: Hub) -> None:
    case = await a_case(hub)
    check = f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}"
    await site.passes("officer", check, "Save and come back later", "Send to a provider", unassessed="urgent")
    await site.passes("officer", "/cases/work", "Send to a provider", "You opened this from a draft")
    await site.passes("officer", check, "Send", "Until then nothing has left", unassessed="urgent", agreed="yes")
    for hours in (24 * 500, 2, 1):
        reported = await a_case(hub, a_crime(a_victim("V-again")), clock.now() - timedelta(hours=hours))
    await site.passes("officer", f"/cases/{reported}", says="Known from before")
    await site.passes("officer", f"/cases/{reported}/timeline")
