"""Each hold of the routing table, and the decision that follows in its fixed order."""

from typing import Any

import pytest

from contracts.vocabulary import HOLDS
from services.referral.domain.deciding import decided as decision_on
from services.referral.domain.facts import NOTHING_KNOWN, History
from services.referral.domain.reading import cases_of
from services.referral.domain.routing import priority
from tests.referral.crimes import ELSEWHERE, a_case, a_crime, a_kin, a_victim, books, decided, routed

STANDARD = {"risk": {"grade": "standard"}}
PARTNER = {"relationship_to_suspect": "partner"}
CHILD_ONLY = ("17B", "19D", "19E", "19G", "19H", "20B", "21", "22B", "71", "11A")

HOLD: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("high_risk", PARTNER | {"risk": {"dash_score": 14}}, {"offence_code": "8N"}, True),
    ("high_risk", PARTNER | {"risk": {"dash_score": 13}}, {"offence_code": "8N"}, False),
    ("high_risk", {"risk": {"grade": "high"}}, {}, True),
    ("high_risk", {"risk": {"grade": "imminent"}}, {}, True),
    ("high_risk", {"risk": {"grade": "medium"}}, {}, False),
    ("high_risk", PARTNER | {"risk": {"grade": "high"}, "age_at_report": 15}, {"offence_code": "8N"}, True),
    ("risk_unknown", PARTNER, {"offence_code": "8N"}, True),
    ("risk_unknown", PARTNER | {"risk": {"grade": None, "dash_score": None}}, {"offence_code": "8N"}, True),
    ("risk_unknown", PARTNER | {"risk": {"grade": "a grade of next year"}}, {"offence_code": "8N"}, True),
    ("risk_unknown", PARTNER | STANDARD, {"offence_code": "8N"}, False),
    ("risk_unknown", PARTNER | {"risk": {"dash_score": 3}}, {"offence_code": "8N"}, False),
    ("risk_unknown", {}, {"offence_code": "8Q"}, True),
    ("risk_unknown", {}, {"offence_code": "8N"}, False),
    ("honour_based_abuse", {}, {"flags": ["forced_marriage"]}, True),
    ("honour_based_abuse", {}, {}, False),
    ("recent_assault", {}, {"offence_code": "19C", "committed_to": "2026-08-26"}, True),
    ("recent_assault", {}, {"offence_code": "19C", "committed_to": "2026-08-25"}, False),
    ("recent_assault", {}, {"offence_code": "19C", "committed_to": None}, True),
    ("recent_assault", {}, {"offence_code": "88E", "committed_to": None}, False),
    ("recent_assault", {}, {"offence_code": "8N"}, False),
    ("threat_to_kill", {}, {"offence_code": "3B"}, True),
    ("threat_to_kill", {}, {"offence_code": "3A"}, False),
    ("child_at_risk", {"vulnerabilities": ["child_at_risk"]}, {}, True),
    ("child_at_risk", {"vulnerabilities": ["children_in_household"]}, {}, False),
    ("suicide_risk", {"vulnerabilities": ["suicide_risk"]}, {}, True),
    ("suicide_risk", {"vulnerabilities": ["mental_health"]}, {}, False),
    ("child_under_13", {"age_at_report": 12}, {}, True),
    ("child_under_13", {"age_at_report": 13}, {}, False),
    ("child_13_15", {"age_at_report": 13}, {}, True),
    ("child_13_15", {"age_at_report": 15}, {}, True),
    ("child_13_15", {"age_at_report": 16}, {}, False),
    ("child_13_15", {"age_at_report": 12}, {}, False),
    *[("age_unknown", {"age_at_report": "refused"}, {"offence_code": code}, True) for code in CHILD_ONLY],
    ("age_unknown", {"age_at_report": None}, {"offence_code": "20A"}, True),
    ("age_unknown", {"age_at_report": 999} | PARTNER, {"offence_code": "8N"}, True),
    ("age_unknown", {"age_at_report": "not_known"}, {"flags": ["county_lines"]}, True),
    ("age_unknown", {"age_at_report": "not_known", "kind": "witness"}, {"offence_code": "20A"}, True),
    ("age_unknown", {"age_at_report": None, "kind": "business"}, {"flags": ["domestic_abuse"]}, False),
    ("age_unknown", {"age_at_report": "not_known"}, {"offence_code": "39"}, False),
    ("age_unknown", {"age_at_report": 30}, {"offence_code": "71"}, False),
    ("exploitation", {}, {"flags": ["county_lines"]}, True),
    ("exploitation", {}, {}, False),
    ("modern_slavery", {}, {"offence_code": "106"}, True),
    ("modern_slavery", {}, {}, False),
    ("stalking", {}, {"offence_code": "8Q"}, True),
    ("stalking", {}, {"offence_code": "8L"}, False),
    ("bereaved", {}, {}, False),
    ("capacity_in_doubt", {"vulnerabilities": ["capacity_in_doubt"]}, {}, True),
    ("capacity_in_doubt", {"vulnerabilities": ["learning_disability"]}, {}, False),
    ("protected_address", {"vulnerabilities": ["protected_address"]}, {}, True),
    ("protected_address", {}, {}, False),
    ("same_household", {}, {"suspects": [{"suspect_ref": "S1", "same_household": True}]}, True),
    ("same_household", {}, {"suspects": [{"suspect_ref": "S1", "same_household": False}]}, False),
    ("major_incident", {}, {"major_incident_id": "M-7"}, True),
    ("major_incident", {}, {"major_incident_id": None}, False),
    ("victim_is_suspect", {"also_suspect": True}, {}, True),
    ("victim_is_suspect", {}, {"suspects": [{"suspect_ref": "P1"}]}, True),
    ("victim_is_suspect", {}, {"suspects": [{"suspect_ref": "S1"}]}, False),
    ("police_victim", {"works_for": "police"}, {}, True),
    ("police_victim", {"works_for": "hub"}, {}, False),
    ("conflict_of_interest", {"works_for": "hub"}, {}, True),
    ("conflict_of_interest", {"works_for": "provider"}, {}, True),
    ("conflict_of_interest", {}, {"suspects": [{"suspect_ref": "S1", "works_for": "provider"}]}, True),
    ("conflict_of_interest", {"works_for": "police"}, {"suspects": [{"suspect_ref": "S1"}]}, False),
    ("share_refused", {"share": "refused"}, {}, True),
    ("share_refused", {"share": "not_asked"}, {}, False),
    ("share_not_asked", {"share": "not_asked"} | PARTNER, {"offence_code": "8N"}, True),
    ("share_not_asked", {"share": "not_asked"}, {"offence_code": "20A"}, True),
    ("share_not_asked", {"share": "not_asked"}, {"hate_strands": ["race"]}, True),
    ("share_not_asked", {"share": "not_asked"}, {"offence_code": "8Q"}, True),
    ("share_not_asked", {"share": "not_asked"}, {"flags": ["fgm"]}, True),
    ("share_not_asked", {"share": "not_asked"}, {"offence_code": "106"}, True),
    ("share_not_asked", {"share": "not_asked"}, {"flags": ["county_lines"]}, True),
    ("share_not_asked", {"share": "not_asked"}, {"offence_code": "39"}, False),
    ("share_not_asked", {"share": "agreed"}, {"offence_code": "20A"}, False),
    ("no_safe_channel", {"channels_safe": []}, {}, True),
    ("no_safe_channel", {"channels_safe": ["a channel of next year"]}, {}, True),
    ("no_safe_channel", {"channels_safe": ["email"]}, {}, False),
    ("named_contact_missing", {"kind": "business"}, {}, True),
    ("named_contact_missing", {"kind": "business", "named_contact": True}, {}, False),
    ("named_contact_missing", {"kind": "person"}, {}, False),
]


