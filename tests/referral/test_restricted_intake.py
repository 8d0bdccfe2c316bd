"""Whoever works for the hub, the police or a provider, lives with such a worker, or is restricted already, is taken in
restricted from the first moment; whoever took them in is answered as ever, and who may see them is asked."""

from uuid import UUID

import pytest

from kit import clock
from services.referral.actions import linking, restricting
from services.referral.case_ui.intake import NOTED
from services.referral.store import persons
from tests.builders import a_domestic_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, access_of, hub_app
from tests.referral.test_intake import PERSON, Caller, look

pytestmark = pytest.mark.service
OTHER = PERSON | {"given_names": "Ottoline", "family_name": "Exampleton"}
LEADER = a_viewer("leader")
BIRTH = {"date_of_birth-day": "29", "date_of_birth-month": "2", "date_of_birth-year": "1988"}
BORN = {"age": ""} | BIRTH
OPENED = "The case is open. Nothing was sent: choose who helps."


async def taken(hub: Hub) -> UUID:
    """The case that was opened last; it is announced as restricted with its first event."""
    case: UUID = await hub.value("select case_id from case_file order by opened_at desc limit 1")
    assert await hub.value("select restricted from case_file where case_id = $1", case)
    return case


async def opens(hub: Hub, browse: AsPersona, **fields: str) -> UUID:
    officer, leader = await browse("officer"), await browse("leader")
    await look(officer, phone="07700 900555")
    await officer.submit("Go on")
    page = await officer.submit("Open the case", 404, **fields)
    case = await taken(hub)
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    assert page.path == f"/cases/{case}/referrals" and NOTED.format(OPENED, reference) in page.text
    await officer.get(f"/cases/{case}", 404)
    assert reference not in (await officer.get("/cases?queue=all")).text
    assert "Restricted" in (await leader.get(f"/cases/{case}")).text
    return case


async def asked(hub: Hub) -> int:
    return int(await hub.value("select count(*) from task where kind = 'decide_same_person' and done_at is null"))


async def says(hub: Hub, one: UUID, other: UUID, *, same: bool) -> None:
    of = "select person_id from case_file where case_id = $1"
    first, second = await hub.value(of, one), await hub.value(of, other)
    async with hub.looks(LEADER) as tx:
        assert await linking.decide(tx, LEADER, first, second, BOOKS, clock.now(), same=same)


async def seen(hub: Hub, case: UUID) -> bool:
    async with hub.looks(a_viewer()) as tx:
        return bool(await tx.fetchval("select exists (select 1 from case_file where case_id = $1)", case))


@pytest.mark.parametrize("said", [{"works_for": "provider"}, {"household_works_for": "hub"}], ids=str)
async def test_who_works_for_us_or_lives_with_who_does_is_taken_in_restricted(
    hub: Hub, browse: AsPersona, said: dict[str, str]
) -> None:
    await opens(hub, browse, **OTHER, **said)


@pytest.mark.parametrize(
    ("said", "agrees"),
    [
        (OTHER | {"phone": "07700 900321"}, "the same telephone number, but not the same name"),
        (PERSON | {"phone": "07700 900321"}, "the same name and the same telephone number"),
        (PERSON | BORN, "the same name and date of birth"),
        (PERSON | {"postcode": "ZZ99 9ZZ"}, "the same name and the same postcode"),
    ],
)
async def test_whether_who_is_hidden_is_somebody_restricted_is_asked_and_two_people_shows_them_to_everybody(
    hub: Hub, browse: AsPersona, said: dict[str, str], agrees: str
) -> None:
    known = await a_case(hub, a_domestic_crime(a_victim(works_for="provider")))
    case = await opens(hub, browse, **said)
    assert case != known and await asked(hub) == 1
    async with hub.looks(a_viewer()) as tx:
        assert await persons.proposals(tx) == [] and await tx.fetchval("select count(*) from task") == 0
    leader = await browse("leader")
    assert agrees in (await leader.get(f"/cases/{case}")).text
    assert agrees.capitalize() in (await leader.get("/cases/same-people")).text
    await says(hub, known, case, same=False)
    assert await seen(hub, case) and not await seen(hub, known) and await asked(hub) == 0
    await hub.every(restricting.spread, clock.now())
    assert await seen(hub, case)


