"""A provider without accounts: its link comes by itself, another one when it asks, and a nudge brings one."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from kit import clock
from kit.service import Moment
from services.referral.actions import falling_due, links_by_mail, provider_mail
from services.referral.store import keeping
from services.referral.store.keeping import Change
from tests.browser import Browser, cookie_of
from tests.builders import NOON, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import a_referral_sent, a_referral_sent_by_policy, access_of, portal_app
from tests.referral.test_mailing import smtp

pytestmark = pytest.mark.service
WITHOUT_ACCOUNTS = "spectrum-west-idva"


@pytest.fixture
async def browsers(hub: Hub, databases: Databases) -> AsyncIterator[tuple[Browser, Browser]]:
    """Of whoever reads the registered mail, and an officer's."""
    access, settings = await access_of(databases), hub.context.settings
    app = portal_app(hub, settings, access)
    async with (
        Browser(app, settings, None) as holder,
        Browser(app, settings, await cookie_of(access, "officer")) as officer,
    ):
        yield holder, officer


async def mailed(hub: Hub) -> list[str]:
    """Makes what is wanted, and reads the registered mail: the paths of the links in it."""
    now = clock.now()
    await hub.every(links_by_mail.mail_wanted, now)
    async with smtp(hub.context.settings) as (inbox, carrier), hub.as_worker() as tx:
        await provider_mail.send_due(tx, Moment(now, now), hub.context, carrier)
    bodies = [message.get_content() for message in inbox.kept.values()]  # type: ignore[attr-defined]
    return [path for body in bodies for path in re.findall(r"/portal/link/open/\w+", body)]


async def ask_again(holder: Browser, path: str) -> str:
    """Asks for another link where a link is over; what the page says then."""
    await holder.get(path)
    page = await holder.submit("Go on", 404)
    assert page.heading == "This link is over"
    page = await holder.submit("Send another link")
    assert page.heading == "Look in your mail"
    return page.text


async def test_what_the_policy_sends_to_a_provider_without_accounts_mails_its_link_once(
    hub: Hub, browsers: tuple[Browser, Browser]
) -> None:
    sent, holder = await a_referral_sent_by_policy(hub), browsers[0]
    provider = BOOKS.directory.by_id[contract_id("open-door-birmingham-solihull")].provider
    entry = {"slug": provider.slug, "name": provider.name, "email": provider.email, "phone": provider.phone}
    without = Change(uuid4(), "provider", provider.provider_id, NOON.date(), None, entry | {"has_system": False},
                     None, a_viewer().user_id, NOON)  # fmt: skip
    async with hub.as_worker() as tx:
        await keeping.add(tx, without)
    [path] = await mailed(hub)
    assert await mailed(hub) == []
    await holder.get(path)
    page = await holder.submit("Go on")
    assert await hub.value("select reference from case_file where case_id = $1", sent.case) in page.text
    assert await hub.rows("select made_by from leg_link") == [{"made_by": None}]


async def test_whoever_holds_a_link_that_is_over_has_another_one_sent_to_the_registered_address(
    hub: Hub, browsers: tuple[Browser, Browser]
) -> None:
    (holder, officer), sent = browsers, await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    await hub.worker.pool.execute(
        "update leg_link set made_at = now() - interval '1 day', expires_at = now() + interval '1 day'"
    )
    await hub.worker.pool.execute("update provider_mail set not_after = now() + interval '1 day'")
    [path] = await mailed(hub)
    await holder.get(path)
    await holder.submit("Go on")
    assert await mailed(hub) == [], "nobody asked"
    told = [await ask_again(holder, path) for _ in range(2)]
    [another] = await mailed(hub)
    assert another != path and await mailed(hub) == []
    await hub.worker.pool.execute("update leg_link set session_until = now() where session_until is not null")
    await holder.get("/portal/link", 404)
    await holder.submit("Send another link")
    assert await mailed(hub) == [], "one that was just sent waits to be opened"
    await holder.get(another)
    assert "Accept" in (await holder.submit("Go on")).text
    assert told == [await ask_again(holder, "/portal/link/open/nonsense")] * 2, "nothing tells whether there was one"
    await officer.get(f"/referrals/links/{sent.leg}")
    await officer.submit("Take back all links")
    await ask_again(holder, another)
    assert await mailed(hub) == [], "the hub took them back"
    asked = await hub.rows("select distinct actor_role from kit.audit where action = 'link.asked_again'")
    assert [row["actor_role"] for row in asked] == ["provider.link"]


async def test_an_ask_is_answered_although_a_link_was_made_just_before_and_taken_back_by_another(
    hub: Hub, browsers: tuple[Browser, Browser]
) -> None:
    (holder, officer), sent = browsers, await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    await hub.worker.pool.execute("update leg_link set expires_at = now() + interval '1 day', made_at = now()")
    await hub.worker.pool.execute("update provider_mail set not_after = now() + interval '1 day'")
    [unopened] = await mailed(hub)
    await officer.get(f"/referrals/links/{sent.leg}")
    page = await officer.submit("Make a new link")
    [address] = page.texts("code")
    await holder.get(address.removeprefix(officer.origin))
    await holder.submit("Go on")
    await ask_again(holder, unopened)
    [another] = await mailed(hub)
    assert "Accept" in (await holder.get("/portal/link")).text, "what is open goes on"
    await holder.get(another)
    assert "Accept" in (await holder.submit("Go on")).text


async def test_a_silent_provider_without_accounts_is_nudged_by_a_link_that_opens(
    hub: Hub, browsers: tuple[Browser, Browser]
) -> None:
    await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    now, holder = clock.now(), browsers[0]
    await hub.worker.pool.execute("update leg set out_at = $1", now - timedelta(hours=2))
    assert await hub.every(falling_due.watch_silence, now) == 1
    [path] = await mailed(hub)
    assert await hub.rows("select template, state, why from provider_mail order by template") == [
        {"template": "provider_link", "state": "withheld", "why": "link_over"},
        {"template": "provider_nudge", "state": "sent", "why": None},
    ]
    await holder.get(path)
    assert "Accept" in (await holder.submit("Go on")).text
