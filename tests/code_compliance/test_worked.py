"""Every deadline of `worked`, against the code; what no table of days can hold stands below it."""

from typing import Any

import pytest

from services.code_compliance.domain.entitlements import decide
from tests.code_compliance import worked
from tests.code_compliance.builders import RULES, a_case, at, clocks, milestone, the
from tests.code_compliance.test_pauses import a_pause

WHO: dict[str, dict[str, Any]] = {"P": {}, "E": {"offence_code": "19C"}}
EARLY = {"reported_at": "2021-05-04 10:00", "recorded_at": "2021-05-04 10:00"}


def end_of(day: str) -> Any:
    return at(f"{day} 23:59:59")


def victim_of(who: str) -> Any:
    return a_case(**EARLY, **WHO[who])


def test_there_are_at_least_a_hundred_and_fifty_each_with_its_sum_in_words() -> None:
    once = len(worked.REPORTED) + len(worked.CHAINED) + len(worked.LONGER) + len(worked.AGREED) + len(worked.PAUSED)
    assert once + 2 * len(worked.FIVE_OR_ONE) + len(BEFORE) + len(NO_DAY) >= 150


@pytest.mark.parametrize(("reported", "words", "day"), worked.REPORTED)
def test_the_referral(reported: str, words: str, day: str) -> None:
    case = a_case(reported_at=reported, recorded_at=reported)
    assert the(clocks(case), "R4.refer_support").due_at == end_of(day), words


@pytest.mark.parametrize(("trigger", "duty", "when", "five", "day", "one", "enhanced"), worked.FIVE_OR_ONE)
def test_five_working_days_or_one(
    trigger: str, duty: str, when: str, five: str, day: str, one: str, enhanced: str
) -> None:
    assert the(clocks(victim_of("P"), milestone(trigger, when)), duty).due_at == end_of(day), five
    assert the(clocks(victim_of("E"), milestone(trigger, when)), duty).due_at == end_of(enhanced), one


@pytest.mark.parametrize(("duty", "trigger", "when", "received", "who", "words", "day"), worked.CHAINED)
def test_from_receipt_or_to_the_outer_bound(
    duty: str, trigger: str, when: str, received: str | None, who: str, words: str, day: str
) -> None:
    told = milestone(trigger, when, received=received)
    assert the(clocks(victim_of(who), told), duty).due_at == end_of(day), words


@pytest.mark.parametrize(("duty", "trigger", "when", "details", "who", "words", "day"), worked.LONGER)
def test_ten_and_twenty_working_days(
    duty: str, trigger: str, when: str, details: dict[str, Any], who: str, words: str, day: str
) -> None:
    assert the(clocks(victim_of(who), milestone(trigger, when, **details)), duty).due_at == end_of(day), words


@pytest.mark.parametrize(("agreed", "days", "words", "day"), worked.AGREED)
def test_an_interval_in_calendar_days(agreed: str, days: int, words: str, day: str) -> None:
    told = milestone("agreed_update_date", agreed, agreed_interval_days=days)
    assert the(clocks(victim_of("P"), told), "R6.scheduled_update").due_at == end_of(day), words


@pytest.mark.parametrize(("arrested", "who", "start", "end", "words", "day"), worked.PAUSED)
def test_a_clock_that_was_paused(arrested: str, who: str, start: str, end: str, words: str, day: str) -> None:
    told = milestone("suspect_arrested", arrested)
    found = decide(victim_of(who), [told], [], RULES, {}, [a_pause(start, end)])
    assert the(found, "R6.suspect_arrested").due_at == end_of(day), words


ASKED = milestone("vps_requested", "2025-07-01 09:00", "a")
CONVICTED = milestone("conviction", "2025-07-08 12:00", "c", hearing_at="2025-07-29T10:00:00+01:00")
BEFORE: list[tuple[list[Any], str, str | None]] = [
    ([], "nothing is listed", None),
    ([CONVICTED], "listed with the conviction", "2025-07-29 10:00"),
    (
        [CONVICTED, milestone("hearing_listed", "2025-07-10 12:00", "h", hearing_at="2025-08-12T14:00:00+01:00")],
        "moved to a later day",
        "2025-08-12 14:00",
    ),
    (
        [CONVICTED, milestone("hearing_listed", "2025-07-10 12:00", "h", hearing_at="2025-07-22T10:00:00+01:00")],
        "moved to an earlier day",
        "2025-07-22 10:00",
    ),
    (
        [CONVICTED, milestone("hearing_listed", "2025-07-05 12:00", "h", hearing_at="2025-07-08T10:00:00+01:00")],
        "a hearing listed before the conviction is the trial",
        "2025-07-29 10:00",
    ),
    (
        [milestone("hearing_listed", "2025-07-05 12:00", "h", plea="guilty", hearing_at="2025-07-24T10:00:00+01:00")],
        "after a guilty plea the next hearing is the sentence",
        "2025-07-24 10:00",
    ),
    ([CONVICTED, milestone("sentence_passed", "2025-07-29 11:40", "s")], "it has come", "2025-07-29 11:40"),
    (
        [milestone("conviction", "2025-10-20 12:00", "c", hearing_at="2025-10-27T00:30:00Z")],
        "in winter time",
        "2025-10-27 00:30",
    ),
]
NO_DAY = [
    ("crime_reported", "R2.record_crime"),
    ("crime_reported", "R3.written_confirmation"),
    ("property_no_longer_required", "R10.property_return"),
]


@pytest.mark.parametrize(("told", "words", "due"), BEFORE)
def test_a_statement_is_due_before_the_hearing_wherever_it_moves(told: list[Any], words: str, due: str | None) -> None:
    assert the(clocks(a_case(), ASKED, *told), "R7.vps_opportunity").due_at == (at(due) if due else None), words


@pytest.mark.parametrize(("trigger", "duty"), NO_DAY)
def test_a_duty_without_a_number_has_no_day(trigger: str, duty: str) -> None:
    told = [milestone(trigger, "2025-07-08 12:00")] if trigger != "crime_reported" else []
    clock = the(clocks(a_case(), *told), duty)
    assert (clock.due_at, clock.basis) == (None, "no_limit")


def test_each_hearing_and_each_change_of_bail_has_a_clock_of_its_own() -> None:
    told = [milestone("hearing_listed", f"2025-07-0{n} 12:00", f"h{n}", hearing_id=f"H{n}") for n in (1, 2, 3)]
    told += [milestone("police_bail_conditions_changed", f"2025-07-0{n} 12:00", f"b{n}") for n in (1, 2)]
    found = clocks(a_case(), *told)
    days = {
        key[1]: c.due_at for key, c in found.items() if key[0] in ("R8.hearing_details", "R6.bail_conditions_changed")
    }
    assert days == {
        "h1": end_of("2025-07-09"),
        "h2": end_of("2025-07-10"),
        "h3": end_of("2025-07-11"),
        "b1": end_of("2025-07-08"),
        "b2": end_of("2025-07-09"),
    }
