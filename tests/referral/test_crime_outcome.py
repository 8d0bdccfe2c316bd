"""The outcome that the police gave a crime stands on the page of its case, with what it means; it ends no help."""

import pytest

from contracts.reference import outcome_types
from kit import clock
from services.referral.desk_books import outcome_words
from tests.builders import a_crime, a_victim, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages

SIXTEEN = "Evidential difficulties - suspect identified, victim does not support or withdraws (outcome 16): decided"
AT = "2026-11-12T09:00:00Z"


def test_what_every_outcome_means_is_said_in_words() -> None:
    always, effects = outcome_words()
    assert always and {one.victim_effect for one in outcome_types().values()} == set(effects)


@pytest.mark.service
async def test_the_page_of_a_case_says_what_became_of_the_crime_and_what_that_means(
    hub: Hub, databases: Databases
) -> None:
    first = a_crime(a_victim("V-1"))
    case = await a_case(hub, first)
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "What became of the crime" not in (await officer.get(f"/cases/{case}")).text
        for revision, outcome in ((3, {"code": "16", "at": AT}), (2, {"code": "18"}), (4, {"code": "16", "at": AT})):
            await hub.hears([snapshot(updated(first, revision, outcome=outcome), clock.now())])
        page = await officer.get(f"/cases/{case}")
        assert f"{SIXTEEN} Thursday 12 November 2026, told us" in page.text
        assert "Ask them alone whether they are frightened" in page.text and "Help goes on" in page.text
        assert "Before that" not in page.text, "an older revision says nothing, and the same again is not another"
        assert await hub.value("select state from case_file") != "closed"
        for changes in (updated(first, 5, outcome={"code": "1A"}), updated(first, 6, outcome=None)):
            await hub.hears([snapshot(changes, clock.now())])
        page = await officer.get(f"/cases/{case}")
        assert "None: the police took back what they had told" in page.text
        assert "Before that: Charged or summonsed (outcome 1A): told us" in page.text and SIXTEEN in page.text
        await officer.get(f"/cases/{case}/print")
        paper = await officer.submit("Show the page to print", parts=["facts"], reason="meeting")
        assert "What became of the crime" in paper.text
