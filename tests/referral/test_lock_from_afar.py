"""A provider that rang, and heard somebody else, locks the channel however the referral stands by then."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from services.referral.actions import contacting, lapsing, locking, providing, referring
from services.referral.domain import safe_contact
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, AsPersona, Sent, a_referral_sent, portal_of

pytestmark = pytest.mark.service
OFFICER, WORKER = a_viewer(), a_viewer("idva.worker")


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with portal_of(hub, databases) as as_persona:
        yield as_persona


async def come_to(hub: Hub, sent: Sent, how: str) -> None:
    """The referral is only sent, was withdrawn or declined since, or its agreement has run out."""
    if how == "withdrawn":
        async with hub.looks(OFFICER) as tx:
            await referring.withdraw(tx, OFFICER, sent.referral, "duplicate", LATER)
    elif how == "declined":
        async with hub.looks(WORKER) as tx:
            await providing.step(tx, WORKER, sent.referral, "decline", LATER, reason_code="capacity")
    elif how == "lapsed":
        await hub.worker.pool.execute("update consent set expires_at = $1", LATER)
        assert await hub.every(lapsing.close, LATER) == 1


@pytest.mark.parametrize("how", ["sent", "withdrawn", "declined", "lapsed"])
async def test_somebody_else_answered_is_heard_from_a_page_that_was_left_open(
    hub: Hub, browse: AsPersona, how: str
) -> None:
    sent = await a_referral_sent(hub)
    worker = await browse("idva.worker")
    await worker.get(sent.page)
    await come_to(hub, sent, how)
    page = await worker.submit("Somebody else answered: lock mobile")
    assert "The channel is locked everywhere" in page.text
    assert await shut(hub, sent, mine=how == "sent") == {"mobile"}, (
        "from that very moment, for the hub, its worker and who has the case"
    )
    await hub.every(locking.carry_on, LATER + timedelta(seconds=1))
    held = await hub.rows("select locked_why, set_by_role from channel where kind = 'mobile'")
    assert [tuple(row.values()) for row in held] == [("someone_else_answered", "idva.worker")]
    told = "select count(*) from case_event where data ->> 'channel' = 'mobile' and (data ->> 'locked')::boolean"
    assert await hub.value(told) == 1
    locked = "select count(*) from kit.audit where action = 'channel.locked' and actor_role = 'idva.worker'"
    assert await hub.value(locked) == 1
    assert await hub.value("select count(*) from lock_said") == 0


async def shut(hub: Hub, sent: Sent, *, mine: bool) -> set[str]:
    """What the one check calls locked, whoever asks it (the provider too where it is `mine`), of one person or many."""
    found = []
    for viewer in (None, OFFICER, *([WORKER] if mine else [])):
        async with hub.looks(viewer) if viewer else hub.as_worker() as tx:
            found.append(await contacting.profile_of(tx, sent.person))
            found += (await contacting.profiles_of(tx, [sent.person])).values()
    [kinds] = {frozenset(kind for kind, one in held.channels.items() if one.locked_at) for held in found}
    return set(kinds)


async def test_an_attempt_that_says_so_locks_as_well_and_another_is_kept_and_locks_nothing(
    hub: Hub, browse: AsPersona
) -> None:
    sent = await a_referral_sent(hub)
    worker = await browse("idva.worker")
    await worker.get(sent.page)
    await come_to(hub, sent, "withdrawn")
    form = {"attempt_id": str(sent.leg), "channel": "mobile", "outcome": "no_answer"}
    await worker.post(f"{sent.page}/attempts", form)
    await hub.every(locking.carry_on, LATER + timedelta(seconds=1))
    assert await hub.value("select count(*) from channel where locked_at is not null") == 0
    await worker.get(sent.page)
    await worker.post(f"{sent.page}/attempts", form | {"attempt_id": str(uuid4()), "outcome": "unsafe"})
    await hub.every(locking.carry_on, LATER + timedelta(seconds=1))
    assert await hub.value("select locked_why from channel where kind = 'mobile'") == safe_contact.LOCKING["unsafe"]


async def test_a_page_that_shows_no_channel_any_more_still_asks_which_to_lock(hub: Hub, browse: AsPersona) -> None:
    sent = await a_referral_sent(hub)
    worker = await browse("idva.worker")
    await come_to(hub, sent, "withdrawn")
    await worker.get(sent.page)
    page = await worker.submit("Lock it everywhere", 422)
    assert page.errors == ["Choose the channel to lock"]
    await worker.submit("Lock it everywhere", channel="text")
    await hub.every(locking.carry_on, LATER + timedelta(seconds=1))
    assert await hub.value("select locked_why from channel where kind = 'text'") == "someone_else_answered"


async def test_who_never_had_the_referral_locks_nothing(hub: Hub, browse: AsPersona) -> None:
    sent = await a_referral_sent(hub)
    stranger = await browse("hate.worker")
    await stranger.get("/portal")
    await stranger.post(f"{sent.page}/lock", {"channel": "mobile"}, status=404)
    assert await hub.value("select count(*) from lock_said") == 0
