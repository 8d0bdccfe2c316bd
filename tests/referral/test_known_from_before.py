"""What an earlier case of a person knows stands on the next one, in words that are true of it."""

from uuid import UUID

import pytest

from kit import clock
from services.referral.actions import providing, referring, settling
from services.referral.case_ui import why
from tests.builders import a_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.test_must_not_know import named

OFFICER = a_viewer()
SOON = {"committed_from": "2026-08-20", "committed_to": "2026-08-20"}


@pytest.mark.parametrize("first", ["withdraw", "transfer"])
def test_why_a_referral_was_transferred_is_not_said_in_a_providers_own_words(first: str) -> None:
    assert why.reason(BOOKS, "conflict", first) == "The provider works with the other party"
    assert why.reason(BOOKS, "conflict", "decline") == "We already work with the other party"


async def ends(hub: Hub, case: UUID, how: str) -> None:
    """The referral that went by itself is taken back by the hub, or declined or ended early by its provider."""
    [leg] = await hub.rows("select referral_id, provider_id from leg where case_id = $1", case)
    worker = a_viewer("idva.worker", organisation_id=leg["provider_id"])
    if how == "not_safe":
        async with hub.looks(OFFICER) as tx:
            await referring.withdraw(tx, OFFICER, leg["referral_id"], "not_safe", clock.now())
    else:
        async with hub.looks(worker) as tx:
            await providing.decline(tx, worker, leg["referral_id"], how, clock.now())
    await hub.every(settling.settle, clock.now())


@pytest.mark.service
@pytest.mark.parametrize(
    ("how", "rule", "stands"),
    [
        ("not_safe", "Help there was ended since it was not safe to go on (", "it was taken back, and nobody has it"),
        ("conflict", "It works with the other party (", "a provider declined it, and nobody has it"),
    ],
)
async def test_help_that_was_not_safe_is_a_failed_rule_with_its_day_in_the_next_case_and_said_as_it_was(
    hub: Hub, databases: Databases, how: str, rule: str, stands: str
) -> None:
    first = await a_case(hub, a_crime(a_victim("V-1")))
    await ends(hub, first, how)
    later = await a_case(hub, a_crime(a_victim("V-1"), **SOON))
    assert await hub.value("select count(*) from leg where case_id = $1", later) == 0
    referral = await hub.value("select referral_id from referral where case_id = $1", later)
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        text = (await officer.get(f"/cases/{later}/referrals/{referral}/contracts")).text
        away = text.index("One change away")
        assert rule in text[away:] and rule not in text[:away]
        page = await officer.get(f"/cases/{later}")
        assert stands in page.text and "a provider has it" not in page.text
        assert f". {rule}" in page.text and "Ruled out a provider" not in page.text
        assert "Sent automatically" not in (await officer.get(f"/cases/{first}")).texts("dd")


@pytest.mark.service
async def test_who_must_not_know_is_found_on_the_safeguards_of_the_next_case_with_where_it_was_written_down(
    hub: Hub, databases: Databases
) -> None:
    first = await a_case(hub, a_crime(a_victim("V-1")))
    later = await a_case(hub, a_crime(a_victim("V-1"), **SOON))
    await named(hub, first, "family")
    reference = await hub.value("select reference from case_file where case_id = $1", first)
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{later}/safeguards")
        assert "Ulric" in page.text and f"in case {reference}" in page.text and "Nobody was named" not in page.text
        await hub.worker.pool.execute("update case_entry set closed_at = now()")
        assert "Nobody was named" in (await officer.get(f"/cases/{later}/safeguards")).text
