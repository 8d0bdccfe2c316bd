"""Who is taken in besides a person for themselves: the bereaved, a business, somebody from elsewhere, whom a task asks
for; with who did it by name, and what is asked gently."""

from typing import Any
from uuid import uuid4

import pytest

from contracts.justice import MilestoneReached
from kit import clock
from services.referral.actions import asked, came, named
from services.referral.actions.came import with_origin
from services.referral.case_ui.intake import NO_TASK
from services.referral.domain.deciding import Decision, decide
from services.referral.domain.facts import CaseFacts, History
from services.referral.store.intakes import Origin
from tests.builders import a_crime, a_domestic_crime, a_victim, an_event, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import ANOTHER, AsPersona, a_case
from tests.referral.test_intake import FORM, PERSON, TODAY


def decided(**said: str | list[str]) -> tuple[CaseFacts, Decision]:
    """What becomes of somebody who says so."""
    form = FORM | {name: [text] if isinstance(text, str) else text for name, text in said.items()}
    given, errors = asked.read(form, TODAY)
    assert given is not None, errors
    facts = came.facts_of(given, clock.now(), "phone")
    return facts, decide(facts, History(), BOOKS, clock.now())


def test_a_family_that_comes_by_itself_is_held_as_bereaved_and_goes_where_the_families_of_the_police_go() -> None:
    killed, of_killed = decided(what="bereaved_killed")
    assert killed.person_kind == "bereaved" and of_killed.routing.lines == ()
    assert "bereaved" in of_killed.routing.holds and of_killed.routing.doors == ("homicide_service",)
    road, of_road = decided(what="bereaved_road", relationship="family")
    assert road.person_kind == "bereaved" and not road.domestic
    assert (of_road.routing.lines, "bereaved" in of_road.routing.holds) == (("road_collision",), True)
    assert "nobody-available" not in [event.__class__.__name__ for event in of_road.events]
    assert of_road.nobody_available == (), "the contract for families takes them"


def test_fraud_is_named_at_intake_and_has_its_line_and_the_door_of_the_national_unit() -> None:
    facts, found = decided(what="fraud")
    assert (facts.says_what, found.routing.lines, found.routing.doors) == (True, ("fraud",), ("national_fraud_unit",))
    close, _ = decided(what="fraud", relationship="partner")
    assert close.domestic, "a partner who takes the money may do more than that"


def test_a_business_is_taken_in_by_who_speaks_for_it_without_an_age() -> None:
    facts, found = decided(source="business", business_name="Example Bakery", age=[], relationship="ex_partner")
    assert (facts.person_kind, facts.named_contact, facts.age, facts.domestic) == ("business", True, None, False)
    assert found.routing.lines == ("business",)
    given, errors = asked.read(FORM | {"source": ["business"], "age": []}, TODAY)
    assert given is None and [error.field for error in errors] == ["business_name"]
    nameless = {"source": ["business"], "business_name": ["Example Bakery"], "given_names": [], "family_name": []}
    given, errors = asked.read(FORM | nameless, TODAY)
    assert given is None and [error.field for error in errors] == ["family_name"]


def test_why_somebody_felt_targeted_is_a_strand_whatever_else_it_was_about() -> None:
    facts, found = decided(what="anti_social_behaviour", hate_strands=["disability", "age"])
    assert facts.hate_strands == ("disability", "age") and "hate_crime" in found.routing.lines


def test_what_is_asked_gently_is_kept_as_said_and_not_asked_differs_from_what_they_prefer_not_to_say() -> None:
    facts, _ = decided(sex="female", ethnicity="A2", religion="refused")
    assert (facts.sex, facts.ethnicity, facts.religion, facts.orientation) == ("female", "A2", "refused", "not_asked")
    given, errors = asked.read(FORM | {"ethnicity": ["Z9"]}, TODAY)
    assert given is None and [error.field for error in errors] == ["ethnicity"]


@pytest.mark.parametrize("area", [asked.ELSEWHERE, "E06000001"])
def test_somebody_from_outside_our_areas_is_taken_in_and_shown_the_door_of_the_hub_that_is_theirs(area: str) -> None:
    _, found = decided(area=area)
    assert "other_force_hub" in found.routing.doors and found.decision == "out_of_area" and found.referrals == ()
    _, danger = decided(area=area, danger=["suicide_risk"])
    assert danger.decision == "waiting", "life safety comes before an outside address"
    _, ours = decided()
    assert "other_force_hub" not in ours.routing.doors


