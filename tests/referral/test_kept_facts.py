"""What a provider did or found is not lost: an attempt and a no after a withdrawal; that it was not safe to come."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.refused import Refused
from services.referral.actions import contacting, links_by_mail, providing, referring, settling, supporting
from services.referral.store.appointments import Appointment
from tests.builders import NOON, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, AsPersona, Sent, a_referral_sent, an_end, portal_of
from tests.referral.test_portal_link import WITHOUT_ACCOUNTS, Desk, desk

__all__ = ["desk"]
pytestmark = pytest.mark.service
OFFICER, WORKER = a_viewer(), a_viewer("idva.worker")


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with portal_of(hub, databases) as as_persona:
        yield as_persona


async def withdrawn_while_the_worker_rings(hub: Hub, before: str = "accept") -> Sent:
    sent = await a_referral_sent(hub)
    async with hub.looks(WORKER) as tx:
        more = {"reason_code": "capacity", "check_in_on": LATER.date() + timedelta(days=1)}
        if before != "view":
            await providing.step(tx, WORKER, sent.referral, before, LATER, **(more if before == "waitlist" else {}))
    async with hub.looks(OFFICER) as tx:
        await referring.withdraw(tx, OFFICER, sent.referral, "duplicate", LATER)
    return sent


async def no_to_record(hub: Hub, sent: Sent) -> int:
    asked = "select count(*) from task where case_id = $1 and kind = 'said_no_to_support' and done_at is null"
    return int(await hub.value(asked, sent.case))


@pytest.mark.parametrize(
    ("outcome", "noes", "before"),
    [("spoke", 0, "accept"), ("declined", 1, "accept"), ("declined", 1, "waitlist"), ("declined", 1, "view")],
)
async def test_an_attempt_made_while_the_hub_withdrew_is_counted_and_a_no_reaches_the_hub(
    hub: Hub, browse: AsPersona, outcome: str, noes: int, before: str
) -> None:
    sent, worker = await withdrawn_while_the_worker_rings(hub, before), await browse("idva.worker")
    await worker.get(sent.page)
    form = {"attempt_id": str(uuid4()), "channel": "mobile", "outcome": outcome}
    for _ in range(2):
        page = await worker.post(f"{sent.page}/attempts", form)
        assert "The referral was withdrawn meanwhile" in page.text and "kept all the same" in page.text
    tried = await hub.rows("select channel, outcome, reached from contact_attempt where case_id = $1", sent.case)
    assert [tuple(row.values()) for row in tried] == [("mobile", outcome, True)]
    assert (await hub.told(sent.case)).count("contact.attempted") == 1
    for _ in range(2):
        await hub.every(settling.settle, LATER)
    assert await no_to_record(hub, sent) == noes
    assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "withdrawn"


async def test_that_the_person_does_not_want_it_said_after_a_withdrawal_reaches_the_hub_once(
    hub: Hub, browse: AsPersona
) -> None:
    sent, worker = await withdrawn_while_the_worker_rings(hub), await browse("idva.worker")
    await worker.get(sent.page)
    for _ in range(2):
        page = await worker.post(f"{sent.page}/steps/person_declined", {"reason_code": "not_now"})
        assert "That the person said no is kept all the same, and told to the hub" in page.text
        await hub.every(settling.settle, LATER)
    assert await no_to_record(hub, sent) == 1
    assert await hub.value("select count(*) from contact_attempt where outcome = 'declined'") == 1


async def test_that_it_was_not_safe_to_come_is_a_review_of_the_risk_at_the_hub(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
        made, provider = uuid4(), WORKER.organisation_id
        assert provider is not None
        at = LATER + timedelta(days=1)
        row = Appointment(made, sent.leg, sent.case, provider, at, "at_service", "booked", LATER, WORKER.user_id)
        await supporting.book(tx, WORKER, row, BOOKS.support, LATER)
    await hub.every(settling.settle, LATER)
    reviews = "select count(*) from task where case_id = $1 and kind = 'review_risk' and done_at is null"
    assert await hub.value(reviews, sent.case) == 0
    later = LATER + timedelta(hours=1)
    with pytest.raises(Refused, match="not_safe_to_move"):
        async with hub.looks(WORKER) as tx:
            await supporting.record_result(tx, WORKER, row, "moved", later, whose="person", reason="unsafe")
    async with hub.looks(WORKER) as tx:
        await supporting.record_result(tx, WORKER, row, "cancelled", later, whose="person", reason="unsafe")
    for _ in range(2):
        await hub.every(settling.settle, later)
    assert await hub.value(reviews, sent.case) == 1
    marked = "select review_since is not null from case_file where case_id = $1"
    assert await hub.value(marked, sent.case)
    assert await hub.value("select count(*) from alert where trigger = 'contact_unsafe'") == 1
    async with hub.as_worker() as tx:
        held = await contacting.profile_of(tx, sent.person)
    assert {one.safety for one in held.channels.values()} == {"unknown"}


async def test_once_a_newer_link_is_opened_what_an_older_one_opened_ends_but_a_lock_is_heard(
    hub: Hub, desk: Desk
) -> None:
    sent = await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    holder = await desk.opened(sent)
    newer = await desk.link(sent)
    now = await hub.value("select now()")
    assert await hub.every(links_by_mail.end_older_sessions, now) == 0
    assert (await holder.get("/portal/link")).heading != "This link is over", "not because another was made"
    await desk.stranger.get(newer)
    await desk.stranger.submit("Go on")
    now = await hub.value("select now()")
    assert await hub.every(links_by_mail.end_older_sessions, now) == 1
    assert await hub.every(links_by_mail.end_older_sessions, now) == 0
    page = await holder.post("/portal/link/lock", {"channel": "mobile"}, 404)
    assert page.heading == "This link is over" and "locked everywhere all the same" in page.text
    await holder.get("/portal/link", 404)
    await desk.stranger.get("/portal/link")
    async with hub.as_worker() as tx:
        assert (await contacting.profile_of(tx, sent.person)).channel("mobile").locked_at is not None
    assert now > NOON


async def test_that_it_was_not_safe_to_ask_at_the_end_is_a_review_and_asks_nobody_how_it_was(
    hub: Hub, browse: AsPersona
) -> None:
    sent, worker = await a_referral_sent(hub), await browse("idva.worker")
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
        await providing.start(tx, WORKER, sent.referral, LATER)
    await worker.get(f"{sent.page}/steps/complete")
    said = an_end(**{"outcome-VFS1": "unsafe", "feedback_wanted": "yes", "end_reason": "goals_met"})
    page = await worker.submit("Complete support", 422, **said)
    assert page.errors == ["It was not safe to ask them about an outcome, so nobody asks how it was: choose “No”"]
    await worker.submit("Complete support", **said | {"feedback_wanted": "no"})
    for _ in range(2):
        await hub.every(settling.settle, LATER)
    assert await hub.value("select count(*) from task where kind = 'review_risk' and done_at is null") == 1
    assert await hub.value("select review_since is not null from case_file where case_id = $1", sent.case)
