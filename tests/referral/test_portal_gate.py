"""Every page of the portal in a real browser: axe, two widths, without JavaScript; its error and empty states too."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page as Tab

from contracts.identity import contract_id, provider_id
from contracts.justice import MilestoneReached
from services.referral.actions import leg_links, providing, supporting
from services.referral.domain.monitoring import Line, write
from services.referral.domain.performance import quarters_until
from services.referral.domain.support import Answer
from services.referral.store import monitoring
from services.referral.store.appointments import Appointment
from services.referral.store.monitoring import Signed
from services.referral.store.support import Assessment
from tests.browser import cookie_of
from tests.builders import NOON, a_viewer, an_event
from tests.conftest import Databases
from tests.gate import Gate, address_of, cookies, free_socket, open_gate, served
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import HOURLY, LATER, Sent, a_referral_sent, access_of, portal_app
from tests.referral.test_no_at_the_leg import tries

pytestmark = [pytest.mark.service, pytest.mark.browser]

Way = Callable[[Tab], Awaitable[object]]
Look = Callable[[str, "Way | None"], Awaitable[list[str]]]


@pytest.fixture
async def site(hub: Hub, databases: Databases) -> AsyncIterator[tuple[Gate, str, list[Any], list[Any]]]:
    access, sock = await access_of(databases), free_socket()
    settings = hub.context.settings.model_copy(update={"public_url": address_of(sock)})
    manager = cookies(settings, await cookie_of(access, "provider.manager"))
    nobody = cookies(settings, await cookie_of(access, "isva.worker"))
    async with served(portal_app(hub, settings, access), sock), open_gate() as gate:
        yield gate, settings.public_url, manager, nobody


@pytest.fixture
async def office(hub: Hub, databases: Databases) -> AsyncIterator[tuple[Gate, str, dict[str, list[Any]]]]:
    """Signed in as those who are no provider."""
    access, sock = await access_of(databases), free_socket()
    settings = hub.context.settings.model_copy(update={"public_url": address_of(sock)})
    known = {name: cookies(settings, await cookie_of(access, name)) for name in ("analyst", "officer")}
    async with served(portal_app(hub, settings, access), sock), open_gate() as gate:
        yield gate, settings.public_url, known


def press(name: str) -> Way:
    async def way(tab: Tab) -> None:
        await tab.get_by_role("button", name=name, exact=True).click()

    return way


async def paste_wrongly(tab: Tab) -> None:
    await tab.get_by_label("Or paste the lines").fill("A1,REF,VFS9,better")
    await press("Preview")(tab)


async def problems(
    gate: Gate, origin: str, signed_in: list[Any], ways: Sequence[tuple[str, Way | None]]
) -> dict[str, list[str]]:
    found = {f"{path} {n}": await gate.problems(f"{origin}{path}", signed_in=signed_in, act=act)
             for n, (path, act) in enumerate(ways)}  # fmt: skip
    return {where: wrong for where, wrong in found.items() if wrong}


async def take(hub: Hub, sent: Sent, *verbs: str) -> None:
    worker = a_viewer("provider.manager")
    async with hub.looks(worker) as tx:
        for verb in verbs:
            await providing.step(tx, worker, sent.referral, verb, LATER)


async def test_lists_and_capacity_pass_the_gate(hub: Hub, site: tuple[Gate, str, list[Any], list[Any]]) -> None:
    gate, origin, manager, nobody = site
    await a_referral_sent(hub)
    stands = f"/portal/capacity/{contract_id('harbour-lane-idva')}"
    empty = [("/portal", None), ("/portal/work", None), ("/portal/capacity", None)]
    assert await problems(gate, origin, nobody, empty) == {}

    async def wrongly(tab: Tab) -> None:
        await tab.get_by_label("Free places").fill("many")
        await tab.get_by_label("Day").fill("31")
        await press("Save")(tab)

    ways: list[tuple[str, Way | None]] = [
        ("/portal", None),
        ("/portal?list=open&page=9", None),
        ("/portal/capacity", None),
        (stands, wrongly),
        ("/portal/referrals/nonsense", None),
    ]
    assert await problems(gate, origin, manager, ways) == {}


async def test_a_referral_and_its_steps_pass_the_gate(hub: Hub, site: tuple[Gate, str, list[Any], list[Any]]) -> None:
    gate, origin, manager, _ = site
    new, taken, ending, locked, refused, hidden = [await a_referral_sent(hub) for _ in range(6)]
    await hub.worker.pool.execute("update leg set restricted = true where leg_id = $1", hidden.leg)
    await take(hub, taken, "accept")
    await take(hub, ending, "accept", "start")
    await take(hub, locked, "accept")
    await take(hub, refused, "accept")
    await tries(hub, refused, "declined")

    async def unfold(tab: Tab) -> None:
        await tab.get_by_text("They got in touch since, or something else").click()

    async def lock(tab: Tab) -> None:
        button = tab.get_by_role("button", name="Somebody else answered")
        if await button.count():
            await button.click()

    ways: list[tuple[str, Way | None]] = [
        (new.page, None),
        (f"{new.page}/steps/decline", press("Decline")),
        (taken.page, press("Record the attempt")),
        (locked.page, lock),
        (refused.page, unfold),
        (f"{refused.page}/steps/start", press("Start support")),
        (f"{ending.page}/steps/end_early", press("End support early")),
        (f"{ending.page}/steps/pause", press("Put support on hold")),
        (f"{new.page}/steps/waitlist", press("Put on the waiting list")),
        (f"{new.page}/steps/complete", None),
        (hidden.page, press("Somebody else answered: lock it")),
    ]
    assert await problems(gate, origin, manager, ways) == {}


async def test_needs_appointments_and_the_end_pass_the_gate(
    hub: Hub, site: tuple[Gate, str, list[Any], list[Any]]
) -> None:
    gate, origin, manager, _ = site
    sent, worker = await a_referral_sent(hub), a_viewer("provider.manager")
    await take(hub, sent, "accept", "start")
    ids, booked = (sent.leg, sent.case, provider_id("harbour-lane")), uuid4()
    async with hub.looks(worker) as tx:
        for stage, score in (("start", 2), ("end", 4)):
            made = Assessment(uuid4(), *ids, stage, "high", "plan", ("safety",), "yes", LATER, worker.user_id)
            await supporting.assess(tx, worker, made, [Answer("money", score), Answer("social", None, "unsafe")])
        held = Appointment(booked, *ids, LATER + timedelta(days=400), "at_service", "booked", LATER, worker.user_id)
        await supporting.book(tx, worker, held, BOOKS.support, LATER)
    await hub.worker.pool.execute(HOURLY)
    ways: list[tuple[str, Way | None]] = [
        (sent.page, None),
        (f"{sent.page}/needs/start", press("Record it")),
        (f"{sent.page}/appointments", press("Book it")),
        (f"{sent.page}/appointments/{booked}", press("Record it")),
        ("/portal/appointments?of=all", None),
        ("/portal/appointments?of=all&page=2", None),
        ("/portal/appointments?of=all&page=3", None),
        ("/portal/appointments", None),
        (f"{sent.page}/steps/complete", press("Complete support")),
    ]
    assert await problems(gate, origin, manager, ways) == {}


async def test_performance_and_returns_pass_the_gate(hub: Hub, site: tuple[Gate, str, list[Any], list[Any]]) -> None:
    gate, origin, manager, _ = site
    sent = await a_referral_sent(hub)
    await take(hub, sent, "accept")
    now = datetime.now(UTC)
    this, last = [one.name for one in quarters_until(now.date(), 2)]
    await hub.worker.pool.execute("update leg set sent_at = $1", now - timedelta(minutes=1))
    signed = write("r", "p", last, [Line("received", "all", "3")])
    row = Signed(*(uuid4(), provider_id("harbour-lane"), last, 1, signed, sha256(signed).hexdigest(), LATER),
                 *(a_viewer("provider.manager").user_id, b"?"))  # fmt: skip
    async with hub.worker.begin() as tx:
        await monitoring.add_signed(tx, row)
    ways: list[tuple[str, Way | None]] = [
        ("/portal/performance", None),
        (f"/portal/performance/{contract_id('harbour-lane-idva')}/answer/met?period={this}", None),
        (f"/portal/performance/{contract_id('harbour-lane-idva')}/answer/met?period={this}&page=2", None),
        ("/portal/returns", None),
        (f"/portal/returns/{last}", None),
        (f"/portal/returns/{last}/sign", press("Sign the return")),
        (f"/portal/returns/{last}/posts", press("Save")),
        (f"/portal/returns/signed/{row.return_id}", None),
        ("/portal/outcomes", press("Preview")),
        ("/portal/outcomes", paste_wrongly),
    ]
    assert await problems(gate, origin, manager, ways) == {}


async def test_the_commissioners_list_of_returns_passes_the_gate(
    hub: Hub, office: tuple[Gate, str, dict[str, list[Any]]]
) -> None:
    gate, origin, known = office
    assert await problems(gate, origin, known["analyst"], [("/portal/signed", None)]) == {}
    row = Signed(
        *(uuid4(), provider_id("harbour-lane"), "2026-Q1", 1, write("r", "p", "2026-Q1", []), "0" * 64),
        *(LATER, a_viewer("provider.manager").user_id, b"?"),
    )
    async with hub.worker.begin() as tx:
        await monitoring.add_signed(tx, row)
    assert await problems(gate, origin, known["analyst"], [("/portal/signed", None)]) == {}


async def test_the_pages_around_a_link_pass_the_gate(hub: Hub, office: tuple[Gate, str, dict[str, list[Any]]]) -> None:
    gate, origin, known = office
    sent = await a_referral_sent(hub, "spectrum-west-idva")
    viewer = a_viewer()
    links = f"/referrals/links/{sent.leg}"
    assert await problems(gate, origin, known["officer"], [(links, press("Make a new link"))]) == {}

    async def go_on(tab: Tab) -> None:
        async with hub.looks(viewer) as tx:
            token = await leg_links.mint(tx, viewer, uuid4(), sent.leg, BOOKS, datetime.now(UTC))
        await tab.goto(f"{origin}/portal/link/open/{token}")
        await press("Go on")(tab)

    ways: list[tuple[str, Way | None]] = [
        ("/portal/link/open/x", None),
        ("/portal/link/open/x", press("Go on")),
        ("/portal/link/asked", None),
        ("/portal/link", None),
        ("/portal/link/open/y", go_on),
    ]
    assert await problems(gate, origin, [], ways) == {}


async def test_an_open_page_hears_of_bail_by_itself(hub: Hub, site: tuple[Gate, str, list[Any], list[Any]]) -> None:
    gate, origin, manager, _ = site
    sent = await a_referral_sent(hub)
    crime = await hub.value("select crime_id from case_file where case_id = $1", sent.case)
    async with gate.look(origin + "/portal", signed_in=manager) as watched:
        await watched.page.clock.install()
        await watched.page.reload()
        told = {"milestone_id": "m-1", "crime_id": str(crime), "trigger": "police_bail_cancelled"}
        await hub.hears([an_event(MilestoneReached.TYPE, told | {"happened_at": NOON.isoformat()})])
        await watched.page.clock.fast_forward(60_000)
        await watched.page.get_by_role("status").get_by_text("bail, release or an order").wait_for()
