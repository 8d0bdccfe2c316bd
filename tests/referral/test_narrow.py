"""A narrow agreement: what it leaves out is said before the send, and nobody at high risk is sent without the risk or a
way to reach them unless somebody says why; then the hub brings the two together."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import consenting, referring, ruling_out
from services.referral.store import cases
from services.referral.store.consent import Consent
from tests.builders import NOON, a_domestic_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages, triaged
from tests.referral.test_case_gate import Site, passes, site

__all__ = ["site"]

IDVA = contract_id("harbour-lane-idva")
GIVEN = {"purpose": "support", "contract": str(IDVA), "how": "mobile", "given_by": "self"}
HIGH = {"relationship_to_suspect": "partner", "risk": {"dash_score": 17, "grade": "high"}}
STILL = "An earlier agreement to the same provider shares more, and still counts"
NEEDS = "It needs these too, and the person has not agreed that they are shared with it:"


@pytest.mark.service
async def test_a_person_at_high_risk_is_not_sent_without_the_risk_and_a_way_to_reach_them_unless_somebody_says_why(
    hub: Hub, databases: Databases
) -> None:
    case = await a_case(hub, a_domestic_crime(a_victim("V-1", **HIGH)))
    where = f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert NEEDS not in (await officer.get(where)).text, "of the whole pack nothing is left out"
        await officer.get(f"/cases/{case}/agreements/new")
        await officer.submit("Record the agreement", **GIVEN, scope="who")
        text = (await officer.get(where)).text
        left = text[text.index(NEEDS) :]
        left = left[: left.index(".")].lower()
        assert all(name in left for name in ("risk", "ways to reach")), left
        page = await officer.submit("Send", 422, agreed="yes", unassessed="urgent")
        said = "Choose why it is sent without what the provider needs, or record a wider agreement first"
        assert page.errors == [said] and await hub.value("select count(*) from leg") == 0
        await officer.submit("Send", agreed="yes", unassessed="urgent", narrow="hub_tells")
    fields = await hub.value("select pack_fields from leg")
    assert "channels" not in fields and "risk" not in fields
    reason = "select reason from kit.audit where action = 'referral.sent_narrow'"
    assert await hub.value(reason) == "hub_tells"
    now = clock.now() + timedelta(seconds=11)
    await hub.every(referring.release, now)
    due = await hub.value("select due_at from task where kind = 'narrow_no_way' and done_at is null")
    assert now <= due <= now + timedelta(hours=2), "whoever is at high risk waits no day for it"


@pytest.mark.service
async def test_a_send_without_the_risk_alone_is_a_task_too_where_it_is_urgent(hub: Hub, databases: Databases) -> None:
    case = await a_case(hub, a_domestic_crime(a_victim("V-1", **HIGH)))
    where = f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(f"/cases/{case}/agreements/new")
        page = await officer.submit("Record the agreement", **GIVEN, scope=["who", "reach"])
        assert STILL not in page.text
        await officer.get(f"/cases/{case}/agreements/new")
        page = await officer.submit("Record the agreement", **GIVEN, scope="who")
        assert STILL in page.text, "the wider one before it goes on sharing what it shares"
        await officer.get(where)
        await officer.submit("Send", agreed="yes", unassessed="urgent", narrow="person_wants")
    await hub.every(referring.release, clock.now() + timedelta(seconds=11))
    kinds = await hub.rows("select kind from task where kind like 'narrow%'")
    assert [row["kind"] for row in kinds] == ["narrow_no_risk"]


@pytest.mark.service
async def test_whoever_agreed_to_all_of_it_makes_no_such_task(hub: Hub, databases: Databases) -> None:
    case = await a_case(hub, a_domestic_crime(a_victim("V-1", **HIGH)))
    where = f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(where)
        await officer.submit("Send", agreed="yes", unassessed="urgent")
    assert "channels" in await hub.value("select pack_fields from leg")
    await hub.every(referring.release, clock.now() + timedelta(seconds=11))
    assert await hub.value("select count(*) from task where kind like 'narrow%'") == 0


@pytest.mark.service
@pytest.mark.browser
async def test_the_page_of_a_narrow_send_and_of_one_that_is_ruled_out_pass_the_gate(site: Site, hub: Hub) -> None:
    case, officer = await a_case(hub, a_domestic_crime(a_victim("V-1", **HIGH))), a_viewer()
    where = f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts"
    async with hub.looks(officer) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        agreed = Consent(
            uuid4(), held.person_id, case, "support", "self", NOON, contract_id=IDVA, scope=("given_names",)
        )
        await consenting.record(tx, officer, agreed, NOON)
        provider = BOOKS.directory.by_id[IDVA].provider.provider_id
        await ruling_out.rule_out(tx, officer, held, provider, BOOKS, clock.now(), "conflict")
    await passes(site, f"{where}/{IDVA}", "Send")
    await passes(site, where)