async def opens(browse: AsPersona, start: str = "", **said: Any) -> Any:
    """The page after somebody is taken in."""
    officer = await browse("officer")
    await officer.get(f"/cases/new{start}")
    await officer.submit("Look", source=said.get("source", "self"), phone="07700 900777")
    page = await officer.submit("Go on" if "Nobody" in officer.page.heading else "None of these: go on")  # type: ignore[union-attr]
    chosen = {e.get("value") for e in page.all("input") if e.get("name") == "what" and e.get("checked") is not None}
    page = await officer.submit("Open the case", **(PERSON | said))
    return page, chosen


@pytest.mark.service
@pytest.mark.parametrize(
    ("said", "through", "asks"),
    [
        ({"liaison": "yes", "liaison_name": "PC Example"}, True, 0),
        ({"liaison": "yes"}, True, 1),
        ({"liaison": "no"}, None, 0),
        ({}, None, 1),
    ],
    ids=str,
)
async def test_a_family_with_a_liaison_officer_is_reached_through_them_and_one_who_is_not_known_is_asked_for(
    hub: Hub, browse: AsPersona, said: dict[str, str], through: bool | None, asks: int
) -> None:
    await opens(browse, **{"what": "bereaved_killed"} | said)
    assert await hub.value("select through from liaison") is through
    assert await hub.value("select count(*) from task where kind = 'name_liaison_officer'") == asks
    named = await hub.value("select count(*) from case_sealed where family_liaison_officer is not null")
    assert named == ("liaison_name" in said)


@pytest.mark.service
async def test_who_did_it_must_not_know_is_sealed_and_a_human_looks_where_one_of_that_name_has_a_case(
    hub: Hub, browse: AsPersona
) -> None:
    await a_case(hub, **ANOTHER)
    asked_for = "select count(*) from task where kind = 'suspect_may_be_known'"
    said = {"relationship": "ex_partner", "suspect_given_names": "Nobody", "suspect_family_name": "Known"}
    await opens(browse, **said)
    assert await hub.value(asked_for) == 0
    said |= {"suspect_given_names": "Ottoline", "suspect_family_name": "Sampleson", "given_names": "Else"}
    await opens(browse, **said)
    assert await hub.value(asked_for) == 1
    rows = await hub.rows("select kind, code, body from case_entry")
    assert [(row["kind"], row["code"]) for row in rows] == [("must_not_know", "ex_partner")] * 2
    assert not any(b"Sampleson" in row["body"] for row in rows)
    assert await hub.value("select count(*) from case_entry where name_index is not null") == 2
    given, errors = asked.read(FORM | {"suspect_given_names": ["Ottoline"]}, TODAY)
    assert given is None and [error.field for error in errors] == ["suspect_family_name"]


@pytest.mark.service
async def test_whoever_comes_later_under_the_name_of_who_did_it_is_looked_at_once_by_whichever_way_they_come(
    hub: Hub, browse: AsPersona
) -> None:
    said = {"relationship": "ex_partner", "suspect_given_names": "Ottoline", "suspect_family_name": "Sampleson"}
    await opens(browse, **said)
    naming = await hub.value("select case_id from case_file")
    asked_for = "select case_id, done_at from task where kind = 'suspect_may_be_known' order by done_at"
    assert await hub.rows(asked_for) == []
    await a_case(hub, **ANOTHER)
    assert await hub.rows(asked_for) == [{"case_id": naming, "done_at": None}]
    officer = await browse("officer")
    await officer.get("/cases/tasks")
    await officer.follow("Somebody of the name of who did it has a case here")
    await officer.submit("Close the task", answer="done")
    async with hub.as_worker() as tx:
        await named.look(
            tx, [await tx.fetchval("select person_id from case_file where case_id <> $1", naming)], clock.now()
        )
    assert [row["done_at"] is None for row in await hub.rows(asked_for)] == [False], "of one person it is asked once"
    await opens(browse, given_names="Ottoline", family_name="Sampleson")
    assert [row["done_at"] is None for row in await hub.rows(asked_for)] == [False, True]
    await hub.worker.pool.execute("update case_entry set closed_at = now()")
    await opens(browse, given_names="ottoline", family_name="Sampleson", age="51")
    assert len(await hub.rows(asked_for)) == 2, "who may know by now is looked for no more"


