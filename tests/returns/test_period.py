"""Quarters: their names, their edges in London, and the financial year."""

from datetime import UTC, datetime

import pytest

from contracts.refused import Refused
from services.returns.domain.period import Period, parse_period, period_of


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "start", "end", "financial"),
    [
        ("2026-Q1", "2026-01-01T00:00", "2026-03-31T23:00", "Q4 2025/26"),
        ("2026-Q2", "2026-03-31T23:00", "2026-06-30T23:00", "Q1 2026/27"),
        ("2026-Q3", "2026-06-30T23:00", "2026-09-30T23:00", "Q2 2026/27"),
        ("2026-Q4", "2026-09-30T23:00", "2027-01-01T00:00", "Q3 2026/27"),
    ],
)
def test_a_quarter_begins_and_ends_at_midnight_in_london(name: str, start: str, end: str, financial: str) -> None:
    period = parse_period(name)
    assert (str(period), period.start, period.end, period.financial) == (name, utc(start), utc(end), financial)


@pytest.mark.parametrize("text", ["2026", "2026-Q5", "2026-q1", "2026-Q1 ", "1999-Q1", "2026-Q1\n", ""])
def test_what_is_not_a_quarter_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_period(text)
    assert refused.value.field == "period"


@pytest.mark.parametrize(
    ("instant", "period"),
    [
        ("2026-06-30T22:59:59", Period(2026, 2)),
        ("2026-06-30T23:00:00", Period(2026, 3)),
        ("2026-12-31T23:59:59", Period(2026, 4)),
        ("2027-01-01T00:00:00", Period(2027, 1)),
    ],
)
def test_an_instant_falls_in_the_quarter_of_its_london_day(instant: str, period: Period) -> None:
    assert period_of(utc(instant)) == period


def test_quarters_follow_each_other_over_the_year() -> None:
    assert Period(2026, 4).next == Period(2027, 1) and Period(2027, 1).previous == Period(2026, 4)


def test_the_first_day_of_a_summer_quarter_is_londons() -> None:
    assert [str(Period(2026, quarter).first_day) for quarter in (2, 3)] == ["2026-04-01", "2026-07-01"]
