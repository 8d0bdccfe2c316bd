"""A provider without accounts: one link, one leg, once; as narrow in the database as on its pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from kit import clock
from kit.access import Viewer
from kit.database import Tx
from services.referral import provider_portal
from services.referral.actions import drafting, leg_links, locking, providing
from services.referral.drafting import OVER
from services.referral.store import links
from services.referral.store.links import Link
from tests.browser import Browser, cookie_of
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, Sent, a_need, a_referral_sent, access_of, an_end, portal_app
from tests.referral.test_hostile_provider import found_by, support_of

pytestmark = pytest.mark.service

WITHOUT_ACCOUNTS = "spectrum-west-idva"


@dataclass
class Desk:
    """An officer's browser, and browsers of whoever holds a link."""

    hub: Hub
    officer: Browser
    holder: Browser
    stranger: Browser

    async def link(self, sent: Sent) -> str:
        """The path of a new link, read from the officer's page."""
        await self.officer.get(f"/referrals/links/{sent.leg}")
        page = await self.officer.submit("Make a new link")
        [address] = page.texts("code")
        return address.removeprefix(self.officer.origin)

    async def opened(self, sent: Sent) -> Browser:
        await self.holder.get(await self.link(sent))
        await self.holder.submit("Go on")
        return self.holder


@pytest.fixture
async def desk(hub: Hub, databases: Databases) -> AsyncIterator[Desk]:
    access = await access_of(databases)
    app, settings = portal_app(hub, hub.context.settings, access), hub.context.settings
    browsers = [Browser(app, settings, cookie) for cookie in (await cookie_of(access, "officer"), None, None)]
    yield Desk(hub, *browsers)
    for browser in browsers:
        await browser.__aexit__(None, None, None)


@pytest.fixture
async def sent(hub: Hub) -> Sent:
    return await a_referral_sent(hub, WITHOUT_ACCOUNTS)


async def state_of(hub: Hub, sent: Sent) -> str:
    return str(await hub.value("select state from referral where referral_id = $1", sent.referral))


async def test_a_link_carries_a_referral_from_its_pack_to_its_end(hub: Hub, desk: Desk, sent: Sent) -> None:
    holder = await desk.opened(sent)
    page = await holder.get("/portal/link")
    assert page.summary["Given names"] == "Wilhelmina" and "Your referrals" not in page.text
    assert page.heading == page.texts("title")[0], "the title says no more than the heading"
    await holder.submit("Accept")
    await holder.get("/portal/link")
    await holder.submit("Record the attempt", 200, channel="mobile", outcome="spoke", sooner="danger")
    await holder.submit("Start support")
    await holder.follow("Need at the end of support")
    await holder.submit("Record it", 200, **a_need("4"))
    await holder.follow("Complete support")
    await holder.submit("Complete support", 200, **an_end(), end_reason="goals_met")
    assert await state_of(hub, sent) == "completed"
    roles = await hub.rows(
        "select distinct actor_role from case_event where leg_id = $1 and type like 'support%'", sent.leg
    )
    assert [row["actor_role"] for row in roles] == ["provider.link"]
    actors = await hub.rows("select distinct actor_id from kit.audit where actor_role = 'provider.link'")
    assert [row["actor_id"] for row in actors] == [
        await hub.value("select link_id from leg_link where used_at is not null")
    ]
    await holder.submit("Leave these pages", 404)
    await holder.get("/portal/link", status=404)


async def test_a_decline_by_link_has_its_reason(hub: Hub, desk: Desk, sent: Sent) -> None:
    holder = await desk.opened(sent)
    await holder.follow("Decline")
    await holder.submit("Decline", 200, reason_code="capacity")
    assert await state_of(hub, sent) == "declined_by_provider"
    assert "Testperson" not in (await holder.get("/portal/link")).text


async def test_a_link_is_not_burnt_by_a_look_opens_once_and_is_kept_as_a_digest(
    hub: Hub, desk: Desk, sent: Sent
) -> None:
    path = await desk.link(sent)
    for _ in range(3):
        page = await desk.stranger.get(path)
        assert "Testperson" not in page.html and page.heading == "Open the page"
    assert await hub.value("select used_at from leg_link") is None
    await desk.holder.get(path)
    assert (await desk.holder.submit("Go on")).path == "/portal/link"
    await desk.stranger.get(path)
    assert (await desk.stranger.submit("Go on", 404)).heading == "This link is over"
    await desk.stranger.get("/portal/link", status=404)
    row = await hub.value("select l::text from leg_link l")
    assert path.rsplit("/", 1)[1] not in row
    assert path.rsplit("/", 1)[1] not in (await desk.officer.get(f"/referrals/links/{sent.leg}")).html


