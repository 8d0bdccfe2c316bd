"""A no of the person is acted on wherever it was heard: at the hub's first contact, by a provider, or in a decline."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.refused import Refused
from kit import clock
from services.referral.actions import contacting, gating, providing, rerouting, settling, supporting
from services.referral.actions.first_contact import record
from services.referral.store import cases, consent
from services.referral.store.first_contact import HubAssessment
from services.referral.store.support import Assessment
from tests.builders import a_domestic_crime, a_victim, a_viewer, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.portal import LATER, Sent, a_referral_sent, a_referral_sent_by_policy, portal_of, shown
from tests.referral.test_first_contact import NEEDS
from tests.referral.test_later_news import a_sent_case

pytestmark = pytest.mark.service
OFFICER, WORKER = a_viewer(), a_viewer("idva.worker")
TO_RECORD = "select count(*) from task where kind = 'said_no_to_support' and done_at is null"
PROPOSED = "select count(*) from proposed_leg where closed_at is null"


async def assessed(hub: Hub, case: UUID, agreed: str) -> None:
    """The hub's first-contact assessment, in which the person says whether they agree to be referred."""
    needs = dict.fromkeys(BOOKS.support.domains, 3)
    made = HubAssessment(
        uuid4(), case, needs, (), None, "standard", agreed, "x", OFFICER.user_id, "officer", clock.now()
    )
    async with hub.looks(OFFICER) as tx:
        await record(tx, OFFICER, made, BOOKS, clock.now())


async def shut(hub: Hub, case: UUID) -> str | None:
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        return await gating.share_shuts(tx, held, clock.now())


async def test_who_does_not_agree_to_be_referred_is_recorded_today_and_the_page_says_what_stands(
    hub: Hub, browse: AsPersona
) -> None:
    sent, officer = await a_referral_sent(hub), await browse("officer")
    await officer.get(f"/cases/{sent.case}/assessment")
    page = await officer.submit("Record it", **NEEDS, risk="standard", agreed="no")
    assert "record it today on each referral" in page.text
    assert "they do not agree to be referred, and this is still open: IDVA (sent to a provider)" in page.text
    assert await hub.value(TO_RECORD) == 1 and await shut(hub, sent.case) == "said_no"
    assert await hub.value("select count(*) from referral where ended_at is not null") == 0, "only a human ends it"
    page = await officer.get(f"/cases/{sent.case}/referrals/{sent.referral}/steps/person_declined")
    await officer.submit("The person does not want this", reason_code="not_needed")
    assert "this is still open" not in (await officer.get(f"/cases/{sent.case}")).text


async def test_nothing_is_sent_on_the_police_word_after_a_no_at_first_contact_and_its_provider_sees_no_more(
    hub: Hub,
) -> None:
    sent = await a_referral_sent_by_policy(hub)
    seen = "select lapsed_at from leg where leg_id = $1"
    await assessed(hub, sent.case, "not_yet")
    assert await hub.value(seen, sent.leg) is None and await hub.value(TO_RECORD) == 0
    await assessed(hub, sent.case, "no")
    assert await hub.value(seen, sent.leg) is not None
    contract = BOOKS.directory.by_id[await hub.value("select contract_id from leg")]
    async with hub.looks(OFFICER) as tx:
        case = await cases.get(tx, sent.case)
        assert case is not None
        with pytest.raises(Refused, match="needs_the_persons_agreement"):
            await gating.gate(tx, case, "general", contract, BOOKS, clock.now())


@pytest.mark.parametrize(("agreed", "legs"), [("no", 1), ("yes", 2)])
@pytest.mark.parametrize("heard_by", ["police", "hub"])
async def test_a_new_line_is_not_sent_by_itself_after_a_no_at_first_contact(
    hub: Hub, heard_by: str, agreed: str, legs: int
) -> None:
    case, crime = await a_sent_case(hub)
    await assessed(hub, case, agreed)
    if heard_by == "police":
        await hub.hears([snapshot(updated(crime, 2, hate_strands=["race"]), clock.now())])
    else:
        async with hub.as_worker() as tx:
            strands = ("race",)
            await rerouting.rerun(
                tx, case, BOOKS, clock.now(), change=lambda facts: replace(facts, hate_strands=strands)
            )
    assert await hub.value("select count(*) from referral where line = 'hate_crime'") == 1
    assert await hub.value("select count(*) from leg") == legs


async def said(hub: Hub, sent: Sent, **how: Any) -> None:
    """The provider accepts, and hears the no: by an attempt or at its first assessment."""
    now = clock.now()
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
    await hub.every(settling.settle, now)
    async with hub.looks(WORKER) as tx:
        if how.get("attempt"):
            tried = (uuid4(), sent.case, "mobile", how["attempt"], now)
            await contacting.record_attempt(tx, WORKER, *tried, referral_id=sent.referral, for_support=True)
        else:
            provider = WORKER.organisation_id
            assert provider is not None
            about = (uuid4(), sent.leg, sent.case, provider)
            made = Assessment(*about, "start", "standard", "none_needed", (), how["agreed"], now, WORKER.user_id)
            await supporting.assess(tx, WORKER, made, [])
    for _ in range(2):
        await hub.every(settling.settle, now)


@pytest.mark.parametrize(
    ("how", "heard"),
    [({"attempt": "declined"}, 1), ({"attempt": "spoke"}, 0), ({"agreed": "no"}, 1), ({"agreed": "not_yet"}, 0)],
)
async def test_a_no_that_a_provider_hears_reaches_the_hub_once_and_ends_when_it_is_recorded(
    hub: Hub, databases: Databases, how: dict[str, str], heard: int
) -> None:
    sent = await a_referral_sent(hub)
    await said(hub, sent, **how)
    assert await hub.value(TO_RECORD) == heard and await shut(hub, sent.case) == ("said_no" if heard else None)
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        page = await worker.get(sent.page)
        told = "choose “The person does not want this” and say why"
        assert (told in page.text) == bool(heard)
        if not heard:
            return
        address = f"{sent.page}/steps/person_declined"
        await worker.get(address)
        await worker.post(address, {"reason_code": "not_needed", **await shown(hub, sent.referral)})
        assert told not in (await worker.get(sent.page)).text
    await hub.every(settling.settle, clock.now())
    assert await hub.value(TO_RECORD) == 0 and await shut(hub, sent.case) is None
    assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "declined_by_victim"


@pytest.mark.parametrize(("reason", "recorded"), [("victim_declined", 1), ("capacity", 0)])
async def test_a_decline_since_the_person_does_not_want_it_proposes_nobody_and_asks_to_record_the_no(
    hub: Hub, reason: str, recorded: int
) -> None:
    crime = a_domestic_crime(a_victim(relationship_to_suspect="partner", risk={"dash_score": 17}))
    sent, now = await a_referral_sent(hub, crime=crime), clock.now()
    async with hub.looks(WORKER) as tx:
        await providing.decline(tx, WORKER, sent.referral, reason, now, better_line="domestic_abuse")
    for _ in range(2):
        await hub.every(settling.settle, now)
    assert await hub.value(TO_RECORD) == recorded
    next_one = "select count(*) from task where kind = 'offer_next_provider' and done_at is null"
    assert await hub.value(next_one) == 1 - recorded
    assert bool(await hub.value(PROPOSED)) is not bool(recorded)
    async with hub.looks(OFFICER) as tx:
        noes = await consent.noes(tx, [sent.case])
    assert [no.line for no in noes] == ["idva"] * recorded
