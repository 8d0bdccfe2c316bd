"""A provider that the person does not want is kept with them; and a send records no wider agreement than was shown."""

from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import consenting, ruling_out
from services.referral.case_ui import words
from services.referral.domain.facts import facts_of
from services.referral.store import cases
from services.referral.store.consent import Consent
from tests.builders import a_crime, a_domestic_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages, triaged
from tests.referral.test_life import RIVERBANK, a_rape_sent

pytestmark = pytest.mark.service
OFFICER, IDVA = a_viewer(), contract_id("harbour-lane-idva")
HARBOUR = BOOKS.directory.by_id[IDVA].provider
YES = {"agreed": "yes", "unassessed": "urgent"}
GIVEN = {"purpose": "support", "contract": str(IDVA), "how": "mobile", "given_by": "self", "scope": "who"}
ASKED = "The person asked not to be sent there"


async def refused(hub: Hub, case: UUID) -> tuple[UUID, ...]:
    async with hub.looks(OFFICER) as tx:
        return facts_of((await cases.routings(tx, case))[0].facts["case"]).refused_providers


async def test_a_provider_that_the_person_does_not_want_is_kept_with_them_until_they_agree_to_it_again(
    hub: Hub, databases: Databases
) -> None:
    case = await a_case(
        hub, a_domestic_crime(a_victim("V-1", relationship_to_suspect="partner", risk={"grade": "high"}))
    )
    referral, person = await triaged(hub, case), await hub.value("select person_id from case_file")
    async with hub.looks(OFFICER) as tx:
        given = Consent(uuid4(), person, case, "support", "self", clock.now(), contract_id=IDVA)
        await consenting.record(tx, OFFICER, given, clock.now())
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(f"/cases/{case}/agreements/{given.consent_id}/withdraw")
        await officer.submit("Withdraw it and end all of this", reason_code="not_this_provider")
        assert await refused(hub, case) == (HARBOUR.provider_id,)
        page = await officer.get(f"/cases/{case}/referrals/{referral}/contracts")
        assert ASKED in page.text
        later = await a_case(hub, a_crime(a_victim("V-1")))
        assert await refused(hub, later) == (HARBOUR.provider_id,), "and so it is in their next case"
        await officer.get(f"/cases/{case}/agreements/new")
        await officer.submit("Record the agreement", **GIVEN)
        assert await refused(hub, case) == await refused(hub, later) == ()
        page = await officer.get(f"/cases/{case}/referrals/{referral}/contracts")
        assert ASKED not in page.text


async def test_a_provider_that_the_person_does_not_want_is_not_among_those_who_take_over(
    hub: Hub, databases: Databases
) -> None:
    sent, riverbank = await a_rape_sent(hub), BOOKS.directory.by_id[RIVERBANK]
    page_of = f"/cases/{sent.case}/referrals/{sent.referral}/transfer"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert riverbank.title in (await officer.get(page_of)).text
        async with hub.looks(OFFICER) as tx:
            case = await cases.get(tx, sent.case)
            assert case is not None
            await ruling_out.rule_out(tx, OFFICER, case, riverbank.provider.provider_id, BOOKS, clock.now())
        text = (await officer.get(page_of)).text
        assert riverbank.title not in text
        assert f"{riverbank.provider.name}: {ASKED}" in text


async def test_the_agreement_that_a_send_records_is_to_what_the_provider_needs_known_yet_or_not_and_no_more(
    hub: Hub, databases: Databases
) -> None:
    case = await a_case(hub)
    where = f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(where)
        shown = {one.lower() for one in page.texts("li")}
        await officer.submit("Send", **YES)
    scope = await hub.value("select scope from consent")
    pack = BOOKS.directory.by_id[IDVA].pack
    later = page.text[page.text.index("And, as they stand or once they are known:") :][:400]
    assert all(words.words(name).lower() in shown or words.words(name).lower() in later for name in scope)
    assert set(scope) == set(pack) > set(await hub.value("select pack_fields from leg"))
