"""A protected address, said once of any record or case of a person, is hidden: in packs, portal, paper and sheet."""

from uuid import UUID

import pytest

from kit import clock
from kit.web.sealed_page import open_page
from services.referral.actions import linking, packing
from services.referral.store import cases
from tests.builders import a_crime, a_domestic_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.portal import a_referral_sent, portal_of
from tests.referral.test_actions import IDVA
from tests.referral.test_same_person import person_of

pytestmark = pytest.mark.service
WORKER, OFFICER = a_viewer("idva.worker"), a_viewer()
ROW, VISIT, NUMBER = "1 Example Row", "2 Example Court", "07700 900321"
CHANNELS = [{"kind": kind, "value": value, "safety": "safe"} for kind, value in
            (("mobile", NUMBER), ("letter", ROW), ("in_person", VISIT))]  # fmt: skip
SAFE = {"channels_safe": ["mobile", "letter", "in_person"]}
RISK = {"relationship_to_suspect": "partner", "risk": {"dash_score": 17, "grade": "high"}}


async def one_person(hub: Hub, here: UUID, there: UUID) -> None:
    async with hub.looks(OFFICER) as tx:
        assert await linking.decide(tx, OFFICER, here, there, BOOKS, clock.now(), same=True)


async def a_protected_record(hub: Hub) -> UUID:
    """Another record with the same name, birth and number, of whom the police said so."""
    case = await a_case(hub, a_crime(a_victim("V-other", vulnerabilities=["protected_address"], **SAFE)))
    return await person_of(hub, case)


async def pack(hub: Hub, case: UUID) -> str:
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        return str(await packing.contents(tx, hub.sealer, held, BOOKS.directory.by_id[IDVA]))


async def test_what_another_record_says_hides_the_address_in_packs_old_and_new_and_in_the_portal(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub, crime=a_domestic_crime(a_victim("V-1", **RISK, **SAFE)), channels=CHANNELS)
    await hub.worker.pool.execute("update channel set safety = 'safe'")
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        await worker.get(sent.page)
        await worker.submit("Accept")
        page = await worker.get(sent.page)
        assert ROW in page.html and VISIT in page.html and ROW in await pack(hub, sent.case)
        await one_person(hub, sent.person, await a_protected_record(hub))
        await hub.worker.pool.execute("update channel set safety = 'safe'")
        page = await worker.get(sent.page)
        assert NUMBER in page.html and ROW not in page.html and VISIT not in page.html
    given = await pack(hub, sent.case)
    assert NUMBER in given and ROW not in given and VISIT not in given


async def test_paper_sheet_and_comparison_hide_an_address_that_another_case_says_is_protected(
    hub: Hub, databases: Databases
) -> None:
    case = await a_case(hub, a_domestic_crime(a_victim("V-1", **RISK, **SAFE)), channels=CHANNELS)
    other = await a_protected_record(hub)
    person = await person_of(hub, case)
    async with hub_pages(hub, databases) as browse:
        leader = await browse("leader")
        await leader.get(f"/cases/{case}/same-person/{other}")
        page = await leader.submit("Show both names and details")
        assert ROW not in page.text and page.text.count("Protected: not shown here") >= 2
        for protected in (False, True):
            if protected:
                await one_person(hub, person, other)
            await hub.worker.pool.execute("update channel set safety = 'safe'")
            await leader.get(f"/cases/{case}/print")
            page = await leader.submit("Show the page to print", parts="details", reason="visit")
            assert (ROW in page.text) is not protected and ("Protected: on no paper" in page.text) is protected
            assert ("PROTECTED ADDRESS: it is on no paper." in page.text) is protected
            await leader.get("/cases/downtime")
            words = "correct horse battery staple"
            made = await leader.submit("Make the sheet", passphrase=words, again=words)
            sheet = open_page(made.response.text, words)
            assert NUMBER in sheet and (ROW in sheet) is not protected and (VISIT in sheet) is not protected
