"""Deadlines worked out by hand from the Code's limits and the calendar on the wall, each kind of clock."""

from typing import Any

import pytest

from services.code_compliance.domain.receipt import receipt
from tests.code_compliance.builders import RULES, a_case, at, clocks, milestone, notice, the, victim

# Reported (London time) -> last day of the two working days of R4.refer_support.
REFERRED = [
    ("2025-06-02 10:00", "2025-06-04"),  # Monday
    ("2025-06-05 09:00", "2025-06-09"),  # Thursday: Friday, Monday
    ("2025-06-06 23:59", "2025-06-10"),  # Friday, a minute before midnight
    ("2025-06-07 00:00", "2025-06-10"),  # Saturday
    ("2025-06-08 12:00", "2025-06-10"),  # Sunday
    ("2023-12-21 09:00", "2023-12-27"),  # 22, then 27: Christmas Day and Boxing Day lie between
    ("2023-12-22 16:42", "2023-12-28"),
    ("2023-12-23 08:00", "2023-12-28"),  # Saturday before Christmas
    ("2023-12-25 08:00", "2023-12-28"),  # on the holiday itself
    ("2023-12-29 08:00", "2024-01-03"),  # New Year's Day lies between
    ("2024-03-28 15:00", "2024-04-03"),  # Good Friday and Easter Monday
    ("2024-02-28 15:00", "2024-03-01"),  # 29 February counts
    ("2024-02-29 15:00", "2024-03-04"),
    ("2026-12-24 10:00", "2026-12-30"),  # Boxing Day on a Saturday: Monday 28 instead
    ("2026-12-25 10:00", "2026-12-30"),
    ("2026-12-30 10:00", "2027-01-04"),
    ("2027-12-24 10:00", "2027-12-30"),  # Christmas on a Saturday: Monday 27 and Tuesday 28 instead
    ("2021-12-31 10:00", "2022-01-05"),  # New Year's Day on a Saturday: Monday 3 instead
    ("2022-06-01 10:00", "2022-06-07"),  # two holidays for the Jubilee
    ("2022-09-16 10:00", "2022-09-21"),  # the state funeral
    ("2023-05-05 10:00", "2023-05-10"),  # the coronation
    ("2025-08-22 10:00", "2025-08-27"),
    ("2021-04-01 00:00", "2021-04-07"),  # the Code's first moment; Easter follows
    ("2025-03-28 12:00", "2025-04-01"),  # the clocks go forward on Sunday
    ("2025-10-24 12:00", "2025-10-28"),  # the clocks go back on Sunday
]

# Told within five working days, enhanced one: every trigger of that kind, from Tuesday 3 June 2025 at noon.
FIVE_OR_ONE = {
    "decision_not_to_investigate": "R6.no_investigation",
    "suspect_arrested": "R6.suspect_arrested",
    "suspect_interviewed_under_caution": "R6.suspect_interviewed",
    "suspect_released_without_charge": "R6.suspect_released_no_charge",
    "suspect_released_on_police_bail": "R6.suspect_bailed",
    "suspect_released_under_investigation": "R6.suspect_rui",
    "police_bail_conditions_changed": "R6.bail_conditions_changed",
    "police_bail_cancelled": "R6.bail_cancelled",
    "suspect_charged": "R6.charge",
    "out_of_court_disposal_given": "R6.oocd_outcome",
    "police_decision_not_to_prosecute": "R6.police_no_prosecution",
    "cps_decision_not_to_prosecute": "R6.cps_no_prosecution",
    "cps_decision_to_stop_or_alter": "R6.cps_stop_or_alter",
}

# Arrested (London time) -> last day, standard and enhanced.
ARRESTED = [
    ("2025-06-03 12:00", "2025-06-10", "2025-06-04"),
    ("2025-06-06 23:30", "2025-06-13", "2025-06-09"),
    ("2025-06-07 09:00", "2025-06-13", "2025-06-09"),
    ("2025-04-17 09:00", "2025-04-28", "2025-04-22"),  # the day before Good Friday
    ("2025-12-19 09:00", "2025-12-30", "2025-12-22"),
    ("2025-12-24 09:00", "2026-01-05", "2025-12-29"),
    ("2025-12-31 09:00", "2026-01-08", "2026-01-02"),
    ("2026-05-01 09:00", "2026-05-11", "2026-05-05"),
    ("2026-08-28 09:00", "2026-09-07", "2026-09-01"),
    ("2024-02-26 09:00", "2024-03-04", "2024-02-27"),  # over 29 February
]

BY_CPS = "witness_requirement_notified_by_cps"

