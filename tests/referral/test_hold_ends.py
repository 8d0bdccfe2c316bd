"""The case says of each hold how it ends, with the page on which a human can end it."""

import pytest

from contracts.vocabulary import HOLDS
from services.referral.case_ui.hold_ends import ENDS, FOR_GOOD
from tests.builders import a_crime, a_victim
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages


def test_of_every_hold_is_said_how_it_ends() -> None:
    assert set(ENDS) == set(HOLDS) - {"other"}


@pytest.mark.service
async def test_the_case_says_how_each_hold_ends_and_recording_the_risk_ends_that_it_is_not_known(
    hub: Hub, databases: Databases
) -> None:
    person = a_victim(
        "V-1", relationship_to_suspect="partner", risk={"grade": None}, vulnerabilities=["capacity_in_doubt"]
    )
    case = await a_case(hub, a_crime(person, offence_code="8N", flags=["domestic_abuse"]))
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{case}")
        assert ENDS["risk_unknown"].words in page.text and f"Capacity in doubt. {FOR_GOOD}" in page.text
        assert page.link("Record the first contact") == f"/cases/{case}/assessment"
        page = await (await browse("compliance")).get(f"/cases/{case}")
        assert ENDS["risk_unknown"].words in page.text and "Record the first contact" not in page.texts("a")
