"""Whoever works for the hub, the police or a provider, lives with such a worker, or is restricted already, is taken in
restricted from the first moment; whoever took them in is not told why."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.referral.case_ui.intake import NOT_SHOWN
from tests.builders import a_domestic_crime, a_victim
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case, access_of, hub_app, hub_pages
from tests.referral.test_intake import PERSON, Caller, look

pytestmark = pytest.mark.service
OTHER = PERSON | {"given_names": "Ottoline", "family_name": "Exampleton"}


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with hub_pages(hub, databases) as browsers:
        yield browsers


async def taken(hub: Hub) -> UUID:
    """The case that was opened last; it is announced as restricted with its first event."""
    case: UUID = await hub.value("select case_id from case_file order by opened_at desc limit 1")
    assert await hub.value("select restricted from case_file where case_id = $1", case)
    return case


async def opens(hub: Hub, browse: AsPersona, **fields: str) -> None:
    officer, leader = await browse("officer"), await browse("leader")
    await look(officer, phone="07700 900555")
    await officer.submit("Go on")
    page = await officer.submit("Open the case", **fields)
    assert page.path == "/cases" and NOT_SHOWN in page.text
    case = await taken(hub)
    await officer.get(f"/cases/{case}", 404)
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    assert reference not in (await officer.get("/cases?queue=all")).text
    assert "Restricted" in (await leader.get(f"/cases/{case}")).text


@pytest.mark.parametrize("said", [{"works_for": "provider"}, {"household_works_for": "hub"}], ids=str)
async def test_who_works_for_us_or_lives_with_who_does_is_taken_in_restricted(
    hub: Hub, browse: AsPersona, said: dict[str, str]
) -> None:
    await opens(hub, browse, **OTHER, **said)


@pytest.mark.parametrize(
    "same",
    [
        {"phone": "07700 900321"},
        {"age": "", "date_of_birth-day": "29", "date_of_birth-month": "2", "date_of_birth-year": "1988"},
    ],
)
async def test_who_matches_a_restricted_record_is_taken_in_restricted_and_nobody_is_told_why(
    hub: Hub, browse: AsPersona, same: dict[str, str]
) -> None:
    known = await a_case(hub, a_domestic_crime(a_victim(works_for="provider")))
    await opens(hub, browse, **((PERSON if len(same) > 1 else OTHER) | same))
    assert await taken(hub) != known


async def test_who_matches_nobody_restricted_is_open_to_who_took_them_in(hub: Hub, browse: AsPersona) -> None:
    await a_case(hub)
    await a_case(hub, a_domestic_crime(a_victim(works_for="provider")), given_names="Else", channels=[])
    officer = await browse("officer")
    await look(officer, phone="07700 900321")
    await officer.submit("None of these: go on")
    page = await officer.submit("Open the case", **PERSON, works_for="none", household_works_for="not_recorded")
    assert page.path.endswith("/referrals")


async def test_an_agency_is_answered_the_same_and_the_case_is_restricted(
    hub: Hub, databases: Databases, browse: AsPersona
) -> None:
    leader = await browse("leader")
    await leader.get("/cases/agencies")
    page = await leader.submit("Make a credential", name="Example Housing")
    settings = hub.context.settings
    app = hub_app(hub, settings, await access_of(databases))
    caller = Caller(app, settings.public_url, page.texts("code")[1])
    first = await caller.sends(OTHER | {"household_works_for": "provider"})
    assert first.status_code == 201 and set(first.json()) == {"case_id", "reference", "status"}
    await (await browse("officer")).get(f"/cases/{await taken(hub)}", 404)
    assert (await caller.sends(OTHER | {"works_for": "army"})).json()["errors"][0]["field"] == "works_for"