# Trigger on Tuesday 3 June 2025; receipt by the Witness Care Unit, if known -> last day, standard and enhanced.
CHAINED = [
    ("R6.first_hearing", "first_hearing_listed", None, "2025-06-11", "2025-06-11"),  # 5 + 1 from the listing
    ("R6.first_hearing", "first_hearing_listed", "2025-06-04 09:00", "2025-06-05", "2025-06-05"),
    ("R8.hearing_details", "hearing_listed", None, "2025-06-11", "2025-06-11"),
    ("R8.hearing_details", "hearing_listed", "2025-06-06 17:00", "2025-06-09", "2025-06-09"),
    ("R8.bail_hearing_outcome", "court_bail_decision", None, "2025-06-17", "2025-06-11"),  # 5 + 5, or 5 + 1
    ("R8.bail_hearing_outcome", "court_bail_decision", "2025-06-05 09:00", "2025-06-12", "2025-06-06"),
    ("R8.warrant_issued", "arrest_warrant_issued", None, "2025-06-17", "2025-06-11"),
    ("R8.warrant_issued", "arrest_warrant_issued", "2025-06-03 12:00", "2025-06-10", "2025-06-04"),
    ("R8.rearrest_hearing_outcome", "rearrest_hearing_outcome", None, "2025-06-17", "2025-06-11"),
    ("R8.required_to_give_evidence", BY_CPS, None, "2025-06-04", "2025-06-04"),
    ("R8.required_to_give_evidence", BY_CPS, "2025-06-05 09:00", "2025-06-06", "2025-06-06"),
    ("R9.case_outcome", "case_outcome", None, "2025-06-11", "2025-06-11"),
    ("R9.case_outcome", "case_outcome", "2025-06-10 09:00", "2025-06-11", "2025-06-11"),
    ("R9.sentence", "sentence_passed", None, "2025-06-11", "2025-06-11"),
    ("R9.sentence", "sentence_passed", "2025-06-20 18:00", "2025-06-23", "2025-06-23"),  # received late: from receipt
    ("R9.appeal_lodged", "appeal_notified", None, "2025-06-11", "2025-06-11"),
    ("R9.appeal_bail", "appellant_bail_decision", "2025-06-04 09:00", "2025-06-05", "2025-06-05"),
    ("R9.appeal_hearing", "appeal_hearing_listed", None, "2025-06-11", "2025-06-11"),
    ("R9.appeal_outcome", "appeal_outcome", "2025-06-03 12:00", "2025-06-04", "2025-06-04"),
]  # fmt: skip

# Limits that enhanced rights do not change, from Tuesday 3 June 2025.
OTHERS = [
    ("R11.vcs_referral", "sentence_passed", "2025-06-17", {"sentence_months": 14}),
    ("R11.vlo_contact", "vcs_referral_received", "2025-07-01", {}),
    ("R10.expenses_payment", "expenses_claim_form_received", "2025-06-17", {}),
    ("R12.complaint_ack", "complaint_received", "2025-06-17", {}),
]

ENHANCED: list[dict[str, Any]] = [
    {"flags": ["domestic_abuse"]},
    {"offence_code": "8U"},
    {"offence_code": "8N", "victims": [victim(relationship_to_suspect="ex_partner")]},
    {"offence_code": "58A", "victims": [victim(relationship_to_suspect="family")]},
    {"offence_code": "19C"},
    {"flags": ["child_sexual_abuse"]},
    {"hate_strands": ["disability"]},
    {"offence_code": "8P"},
    {"flags": ["terrorism"]},
    {"offence_code": "106"},
    {"offence_code": "2"},
    {"offence_code": "36"},
    {"offence_code": "56A"},
    {"offence_code": "5D"},
    {"offence_code": "8Q"},
    {"offence_code": "8L"},
    {"flags": ["persistently_targeted"]},
    {"victims": [victim(repeat_victim=True)]},
    {"victims": [victim(age_at_offence=17)]},
    {"victims": [victim(age_at_offence="not_known", age_at_report=15)]},
    {"victims": [victim(vulnerabilities=["mental_health"])]},
    {"victims": [victim(vulnerabilities=["learning_disability"])]},
    {"victims": [victim(vulnerabilities=["physical_disability"])]},
    {"victims": [victim(vulnerabilities=["intimidated"])]},
    {"flags": ["victim_vulnerable"]},
]
STANDARD: list[dict[str, Any]] = [
    {},
    {"victims": [victim(relationship_to_suspect="ex_partner")]},  # theft by a former partner: no domestic abuse by that
    {"victims": [victim(age_at_offence=18)]},
    {"victims": [victim(vulnerabilities=["homeless"])]},
    {"victims": [victim(kind="business")], "hate_strands": ["religion"]},  # businesses have no enhanced rights
    {"offence_code": "8N"},
]


def last_day(day: str) -> Any:
    return at(f"{day} 23:59:59")


