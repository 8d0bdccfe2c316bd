"""Whoever is sent to a contract is taken by it at that moment, by every rule of the panel, or a human was excepted."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id
from contracts.refused import Refused
from kit import clock
from services.referral.actions import excepting, referring
from services.referral.domain.books import Books
from services.referral.domain.directory import directory_of
from services.referral.domain.matching import EXCEPTABLE
from services.referral.store import cases, directory
from tests.builders import NOON, a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, triaged
from tests.referral.test_actions import IDVA, LATER, a_waiting_case, agrees
from tests.referral.test_directory_keeping import holds_at_most
from tests.referral.test_life import RIVERBANK, a_rape_sent

pytestmark = pytest.mark.service
OFFICER = a_viewer()
ELSEWHERE = contract_id("lantern-house-idva")
SAYS_NO: dict[str, dict[str, Any]] = {
    "area": {"areas": frozenset({"E08000026"})},
    "offer": {"offer": "by_and_for"},
    "dates": {"ends": date(2026, 8, 31)},
    "list": {"list_state": "closed"},
    "age": {"age_from": 90},
    "kind": {"kinds": frozenset({"witness"})},
    "sex": {"sex": "male"},
    "reported": {"reported": "unreported"},
    "language": {"interpreters": False, "languages": frozenset({"cy"})},
}
"""What of a contract stands in the way of a woman of Birmingham, by rule."""
YES = {"agreed": "yes", "unassessed": "urgent"}


def books_with(contract: UUID, **changes: Any) -> Books:
    held = [replace(one, **changes) if one.contract_id == contract else one for one in BOOKS.directory.contracts]
    return replace(BOOKS, directory=directory_of(held))


async def sends(hub: Hub, referral: UUID, books: Books) -> bool:
    """Whether a send to IDVA is taken; a leg is taken back at once."""
    try:
        async with hub.looks(OFFICER) as tx:
            leg = await referring.send(tx, OFFICER, referral, IDVA, books, hub.sealer, NOON)
            await referring.undo(tx, OFFICER, leg.leg_id, NOON)
    except Refused as refused:
        assert (refused.field, refused.code) == ("contract_id", "does_not_fit")
        return False
    return True


async def test_a_rule_that_stands_in_the_way_stops_a_send_until_an_exception_from_that_very_rule(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    await agrees(hub, case)
    await hub.worker.pool.execute(
        "update routing set facts = jsonb_set(facts::jsonb, '{case,language}', '\"pl\"')::json where case_id = $1", case
    )
    assert await sends(hub, referral, BOOKS)
    for rule, changes in SAYS_NO.items():
        books = books_with(IDVA, **changes)
        assert not await sends(hub, referral, books), f"{rule}, with exceptions from every rule before it"
        async with hub.looks(OFFICER) as tx:
            held = await cases.get(tx, case)
            assert held is not None
            about = (held, uuid4(), IDVA, rule, "provider_manager", NOON)
            if rule in EXCEPTABLE:
                await excepting.grant(tx, OFFICER, *about)
            else:
                with pytest.raises(Refused, match="no_exception_from_it"):
                    await excepting.grant(tx, OFFICER, *about)
        assert await sends(hub, referral, books) is (rule in EXCEPTABLE), rule


async def closes(hub: Hub, contract: UUID, state: str = "closed") -> None:
    held = BOOKS.directory.by_id[contract]
    async with hub.as_worker() as tx:
        said = directory.ContractState(contract, held.provider.provider_id, state, None, None, None, clock.now(), None)
        await directory.say(tx, said)


async def test_a_list_that_closes_after_the_page_was_opened_stops_the_send_and_its_words_say_what_would_open_it(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    where = f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}"
    officer = await browse("officer")
    form = (await officer.get(where)).hidden(where)
    await closes(hub, IDVA)
    page = await officer.submit("Send", 409, **YES)
    assert "since you opened the page: Its list is closed. Ask the provider to open its list" in page.errors[0]
    assert "Send" not in page.texts("button") and "so nothing is sent there" in page.text
    page = await officer.post(where, {name: value for name, value in form.items() if name != "open"} | YES, 422)
    assert "does not take this person as it stands: Its list is closed." in page.errors[0]
    assert await hub.value("select count(*) from leg") + await hub.value("select count(*) from consent") == 0
    await officer.follow("Write down that an exception was granted")
    await officer.submit("Write it down", granted_by="provider_manager")
    assert (await officer.submit("Send", **YES)).heading == "Leaving in 10 seconds"


async def test_an_address_of_a_contract_that_takes_nobody_like_the_person_shows_no_way_to_send(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    where = f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts"
    officer = await browse("officer")
    page = await officer.get(f"{where}/{ELSEWHERE}")
    assert "not Birmingham" in page.text and "Send" not in page.texts("button")
    page = await officer.get(f"{where}/{contract_id('spectrum-west-idva')}")
    assert page.link("Write down what they choose") == f"/cases/{case}/choices" and "Send" not in page.texts("button")


async def test_a_contract_that_closes_while_a_send_may_be_undone_is_sent_nobody_and_somebody_is_told(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    await agrees(hub, case)
    async with hub.looks(OFFICER) as tx:
        await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, NOON)
    await closes(hub, IDVA)
    await hub.every(referring.release, LATER)
    assert await hub.value("select count(*) from leg") == 0
    assert (
        await hub.value("select kind from task where referral_id = $1 and done_at is null", referral) == "send_stopped"
    )


async def test_whoever_takes_the_last_place_is_not_kept_from_it_by_their_own_send(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    await agrees(hub, case)
    async with hub.looks(OFFICER) as tx:
        await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, NOON)
    await holds_at_most(hub, 1, IDVA)
    await hub.every(referring.release, LATER)
    assert await hub.value("select state from leg") == "sent"


async def test_a_transfer_to_a_contract_that_closed_since_the_page_is_not_even_planned(
    hub: Hub, browse: AsPersona
) -> None:
    sent = await a_rape_sent(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{sent.case}/referrals/{sent.referral}/transfer")
    await closes(hub, RIVERBANK)
    said = {"contract": str(RIVERBANK), "reason_code": "another_provider", "agreed": "yes"}
    page = await officer.submit("Transfer", 409, **said)
    assert page.errors[0].startswith("The contract does not take this person as it stands")
    assert await hub.value("select count(*) from transfer") == 0
