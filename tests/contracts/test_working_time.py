"""Working days, limits and office hours, checked against what the Code's clocks must show."""

from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays

from contracts.working_time import (
    Calendar,
    Days,
    OfficeHours,
    calendar,
    due,
    is_working_day,
    last_day,
    local_day,
    sum_in_words,
    working_minutes,
)

NOW = calendar()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "days", "unit", "end"),
    [
        # the trigger day is day 0
        ("2026-09-03T09:40:00+01:00", 2, "working_days", "2026-09-07T23:59:59+01:00"),
        ("2026-09-03T09:40:00+01:00", 1, "working_days", "2026-09-04T23:59:59+01:00"),
        ("2026-09-03T09:40:00+01:00", 0, "working_days", "2026-09-03T23:59:59+01:00"),
        # a trigger on a Saturday: day 1 is Monday
        ("2026-09-05T12:00:00+01:00", 1, "working_days", "2026-09-07T23:59:59+01:00"),
        # the Christmas with two bank holidays in the week
        ("2023-12-22T16:42:00Z", 2, "working_days", "2023-12-28T23:59:59Z"),
        ("2023-12-22T16:42:00Z", 5, "working_days", "2024-01-03T23:59:59Z"),
        # substitute days: Christmas Day on a Saturday
        ("2027-12-24T10:00:00Z", 1, "working_days", "2027-12-29T23:59:59Z"),
        # the year's end
        ("2025-12-31T15:00:00Z", 1, "working_days", "2026-01-02T23:59:59Z"),
        ("2025-12-31T15:00:00Z", 28, "calendar_days", "2026-01-28T23:59:59Z"),
        # half past eleven at night in UTC is the next day in London's summer, and the same day in its winter
        ("2026-07-01T23:30:00+00:00", 1, "working_days", "2026-07-03T23:59:59+01:00"),
        ("2026-12-01T23:30:00+00:00", 1, "working_days", "2026-12-02T23:59:59Z"),
        # over the change to summer time and back
        ("2026-03-27T10:00:00Z", 1, "working_days", "2026-03-30T23:59:59+01:00"),
        ("2026-03-28T10:00:00Z", 1, "calendar_days", "2026-03-29T23:59:59+01:00"),
        ("2026-10-23T10:00:00+01:00", 1, "working_days", "2026-10-26T23:59:59Z"),
        ("2026-10-24T10:00:00+01:00", 1, "calendar_days", "2026-10-25T23:59:59Z"),
        # 29 February
        ("2024-02-28T10:00:00Z", 1, "working_days", "2024-02-29T23:59:59Z"),
        ("2024-02-28T10:00:00Z", 2, "calendar_days", "2024-03-01T23:59:59Z"),
        ("2025-02-28T10:00:00Z", 1, "calendar_days", "2025-03-01T23:59:59Z"),
        # Good Friday and Easter Monday
        ("2026-04-02T10:00:00+01:00", 1, "working_days", "2026-04-07T23:59:59+01:00"),
        # two one-off days
        ("2022-06-01T10:00:00+01:00", 1, "working_days", "2022-06-06T23:59:59+01:00"),
    ],
)
def test_a_limit_ends_with_the_last_second_of_its_last_day(start: str, days: int, unit: Days, end: str) -> None:
    found = due(utc(start), days, unit, NOW)
    assert found == utc(end)
    assert found.tzinfo == UTC


def test_another_calendar_gives_another_day() -> None:
    mourning = Calendar("test", NOW.holidays | {date(2026, 9, 4)})
    assert due(utc("2026-09-03T09:40:00+01:00"), 1, "working_days", mourning) == utc("2026-09-07T23:59:59+01:00")


def test_a_limit_is_never_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        last_day(date(2026, 9, 3), -1, "working_days", NOW)