@pytest.mark.parametrize(("hold", "victim", "crime", "expected"), HOLD)
def test_a_case_is_held_exactly_when_the_table_says_so(
    hold: str, victim: dict[str, Any], crime: dict[str, Any], expected: bool
) -> None:
    assert (hold in routed(a_case(victim, **crime)).holds) is expected


HISTORY: list[tuple[str, dict[str, Any], bool]] = [
    ("high_risk", {"marac_recent": True}, True),
    ("high_risk", {"domestic_reports_12m": 3}, False),
    ("suspect_elsewhere", {"suspect_elsewhere": True}, True),
    ("suspect_elsewhere", {}, False),
    ("possible_duplicate", {"possible_duplicate": True}, True),
    ("possible_duplicate", {}, False),
    ("no_safe_channel", {"locked_channels": frozenset({"mobile"})}, True),
    ("no_safe_channel", {"locked_channels": frozenset({"email"})}, False),
]


@pytest.mark.parametrize(("hold", "history", "expected"), HISTORY)
def test_what_is_known_of_the_person_holds_a_case(hold: str, history: dict[str, Any], expected: bool) -> None:
    assert (hold in routed(a_case(), **history).holds) is expected


def test_every_hold_of_the_published_list_has_a_rule() -> None:
    rules = books().versions[-1].rules.rules
    assert {name for rule in rules if rule.gives == "holds" for name in rule.names} == set(HOLDS) - {"other"}


