"""Dates, times and numbers as people read them."""

from datetime import UTC, date, datetime

import pytest

from kit.web.words import date_words, deadline, iso, moj_date, plural, time_words, when


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2023, 12, 28, 16, 42, tzinfo=UTC), "Thursday 28 December 2023 at 4:42pm"),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "Wednesday 1 July 2026 at 9am"),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "Thursday 2 July 2026 at 12:30am"),
        (datetime(2026, 1, 5, 12, 0, tzinfo=UTC), "Monday 5 January 2026 at midday"),
        (datetime(2026, 1, 5, 0, 0, tzinfo=UTC), "Monday 5 January 2026 at midnight"),
        (None, "not recorded"),
    ],
)
def test_an_instant_is_told_in_london(moment: datetime | None, words: str) -> None:
    assert when(moment) == words


def test_a_day_is_told_with_or_without_its_weekday() -> None:
    assert date_words(date(2026, 3, 1)) == "Sunday 1 March 2026"
    assert date_words(date(2026, 3, 1), weekday=False) == "1 March 2026"
    assert (date_words(None), time_words(None)) == ("not recorded", "not recorded")


def test_a_deadline_ends_with_its_day_or_with_what_comes_in_it() -> None:
    assert deadline(datetime(2025, 7, 15, 22, 59, 59, tzinfo=UTC)) == "the end of Tuesday 15 July 2025"
    assert deadline(datetime(2025, 7, 4, 9, 0, tzinfo=UTC)) == "10am on Friday 4 July 2025"
    assert deadline(None) == "not recorded"


def test_machines_get_the_instant_with_its_offset() -> None:
    assert iso(datetime(2026, 7, 1, 8, 0, tzinfo=UTC)) == "2026-07-01T09:00:00+01:00"
    assert iso(date(2026, 7, 1)) == "2026-07-01"


@pytest.mark.parametrize(
    ("kind", "words"), [("date", "1 July 2026"), ("time", "9am"), ("datetime", "1 July 2026 at 9am")]
)
def test_the_components_have_their_own_forms(kind: str, words: str) -> None:
    assert moj_date(datetime(2026, 7, 1, 8, 0, tzinfo=UTC), kind) == words


def test_a_number_has_its_noun() -> None:
    assert [plural(0, "case"), plural(1, "case"), plural(2300, "person", "people")] == [
        "0 cases",
        "1 case",
        "2,300 people",
    ]