@pytest.mark.parametrize(("reported", "day"), REFERRED)
def test_two_working_days_for_the_referral(reported: str, day: str) -> None:
    case = a_case(reported_at=reported, recorded_at=reported)
    assert the(clocks(case), "R4.refer_support").due_at == last_day(day)


def test_a_report_half_an_hour_after_midnight_in_summer_counts_from_the_day_in_london() -> None:
    case = a_case(reported_at="2025-06-05T23:30:00Z", recorded_at="2025-06-05T23:45:00Z")  # Friday 6 June, 00:30
    assert the(clocks(case), "R4.refer_support").due_at == last_day("2025-06-10")


def test_the_last_second_is_that_of_london_in_summer_and_in_winter() -> None:
    summer = the(clocks(a_case(reported_at="2025-06-02 10:00")), "R4.refer_support")
    winter = the(clocks(a_case(reported_at="2025-01-06 10:00", recorded_at="2025-01-06 10:05")), "R4.refer_support")
    assert str(summer.due_at) == "2025-06-04 22:59:59+00:00"
    assert str(winter.due_at) == "2025-01-08 23:59:59+00:00"


def test_no_clock_runs_before_the_code_was_in_force() -> None:
    assert clocks(a_case(reported_at="2021-03-31 23:59", recorded_at="2021-03-31 23:59")) == {}


@pytest.mark.parametrize(("trigger", "entitlement"), FIVE_OR_ONE.items())
def test_told_in_five_working_days_or_in_one(trigger: str, entitlement: str) -> None:
    happened = milestone(trigger, "2025-06-03 12:00")
    assert the(clocks(a_case(), happened), entitlement).due_at == last_day("2025-06-10")
    assert the(clocks(a_case(flags=["domestic_abuse"]), happened), entitlement).due_at == last_day("2025-06-04")


@pytest.mark.parametrize(("arrested", "standard", "enhanced"), ARRESTED)
def test_an_arrest_through_holidays_and_year_ends(arrested: str, standard: str, enhanced: str) -> None:
    when = {"reported_at": "2024-02-01 10:00", "recorded_at": "2024-02-01 10:00"}
    happened = milestone("suspect_arrested", arrested)
    assert the(clocks(a_case(**when), happened), "R6.suspect_arrested").due_at == last_day(standard)
    quick = clocks(a_case(**when, offence_code="19C"), happened)
    assert the(quick, "R6.suspect_arrested").due_at == last_day(enhanced)


@pytest.mark.parametrize(("entitlement", "trigger", "received", "standard", "enhanced"), CHAINED)
def test_what_starts_with_receipt_counts_from_it_or_to_the_outer_bound(
    entitlement: str, trigger: str, received: str | None, standard: str, enhanced: str
) -> None:
    happened = milestone(trigger, "2025-06-03 12:00", received=received)
    assert the(clocks(a_case(), happened), entitlement).due_at == last_day(standard)
    assert the(clocks(a_case(hate_strands=["race"]), happened), entitlement).due_at == last_day(enhanced)


@pytest.mark.parametrize(("entitlement", "trigger", "day", "details"), OTHERS)
def test_limits_that_are_the_same_for_everybody(
    entitlement: str, trigger: str, day: str, details: dict[str, Any]
) -> None:
    happened = milestone(trigger, "2025-06-03 12:00", **details)
    for more in ({}, {"victims": [victim(age_at_offence=12)]}):
        found = clocks(a_case(offence_code="8N", **more), happened)
        assert the(found, entitlement).due_at == last_day(day)


@pytest.mark.parametrize("facts", ENHANCED, ids=str)
def test_each_fact_that_gives_enhanced_rights(facts: dict[str, Any]) -> None:
    clock = the(clocks(a_case(**facts), milestone("suspect_arrested", "2025-06-03 12:00")), "R6.suspect_arrested")
    assert (clock.enhanced, clock.due_at) == (True, last_day("2025-06-04"))


@pytest.mark.parametrize("facts", STANDARD, ids=str)
def test_facts_that_give_none(facts: dict[str, Any]) -> None:
    clock = the(clocks(a_case(**facts), milestone("suspect_arrested", "2025-06-03 12:00")), "R6.suspect_arrested")
    assert (clock.enhanced, clock.due_at) == (False, last_day("2025-06-10"))