async def test_a_glass_broken_for_who_was_taken_in_opens_nothing_of_who_they_may_be(
    hub: Hub, browse: AsPersona
) -> None:
    known = await a_case(hub, a_domestic_crime(a_victim(works_for="provider")))
    case = await opens(hub, browse, **OTHER, phone="07700 900321")
    reference = "select reference from case_file where case_id = $1"
    theirs, mine = await hub.value(reference, known), await hub.value(reference, case)
    other = await hub.value("select person_id from case_file where case_id = $1", known)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get("/cases/break-glass")
    page = await officer.submit("Open the case", sought=mine, reason="life_at_risk")
    assert page.path == f"/cases/{case}" and theirs not in page.text and "somebody we know" not in page.text
    at = f"/cases/{case}/same-person/{other}"
    await officer.get(at, 404)
    for act, sent in (("/reveal", {}), ("", {"same": "no"}), ("", {"same": "yes"})):
        page = await officer.post(at + act, sent, 404)
        assert "Wilhelmina" not in page.html
    await officer.get(f"/cases/{case}/same-person")
    page = await officer.post(f"/cases/{case}/same-person", {"reference": theirs}, 422)
    assert page.errors == ["There is no case with this reference that you may see"]
    assert not await seen(hub, case) and await asked(hub) == 1
    assert theirs in (await leader.get(f"/cases/{case}")).text and theirs in (await leader.get(at)).text


async def test_who_turns_out_to_be_the_restricted_person_whose_number_it_is_stays_hidden(
    hub: Hub, browse: AsPersona
) -> None:
    known = await a_case(hub, a_domestic_crime(a_victim(works_for="provider")))
    case = await opens(hub, browse, **OTHER, phone="07700 900321")
    await says(hub, known, case, same=True)
    assert not await seen(hub, case) and await asked(hub) == 0
    assert await hub.value("select count(*) from person where restricted and until_decided is null") == 2


async def test_of_a_number_of_many_each_is_asked_about_once_and_opens_by_its_own_answer(
    hub: Hub, browse: AsPersona
) -> None:
    known = await a_case(hub, a_domestic_crime(a_victim(works_for="provider")))
    first = await opens(hub, browse, **OTHER, phone="07700 900321")
    second = await opens(hub, browse, **OTHER | {"given_names": "Else"}, phone="07700 900321")
    assert await asked(hub) == 2 and await hub.value("select count(*) from same_person") == 2
    await says(hub, known, second, same=False)
    assert await seen(hub, second) and not await seen(hub, first) and await asked(hub) == 1


async def test_whom_only_somebody_hidden_until_it_is_decided_held_back_is_open_with_them_once_they_are_one(
    hub: Hub, browse: AsPersona
) -> None:
    known = await a_case(hub, a_domestic_crime(a_victim(works_for="provider")))
    first = await opens(hub, browse, **OTHER | BORN, phone="07700 900321")
    second = await opens(hub, browse, **OTHER | BORN)
    assert await asked(hub) == 2
    await says(hub, known, first, same=False)
    assert await seen(hub, first) and not await seen(hub, second)
    await says(hub, first, second, same=True)
    assert await seen(hub, first) and await seen(hub, second) and await asked(hub) == 0


async def test_who_is_taken_in_with_life_at_risk_and_hidden_is_asked_about_within_the_hour(
    hub: Hub, browse: AsPersona
) -> None:
    await a_case(hub, a_domestic_crime(a_victim(works_for="provider")))
    await opens(hub, browse, **OTHER | {"risk_grade": "imminent"}, phone="07700 900321")
    due = await hub.value("select extract(epoch from due_at - created_at) from task where kind = 'decide_same_person'")
    assert due <= 3600


async def test_the_look_before_the_form_says_the_same_of_somebody_hidden_as_of_nobody(
    hub: Hub, browse: AsPersona
) -> None:
    await a_case(hub, a_domestic_crime(a_victim(works_for="provider")))
    officer, found = await browse("officer"), set()
    for given, number in (("Wilhelmina", "07700 900321"), ("Else", "07700 900777")):
        for sought in ({"phone": number}, {"given_names": given, "family_name": "Testperson", **BIRTH}):
            found.add((await look(officer, **sought)).text)
    assert len(found) == 1 and "Nobody of this name or number is known" in found.pop()


async def test_who_matches_nobody_restricted_is_open_to_who_took_them_in(hub: Hub, browse: AsPersona) -> None:
    await a_case(hub)
    await a_case(hub, a_domestic_crime(a_victim(works_for="provider")), given_names="Else", channels=[])
    officer = await browse("officer")
    await look(officer, phone="07700 900321")
    await officer.submit("None of these: go on")
    page = await officer.submit("Open the case", **PERSON, works_for="none", household_works_for="not_recorded")
    reference = await hub.value("select reference from case_file order by opened_at desc limit 1")
    assert page.path.endswith("/referrals") and NOTED.format(OPENED, reference) in page.text, "as to one who is hidden"


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
