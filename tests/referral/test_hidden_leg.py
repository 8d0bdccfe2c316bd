"""A person becomes restricted while a provider has them: whoever had the leg may shut a channel, and asks the hub."""

from collections.abc import AsyncIterator

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import contacting, lapsing, locking
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, AsPersona, Sent, a_referral_sent, portal_of
from tests.referral.test_actions import agrees
from tests.referral.test_portal_link import WITHOUT_ACCOUNTS, Desk, desk
from tests.referral.unseen import says

__all__ = ["desk"]

pytestmark = pytest.mark.service
TITLE = "Ask the hub about this referral"


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with portal_of(hub, databases) as as_persona:
        yield as_persona


async def hidden(hub: Hub, sent: Sent) -> None:
    ref = await hub.value("select victim_ref from case_file where case_id = $1", sent.case)
    await says(hub, ref, 1, works_for="provider")


async def locked(hub: Hub, sent: Sent) -> set[str]:
    async with hub.as_worker() as tx:
        profile = await contacting.profile_of(tx, sent.person)
    return {kind for kind, one in profile.channels.items() if one.locked_at}


@pytest.mark.parametrize("by", ["lock", "attempts"])
async def test_whoever_had_the_referral_may_shut_a_channel_and_reads_to_ask_the_hub(
    hub: Hub, browse: AsPersona, by: str
) -> None:
    sent, stranger = await a_referral_sent(hub), await browse("isva.worker")
    worker = await browse("idva.worker")
    await worker.get(sent.page)
    await hidden(hub, sent)
    page = await worker.get(sent.page, 404)
    assert page.heading == TITLE and "Testperson" not in page.text and "07700" not in page.text
    form = {"channel": "mobile", "outcome": "someone_else_answered", "attempt_id": str(sent.leg)}
    assert (await worker.post(f"{sent.page}/lock", {"channel": "drum"}, 404)).errors == ["Choose which way you used"]
    await stranger.get("/portal")
    await stranger.post(f"{sent.page}/{by}", form, 404)
    assert (await stranger.get(sent.page, 404)).heading != TITLE
    assert await locked(hub, sent) == set()
    page = await worker.post(f"{sent.page}/{by}", form)
    assert "The channel is locked everywhere" in page.text
    assert await locked(hub, sent) == {"mobile"}, "at once"
    await hub.every(locking.carry_on, LATER)
    held = await hub.rows("select locked_why, set_by_role from channel where kind = 'mobile'")
    assert [tuple(row.values()) for row in held] == [("someone_else_answered", "idva.worker")]
    page = await worker.post(f"{sent.page}/attempts", form | {"outcome": "no_answer"}, 404)
    assert page.heading == TITLE


async def test_whoever_holds_a_link_of_it_may_too(hub: Hub, desk: Desk) -> None:
    sent = await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    holder = await desk.opened(sent)
    await hidden(hub, sent)
    page = await holder.get("/portal/link", 404)
    assert page.heading == TITLE and "07700" not in page.text
    page = await holder.submit("Somebody else answered: lock it", 404, channel="mobile")
    assert "The channel is locked everywhere" in page.text
    assert await locked(hub, sent) == {"mobile"}


async def test_a_leg_that_had_not_left_was_nobodys_and_is_not_there(hub: Hub, browse: AsPersona) -> None:
    sent, worker = await a_referral_sent(hub), await browse("idva.worker")
    await hub.worker.pool.execute("update leg set state = 'leaving'")
    await hidden(hub, sent)
    assert (await worker.get(sent.page, 404)).heading != TITLE
    async with hub.looks(a_viewer("idva.worker")) as tx:
        assert await tx.fetchval("select count(*) from had_leg") == 0


async def test_whoever_had_it_until_the_agreement_ran_out_reads_to_ask_the_hub_and_is_mailed_to_look(
    hub: Hub, browse: AsPersona
) -> None:
    sent, worker = await a_referral_sent(hub), await browse("idva.worker")
    await worker.get(sent.page)
    await hub.worker.pool.execute("update consent set expires_at = $1", LATER)
    await hub.every(lapsing.close, LATER)
    page = await worker.get(sent.page, 404)
    assert page.heading == TITLE and "do not get in touch with them" in page.text
    page = await worker.submit("Somebody else answered: lock it", channel="mobile")
    assert "The channel is locked everywhere" in page.text
    assert await hub.value("select count(*) from provider_mail where template = 'provider_alert'") == 1


async def test_a_link_of_which_the_agreement_ran_out_says_to_ask_the_hub_and_one_not_opened_is_not_used_up(
    hub: Hub, desk: Desk
) -> None:
    sent = await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    holder, link, until = await desk.opened(sent), await desk.link(sent), clock.now()
    await hub.worker.pool.execute("update consent set expires_at = $1", until)
    await hub.every(lapsing.close, until)
    page = await holder.get("/portal/link", 404)
    assert page.heading == TITLE and "do not get in touch with them" in page.text and "lock it" in page.text
    await desk.stranger.get(link)
    page = await desk.stranger.submit("Go on", 404)
    assert page.heading == TITLE and "Your link was not used up" in page.text
    await agrees(hub, sent.case, contract_id(WITHOUT_ACCOUNTS), until)
    await desk.stranger.get(link)
    page = await desk.stranger.submit("Go on")
    assert page.summary["Given names"] == "Wilhelmina"
