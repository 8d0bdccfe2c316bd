"""What left on an override that the second person then did not confirm is written down as what it was; and what a
hand-over, and another case of the person, are said to be is what they are."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import consenting, providing, referring
from services.referral.case_ui import handed, same_person
from services.referral.store.cases import OtherCase
from services.referral.store.transfers import Transfer
from tests.builders import NOON, a_domestic_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages, triaged

OFFICER, WORKER, IDVA = a_viewer(), a_viewer("idva.worker"), contract_id("harbour-lane-idva")


@pytest.mark.service
async def test_an_override_that_is_not_confirmed_after_it_left_says_who_had_it_and_asks_for_it_back(
    hub: Hub, databases: Databases
) -> None:
    victim = a_victim(relationship_to_suspect="partner", risk={"dash_score": 20, "grade": "imminent"})
    case = await a_case(hub, a_domestic_crime(victim))
    referral, asked = await triaged(hub, case), clock.now() - timedelta(minutes=2)
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, uuid4(), case, "idva", "life_at_risk", asked)
        await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, asked)
    await hub.every(referring.release, asked + timedelta(seconds=11))
    async with hub.looks(WORKER) as tx:
        await providing.view(tx, WORKER, referral, asked + timedelta(seconds=30))
    async with hub_pages(hub, databases) as browse:
        leader = await browse("leader")
        page = await leader.get("/cases/overrides")
        consent_id = await hub.value("select consent_id from consent where gate = 'override'")
        said = await leader.post(f"/cases/overrides/{consent_id}", {"says": "no"})
        assert "Not confirmed, but it had left:" in said.text and "and has opened it" in said.text, page.text
        assert "Nothing is shared" not in said.text
        officer = await browse("officer")
        text = (await officer.get(f"/cases/{case}/referrals")).text
        assert "Why: A second person did not confirm that it may be shared." in text
        assert "The person withdrew their agreement" not in text
        assert "ask the provider to delete what it was given" in (await officer.get("/cases/notices")).text
        assert "write down that it has" in (await officer.get(f"/cases/{case}")).text
        again = await leader.post(f"/cases/overrides/{consent_id}", {"says": "no"})
        assert "Nothing is shared on it now" in again.text, "the same press again makes nothing twice"
    assert await hub.value("select count(*) from task where kind = 'shared_unconfirmed'") == 1


def _planned(gate: str | None, against: tuple[str, ...] | None = None) -> Transfer:
    ids = (uuid4(), uuid4(), uuid4(), uuid4(), uuid4())
    return Transfer(*ids, "contract_relet", gate, uuid4(), "leader", NOON, NOON, against=against)


def test_until_a_hand_over_goes_its_page_tells_who_stays_as_its_check_page_did() -> None:
    stays, asked = _planned(None, ("age",)), _planned(None)
    assert handed.numbers([stays, asked, _planned("agreement")]) == [
        "1 referral to be asked first",
        "1 referral to stay: the new contract does not take them",
        "1 referral waiting to go",
    ]
    assert handed.outcome(stays).startswith("Stays: the new contract does not take this person, because of: age")
    assert handed.outcome(asked) == handed.ASKED_FIRST
    assert "unless the person has agreed" not in handed.going(stays, "another contract")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("waiting", "nobody at the hub works with them yet"),
        ("active", "a provider has it, or it is on its way to one"),
        ("resting", "nothing of it is open"),
        ("closed", "it is closed"),
    ],
)
def test_another_case_that_nobody_at_the_hub_has_says_how_it_stands(state: str, words: str) -> None:
    other = OtherCase(uuid4(), "M9X69-4VC4L", state, "8N", None, NOON, None, None)
    assert same_person.how_it_stands(other) == words