def test_an_update_is_due_when_it_was_agreed_and_the_next_one_counts_from_it() -> None:
    agreed = milestone("agreed_update_date", "2024-02-15 09:00", agreed_interval_days=14)
    case = a_case(reported_at="2024-02-01 10:00", recorded_at="2024-02-01 10:00")
    (first,) = [c for c in clocks(case, agreed).values() if c.entitlement == "R6.scheduled_update"]
    assert first.due_at == last_day("2024-02-29")
    found = clocks(case, agreed, notice("R6.scheduled_update", "2024-02-27 16:00"))
    ends = {c.occurrence: (c.state, c.due_at) for c in found.values() if c.entitlement == "R6.scheduled_update"}
    assert ends == {"m1": ("met", last_day("2024-02-29")), "m1/2": ("running", last_day("2024-03-12"))}


def test_no_update_is_owed_once_the_suspect_is_charged() -> None:
    agreed = milestone("agreed_update_date", "2025-06-03 09:00", agreed_interval_days=28)
    charged = milestone("suspect_charged", "2025-06-10 09:00", "m2")
    assert not [c for c in clocks(a_case(), agreed, charged).values() if c.entitlement == "R6.scheduled_update"]


def test_without_an_agreed_number_nothing_can_be_late() -> None:
    found = clocks(a_case(), milestone("agreed_update_date", "2025-06-03 09:00"))
    assert the(found, "R6.scheduled_update").due_at is None


def test_a_statement_is_due_before_the_sentencing_hearing_and_moves_with_it() -> None:
    asked = milestone("vps_requested", "2025-06-03 09:00")
    assert the(clocks(a_case(), asked), "R7.vps_opportunity").due_at is None
    convicted = milestone("conviction", "2025-07-01 12:00", "m2", hearing_at="2025-07-22T10:00:00+01:00")
    found = clocks(a_case(), asked, convicted)
    assert the(found, "R7.vps_opportunity").due_at == at("2025-07-22 10:00")
    moved = milestone("hearing_listed", "2025-07-10 12:00", "m3", hearing_at="2025-08-05T14:00:00+01:00")
    found = clocks(a_case(), asked, convicted, moved)
    assert the(found, "R7.vps_opportunity").due_at == at("2025-08-05 14:00")
    passed = milestone("sentence_passed", "2025-08-05 15:20", "m4")
    found = clocks(a_case(), asked, convicted, moved, passed)
    assert the(found, "R7.vps_opportunity").due_at == at("2025-08-05 15:20")


def test_a_duty_without_a_number_never_has_a_day() -> None:
    found = clocks(a_case(), milestone("property_no_longer_required", "2025-06-03 09:00"))
    assert {the(found, e).due_at for e in ("R2.record_crime", "R3.written_confirmation", "R10.property_return")} == {
        None
    }


WORDS = [
    (
        "R4.refer_support",
        (),
        {"reported_at": "2023-12-22 16:42", "recorded_at": "2023-12-22 17:00"},
        "Reported Friday 22 December 2023 16:42. Monday 25 and Tuesday 26 are bank holidays. "
        "Two working days end Thursday 28 December 2023. Rule R4.refer_support, Code 2020.",
    ),
    (
        "R6.suspect_arrested",
        (milestone("suspect_arrested", "2025-06-06 23:30"),),
        {"offence_code": "19C"},
        "Suspect arrested Friday 6 June 23:30. One working day ends Monday 9 June. "
        "Enhanced rights: a sexual offence. Rule R6.suspect_arrested, Code 2020.",
    ),
    (
        "R9.case_outcome",
        (milestone("case_outcome", "2026-12-22 12:00"),),
        {},
        "Case outcome Tuesday 22 December 2026 12:00. Friday 25, Monday 28 and Friday 1 January are bank holidays. "
        "Six working days end Monday 4 January 2027. When the Witness Care Unit received it is not recorded, so the "
        "outer bound counts: the court tells the Witness Care Unit within 5 working days, and the unit tells the "
        "victim within 1. Rule R9.case_outcome, Code 2020.",
    ),
    (
        "R9.case_outcome",
        (milestone("case_outcome", "2025-06-03 12:00", received="2025-06-05 09:15"),),
        {},
        "Received by the Witness Care Unit Thursday 5 June 09:15. One working day ends Friday 6 June. "
        "Rule R9.case_outcome, Code 2020.",
    ),
    (
        "R3.written_confirmation",
        (),
        {},
        "Reported Monday 2 June 2025 10:00. The Code gives no number of days; four whole working days have passed. "
        "Rule R3.written_confirmation, Code 2020.",
    ),
]


@pytest.mark.parametrize(("entitlement", "told", "facts", "words"), WORDS)
def test_a_clock_says_its_own_sum(entitlement: str, told: Any, facts: dict[str, Any], words: str) -> None:
    case = a_case(**facts)
    said = receipt(case, the(clocks(case, *told), entitlement), RULES, at("2025-06-09 10:00"))
    assert (
        said.removesuffix(
            " This rule, or a part of it, was recalled and has not been checked against the Code's own text."
        )
        == words
    )
