"""What a case's pages say is true of this case: who has looked, what is late, how it stood, and how recent it was."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from kit import clock
from tests.builders import a_crime, a_victim
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case, hub_pages

pytestmark = pytest.mark.service


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with hub_pages(hub, databases) as browse:
        yield browse


async def test_who_has_looked_names_everybody_and_says_in_words_what_they_did(hub: Hub, browse: AsPersona) -> None:
    case, officer = await a_case(hub), await browse("officer")
    await (await browse("compliance")).get(f"/cases/{case}/agreements")
    await officer.get("/cases")
    await officer.submit("Find", sought="Wilhelmina Testperson")
    await officer.get(f"/cases/{case}/death")
    await officer.submit("The person died: write it down", said_by="family")
    rows = [row[1:] for row in (await officer.get(f"/cases/{case}/looked")).rows]
    assert ["Samuel Okoro, compliance lead", "Looked at the case", "Agreements"] in rows
    assert ["Amina Farrow, hub officer", "Saw it among the cases that a search found", ""] in rows
    assert ["Amina Farrow, hub officer", "Wrote down that the person died"] in [row[:2] for row in rows]


async def test_what_is_late_among_what_is_to_be_done_is_said_on_the_case(hub: Hub, browse: AsPersona) -> None:
    case, officer = await a_case(hub, a_crime(a_victim(share="not_asked"), offence_code="20A")), await browse("officer")
    await hub.rows("update task set due_at = now() + interval '1 day' where case_id = $1", case)
    assert not any("late by" in text for text in (await officer.get(f"/cases/{case}")).texts("strong"))
    await hub.rows("update task set due_at = now() - interval '3 days' where case_id = $1", case)
    assert any(text.startswith("late by") for text in (await officer.get(f"/cases/{case}")).texts("strong"))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (True, "Assault in the seven days before the report"),
        (False, "Assault that may be recent: no day known"),
    ],
)
async def test_the_head_of_a_case_says_whether_the_day_of_a_recent_assault_is_known(
    hub: Hub, browse: AsPersona, known: bool, said: str
) -> None:
    day = f"{clock.now() - timedelta(days=2):%Y-%m-%d}" if known else None
    case = await a_case(hub, a_crime(offence_code="19C", committed_from=day, committed_to=day))
    page = await (await browse("officer")).get(f"/cases/{case}")
    assert said in page.texts("span", "moj-badge") or said in page.texts("strong", "moj-badge"), page.text
    assert "or no day known" not in page.text