async def test_a_link_that_ran_out_or_was_taken_back_opens_nothing_and_ends_its_session(
    hub: Hub, desk: Desk, sent: Sent
) -> None:
    path = await desk.link(sent)
    await hub.worker.pool.execute("update leg_link set expires_at = now() - interval '1 second'")
    await desk.stranger.get(path)
    await desk.stranger.submit("Go on", 404)
    page = await desk.officer.get(f"/referrals/links/{sent.leg}")
    assert "ran out" in page.text and "nobody opened it until" in page.text and "may be opened" not in page.text
    holder = await desk.opened(sent)
    assert "Open now" in (await desk.officer.get(f"/referrals/links/{sent.leg}")).text.replace("open now", "Open now")
    page = await desk.officer.submit("Take back all links")
    assert "taken back" in page.text and "may be opened until" not in page.text
    await holder.post("/portal/link/steps/accept", status=404)
    assert await state_of(hub, sent) == "sent"
    holder = await desk.opened(sent)
    await hub.worker.pool.execute("update leg_link set session_until = now() where session_until is not null")
    await holder.get("/portal/link", status=404)


async def test_a_link_is_made_for_a_provider_without_accounts_alone_once_for_each_form(
    hub: Hub, desk: Desk, sent: Sent
) -> None:
    first = await desk.link(sent)
    await desk.link(sent)
    await desk.stranger.get(first)
    await desk.stranger.submit("Go on", 404)
    path = f"/referrals/links/{sent.leg}"
    used = (await desk.officer.get(path)).hidden(path)
    await desk.officer.post(path, used)
    made = await hub.value("select count(*) from leg_link")
    page = await desk.officer.post(path, used, status=409)
    assert "it is shown once" in page.text and await hub.value("select count(*) from leg_link") == made
    with_accounts = await a_referral_sent(hub)
    page = await desk.officer.get(f"/referrals/links/{with_accounts.leg}")
    assert "so it needs no link" in page.text
    page = await desk.officer.post(f"/referrals/links/{with_accounts.leg}", {"link_id": str(uuid4())}, status=422)
    assert page.errors == ["This provider has accounts: it sees the referral in its own lists"]
    await desk.officer.get(f"/referrals/links/{uuid4()}", status=404)
    await hub.worker.pool.execute("update leg set restricted = true")
    await desk.officer.get(f"/referrals/links/{sent.leg}", status=404)


async def the_link(hub: Hub) -> Link:
    async with hub.as_worker() as tx:
        leg = await hub.value("select leg_id from leg_link where revoked_at is null order by made_at desc limit 1")
        return (await links.of_leg(tx, leg))[0]


async def texts_of(hub: Hub, sent: Sent) -> set[str]:
    row = await hub.value("select reference from case_file where case_id = $1", sent.case)
    return {str(row), str(sent.case), str(sent.person), str(sent.referral), str(sent.leg)}


