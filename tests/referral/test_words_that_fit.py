"""Small words of the hub's pages: they go with what was done, and nobody has to read the codes of machines."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from services.referral.case_ui.downtime import _part_words
from services.referral.directory_ui.forms import cells
from services.referral.domain.access import BY_DIRECTORY
from tests.builders import a_crime, a_victim, an_event
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case, hub_pages


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with hub_pages(hub, databases) as browse:
        yield browse


@pytest.mark.service
async def test_a_locked_channel_says_in_its_row_since_when_and_why(hub: Hub, browse: AsPersona) -> None:
    case, officer = await a_case(hub), await browse("officer")
    await officer.get(f"/cases/{case}/contact")
    page = await officer.submit("Somebody else answered: lock mobile")
    [row] = [text for text in page.texts("p") if text.startswith("Locked")]
    assert row.startswith("Locked Since ")
    assert ": somebody else answered or reads it. Only somebody who has spoken" in row, row


@pytest.mark.service
async def test_a_case_says_in_words_who_it_is_of(hub: Hub, browse: AsPersona) -> None:
    page = await (await browse("officer")).get(f"/cases/{await a_case(hub)}")
    assert page.summary["Who this is"] == "Somebody who was harmed"


@pytest.mark.service
async def test_a_referral_that_is_opened_under_a_no_is_not_said_to_be_sent_next(hub: Hub, browse: AsPersona) -> None:
    officer = await browse("officer")
    for share, said in (("agreed", "Triage it, then send it."), ("refused", "The person said no to sharing")):
        case = await a_case(hub, a_crime(a_victim(f"V-{share}", share=share), offence_code="20A"))
        await officer.get(f"/cases/{case}/referrals")
        page = await officer.submit("Open a referral", line="mental_health")
        assert f"The referral is open. {said}" in page.text


@pytest.mark.service
async def test_operations_names_what_is_not_for_this_service_in_words(hub: Hub, browse: AsPersona) -> None:
    await hub.hears([an_event("police.crime.looked-at.v1", {"crime_id": str(uuid4())})])
    page = await (await browse("officer")).get("/operations")
    assert "Police crime looked at: 1" in page.texts("li") and ".v1" not in page.text


@pytest.mark.service
async def test_the_access_needs_of_a_contract_are_ticked_by_their_words(browse: AsPersona) -> None:
    leader = await browse("leader")
    page = await leader.get("/directory/contracts/new")
    ticked = {each.get("value") for each in page.all("input") if each.get("name") == "access"}
    assert ticked == BY_DIRECTORY and "step_free" not in page.text
    assert {"British Sign Language", "Easy read", "Step free", "Text relay"} <= set(page.texts("label"))
    assert "MO-FR 09:00-17:00 is Monday to Friday from 9am to 5pm" in page.text


@pytest.mark.parametrize("cell", ["step_free;bsl", "step_free, bsl"])
def test_an_imported_list_names_access_needs_with_semicolons_or_commas(cell: str) -> None:
    assert cells({"access": cell}) == {"access": ["step_free", "bsl"]}


def test_a_file_of_the_downtime_sheet_is_named_with_numbers_as_everywhere() -> None:
    assert _part_words(3, 6192) == "File 3 of 13: cases 1,001 to 1,500 of 6,192"
