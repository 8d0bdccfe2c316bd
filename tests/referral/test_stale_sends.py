"""A send or a transfer pressed twice, or from a page older than what happened: once, and what changed is said."""

from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import incidents, raising, transferring
from services.referral.store import cases
from tests.builders import a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, triaged
from tests.referral.test_life import RIVERBANK, a_rape_sent

pytestmark = pytest.mark.service
IDVA = contract_id("harbour-lane-idva")
LEADER = a_viewer("leader")
YES = {"agreed": "yes", "unassessed": "urgent"}
OVER = {"contract": str(RIVERBANK), "reason_code": "better_placed", "agreed": "yes"}


async def a_send(hub: Hub) -> tuple[UUID, str]:
    """A case, and the page that sends its triaged referral."""
    case = await a_case(hub)
    return case, f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}"


async def counted(hub: Hub) -> tuple[int, int]:
    agreed = "select count(*) from consent where withdrawn_at is null"
    return await hub.value("select count(*) from leg"), await hub.value(agreed)


async def test_a_second_press_lands_where_the_first_went_and_what_was_said_otherwise_is_not_dropped(
    hub: Hub, browse: AsPersona
) -> None:
    _, where = await a_send(hub)
    officer, leader = await browse("officer"), await browse("leader")
    sent = (await officer.get(where)).hidden(where)
    theirs = (await leader.get(where)).hidden(where)
    first = await officer.post(where, sent | YES)
    again = await officer.post(where, sent | YES)
    assert again.path == first.path and again.heading == "Leaving in 10 seconds" and "Undo" in again.texts("button")
    assert await counted(hub) == (1, 1)
    page = await officer.post(where, sent | YES | {"agreed": "no"}, 409)
    assert "said then that the person agreed" in page.text and page.link("See how it stands now") == first.path
    page = await leader.post(where, theirs | YES, 409)
    assert "It is on its way to" in page.text and "sent by a colleague, and leaves at" in page.text
    assert page.link("See how it stands now").endswith("/referrals") and await counted(hub) == (1, 1)
    await officer.get(first.path)
    for _ in range(2):
        page = await officer.post(f"{first.path.removesuffix('/sent')}/undo")
        assert "Undone. Nothing was sent." in page.text
    assert "It was undone" in (await officer.get(first.path)).text
    page = await officer.post(where, sent | YES, 409)
    assert "A send of this case was undone on" in page.text and await counted(hub) == (0, 0), "the same form is spent"
    anew = (await officer.get(where)).hidden(where)
    assert (await officer.post(where, anew | YES)).heading == "Leaving in 10 seconds"
    assert await counted(hub) == (1, 1), "sent again after the undo, on what is said anew"


async def test_a_page_that_showed_less_than_would_be_given_now_sends_nothing(hub: Hub, browse: AsPersona) -> None:
    case, where = await a_send(hub)
    officer = await browse("officer")
    await hub.worker.pool.execute("update case_file set language = '' where case_id = $1", case)
    assert "Language" not in (await officer.get(where)).texts("li")
    await hub.worker.pool.execute("update case_file set language = 'pl' where case_id = $1", case)
    page = await officer.submit("Send", 409, **YES)
    assert "it would also be given: language. Nothing was sent." in page.errors[0]
    assert "Language" in page.texts("li") and await counted(hub) == (0, 0)
    assert (await officer.submit("Send")).heading == "Leaving in 10 seconds", "what was typed is still there"


async def linked_to_an_incident(hub: Hub, case: UUID) -> None:
    async with hub.looks(LEADER) as tx:
        switch = await incidents.switch_on(tx, LEADER, uuid4(), "MI-7", clock.now())
        held = await cases.get(tx, case)
        assert held is not None
        await incidents.link(tx, LEADER, switch.switch_id, held.reference, BOOKS, clock.now())


async def test_a_send_from_a_page_older_than_a_hold_or_a_danger_says_what_came_and_waits_for_another_press(
    hub: Hub, browse: AsPersona
) -> None:
    case, where = await a_send(hub)
    officer = await browse("officer")
    await officer.get(where)
    await linked_to_an_incident(hub, case)
    page = await officer.submit("Send", 409, **YES)
    assert "part of a major incident" in page.errors[0] and await counted(hub) == (0, 0)
    async with hub.looks(LEADER) as tx:
        await raising.alert(tx, [case], "contact_unsafe", "x", clock.now(), clock.now())
    page = await officer.submit("Send", 409)
    assert "not safe to be in touch" in page.errors[0] and "major" not in page.errors[0]
    assert (await officer.submit("Send")).heading == "Leaving in 10 seconds", "a human may, who has read it"


async def test_a_transfer_from_a_page_older_than_a_hold_says_what_came(hub: Hub, browse: AsPersona) -> None:
    sent = await a_rape_sent(hub)
    officer, before = await browse("officer"), await counted(hub)
    await officer.get(f"/cases/{sent.case}/referrals/{sent.referral}/transfer")
    await linked_to_an_incident(hub, sent.case)
    page = await officer.submit("Transfer", 409, **OVER)
    assert "part of a major incident" in page.errors[0] and await counted(hub) == before
    assert "Until then you can undo it below" in (await officer.submit("Transfer", **OVER)).text


async def test_a_transfer_pressed_twice_is_one_with_one_agreement(hub: Hub, browse: AsPersona) -> None:
    sent = await a_rape_sent(hub)
    where, before = f"/cases/{sent.case}/referrals/{sent.referral}/transfer", await counted(hub)
    officer, leader = await browse("officer"), await browse("leader")
    form = (await officer.get(where)).hidden(where)
    theirs = (await leader.get(where)).hidden(where)
    for _ in range(2):
        page = await officer.post(where, form | OVER)
        assert "Until then you can undo it below" in page.text and "Undo the transfer" in page.texts("button")
    page = await leader.post(where, theirs | OVER, 409)
    assert "It goes to" in page.text and "as a colleague decided. Until then that can be undone." in page.text
    await officer.get(f"/cases/{sent.case}/referrals")
    await officer.submit("Undo the transfer")
    page = await officer.post(where, form | OVER, 409)
    assert "was undone on" in page.text
    await officer.get(where)
    await officer.submit("Transfer", **OVER)
    assert await hub.value("select count(*) from transfer where undone_at is null") == 1
    assert (await counted(hub))[1] == before[1] + 1, "the agreement of the first time was taken back with it"
    await hub.every(transferring.carry_out, clock.now())


async def test_a_transfer_from_a_page_older_than_the_referral_is_told_how_it_stands(
    hub: Hub, browse: AsPersona
) -> None:
    sent = await a_rape_sent(hub)
    where, before = f"/cases/{sent.case}/referrals/{sent.referral}/transfer", await counted(hub)
    officer = await browse("officer")
    await officer.get(where)
    await hub.worker.pool.execute("update referral set state = 'accepted' where referral_id = $1", sent.referral)
    page = await officer.submit("Transfer", 409, **OVER)
    assert "It stands now as “Accepted by the provider”." in page.text and await counted(hub) == before