async def test_the_database_shows_a_link_its_own_leg_and_nothing_else(hub: Hub, desk: Desk, sent: Sent) -> None:
    same_provider = await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    other = await a_referral_sent(hub)
    for one, viewer in ((sent, holder_of(sent)), (same_provider, holder_of(same_provider)), (other, worker())):
        async with hub.looks(viewer) as tx:
            await providing.accept(tx, viewer, one.referral, LATER)
        await support_of(hub, one, viewer)
    await desk.opened(sent)
    link = await the_link(hub)
    foreign = await texts_of(hub, same_provider) | await texts_of(hub, other)

    async def seen(tx: Tx) -> dict[str, set[str]]:
        found = await found_by(tx, foreign | {str(sent.leg)})
        return {name: texts for name, texts in found.items() if texts}

    async with hub.portal.begin() as tx:
        assert await seen(tx) == {}
        await links.narrow(tx, link)
        found = await seen(tx)
        assert {name: texts & foreign for name, texts in found.items() if texts & foreign} == {}
        tables = ("leg", "referral", "case_event", "assessment", "need_score", "appointment", "outcome", "end_report")
        assert all(str(sent.leg) in found[f"public.{name}"] for name in tables)
        for table in ("leg", "referral", "appointment"):
            mine = {"leg": "assigned_to = leg_id", "referral": "reason = reason", "appointment": "reason = reason"}
            assert await tx.execute(f"update {table} set {mine[table]}") == "UPDATE 1"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with hub.portal.begin() as tx:
            await links.narrow(tx, link)
            await tx.execute(
                "insert into outcome (outcome_id, leg_id, case_id, provider_id, code, change, at, by_id)"
                " values ($1, $2, $3, $4, 'VFS1', 'better', now(), $1)",
                uuid4(), other.leg, other.case, link.provider_id,
            )  # fmt: skip
    await hub.worker.pool.execute("update leg set restricted = true")
    async with hub.portal.begin() as tx:
        await links.narrow(tx, link)
        assert await seen(tx) == {}


def worker() -> Viewer:
    return a_viewer("idva.worker")


def holder_of(sent: Sent) -> Viewer:
    contract = next(c for c in BOOKS.directory.contracts if c.slug == WITHOUT_ACCOUNTS)
    return a_viewer("idva.worker", organisation_id=contract.provider.provider_id)


async def test_nobody_without_a_link_reaches_a_page_behind_one(hub: Hub, desk: Desk, sent: Sent) -> None:
    await desk.link(sent)
    behind = [page for page in provider_portal.pages(hub.context) if page.public and "{token}" not in page.path]
    behind = [page for page in behind if not page.path.endswith(("/again", "/asked"))]  # they show nothing of anybody
    assert len(behind) >= 12
    for browser in (desk.stranger, desk.officer):
        for page in behind:
            await browser.get("/portal/link/open/nothing")
            path = page.path.format(verb="accept", stage="start", appointment_id=uuid4())
            if page.methods == ("GET",):
                await browser.get(path, 404)
            else:
                await browser.post(path, {"channel": "mobile", "outcome": "spoke"}, 404)
    assert await state_of(hub, sent) == "sent"


async def test_no_link_is_listed_by_the_portals_login_and_one_is_exchanged_once(
    hub: Hub, desk: Desk, sent: Sent
) -> None:
    path = await desk.link(sent)
    for viewer in (None, worker(), holder_of(sent)):
        async with hub.portal.begin(viewer) as tx:
            assert await tx.fetch("select * from leg_link") == []
            assert await tx.execute("update leg_link set used_at = null") == "UPDATE 0"
    now, token = datetime.now(UTC), path.rsplit("/", 1)[1]
    async with hub.portal.begin() as tx:
        session = await leg_links.open_once(tx, token, now)
        assert session is not None and await leg_links.session_of(tx, session, now) is not None
        assert await leg_links.open_once(tx, token, now) is None
        assert await leg_links.open_once(tx, session, now) is None
        assert await leg_links.session_of(tx, token, now) is None
        assert await leg_links.session_of(tx, session, now + timedelta(hours=9)) is None


async def test_a_page_that_somebody_has_open_goes_on_while_another_link_is_made(
    hub: Hub, desk: Desk, sent: Sent
) -> None:
    holder = await desk.opened(sent)
    unopened = await desk.link(sent)
    newest = await desk.link(sent)
    await holder.get("/portal/link")
    await holder.submit("Accept")
    assert await state_of(hub, sent) == "accepted"
    await desk.stranger.get(unopened)
    await desk.stranger.submit("Go on", 404)
    await desk.stranger.get(newest)
    assert (await desk.stranger.submit("Go on")).path == "/portal/link"


