"""A step sent from an older page: the same press is answered as the first, and a real change is said, not overrun."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from kit import clock
from services.referral.actions import late_words, noting, providing
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


async def test_another_answer_of_the_same_worker_is_no_second_press(hub: Hub, portal: AsPersona) -> None:
    sent = await a_referral_sent(hub)
    worker = await portal("idva.worker")
    path = f"{sent.page}/steps/decline"
    page = await worker.get(path)
    first, other = [e.get("value") or "" for e in page.all("input") if e.get("name") == "reason_code"][:2]
    stood = next(e.get("value") or "" for e in page.all("input") if e.get("name") == "stood")
    for _ in range(2):
        page = await worker.post(path, {"stood": stood, "reason_code": first})
        assert "You declined the referral." in page.text
    page = await worker.post(path, {"stood": stood, "reason_code": other}, 409)
    assert "with another answer, and that first answer counts" in page.text and "was not saved" in page.text
    assert await hub.value("select decline_reason from leg") == first


async def test_a_death_said_in_a_second_tab_is_taken_though_the_step_is_not(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub)
    path = f"/cases/{sent.case}/referrals/{sent.referral}/steps/withdraw"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(path)
        stood = next(e.get("value") or "" for e in page.all("input") if e.get("name") == "stood")
        page = await officer.post(path, {"stood": stood, "reason_code": "moved_away"})
        assert "Success" in page.text
        for _ in range(2):
            page = await officer.post(path, {"stood": stood, "reason_code": "died"}, 409)
    assert "That the person died was taken all the same" in page.text and "Success" not in page.text
    await hub.every(late_words.carry_on, clock.now())
    assert {row["locked_why"] for row in await hub.rows("select locked_why from channel")} == {"died"}
    assert await hub.value("select count(*) from task where kind = 'person_died'") == 1


async def test_that_it_would_not_be_safe_is_taken_from_a_decline_that_a_colleague_overtook(
    hub: Hub, portal: AsPersona
) -> None:
    sent = await a_referral_sent(hub)
    worker, colleague = await portal("idva.worker"), await portal("provider.manager")
    await worker.get(f"{sent.page}/steps/decline")
    await colleague.get(sent.page)
    await colleague.submit("Accept")
    page = await worker.submit("Decline", 409, reason_code="unsafe")
    assert "That it is not safe was taken all the same" in page.text and "Nothing else of what you sent" in page.text
    assert await hub.every(late_words.carry_on, clock.now()) == 1
    assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "accepted"
    assert await hub.value("select count(*) from channel where safety = 'safe'") == 0
    assert await hub.value("select count(*) from task where kind = 'review_risk' and done_at is null") == 1
    assert await hub.value("select count(*) from late_word") == 0


async def test_what_was_said_with_a_step_is_forgotten_once_nobody_can_press_it_again(
    hub: Hub, portal: AsPersona
) -> None:
    sent = await a_referral_sent(hub)
    worker = await portal("idva.worker")
    await worker.get(sent.page)
    await worker.submit("Accept")
    assert await hub.value("select count(*) from step_said") == 1
    await hub.every(noting.forget_drafts, clock.now())
    assert await hub.value("select count(*) from step_said") == 1
    await hub.every(noting.forget_drafts, clock.now() + timedelta(minutes=5))
    assert await hub.value("select count(*) from step_said") == 0


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
