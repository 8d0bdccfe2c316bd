"""To whom nothing may be said: on every page of the case, at the provider, on paper and on the sheet for downtime."""

from uuid import UUID, uuid4

import pytest

from kit import clock
from kit.web.sealed_page import open_page
from services.referral.actions import beside
from services.referral.actions.beside import Told
from services.referral.store import cases
from tests.browser import Browser, cookie_of
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.portal import a_referral_sent, access_of, portal_app

pytestmark = pytest.mark.service
WORDS = "correct horse battery staple"


async def named(hub: Hub, case_id: UUID, code: str = "partner", who: str = "Ulric") -> None:
    viewer = a_viewer()
    async with hub.looks(viewer) as tx:
        case = await cases.get(tx, case_id)
        assert case is not None
        await beside.add(tx, viewer, hub.sealer, case, Told(uuid4(), "must_not_know", code, who), clock.now())


async def test_every_page_of_the_case_says_to_whom_nothing_may_be_said_until_it_is_taken_off(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer, compliance = await browse("officer"), await browse("compliance")
    assert "Must not know" not in (await officer.get(f"/cases/{case}/contact")).text
    await named(hub, case)
    await named(hub, case, "family")
    for tab in ("", "/contact", "/referrals", "/notes"):
        page = await officer.get(f"/cases/{case}{tab}")
        assert "Must not know: somebody in the family, partner" in page.texts("span", "moj-badge")
        assert "Ulric" not in page.text, "who they are stands on the page of safeguards alone"
    assert "Must not know" not in (await compliance.get(f"/cases/{case}")).text
    await hub.worker.pool.execute("update case_entry set closed_at = now() where code = 'family'")
    assert "Must not know: partner" in (await officer.get(f"/cases/{case}")).texts("span", "moj-badge")


async def test_the_provider_reads_what_they_are_to_the_person_and_never_a_name_nor_anothers(
    hub: Hub, databases: Databases
) -> None:
    sent, other = await a_referral_sent(hub), await a_referral_sent(hub, "lantern-house-idva")
    await named(hub, sent.case)
    await named(hub, other.case, "work")
    access, settings = await access_of(databases), hub.context.settings
    app = portal_app(hub, settings, access)
    async with Browser(app, settings, await cookie_of(access, "idva.worker")) as worker:
        page = await worker.get(sent.page)
        assert "Must not know that you help: partner." in page.text and "Ulric" not in page.html
        await worker.get(other.page, 404)
    async with hub.looks(a_viewer("idva.worker")) as tx:
        assert [row["code"] for row in await tx.fetch("select code from case_entry")] == ["partner"]
        assert await tx.fetchval("select has_column_privilege('case_entry', 'body', 'select')") is False
    await hub.worker.pool.execute("update leg set state = 'withdrawn'")
    async with hub.looks(a_viewer("idva.worker")) as tx:
        assert await tx.fetch("select code from case_entry") == []


async def test_paper_and_the_sheet_for_downtime_name_who_must_not_know_and_what_care_a_number_needs(
    hub: Hub, browse: AsPersona
) -> None:
    mobile = {"kind": "mobile", "value": "07700 900321", "safety": "safe", "voicemail": False, "say_who": False}
    case = await a_case(hub, channels=[mobile])
    await named(hub, case)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get(f"/cases/{case}/print")
    page = await officer.post(f"/cases/{case}/print", {"parts": ["facts"], "reason": "visit"})
    assert "Safe when this was printed: Mobile." in page.text
    assert "Must not know, nor see this paper: partner (Ulric)." in page.text
    [kept] = await hub.rows("select fields from kit.audit where action = 'case_printed'")
    assert kept["fields"] == ["facts", "must_not_know"]
    await leader.get("/cases/downtime")
    sheet = (await leader.submit("Make the sheet", passphrase=WORDS, again=WORDS)).response
    opened = open_page(sheet.text, WORDS)
    assert "Must not know: partner: Ulric" in opened
    assert "07700 900321 (leave no message, do not say who you are)" in opened