@pytest.mark.service
async def test_a_child_of_a_violent_home_is_taken_in_from_the_task_and_hears_of_the_suspect_of_its_crime(
    hub: Hub, browse: AsPersona
) -> None:
    home = a_victim(relationship_to_suspect="partner", vulnerabilities=["children_in_household"])
    crime = a_domestic_crime(home, suspects=[{"suspect_ref": "S-1"}])
    parent = await a_case(hub, crime)
    officer = await browse("officer")
    await officer.get("/cases/tasks")
    page = await officer.follow("Add the children of the household, or record why not")
    link = page.link("Take a child of the home in") or ""
    _, chosen = await opens(browse, link.removeprefix("/cases/new"), given_names="Else", age="9", what="domestic")
    assert chosen == {"domestic"}, "the task knows what it is about"
    [child] = await hub.rows("select case_id, crime_id, restricted from case_file where case_id <> $1", parent)
    assert (child["crime_id"], child["restricted"]) == (None, False)
    page = await officer.get(f"/cases/{child['case_id']}")
    reference = await hub.value("select reference from case_file where case_id = $1", parent)
    assert page.summary["Taken in since a task of this case asked for them"] == reference
    about = {"milestone_id": "M-1", "crime_id": crime["crime_id"], "victim_ref": None}
    about |= {"trigger": "suspect_released_on_police_bail", "happened_at": clock.now().isoformat()}
    await hub.hears([an_event(MilestoneReached, about, clock.now())])
    assert await hub.value("select review_since is not null from case_file where case_id = $1", child["case_id"])


def test_whoever_is_taken_in_for_somebody_restricted_is_restricted_and_knows_the_suspects_of_the_crime() -> None:
    given, _ = asked.read(FORM, TODAY)
    assert given is not None
    told = came.told(given, clock.now(), "phone")
    tied = with_origin(told, Origin(None, None, "add_children", True, "20", ("S-1",)))
    assert not told.restricted and tied.restricted and tied.facts.suspect_refs == ("S-1",)


@pytest.mark.service
async def test_the_family_of_who_was_killed_is_taken_in_from_the_task_that_looks_for_them(
    hub: Hub, browse: AsPersona
) -> None:
    crime = a_crime({"victim_ref": "D1", "kind": "deceased"}, offence_code="4.4")
    await hub.hears(recorded(crime))
    [task] = await hub.rows("select task_id, crime_id from task where kind = 'find_the_family'")
    officer = await browse("officer")
    page = await officer.get(f"/cases/tasks/{task['task_id']}")
    assert page.link("take the person in") == f"/cases/new?task={task['task_id']}"
    _, chosen = await opens(browse, f"?task={task['task_id']}", what="bereaved_killed")
    assert chosen == {"bereaved_killed"} and await hub.value("select crime_id from intake") == task["crime_id"]
    await officer.get("/cases/new?task=nothing")
    page = await officer.post("/cases/new", PERSON | {"case_id": str(uuid4()), "task": str(uuid4())}, 422)
    assert page.errors == [NO_TASK] and await hub.value("select count(*) from case_file") == 1


@pytest.mark.service
async def test_a_child_of_a_home_whose_address_is_protected_is_as_protected_and_the_same_people_must_not_know(
    hub: Hub, browse: AsPersona
) -> None:
    said: dict[str, Any] = {
        "relationship": "ex_partner",
        "suspect_given_names": "Bruno",
        "suspect_family_name": "Noone",
    }
    said |= {"what": "domestic", "danger": ["children_in_household", "protected_address"], "address": "7 Hidden Close"}
    await opens(browse, **said)
    mother = await hub.value("select case_id from case_file")
    officer = await browse("officer")
    await officer.get("/cases/tasks")
    page = await officer.follow("Add the children of the household, or record why not")
    link = (page.link("Take a child of the home in") or "").removeprefix("/cases/new")
    await opens(browse, link, given_names="Else", age="8", what="domestic", address="7 Hidden Close")
    [child] = await hub.rows("select case_id, holds from case_file where case_id <> $1", mother)
    assert "protected_address" in child["holds"]
    await officer.get(f"/cases/{child['case_id']}")
    shown = (await officer.submit("Show name and details")).text
    assert "Protected: not shown here" in shown and "Hidden Close" not in shown
    page = await officer.get(f"/cases/{child['case_id']}/safeguards")
    assert "Bruno Noone" in page.text


@pytest.mark.parametrize(
    ("danger", "relationship", "own"),
    [
        ("child_at_risk", "not_asked", False),
        ("child_at_risk", "stranger", True),
        ("capacity_in_doubt", "stranger", False),
        ("protected_address", "not_known", False),
        ("protected_address", "acquaintance", True),
        ("suicide_risk", "not_asked", True),
        ("nothing", "not_asked", True),
    ],
)
def test_what_somebody_else_says_does_not_count_where_they_may_be_the_danger_or_the_person_may_not_be_able_to_decide(
    danger: str, relationship: str, own: bool
) -> None:
    said: dict[str, Any] = {"what": "anti_social_behaviour", "danger": danger, "relationship": relationship}
    said |= {"phone": "07700 900777", "phone_safe": "safe"}
    facts, _ = decided(**said, source="family")
    assert (facts.share_counts, bool(facts.channels_safe)) == (own, own)
    facts, _ = decided(**said)
    assert facts.share_counts, "the person's own word"
