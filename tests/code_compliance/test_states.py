"""How evidence leaves a duty, and that the order in which things come does not matter."""

import random
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings, strategies

from contracts.vocabulary import ENTITLEMENT_STATES
from services.code_compliance.domain.entitlements import Clock, Key, decide
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.snapshots import cases_of
from services.code_compliance.domain.states import LEGAL
from tests.code_compliance.builders import RULES, a_case, at, clocks, crime, milestone, notice, the, victim

ARREST = milestone("suspect_arrested", "2025-06-03 12:00")  # due at the end of Tuesday 10 June
R6 = "R6.suspect_arrested"


def state(*pieces: Evidence) -> str:
    return the(clocks(a_case(), ARREST, *pieces), R6).state


SETTLED = [
    ([], "running"),
    ([notice(R6, "2025-06-10 23:59")], "met"),
    ([notice(R6, "2025-06-11 00:00")], "met_late"),
    ([notice(R6, "2025-06-05 12:00", outcome="declined")], "declined_by_victim"),
    ([notice(R6, "2025-06-05 12:00", outcome="excepted")], "excepted_with_reason"),
    ([notice(R6, "2025-06-05 12:00", outcome="unable")], "unable_to_contact"),
    ([notice(R6, "2025-06-11 12:00", outcome="declined")], "running"),  # missed by then: the timer decides
    ([notice(R6, "2025-06-05 12:00", outcome="unable"), notice(R6, "2025-06-06 12:00", "n2")], "met"),
    ([notice(R6, "2025-06-05 12:00", outcome="declined"), notice(R6, "2025-06-20 12:00", "n2")], "declined_by_victim"),
    ([notice(R6, "2025-06-20 12:00"), notice(R6, "2025-06-09 12:00", "n2")], "met"),
    ([notice("R6.charge", "2025-06-05 12:00")], "running"),  # of another duty
    ([notice(R6, "2025-06-02 12:00")], "running"),  # before the arrest
    ([notice(R6, "2025-06-02 12:00", milestone_id="m1")], "met"),  # it says which arrest it means
]


@pytest.mark.parametrize(("pieces", "expected"), SETTLED)
def test_evidence_settles_a_clock(pieces: list[Evidence], expected: str) -> None:
    for order in permutations(pieces):
        assert state(*order) == expected


SHARED: list[tuple[dict[str, Any], str]] = [
    ({"share": "agreed", "channels_safe": ["mobile"]}, "met"),
    ({"share": "agreed", "channels_safe": [], "sealed": "x.y.z"}, "met"),
    ({"share": "agreed", "channels_safe": []}, "running"),  # nothing to reach the person by
    ({"share": "refused", "channels_safe": []}, "declined_by_victim"),
    ({"share": "not_asked", "channels_safe": ["mobile"]}, "met"),
]


@pytest.mark.parametrize(("facts", "expected"), SHARED)
def test_receipt_by_the_hub_meets_the_referral_duty(facts: dict[str, Any], expected: str) -> None:
    assert the(clocks(a_case(victims=[victim(**facts)])), "R4.refer_support").state == expected


OPT_IN: list[dict[str, Any]] = [
    {"flags": ["domestic_abuse"]},
    {"offence_code": "19C"},
    {"hate_strands": ["race"]},
    {"offence_code": "8Q"},
    {"flags": ["forced_marriage"]},
    {"offence_code": "106"},
    {"flags": ["county_lines"]},
]


@pytest.mark.parametrize("facts", OPT_IN, ids=str)
def test_in_an_opt_in_group_not_asked_keeps_the_clock_running(facts: dict[str, Any]) -> None:
    case = a_case(**facts, victims=[victim(share="not_asked")])
    assert the(clocks(case), "R4.refer_support").state == "running"


def test_details_that_came_after_the_second_working_day_are_late() -> None:
    assert the(clocks(a_case("2025-06-05 00:00")), "R4.refer_support").state == "met_late"
    assert the(clocks(a_case("2025-06-04 23:59")), "R4.refer_support").state == "met"


def test_a_refusal_that_becomes_a_yes_in_time_is_met_and_later_stays_declined() -> None:
    refused = crime(victims=[victim(share="refused", channels_safe=[])])
    held = {c.case_id: c for c in cases_of(refused, refused.recorded_at, RULES, {})}
    for revised, expected in (("2025-06-04 12:00", "met"), ("2025-06-20 12:00", "declined_by_victim")):
        later = crime(2, revised)
        (case,) = cases_of(later, at(revised), RULES, held)
        assert the(clocks(case), "R4.refer_support").state == expected


def test_each_of_two_arrests_is_met_by_its_own_news_in_whatever_order_it_comes() -> None:
    second = milestone("suspect_arrested", "2025-06-09 12:00", "m2")
    told: list[Milestone | Evidence] = [
        ARREST,
        second,
        notice(R6, "2025-06-04 12:00"),
        notice(R6, "2025-06-10 12:00", "n2"),
    ]
    for order in permutations(told):
        found = clocks(a_case(), *order)
        settled = {c.occurrence: c.settled_at for c in found.values() if c.entitlement == R6}
        assert settled == {"m1": at("2025-06-04 12:00"), "m2": at("2025-06-10 12:00")}


