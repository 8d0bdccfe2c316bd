"""What the person chooses among the offers of their case, by the hub's pages: written down, changed, never sent by."""

import pytest

from services.referral.actions import packing
from services.referral.provider_portal import words
from services.referral.store import packs
from tests.builders import a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, triaged
from tests.referral.test_case_gate import Site, passes, site

__all__ = ["site"]
pytestmark = pytest.mark.service
ADVISER = "LGBT+ domestic violence adviser"


async def test_a_choice_opens_the_door_of_those_who_were_chosen_and_sends_nothing(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    officer = await browse("officer")
    panel = f"/cases/{case}/referrals/{referral}/contracts"
    before = (await officer.get(panel)).texts("h3")
    page = await officer.follow(f"Write down what they choose before {ADVISER}")
    assert page.heading == "What the person chooses"
    page = await officer.submit("Write it down", choice=["idva_lgbt"])
    assert "The person chose: LGBT+ IDVA." in page.text and "Chosen by the person: LGBT+ IDVA." in page.text
    after = (await officer.get(panel)).texts("h3")
    assert before.index(ADVISER) > 0 and sorted(before) == sorted(after)
    assert await hub.value("select count(*) from leg where case_id = $1", case) == 0
    assert f"See what would be sent to {ADVISER}" in (await officer.get(panel)).texts("a")
    assert await hub.value("select fields from kit.audit where action = 'case.choice_written'") == ["idva_lgbt"]


async def test_a_choice_is_taken_back_and_a_stale_or_repeated_page_changes_nothing(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    where = f"/cases/{case}/choices"
    await officer.get(where)
    await officer.submit("Write it down", choice=["by_and_for", "interpreter"])
    both = {"choice": ["interpreter", "by_and_for"]}
    page = await officer.post(where, both)
    assert "That was written down already." in page.text
    await officer.post(where, {"choice": ["worker_gender"], "which": ["worker_woman"]}, status=409)
    page = await officer.get(where)
    page = await officer.submit("Write it down", choice=[])
    assert "Nothing is chosen." in page.text and "Chosen by the person" not in page.text
    page = await officer.post(where, {"choice": ["restorative_justice"]}, status=422)
    assert page.errors == ["Choose from what is offered on this case"]
    written = "select count(*) from kit.audit where action = 'case.choice_written'"
    assert await hub.value(written) == 2
    await (await browse("compliance")).get(where, 403)


async def test_which_worker_the_person_asks_for_is_written_down_shown_with_every_contract_and_told_on(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    referral, officer = await triaged(hub, case), await browse("officer")
    await officer.get(f"/cases/{case}/choices")
    page = await officer.submit("Write it down", 422, choice=["worker_gender"])
    assert page.errors == ["Choose whether the person asks for a woman or a man"]
    page = await officer.submit("Write it down", choice=["worker_gender"], which="worker_woman")
    assert "A woman as worker" in page.text
    page = await officer.get(f"/cases/{case}/referrals/{referral}/contracts")
    assert "The person asks for a woman as worker: ask whether it has one." in page.text
    async with hub.looks(a_viewer()) as tx:
        material = (await packs.materials(tx, [case]))[case]
        assert packing._plain(material.case, material.facts, BOOKS.directory.contracts[0])["needs"] == ["worker_woman"]
    assert words.words("worker_woman") == "A woman as worker"
    page = await officer.get(f"/cases/{case}/choices")
    page = await officer.submit("Write it down", choice=[])
    assert "A woman as worker" not in page.text


@pytest.mark.browser
async def test_the_page_of_choices_passes_the_gate(site: Site, hub: Hub) -> None:
    case = await a_case(hub)
    await passes(site, f"/cases/{case}/choices")
    await passes(site, f"/cases/{case}")
