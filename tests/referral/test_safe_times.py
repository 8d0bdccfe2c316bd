"""Days and hours on which a channel is safe: read as people write them, and shut where any of it is not understood."""

import pytest

from handrail.feeds import details
from handrail.feeds.draws import seeded
from services.referral.domain.safe_times import days_of, hours_of

WEEK = "0123456"
DAYS = [
    ("mon-fri", "01234"), ("Monday to Friday", "01234"), ("Mon \N{EN DASH} Fri", "01234"), ("weekdays", "01234"),
    ("Saturday and Sunday", "56"), ("weekends", "56"), ("weekend", "56"), ("sat", "5"), ("Tuesday, Thursday", "13"),
    ("tue,thu", "13"), ("Mon - Wed, fri", "0124"), ("fri-mon", "0456"), ("mon, tues and thurs", "013"),
    ("weekdays and Sunday", "012346"), ("any day", WEEK), ("every day", WEEK), ("any", WEEK), ("sun-sat", WEEK),
    ("mon-sun", WEEK),
]  # fmt: skip
HOURS = [
    ("09:00-17:30", "09:00-17:30"), ("9-17", "09:00-17:00"), ("9:00 - 17:00", "09:00-17:00"),
    ("22:00-06:00", "22:00-06:00"), ("12-00:00", "12:00-00:00"), ("09:00 to 24:00", "09:00-00:00"),
    ("9am to 5:30pm", "09:00-17:30"), ("12am-12pm", "00:00-12:00"), ("midday to midnight", "12:00-00:00"),
    ("after 18:00", "18:00-00:00"), ("before 9am", "00:00-09:00"), ("any time", "00:00-00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "days"), DAYS)
def test_days_are_read_as_people_write_them(text: str, days: str) -> None:
    assert days_of(text) == frozenset(map(int, days))


@pytest.mark.parametrize(
    "text",
    [
        "mon-fri not thu", "mon-fri except thu", "not mon", "mon-tue-wed", "monster", "mon fri", "sunday morning",
        "mon,", "", "  ", "often", "alternate mondays", "mon-", "weekdays-sun", "mon (not bank holidays)", "differs",
        "unreadable",
    ],
)  # fmt: skip
def test_days_that_are_not_wholly_understood_are_not_read(text: str) -> None:
    assert days_of(text) is None


@pytest.mark.parametrize(("text", "hours"), HOURS)
def test_hours_are_read_as_people_write_them(text: str, hours: str) -> None:
    found = hours_of(text)
    assert found and "-".join(f"{end:%H:%M}" for end in found) == hours
    assert all(end.tzinfo is None for end in found)


@pytest.mark.parametrize(
    "text",
    [
        "09:00Z-17:00Z", "09:00+01:00-17:00+01:00", "9-5", "9:00-5:00", "9am-5", "09:00-09:00", "mornings", "09:00", "",
        "25:00-26:00", "24:30-06:00", "09:00-17:00 not 12:00", "after school", "09:00-12:00, 14:00-17:00", "13pm-2pm",
    ],
)  # fmt: skip
def test_hours_that_are_not_wholly_understood_are_not_read(text: str) -> None:
    assert hours_of(text) is None


def test_what_the_feed_says_of_days_and_hours_is_understood() -> None:
    for draw, read in ((details._DAYS, days_of), (details._HOURS, hours_of)):
        said = {text for number in range(200) if (text := draw(seeded(str(number))))}
        assert len(said) >= 2 and all(read(text) for text in said)
