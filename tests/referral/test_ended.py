"""What a provider still sees of a person whose support has ended, and until when."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import consenting, ending, lapsing, packing, providing
from services.referral.store import consent
from tests.builders import NOON, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import LATER, Sent, a_referral_sent, portal_of
from tests.referral.test_actions import agrees

pytestmark = pytest.mark.service
OFFICER, LEADER, WORKER = a_viewer(), a_viewer("leader"), a_viewer("idva.worker")
DAY = timedelta(days=1)
OVER = "Support has ended, and the time or the agreement to see these details is over."


async def a_referral_ended(hub: Hub, verb: str = "complete", at: datetime = LATER) -> Sent:
    sent = await a_referral_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, at)
        if verb == "complete":
            await providing.start(tx, WORKER, sent.referral, at)
            await providing.complete(tx, WORKER, sent.referral, at)
        else:
            await providing.step(tx, WORKER, sent.referral, verb, at, reason_code="not_now")
    return sent


async def opens(hub: Hub, sent: Sent, now: datetime) -> bool:
    async with hub.looks(WORKER) as tx:
        return await packing.read(tx, hub.sealer, WORKER, sent.leg, now) is not None


async def test_of_support_that_ended_the_provider_opens_what_it_was_given_so_many_days_and_no_longer(hub: Hub) -> None:
    sent = await a_referral_ended(hub)
    days = BOOKS.standards_on(NOON.date()).ended_pack_days * DAY
    assert await opens(hub, sent, LATER + days - timedelta(seconds=1))
    assert not await opens(hub, sent, LATER + days)


async def test_the_pack_of_an_ended_leg_is_closed_for_good_with_the_agreement_and_its_row_stays(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_ended(hub, at=clock.now())
    until = clock.now()
    await hub.worker.pool.execute("update consent set expires_at = $1", until)
    assert await opens(hub, sent, until)
    assert await hub.every(lapsing.close, until) == 1 and not await opens(hub, sent, until)
    assert await hub.value("select count(*) from task where kind = 'agreement_ended'") == 0, "nobody is asked again"
    assert await hub.value("select count(*) from kit.audit where action = 'leg.pack_closed'") == 1
    await agrees(hub, sent.case)
    assert not await opens(hub, sent, until), "a new agreement is to what comes"
    async with portal_of(hub, databases) as browse:
        page = await (await browse("idva.worker")).get(sent.page)
        assert OVER in page.text and "Wilhelmina" not in page.text
        assert "Completed" in (await (await browse("idva.worker")).get("/portal?list=completed")).text


async def test_an_agreement_taken_back_after_the_end_closes_the_pack_and_the_page_says_so_before(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_ended(hub, at=clock.now())
    other = await agrees(hub, sent.case, contract_id("riverbank-isva"))
    held = await hub.value("select consent_id from consent where consent_id <> $1", other)
    async with hub.looks(OFFICER) as tx:
        elsewhere = await consent.load(tx, other)
        assert elsewhere is not None and not (await ending.what_ends(tx, elsewhere, clock.now())).packs
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{sent.case}/agreements/{held}/withdraw")
        assert "which has ended: the provider can no longer open what it was given" in page.text
        await officer.submit("Withdraw it and end all of this", reason_code="changed_mind")
    assert not await opens(hub, sent, clock.now())
    async with hub.looks(OFFICER) as tx:
        withdrawn = await consent.load(tx, held)
        assert withdrawn is not None and not (await ending.what_ends(tx, withdrawn, clock.now())).packs, "once"


async def test_what_was_shared_for_a_lawful_reason_is_closed_when_the_reason_is_over(hub: Hub) -> None:
    sent = await a_referral_ended(hub)
    await hub.worker.pool.execute("update leg set gate = 'override'")
    asked = uuid4()
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, asked, sent.case, "idva", "marac", NOON)
    async with hub.looks(LEADER) as tx:
        await consenting.confirm_override(tx, LEADER, asked, NOON)
        given = await hub.value("select consent_id from consent where gate = 'agreement'")
        await consenting.withdraw(tx, LEADER, given, "changed_mind", LATER)
    assert await opens(hub, sent, LATER), "the override carries it"
    async with hub.looks(LEADER) as tx:
        await consenting.withdraw(tx, LEADER, asked, "danger_over", LATER)
    assert not await opens(hub, sent, LATER)


async def test_of_somebody_who_said_no_to_the_provider_nothing_is_opened_any_more(hub: Hub) -> None:
    sent = await a_referral_ended(hub, "person_declined")
    assert await hub.value("select state from leg where leg_id = $1", sent.leg) == "ended"
    assert not await opens(hub, sent, LATER)
