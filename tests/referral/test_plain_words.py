"""What the pages say in a person's own words: time left, what changed, what was done, and who came before."""

from datetime import UTC, datetime

import pytest

from services.referral.actions.filing import CHILD, LIFE_SAFETY, hub_due
from services.referral.case_ui import words
from tests.builders import NOON

NIGHT = datetime(2026, 9, 1, 22, 37, tzinfo=UTC)
"""A Tuesday, 11:37pm in London."""


@pytest.mark.parametrize(
    ("urgency", "now", "said"),
    [
        (LIFE_SAFETY, datetime(2026, 9, 1, 23, 20, tzinfo=UTC), "due today, 17 minutes left"),
        (LIFE_SAFETY, datetime(2026, 9, 2, 0, 50, tzinfo=UTC), "late by 1 hour 13 minutes"),
        (LIFE_SAFETY, datetime(2026, 9, 5, 1, 37, tzinfo=UTC), "late by 3 days 2 hours"),
        (LIFE_SAFETY, datetime(2026, 9, 1, 23, 37, 30, tzinfo=UTC), "late by less than a minute"),
        (CHILD, datetime(2026, 9, 2, 8, tzinfo=UTC), "due today, 8 working hours left"),
        (CHILD, datetime(2026, 9, 3, 1, tzinfo=UTC), "late by less than a working hour"),
    ],
)
def test_a_limit_in_hours_is_told_by_the_clock_at_night_too(urgency: int, now: datetime, said: str) -> None:
    assert words.time_left(hub_due(urgency, NIGHT), now) == said


def test_no_time_is_left_where_no_clock_runs() -> None:
    assert words.time_left(None, NOON) == "no clock is running"
