"""A provider's own word rules it out for a person, in every case of theirs, until somebody there says otherwise; and so
does the reason of a transfer. Who works in a contract as subcontractor counts too."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from contracts.refused import Refused
from services.referral.actions import consenting, gating, providing, ruling_out, settling, transferring
from services.referral.case_ui import whynot
from services.referral.domain.facts import facts_of
from services.referral.domain.matching import explain
from services.referral.store import cases
from services.referral.store.consent import Consent
from tests.builders import NOON, a_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages, triaged
from tests.referral.portal import LATER, Sent, a_referral_sent
from tests.referral.test_life import RIVERBANK, a_rape_sent

pytestmark = pytest.mark.service
OFFICER, IDVA = a_viewer(), contract_id("harbour-lane-idva")
WORDS = {
    "conflict": "It works with the other party (",
    "unsafe": "It said that the person would not be safe with it (",
}
SENT = "select contract_id, state from leg where case_id = $1"


async def sent_by_itself(hub: Hub) -> Sent:
    """An ordinary crime, sent by itself to the contract that the policy names, and accepted by nobody yet."""
    case = await a_case(hub, a_crime(a_victim("V-1")))
    [row] = await hub.rows(
        "select l.case_id, l.person_id, l.referral_id, l.leg_id from leg l where l.case_id = $1 and l.state = 'sent'",
        case,
    )
    return Sent(*row.values())


@pytest.mark.parametrize("reason", ["conflict", "unsafe"])
async def test_a_provider_that_declined_for_danger_with_it_is_sent_to_by_itself_no_more_and_stands_with_its_reason(
    hub: Hub, databases: Databases, reason: str
) -> None:
    sent = await sent_by_itself(hub)
    before = await hub.value("select contract_id from leg where leg_id = $1", sent.leg)
    provider = BOOKS.directory.by_id[before].provider
    who = a_viewer("provider.manager", organisation_id=provider.provider_id)
    async with hub.looks(who) as tx:
        await providing.decline(tx, who, sent.referral, reason, LATER)
    assert await hub.every(settling.settle, LATER) == 1
    later = await a_case(hub, a_crime(a_victim("V-1")))
    assert before not in {row["contract_id"] for row in await hub.rows(SENT, later)}, "by itself, in their next case"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{sent.case}/referrals/{sent.referral}/contracts")
        change = page.text.index("One change away")
        assert WORDS[reason] in page.text[change:] and WORDS[reason] not in page.text[:change]
        where = f"/cases/{sent.case}/referrals/{sent.referral}/contracts/{before}"
        assert WORDS[reason] in (await officer.get(where)).text
        page = await officer.submit("Send", 422, agreed="yes", unassessed="urgent")
        assert "who there said that it can take this person all the same" in page.text, "whatever the person agreed to"
        await officer.get(f"{where}/exception")
        await officer.submit("Write it down", granted_by="provider_worker")
        assert "Ruled out for this person" not in (await officer.get(where)).text
        await officer.submit("Send", agreed="yes", unassessed="urgent")
    assert [row["state"] for row in await hub.rows(SENT, sent.case)] == ["declined", "leaving"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [("conflict", WORDS["conflict"]), ("another_provider", "The person asked for another provider (")],
)
async def test_who_had_the_person_is_not_offered_again_where_that_is_why_they_were_transferred(
    hub: Hub, databases: Databases, reason: str, words: str
) -> None:
    sent = await a_rape_sent(hub)
    old = await hub.value("select contract_id from leg where leg_id = $1", sent.leg)
    async with hub.looks(OFFICER) as tx:
        agreed = Consent(uuid4(), sent.person, sent.case, "support", "self", LATER, contract_id=RIVERBANK, how="mobile")
        await consenting.record(tx, OFFICER, agreed, LATER)
        await transferring.transfer(tx, OFFICER, uuid4(), sent.referral, RIVERBANK, reason, BOOKS, LATER)
    gone = LATER + timedelta(seconds=11)
    await hub.every(transferring.carry_out, gone)
    async with hub.looks(OFFICER) as tx:
        facts = facts_of((await cases.routings(tx, sent.case))[0].facts["case"])
    assert facts.refused_providers == (BOOKS.directory.by_id[old].provider.provider_id,)
    new = await hub.value(
        "select referral_id from referral where case_id = $1 and follows = $2", sent.case, sent.referral
    )
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{sent.case}/referrals/{new}/contracts")
        assert words in page.text[page.text.index("One change away") :]


async def test_a_contract_in_which_somebody_works_whom_the_person_ruled_out_waits_for_who_of_them_will_work(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub)
    house = next(c.provider for c in BOOKS.directory.contracts if c.provider.name == "Lantern House")
    another = await a_case(hub)
    referral = await triaged(hub, another)
    async with hub.looks(OFFICER) as tx:
        case = await cases.get(tx, another)
        assert case is not None
        agreed = Consent(uuid4(), case.person_id, another, "support", "self", NOON, contract_id=IDVA, how="mobile")
        await consenting.record(tx, OFFICER, agreed, NOON)
        await ruling_out.rule_out(tx, OFFICER, case, house.provider_id, BOOKS, LATER)
        with pytest.raises(Refused, match="ruled_out_subcontractor"):
            await gating.gate(tx, case, "idva", BOOKS.directory.by_id[IDVA], BOOKS, LATER)
    assert sent.case != another
    where = f"/cases/{another}/referrals/{referral}/contracts"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        text = (await officer.get(where)).text
        said = (
            "Lantern House, which works in it as subcontractor, is ruled out. The person asked not to be sent there ("
        )
        assert said in text[text.index("One change away") :] and said not in text[: text.index("One change away")]
        await officer.get(f"{where}/{IDVA}/exception")
        await officer.submit("Write it down", granted_by="provider_manager")
    async with hub.looks(OFFICER) as tx:
        assert await gating.gate(tx, case, "idva", BOOKS.directory.by_id[IDVA], BOOKS, LATER) == "agreement"


async def test_a_subcontractor_that_helps_the_other_party_stands_in_the_way_as_its_provider_would(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    async with hub.looks(OFFICER) as tx:
        facts = facts_of((await cases.routings(tx, sent.case))[0].facts["case"])
    house = next(c.provider for c in BOOKS.directory.contracts if c.provider.name == "Lantern House")
    found = explain(facts, "idva", BOOKS.directory, NOON.date())
    assert IDVA in {each.contract.contract_id for each in whynot.panel(found, "idva").fits}
    panel = whynot.panel(found, "idva", whynot.Beside({}, {house.provider_id}))
    assert IDVA not in {each.contract.contract_id for each in panel.fits}
    [each] = [each for each in panel.near if each.contract.contract_id == IDVA]
    assert "Lantern House, a subcontractor of it, is helping somebody" in each.checks[-1].words
