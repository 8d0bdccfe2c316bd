"""Each line, offer and door of the routing table: who gets it, and who nearly does."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.reference import hate_strands
from services.referral.domain.reading import cases_of
from tests.referral.crimes import BIRMINGHAM, ELSEWHERE, a_case, a_crime, a_kin, a_victim, routed

DOMESTIC = {"relationship_to_suspect": "ex_partner", "risk": {"grade": "medium"}}
HIGH = {"relationship_to_suspect": "partner", "risk": {"grade": "high"}}


def risk(**risk: Any) -> dict[str, Any]:
    return {"relationship_to_suspect": "partner", "risk": {"grade": "standard"} | risk}


LINES: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    # line, victim, crime, whether it is recommended
    ("idva", HIGH, {"offence_code": "8N"}, True),
    ("idva", risk(grade="imminent"), {"offence_code": "8N"}, True),
    ("idva", risk(dash_score=14), {"offence_code": "8N"}, True),
    ("idva", risk(dash_score=13), {"offence_code": "8N"}, False),
    ("idva", risk(judgement=True), {"offence_code": "8N"}, True),
    ("idva", risk(marac_on="2025-09-02"), {"offence_code": "8N"}, True),
    ("idva", risk(marac_on="2025-09-01"), {"offence_code": "8N"}, False),
    ("idva", risk(marac_on="2026-12-01"), {"offence_code": "8N"}, True),
    ("idva", HIGH | {"age_at_report": 16}, {"offence_code": "8N"}, True),
    ("idva", HIGH | {"age_at_report": 15}, {"offence_code": "8N"}, False),
    ("idva", HIGH | {"age_at_report": "not_known"}, {"offence_code": "8N"}, False),
    ("idva", {"risk": {"grade": "high"}}, {"offence_code": "8N"}, False),
    ("domestic_abuse", DOMESTIC, {"offence_code": "8N"}, True),
    ("domestic_abuse", HIGH, {"offence_code": "8N"}, False),
    ("domestic_abuse", DOMESTIC | {"age_at_report": 15}, {"offence_code": "8N"}, False),
    ("domestic_abuse", DOMESTIC | {"age_at_report": 16}, {"offence_code": "8N"}, True),
    ("domestic_abuse", {}, {"offence_code": "8U"}, True),
    ("domestic_abuse", {}, {"flags": ["domestic_abuse"]}, True),
    ("domestic_abuse", {}, {"offence_code": None, "incident_kind": "domestic"}, True),
    ("domestic_abuse", {"relationship_to_suspect": "family"}, {"offence_code": "8L"}, True),
    ("domestic_abuse", {"relationship_to_suspect": "family"}, {"offence_code": "58A"}, True),
    ("domestic_abuse", {"relationship_to_suspect": "family"}, {"offence_code": "59"}, True),
    ("domestic_abuse", {"relationship_to_suspect": "family"}, {"offence_code": "39"}, False),
    ("domestic_abuse", {"relationship_to_suspect": "acquaintance"}, {"offence_code": "8N"}, False),
    ("isva", {"age_at_report": 18}, {"offence_code": "20A"}, True),
    ("isva", {"age_at_report": 17}, {"offence_code": "20A"}, False),
    ("isva", {}, {"flags": ["child_sexual_abuse"]}, True),
    ("isva", {}, {"flags": ["child_sexual_exploitation"]}, True),
    ("isva", {}, {"offence_code": "8N"}, False),
    ("child_isva", {"age_at_report": 17}, {"offence_code": "20A"}, True),
    ("child_isva", {"age_at_report": 18}, {"offence_code": "20A"}, False),
    ("child_isva", {"age_at_report": 17}, {}, False),
    ("stalking", {}, {"offence_code": "8Q"}, True),
    ("stalking", {}, {"flags": ["stalking"]}, True),
    ("stalking", {}, {"offence_code": "8L"}, False),
    *[("hate_crime", {}, {"hate_strands": [strand]}, True) for strand in hate_strands()],
    ("hate_crime", {}, {"hate_strands": ["a strand of next year"]}, True),
    ("hate_crime", {}, {"offence_code": None, "incident_kind": "hate"}, True),
    *[("hate_crime", {}, {"offence_code": code}, True) for code in ("8M", "8P", "105B", "9B", "58J")],
    ("hate_crime", {}, {"offence_code": "9A"}, False),
    ("road_collision", {}, {"offence_code": "4.9"}, True),
    ("road_collision", {}, {"offence_code": None, "incident_kind": "road_collision"}, True),
    ("road_collision", {"kind": "witness"}, {"offence_code": "4.9"}, False),
    ("road_collision", {}, {"offence_code": "802"}, False),
    *[("honour_based_abuse", {}, {"flags": [flag]}, True) for flag in ("honour_based_abuse", "forced_marriage", "fgm")],
    ("honour_based_abuse", {}, {"offence_code": "8N"}, False),
    ("modern_slavery", {}, {"offence_code": "106"}, True),
    ("modern_slavery", {}, {"offence_code": "72"}, True),
    ("modern_slavery", {}, {"flags": ["modern_slavery_nrm"]}, True),
    ("modern_slavery", {}, {"offence_code": "105A"}, False),
    *[
        ("exploitation", {}, {"flags": [flag]}, True)
        for flag in ("child_sexual_exploitation", "child_criminal_exploitation", "county_lines")
    ],
    ("exploitation", {}, {"offence_code": "71"}, True),
    ("exploitation", {}, {"offence_code": "92A"}, False),
    ("fraud", {}, {"offence_code": "53D"}, True),
    ("fraud", {}, {"offence_code": None, "crime_type": "fraud"}, True),
    ("fraud", {}, {"offence_code": None, "crime_type": "fraud-and-computer-misuse"}, True),
    ("fraud", {}, {"offence_code": "33A"}, False),
    ("child", {"age_at_report": 17}, {}, True),
    ("child", {"age_at_report": 18}, {}, False),
    ("business", {"kind": "business", "named_contact": True, "age_at_report": None}, {}, True),
    ("business", {"kind": "business", "named_contact": False, "age_at_report": None}, {}, False),
    ("business", {"named_contact": True}, {}, False),
    ("witness", {"kind": "witness"}, {}, True),
    ("witness", {}, {}, False),
    ("anti_social_behaviour", {}, {"offence_code": None, "incident_kind": "anti_social_behaviour"}, True),
    ("anti_social_behaviour", {}, {"flags": ["anti_social_behaviour"]}, True),
    ("anti_social_behaviour", {}, {"offence_code": "9A"}, False),
    ("general", {}, {}, True),
    ("general", {}, {"offence_code": None, "incident_kind": "anti_social_behaviour"}, True),
    ("general", {"age_at_report": 17}, {}, False),
    ("general", {}, {"offence_code": "53D"}, False),
    ("general", {"kind": "business", "named_contact": True, "age_at_report": None}, {}, False),
    ("general", {"kind": "witness"}, {}, False),
    ("general", {}, {"offence_code": "1"}, False),
]


@pytest.mark.parametrize(("line", "victim", "crime", "expected"), LINES)
def test_a_line_is_recommended_exactly_when_the_table_says_so(
    line: str, victim: dict[str, Any], crime: dict[str, Any], expected: bool
) -> None:
    assert (line in routed(a_case(victim, **crime)).lines) is expected


def test_a_third_domestic_report_in_twelve_months_brings_an_adviser() -> None:
    facts = a_case(DOMESTIC, offence_code="8N")
    assert routed(facts, domestic_reports_12m=3).lines == ("idva",)
    assert routed(facts, domestic_reports_12m=2).lines == ("domestic_abuse",)


def test_a_marac_that_an_earlier_crime_told_of_brings_an_adviser() -> None:
    assert "idva" in routed(a_case(DOMESTIC, offence_code="8N"), marac_recent=True).lines


@pytest.mark.parametrize("need", ["mental_health", "employment"])
def test_a_need_that_the_person_stated_has_a_line_beside_the_others(need: str) -> None:
    facts = replace(a_case(), needs=(need,))
    assert routed(facts).lines == tuple(sorted(("general", need)))


def test_a_person_who_must_give_evidence_has_the_witness_line() -> None:
    assert "witness" in routed(replace(a_case(), must_give_evidence=True)).lines


def test_a_child_has_the_line_for_children_beside_the_specialist_one() -> None:
    assert routed(a_case({"age_at_report": 15}, offence_code="20A")).lines == ("child", "child_isva")


def test_several_specialist_lines_run_side_by_side() -> None:
    facts = a_case(DOMESTIC, offence_code="8Q", hate_strands=["race"])
    assert routed(facts).lines == ("domestic_abuse", "hate_crime", "stalking")


def test_families_bereaved_on_the_road_have_the_line_and_the_dead_have_no_case() -> None:
    crime = a_crime(a_victim(kind="deceased", age_at_report=9, bereaved=[a_kin()]), offence_code="4.4")
    [facts] = cases_of(crime)
    assert routed(facts).lines == ("road_collision",)


BESIDE = {"business", "witness", "anti_social_behaviour", "mental_health", "employment", "general"}


@pytest.mark.parametrize(("line", "victim", "crime", "expected"), LINES)
def test_general_support_is_never_beside_a_specialist_line_and_never_missing_without_one(
    line: str, victim: dict[str, Any], crime: dict[str, Any], expected: bool
) -> None:
    facts = a_case(victim, **crime)
    found = routed(facts)
    wanted = set(found.lines) <= BESIDE and facts.person_kind == "person" and "homicide_service" not in found.doors
    assert ("general" in found.lines) is wanted


def test_a_bereaved_family_without_a_specialist_line_has_general_support() -> None:
    [facts] = cases_of(a_crime(a_victim(kind="deceased", bereaved=[a_kin()]), offence_code="76"))
    assert routed(facts).lines == ("general",)


def test_families_bereaved_by_homicide_have_the_national_door_and_no_local_line() -> None:
    [facts] = cases_of(a_crime(a_victim(kind="deceased", bereaved=[a_kin()]), offence_code="1"))
    found = routed(facts)
    assert found.lines == ()
    assert found.doors == ("homicide_service",)
    assert "bereaved" in found.holds


ANYBODY = {"interpreter", "mental_health"}
OFFERS: list[tuple[dict[str, Any], dict[str, Any], set[str]]] = [
    (HIGH, {"offence_code": "8N"}, ANYBODY | {"idva_lgbt", "idva_male", "by_and_for", "worker_gender"}),
    (DOMESTIC, {"offence_code": "8N"}, ANYBODY | {"idva_lgbt", "idva_male", "by_and_for", "worker_gender"}),
    ({}, {"hate_strands": ["race"]}, ANYBODY | {"by_and_for", "restorative_justice"}),
    ({}, {"offence_code": "20A"}, ANYBODY | {"worker_gender"}),
    ({"age_at_report": 15}, {"offence_code": "20A"}, ANYBODY),
    ({"age_at_report": 15}, {}, ANYBODY),
    ({}, {}, ANYBODY | {"restorative_justice"}),
]


@pytest.mark.parametrize(("victim", "crime", "offers"), OFFERS)
def test_offers_are_fixed_by_line(victim: dict[str, Any], crime: dict[str, Any], offers: set[str]) -> None:
    assert set(routed(a_case(victim, **crime)).offers) == offers


@pytest.mark.parametrize(
    "monitored",
    [
        {"sex": "male"},
        {"gender": "trans_woman"},
        {"ethnicity": "A2"},
        {"orientation": "gay"},
        {"religion": "sikh"},
        {"disability": "yes"},
    ],
)
def test_what_is_monitored_never_routes(monitored: dict[str, Any]) -> None:
    assert routed(a_case(DOMESTIC | monitored, offence_code="8N")) == routed(a_case(DOMESTIC, offence_code="8N"))


DOORS: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("homicide_service", {"kind": "witness"}, {"offence_code": "4.1"}, True),
    ("homicide_service", {}, {"offence_code": "2"}, False),
    ("victims_of_terrorism_unit", {}, {"flags": ["terrorism"]}, True),
    ("victims_of_terrorism_unit", {}, {}, False),
    ("national_fraud_unit", {}, {"offence_code": "53C"}, True),
    ("national_fraud_unit", {}, {}, False),
    ("sarc", {}, {"offence_code": "19C"}, True),
    ("sarc", {}, {"offence_code": "19C", "committed_to": "2001-01-01"}, True),
    *[("sarc", {}, {"offence_code": code}, False) for code in ("71", "72", "88A", "88E")],
    ("sarc", {}, {"flags": ["child_sexual_abuse"]}, False),
    ("other_force_hub", {"home_local_authority": ELSEWHERE}, {}, True),
    ("other_force_hub", {}, {"local_authority": ELSEWHERE}, True),
    ("other_force_hub", {"home_local_authority": BIRMINGHAM}, {"local_authority": ELSEWHERE}, False),
    ("other_force_hub", {}, {"local_authority": None}, False),
    ("marac", HIGH, {"offence_code": "8N"}, True),
    ("marac", DOMESTIC, {"offence_code": "8N"}, False),
    ("childrens_social_care", {"vulnerabilities": ["child_at_risk"]}, {}, True),
    ("childrens_social_care", {}, {"offence_code": "11A"}, True),
    ("childrens_social_care", {"age_at_report": 17}, {"offence_code": "20A"}, True),
    ("childrens_social_care", {"age_at_report": 17}, {"flags": ["county_lines"]}, True),
    ("childrens_social_care", {"age_at_report": 17}, {}, False),
    ("childrens_social_care", {"age_at_report": 18}, {"flags": ["county_lines"]}, False),
    ("adult_safeguarding", {"vulnerabilities": ["capacity_in_doubt"]}, {}, True),
    ("adult_safeguarding", {"vulnerabilities": ["suicide_risk"]}, {}, True),
    ("adult_safeguarding", {"vulnerabilities": ["suicide_risk"], "age_at_report": 18}, {}, True),
    ("adult_safeguarding", {"vulnerabilities": ["suicide_risk"], "age_at_report": 17}, {}, False),
    ("adult_safeguarding", {"vulnerabilities": ["mental_health"]}, {}, False),
    ("emergency", {"risk": {"grade": "imminent"}}, {}, True),
    ("emergency", {"risk": {"grade": "high"}}, {}, False),
    ("nrm_first_responder", {}, {"offence_code": "106"}, True),
    ("nrm_first_responder", {}, {"flags": ["county_lines"]}, False),
]


@pytest.mark.parametrize(("door", "victim", "crime", "expected"), DOORS)
def test_a_door_is_named_exactly_when_the_table_says_so(
    door: str, victim: dict[str, Any], crime: dict[str, Any], expected: bool
) -> None:
    assert (door in routed(a_case(victim, **crime)).doors) is expected


def test_each_decision_names_the_rules_that_fired_with_their_versions() -> None:
    found = routed(a_case(hate_strands=["race"]))
    assert [(rule.id, rule.version) for rule in found.rules] == [
        ("line.hate_crime", "1"),
        ("offer.hate_crime", "1"),
        ("offer.everybody", "1"),
        ("offer.restorative_justice", "1"),
    ]