def test_bereaved_people_are_held_and_asked_first() -> None:
    [facts] = cases_of(a_crime(a_victim(kind="deceased", bereaved=[a_kin(share="not_asked")]), offence_code="4.4"))
    assert {"bereaved", "share_not_asked"} <= set(routed(facts).holds)


def test_bereaved_people_of_unknown_age_are_held_where_a_child_may_be_meant() -> None:
    kin = a_kin(age_at_report="not_known")
    [facts] = cases_of(a_crime(a_victim(kind="deceased", bereaved=[kin]), offence_code="1", flags=["domestic_abuse"]))
    assert "age_unknown" in routed(facts).holds


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        (("stalking", "high_risk", "child_13_15"), 0),
        (("child_13_15", "stalking"), 1),
        (("police_victim",), 2),
        (("protected_address", "share_refused"), 2),
        (("no_safe_channel",), 3),
        ((), 3),
    ],
)
def test_the_queue_puts_danger_first_then_children_then_care(holds: tuple[str, ...], expected: int) -> None:
    assert priority(holds) == expected


DECISION: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("sent", {}, {}),
    ("sent", {"share": "not_asked"}, {}),
    ("sent", PARTNER | STANDARD, {"offence_code": "8N"}),
    ("waiting", PARTNER | STANDARD | {"share": "other words"}, {"offence_code": "8N"}),
    ("waiting", PARTNER | {"risk": {"grade": "high"}}, {"offence_code": "8N"}),
    ("waiting", {"share": "refused", "risk": {"grade": "high"}}, {}),
    ("waiting", {"share": "refused", "age_at_report": 12}, {}),
    ("refused", {"share": "refused"}, {}),
    ("refused", {"share": "refused", "home_local_authority": ELSEWHERE}, {}),
    ("waiting", {"home_local_authority": ELSEWHERE, "age_at_report": 14}, {}),
    ("out_of_area", {"home_local_authority": ELSEWHERE}, {}),
    ("out_of_area", {"home_local_authority": ELSEWHERE, "vulnerabilities": ["protected_address"]}, {}),
    ("waiting", {"vulnerabilities": ["protected_address"]}, {}),
    ("waiting", {"channels_safe": []}, {}),
    ("waiting", {"kind": "business"}, {}),
    ("waiting", {"kind": "witness"}, {}),
    ("sent", {"kind": "business", "named_contact": True, "age_at_report": None}, {}),
    # Nothing that our lists know says what happened: it may be anything.
    ("waiting", {}, {"offence_code": None}),
    ("waiting", {}, {"offence_code": "XX9"}),
    ("waiting", {}, {"offence_code": None, "crime_type": "violent-crime"}),
    ("sent", {}, {"offence_code": None, "offence_group": "theft-offences"}),
    ("sent", {}, {"offence_code": None, "incident_kind": "anti_social_behaviour"}),
]


@pytest.mark.parametrize(("decision", "victim", "crime"), DECISION)
def test_the_decision_is_the_first_that_fits(decision: str, victim: dict[str, Any], crime: dict[str, Any]) -> None:
    assert decided(a_case(victim, **crime)).decision == decision


def test_lines_are_listed_under_a_hold_too() -> None:
    found = decided(a_case({"vulnerabilities": ["protected_address"]}, hate_strands=["race"]))
    assert found.routing.lines == ("hate_crime",)
    assert found.legs == ()


def test_nothing_at_all_to_offer_is_information_only() -> None:
    assert decision_on((), (), False, something=False) == "information_only"


@pytest.mark.parametrize("held", [hold for hold in HOLDS if hold != "other"])
def test_no_hold_lets_a_case_leave_by_itself(held: str) -> None:
    """Every case of the tables above that is held is looked at: none of them has a leg."""
    legs = [
        decided(a_case(victim, **crime)).legs for hold, victim, crime, expected in HOLD if expected and hold == held
    ]
    known = {"locked_channels", "suspect_elsewhere", "possible_duplicate", "marac_recent"}
    for hold, history, expected in HISTORY:
        if expected and hold == held:
            assert set(history) <= known
            legs.append(decided(a_case(), History(**history)).legs)
    if held == "bereaved":
        [facts] = cases_of(a_crime(a_victim(kind="deceased", bereaved=[a_kin()]), offence_code="4.4"))
        legs.append(decided(facts, NOTHING_KNOWN).legs)
    if held == "unknown_word":
        legs.append(decided(a_case({"relationship_to_suspect": "a word of next year"})).legs)
    assert legs and not any(legs)
