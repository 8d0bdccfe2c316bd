"""Somebody whose details were not kept is not found again: a worker who learns who it is can say so."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.identity import case_id
from kit import clock
from services.referral.actions import opening
from services.referral.store import batches
from tests.builders import a_crime, a_detail, a_victim, recorded
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona

pytestmark = pytest.mark.service


async def comes(hub: Hub, ref: str, share: str, days: int, works_for: str = "none") -> UUID:
    """The case of somebody of the same name, birth and number each time."""
    at = clock.now() - timedelta(days=days)
    told = a_victim(ref, share=share, works_for=works_for)
    crime = a_crime(told, reported_at=at.isoformat(), recorded_at=at.isoformat())
    told["sealed"] = hub.sealed(a_detail(), crime["crime_id"], ref)
    await hub.hears(recorded(crime, at=at))
    await hub.every(opening.open_arrivals, at)
    return case_id(crime["crime_id"], ref)


async def reference(hub: Hub, case: UUID) -> str:
    return str(await hub.value("select reference from case_file where case_id = $1", case))


async def holds(hub: Hub, case: UUID) -> list[str]:
    return list(await hub.value("select holds from case_file where case_id = $1", case))


async def test_a_refusal_of_which_no_name_is_kept_counts_once_a_worker_has_said_whose_it_is(
    hub: Hub, browse: AsPersona
) -> None:
    refused = await comes(hub, "V-a", "refused", 3)
    again = await comes(hub, "V-b", "not_asked", 1)
    assert await hub.value("select details from case_file where case_id = $1", refused) == "discarded"
    assert await hub.value("select count(*) from same_person") == 0, "nothing of the first was kept to find it by"
    officer = await browse("officer")
    await officer.get(f"/cases/{again}")
    await officer.follow("Say that this may be somebody of another case")
    page = await officer.submit("Compare the two", reference=(await reference(hub, refused)).lower())
    assert "Two records have what is known of them" not in page.text and "You, or somebody else, asked" in page.text
    for case in (refused, again):
        assert "possible_duplicate" in await holds(hub, case)
    assert "From now on this is one person" in (await officer.submit("Save the decision", same="yes")).text
    [kept] = await hub.rows("select facts from routing where case_id = $1 order by run desc limit 1", again)
    assert batches.remembered(kept["facts"]["history"]).no_elsewhere is not None


async def test_what_cannot_be_asked_is_said_at_the_field_and_a_hidden_case_is_not_given_away(
    hub: Hub, browse: AsPersona
) -> None:
    one, two = await comes(hub, "V-a", "refused", 3), await comes(hub, "V-b", "agreed", 1)
    hidden, same = await comes(hub, "V-x", "refused", 2, "hub"), await comes(hub, "V-b", "agreed", 0)
    officer = await browse("officer")
    await officer.get(f"/cases/{two}/same-person")
    for said, told in (
        ("", "Enter the reference of the other case"),
        (await reference(hub, hidden), "There is no case with this reference that you may see"),
        (await reference(hub, same), "The two cases are of one record already"),
    ):
        assert (await officer.submit("Compare the two", 422, reference=said)).errors == [told]
    assert await hub.value("select count(*) from same_person") == 0
    for _ in range(2):
        await officer.get(f"/cases/{two}/same-person")
        await officer.submit("Compare the two", reference=await reference(hub, one))
    assert await hub.value("select count(*) from same_person") == 1, "asked twice, it is asked once"
    await officer.submit("Save the decision", same="yes")
    await officer.get(f"/cases/{one}/same-person")
    page = await officer.submit("Compare the two", 422, reference=await reference(hub, two))
    assert page.errors == ["It was decided already that the two are one person"]
