"""A step sent from an older page: the same press is answered as the first, and a real change is said, not overrun."""

from collections.abc import AsyncIterator

import pytest

from services.referral.actions import providing
from services.referral.store import last_step
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import LATER, AsPersona, a_referral_sent, portal_of

pytestmark = pytest.mark.service


@pytest.fixture
async def portal(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with portal_of(hub, databases) as browse:
        yield browse


async def test_a_decline_opened_before_a_colleague_accepted_is_not_taken(hub: Hub, portal: AsPersona) -> None:
    sent = await a_referral_sent(hub)
    worker, colleague = await portal("idva.worker"), await portal("provider.manager")
    page = await worker.get(f"{sent.page}/steps/decline")
    reason = next(e.get("value") or "" for e in page.all("input") if e.get("name") == "reason_code")
    await colleague.get(sent.page)
    await colleague.submit("Accept")
    page = await worker.submit("Decline", 409, reason_code=reason)
    assert "It stands now as “Accepted by the provider”." in page.text
    assert "The last step was taken by a provider manager on" in page.text and "was not saved" in page.text
    assert await hub.value("select state from referral") == "accepted"
    await worker.get(f"{sent.page}/steps/decline")
    await worker.submit("Decline", reason_code=reason)
    assert await hub.value("select state from referral") == "declined_by_provider"


async def test_the_same_press_again_is_answered_as_the_first(hub: Hub, portal: AsPersona) -> None:
    sent = await a_referral_sent(hub)
    worker = await portal("idva.worker")
    await worker.get(sent.page)
    await worker.submit("Accept")
    told = await hub.told(sent.case)
    page = await worker.post(f"{sent.page}/steps/accept")
    assert "You accepted the referral." in page.text and await hub.told(sent.case) == told


async def test_a_withdrawal_opened_before_the_provider_accepted_is_not_taken(hub: Hub, databases: Databases) -> None:
    sent, worker = await a_referral_sent(hub), a_viewer("idva.worker")
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(f"/cases/{sent.case}/referrals/{sent.referral}/steps/withdraw")
        async with hub.looks(worker) as tx:
            await providing.accept(tx, worker, sent.referral, LATER)
        page = await officer.submit("Withdraw", 409, reason_code="duplicate")
    assert "The last step was taken by an independent domestic violence adviser on" in page.text
    assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "accepted"


async def test_what_is_said_to_have_been_done_last_is_the_end_of_support_and_not_the_start(
    hub: Hub, portal: AsPersona
) -> None:
    sent, worker = await a_referral_sent(hub), a_viewer("idva.worker")
    steps = ("referral.accepted.v1", "support.started.v1", "support.completed.v1")
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, sent.referral, LATER)
    async with hub.worker.begin() as tx:
        for step in steps[1:]:
            sql = "insert into case_event (case_id, referral_id, happened_at, type, actor_role, data, ours)"
            await tx.execute(
                f"{sql} values ($1, $2, $3, $4, 'worker', '{{}}', true)", sent.case, sent.referral, LATER, step
            )
        last = await last_step.of(tx, sent.case, sent.referral)
    assert last is not None and last.type == steps[-1]