def test_news_after_the_first_was_due_speaks_for_the_second_that_still_runs() -> None:
    second = milestone("suspect_arrested", "2025-06-09 12:00", "m2")
    found = clocks(a_case(), ARREST, second, notice(R6, "2025-06-11 12:00"))
    assert {c.occurrence: c.state for c in found.values() if c.entitlement == R6} == {"m1": "running", "m2": "met"}


def test_a_hearing_that_is_the_first_is_counted_once() -> None:
    first = milestone("first_hearing_listed", "2025-06-03 12:00", "m1", hearing_id="H1")
    again = milestone("hearing_listed", "2025-06-03 12:00", "m2", hearing_id="H1")
    other = milestone("hearing_listed", "2025-06-20 12:00", "m3", hearing_id="H2")
    found = clocks(a_case(), first, again, other)
    assert [key for key in found if key[0] == "R8.hearing_details"] == [("R8.hearing_details", "m3")]


def test_a_fact_that_became_true_later_does_not_shorten_a_clock_that_ran_before() -> None:
    told = crime()
    held = {c.case_id: c for c in cases_of(told, told.recorded_at, RULES, {})}
    later = crime(2, "2025-06-05 09:00", victims=[victim(vulnerabilities=["intimidated"])])
    (case,) = cases_of(later, at("2025-06-05 09:00"), RULES, held)
    charged = milestone("suspect_charged", "2025-06-05 12:00", "m2")
    found = clocks(case, ARREST, charged)
    assert the(found, R6).due_at == at("2025-06-10 23:59:59")
    assert the(found, "R6.charge").due_at == at("2025-06-06 23:59:59")


def test_a_verdict_of_the_timer_stands_until_evidence_or_a_later_day() -> None:
    case = a_case()
    before = clocks(case, ARREST)
    key = (R6, "m1")
    before[key] = Clock(**{name: getattr(before[key], name) for name in before[key].__slots__} | {"state": "breached"})
    assert clocks(case, ARREST, before=before)[key].state == "breached"
    assert clocks(case, ARREST, notice(R6, "2025-06-05 12:00"), before=before)[key].state == "met"
    assert clocks(case, ARREST, notice(R6, "2025-06-15 12:00"), before=before)[key].state == "met_late"
    later = milestone("suspect_arrested", "2025-06-04 12:00")
    assert clocks(case, later, before=before)[key].state == "running"


def test_a_crime_that_is_no_crime_after_all_is_owed_nothing_that_needs_one() -> None:
    before = clocks(a_case())
    found = clocks(a_case(offence_code=None, incident_kind="other"), before=before)
    assert the(found, "R4.refer_support").state == "not_applicable"
    assert the(found, "R1.clear_communication").state == "running"


def test_every_state_of_the_contracts_has_its_legal_steps() -> None:
    assert set(LEGAL) == set(ENTITLEMENT_STATES)
    assert all(steps <= set(ENTITLEMENT_STATES) - {"not_triggered"} for steps in LEGAL.values())
    assert not any("breached" in LEGAL[s] for s in LEGAL if s != "running")


TOLD: list[Milestone | Evidence] = [
    ARREST,
    milestone("suspect_arrested", "2025-06-09 12:00", "m2"),
    milestone("suspect_charged", "2025-06-10 12:00", "m3"),
    milestone("conviction", "2025-07-01 12:00", "m4", hearing_at="2025-07-22T10:00:00+01:00"),
    milestone("vps_requested", "2025-06-20 12:00", "m5"),
    milestone("sentence_passed", "2025-07-22 12:00", "m6", sentence_months=18),
    milestone("agreed_update_date", "2025-06-03 12:00", "m7", agreed_interval_days=3),
    notice(R6, "2025-06-04 12:00", "n1"),
    notice(R6, "2025-06-11 12:00", "n2"),
    notice("R6.scheduled_update", "2025-06-05 12:00", "n3"),
    notice("R9.sentence", "2025-07-24 12:00", "n4", outcome="unable"),
    notice("R7.vps_opportunity", "2025-07-20 12:00", "n5"),
]


def apart(case: Case, told: list[Milestone | Evidence]) -> dict[Key, Clock]:
    """As the service does: decided again after each thing told, what was decided before carried along."""
    found: dict[Key, Clock] = {}
    for number in range(len(told) + 1):
        seen = told[:number]
        milestones = [t for t in seen if isinstance(t, Milestone)]
        found = decide(case, milestones, [t for t in seen if isinstance(t, Evidence)], RULES, found)
    return {key: clock for key, clock in found.items() if clock.state != "not_applicable"}


@settings(max_examples=60, deadline=None)
@over(strategies.randoms(use_true_random=False))
def test_the_same_things_told_in_any_order_leave_the_same_clocks(chance: random.Random) -> None:
    case = a_case(offence_code="8N")
    shuffled = list(TOLD)
    chance.shuffle(shuffled)
    assert apart(case, shuffled) == clocks(case, *TOLD)