@pytest.mark.parametrize("ends", ["taken back", "ran out"])
async def test_a_lock_from_a_page_whose_link_is_over_is_heard_and_shows_nothing(
    hub: Hub, desk: Desk, sent: Sent, ends: str
) -> None:
    holder = await desk.opened(sent)
    if ends == "taken back":
        await desk.officer.get(f"/referrals/links/{sent.leg}")
        await desk.officer.submit("Take back all links")
    else:
        await hub.worker.pool.execute("update leg_link set session_until = now()")
    tried = {"channel": "mobile", "outcome": "no_answer", "attempt_id": str(uuid4())}
    page = await holder.post("/portal/link/attempts", tried | {"text": "She asked for a call on Monday"}, status=404)
    assert "What you sent was not saved" in page.text and "She asked for a call on Monday" in page.text
    assert tried["attempt_id"] not in page.text and "csrf" not in page.text.lower()
    declined = {"reason_code": "out_of_scope", "better_line": "mental_health"}
    page = await holder.post("/portal/link/steps/decline", declined, status=404)
    assert page.summary == {"You chose": "Decline", "Reason code": "Out of scope", "Better line": "Mental health"}
    await hub.every(locking.carry_on)
    locked = "select locked_why from channel where kind = 'mobile'"
    assert await hub.value(locked) is None
    page = await holder.post("/portal/link/lock", {"channel": "mobile"}, status=404)
    assert "The channel is locked everywhere all the same: mobile" in page.text and "Testperson" not in page.text
    await hub.every(locking.carry_on)
    assert await hub.value(locked) == "someone_else_answered"


def test_the_ids_of_a_link_are_its_own() -> None:
    ids = (uuid4(), uuid4(), uuid4(), uuid4(), uuid4())
    link = Link(*ids, b"", LATER, uuid4(), LATER + timedelta(days=3))
    viewer = leg_links.viewer_of(link)
    assert (viewer.user_id, viewer.organisation_id) == (link.link_id, link.provider_id)
    assert not viewer.may("portal.manage") and not viewer.may("case.read") and isinstance(viewer.user_id, UUID)


async def test_what_was_half_filled_in_behind_a_link_stands_there_again_for_its_holder_alone_until_the_link_ends(
    hub: Hub, desk: Desk, sent: Sent
) -> None:
    holder = await desk.opened(sent)
    await holder.get("/portal/link")
    await holder.submit("Accept")
    await holder.get("/portal/link/needs/start")
    page = await holder.submit("Save and come back later", risk="high", **dict(list(a_need().items())[:3]))
    assert page.path == "/portal/link" and "Saved. It is kept until" in page.text
    assert "kept as long as this link is open" in (await holder.get("/portal/link/needs/start")).text
    await holder.submit("Save and come back later", agreed="yes")
    [row] = await hub.rows("select d.*, k.session_until from form_draft d join leg_link k on k.link_id = d.worker_id")
    assert row["version"] == 2 and b"high" not in row["body"] and row["kept_until"] <= row["session_until"]
    await holder.get("/portal/link/needs/start")
    await holder.submit("Record it", safety_act="none_needed", **a_need())
    assert await hub.value("select risk from assessment") == "high"
    assert await hub.value("select count(*) from form_draft") == 0, "what was sent is no draft any more"
    again = {"later": "yes", "risk": "high"}
    for end in ("leave", "take back"):
        holder = await desk.opened(sent)
        await holder.post("/portal/link/needs/start", again)
        assert await hub.value("select count(*) from form_draft") == 1
        if end == "leave":
            await holder.get("/portal/link")
            await holder.submit("Leave these pages", 404)
        else:
            assert await hub.every(drafting.forget, clock.now()) == 0, "it is kept while the link is open"
            await desk.officer.get(f"/referrals/links/{sent.leg}")
            await desk.officer.submit("Take back all links")
            await hub.every(drafting.forget, clock.now())
        assert await hub.value("select count(*) from form_draft") == 0, end


async def test_another_link_of_the_same_leg_does_not_read_what_was_half_filled_in_behind_the_first(
    hub: Hub, desk: Desk, sent: Sent
) -> None:
    holder = await desk.opened(sent)
    await holder.post("/portal/link/steps/decline", {"later": "yes", "better_line": "isva"})
    draft = await hub.value("select draft_id from form_draft")
    await desk.stranger.get(await desk.link(sent))
    await desk.stranger.submit("Go on")
    other = await desk.stranger.get("/portal/link/steps/decline")
    assert "from a draft" not in other.text and await hub.value("select count(*) from form_draft") == 1
    assert OVER in (await desk.stranger.get(f"/portal/link/steps/decline?draft={draft}")).text
    assert "from a draft" in (await holder.get("/portal/link/steps/decline")).text
