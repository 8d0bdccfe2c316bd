"""A crime read as cases: who has one, and what is known of each."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

import orjson
import pytest

from contracts.identity import case_id
from services.referral.domain.facts import facts_of
from services.referral.domain.reading import cases_of
from tests.referral.crimes import BIRMINGHAM, COVENTRY, CRIME, ELSEWHERE, a_case, a_crime, a_kin, a_victim


def test_the_id_of_a_case_comes_from_the_crime_and_the_person() -> None:
    assert a_case().case_id == case_id(CRIME, "P1")


def test_a_crime_against_the_state_opens_no_case() -> None:
    assert cases_of(a_crime(victims=[])) == []


@pytest.mark.parametrize("kind", ["person", "business", "witness"])
def test_each_person_business_and_witness_has_a_case(kind: str) -> None:
    assert a_case({"kind": kind}).person_kind == kind


def test_a_kind_of_person_that_is_not_known_is_helped_as_a_person() -> None:
    assert a_case({"kind": "something of next year"}).person_kind == "person"


def test_the_dead_have_no_case_and_each_of_their_kin_has_one() -> None:
    kin = [a_kin(), a_kin(kin_ref="K2")]
    cases = cases_of(a_crime(a_victim(kind="deceased", bereaved=kin), offence_code="1"))
    assert [(facts.victim_ref, facts.person_kind, facts.bereaved) for facts in cases] == [
        ("K1", "bereaved", True),
        ("K2", "bereaved", True),
    ]


def test_the_facts_of_the_dead_never_come_with_their_kin() -> None:
    dead = a_victim(
        kind="deceased",
        age_at_report=9,
        relationship_to_suspect="family",
        vulnerabilities=["suicide_risk"],
        risk={"grade": "imminent", "marac_on": "2026-08-01"},
        works_for="police",
        also_suspect=True,
        home_local_authority=COVENTRY,
        bereaved=[a_kin()],
    )
    [facts] = cases_of(a_crime(dead, offence_code="1"))
    assert (facts.age, facts.vulnerabilities, facts.risk_grade, facts.marac_on) == (51, (), None, None)
    assert (facts.domestic, facts.relationship, facts.also_suspect) == (False, "not_recorded", False)
    assert (facts.works_for, facts.home_area, facts.area) == ("not_recorded", None, BIRMINGHAM)


@pytest.mark.parametrize("how", [{"also_suspect": True}, {"kin_ref": "S1"}])
def test_kin_who_are_suspects_open_no_case(how: dict[str, Any]) -> None:
    dead = a_victim(kind="deceased", bereaved=[a_kin(**how), a_kin(kin_ref="K2")])
    cases = cases_of(a_crime(dead, offence_code="1", suspects=[{"suspect_ref": "S1"}]))
    assert [facts.victim_ref for facts in cases] == ["K2"]


def test_somebody_injured_and_bereaved_by_one_crime_has_one_case_that_is_marked_bereaved() -> None:
    injured = a_victim(victim_ref="K1", age_at_report=51)
    dead = a_victim(victim_ref="P2", kind="deceased", bereaved=[a_kin()])
    for order in ((injured, dead), (dead, injured)):
        [facts] = cases_of(a_crime(*order, offence_code="4.4"))
        assert (facts.person_kind, facts.bereaved, facts.channels_safe) == ("person", True, ("mobile",))


def test_a_person_named_twice_has_one_case() -> None:
    assert len(cases_of(a_crime(a_victim(), a_victim()))) == 1


AGES: list[tuple[dict[str, Any], str | None, int | None]] = [
    # what the police said of the age, the last day of the offence, the age at the report of 2 September 2026
    ({"age_at_report": 20, "age_at_offence": 11}, "2017-01-01", 20),
    ({"age_at_report": "not_asked", "age_at_offence": 11}, "2017-09-02", 20),
    ({"age_at_report": "not_asked", "age_at_offence": 11}, "2017-09-03", 19),
    ({"age_at_report": None, "age_at_offence": 15}, "2026-09-01", 15),
    ({"age_at_report": None, "age_at_offence": 15}, None, 15),
    ({"age_at_report": None, "age_at_offence": 15}, "2030-01-01", 15),
    ({"age_at_report": None, "age_at_offence": None}, "2017-01-01", None),
    ({"age_at_report": "refused", "age_at_offence": "not_known"}, "2017-01-01", None),
]


@pytest.mark.parametrize(("ages", "committed", "expected"), AGES)
def test_ages_are_at_the_report(ages: dict[str, Any], committed: str | None, expected: int | None) -> None:
    assert a_case(ages, committed_to=committed).age == expected


def test_an_age_that_was_refused_stays_refused() -> None:
    assert a_case({"age_at_report": "refused"}).age_said == "refused"


def test_the_day_of_the_report_is_the_one_in_london() -> None:
    assert a_case(reported_at="2026-09-02T23:30:00Z").reported_on == date(2026, 9, 3)


@pytest.mark.parametrize(
    ("home", "place", "area", "outside"),
    [
        (COVENTRY, BIRMINGHAM, COVENTRY, False),
        (None, BIRMINGHAM, BIRMINGHAM, False),
        (ELSEWHERE, BIRMINGHAM, ELSEWHERE, True),
        (COVENTRY, ELSEWHERE, COVENTRY, False),
        (None, ELSEWHERE, ELSEWHERE, True),
        (None, None, None, False),
    ],
)
def test_services_are_commissioned_by_where_the_person_lives_else_by_the_place(
    home: str | None, place: str | None, area: str | None, outside: bool
) -> None:
    facts = a_case({"home_local_authority": home}, local_authority=place)
    assert (facts.area, facts.out_of_area) == (area, outside)


def test_a_code_that_is_not_listed_keeps_the_group_that_the_police_gave() -> None:
    facts = a_case(offence_code="19Z", offence_group="sexual-offences")
    assert (facts.sexual, facts.contact_sexual) == (True, True)


def test_facts_written_as_json_are_read_again_as_they_were() -> None:
    facts = a_case({"risk": {"marac_on": "2026-08-01"}}, flags=["stalking"], suspects=[{"suspect_ref": "S1"}])
    assert facts_of(orjson.loads(orjson.dumps(facts))) == facts
    assert facts_of(json.loads(json.dumps(asdict(facts), default=str)) | {"a field of next year": 1}) == facts