@pytest.mark.parametrize(
    ("start", "days", "unit", "words"),
    [
        (
            "2023-12-22T16:42:00Z", 2, "working_days",
            "Reported Friday 22 December 16:42. Monday 25 and Tuesday 26 are bank holidays."
            " Two working days end Thursday 28 December.",
        ),
        (
            "2026-09-03T09:40:00+01:00", 1, "working_days",
            "Reported Thursday 3 September 09:40. One working day ends Friday 4 September.",
        ),
        (
            "2023-12-22T16:42:00Z", 5, "working_days",
            "Reported Friday 22 December 2023 16:42. Monday 25, Tuesday 26 and Monday 1 January are bank holidays."
            " Five working days end Wednesday 3 January 2024.",
        ),
        (
            "2026-07-01T23:30:00+00:00", 28, "calendar_days",
            "Reported Thursday 2 July 00:30. 28 calendar days end Thursday 30 July.",
        ),
        (
            "2025-08-22T09:00:00+01:00", 1, "working_days",
            "Reported Friday 22 August 09:00. Monday 25 is a bank holiday. One working day ends Tuesday 26 August.",
        ),
        (
            "2026-09-03T09:40:00+01:00", 0, "working_days",
            "Reported Thursday 3 September 09:40. The limit is the same day: it ends Thursday 3 September.",
        ),
    ],
)  # fmt: skip
def test_a_receipt_prints_its_own_sum(start: str, days: int, unit: Days, words: str) -> None:
    assert sum_in_words(utc(start), days, unit, NOW) == words


@pytest.mark.parametrize(("year", "said"), [(2026, ""), (2027, " 2026")])
def test_a_receipt_says_the_year_to_whoever_reads_it_in_another(year: int, said: str) -> None:
    words = sum_in_words(utc("2026-07-01T10:00:00+01:00"), 2, "working_days", NOW, year=year)
    assert words == f"Reported Wednesday 1 July{said} 10:00. Two working days end Friday 3 July{said}."


def test_a_receipt_says_how_its_clock_began() -> None:
    words = sum_in_words(utc("2026-09-03T09:40:00+01:00"), 1, "working_days", NOW, began="Received from the court")
    assert words.startswith("Received from the court Thursday 3 September 09:40. ")


@pytest.mark.parametrize(
    ("a", "b", "minutes"),
    [
        ("2026-09-03T09:00:00+01:00", "2026-09-03T17:00:00+01:00", 480),
        ("2026-09-03T07:00:00+01:00", "2026-09-03T22:00:00+01:00", 480),
        ("2026-09-03T16:30:00+01:00", "2026-09-04T09:15:00+01:00", 45),
        ("2026-09-04T16:30:00+01:00", "2026-09-07T09:30:00+01:00", 60),
        ("2026-09-04T09:30:00+01:00", "2026-09-04T09:00:00+01:00", -30),
        ("2026-09-05T09:30:00+01:00", "2026-09-06T17:00:00+01:00", 0),
        ("2023-12-22T16:00:00Z", "2023-12-27T10:00:00Z", 120),
        ("2026-03-27T16:00:00Z", "2026-03-30T10:00:00+01:00", 120),
        ("2026-10-23T16:00:00+01:00", "2026-10-26T10:00:00Z", 120),
    ],
)
def test_working_time_left_counts_office_hours_only(a: str, b: str, minutes: int) -> None:
    assert working_minutes(utc(a), utc(b), NOW) == minutes


def test_the_office_hours_are_a_setting() -> None:
    weekend = OfficeHours(time(10), time(12), frozenset({5, 6}))
    start, end = utc("2026-09-04T00:00:00+01:00"), utc("2026-09-08T00:00:00+01:00")
    assert working_minutes(start, end, NOW, weekend) == 240


def test_the_day_is_londons() -> None:
    assert local_day(utc("2026-07-01T23:30:00+00:00")) == date(2026, 7, 2)


def test_our_bank_holidays_are_those_of_the_public_packages() -> None:
    published = {entry["date"] for entry in BankHolidays(use_cached_holidays=True).get_holidays("england-and-wales")}
    covered = {day for day in published if date(2021, 1, 1) <= day <= date(2028, 12, 31)}
    assert covered, "the package holds no years that we cover"
    years = {day.year for day in covered}
    assert {day for day in NOW.holidays if day.year in years} >= covered
    computed = holidays.country_holidays("GB", subdiv="ENG", years=range(2021, 2029))
    assert {day for day in computed if day.weekday() < 5} == {day for day in NOW.holidays if day.weekday() < 5}


def test_a_version_of_the_calendar_is_found_by_its_name() -> None:
    assert calendar(NOW.version) == NOW
    with pytest.raises(KeyError):
        calendar("no such version")


def test_every_working_day_is_a_weekday_without_a_holiday() -> None:
    days = [date(2026, 1, 1) + n * timedelta(days=1) for n in range(365)]
    assert sum(is_working_day(day, NOW) for day in days) == 253
