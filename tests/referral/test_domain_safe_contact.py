"""The one check before a channel is used: nothing is safe by default, and a lock stands above everything."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.refused import Refused
from contracts.vocabulary import CHANNELS, CONTACT_OUTCOMES
from services.referral.domain.safe_contact import (
    LOCKING,
    ChannelState,
    Profile,
    choose,
    lift,
    locks,
    may_use,
    opens,
    set_safety,
)

THURSDAY_NOON = datetime(2026, 9, 3, 11, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 9, 5, 11, 0, tzinfo=UTC)
MONDAY_2AM = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
NIGHT = datetime(2026, 9, 3, 23, 30, tzinfo=UTC)


def a_profile(*never_for: str, **mobile: Any) -> Profile:
    state = ChannelState("mobile", **({"safety": "safe"} | mobile))
    return Profile({"mobile": state}, frozenset(never_for))


def locked(why: str) -> Profile:
    return a_profile(safety="unsafe", locked_at=THURSDAY_NOON, locked_why=why)


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_channel_is_safe_by_default(channel: str) -> None:
    assert may_use(Profile(), channel, "support", THURSDAY_NOON).why == "unknown"


USE: list[tuple[dict[str, Any], datetime, str]] = [
    ({}, THURSDAY_NOON, "safe"),
    ({"safety": "unsafe"}, THURSDAY_NOON, "unsafe"),
    ({"safety": "unknown"}, THURSDAY_NOON, "unknown"),
    ({"safety": "perhaps"}, THURSDAY_NOON, "unknown"),
    ({"locked_at": NIGHT}, THURSDAY_NOON, "locked"),
    ({"days": "mon-fri"}, THURSDAY_NOON, "safe"),
    ({"days": "mon-fri"}, SATURDAY, "not_this_day"),
    ({"days": "sat,thu"}, SATURDAY, "safe"),
    ({"days": "fri-mon"}, SATURDAY, "safe"),
    ({"days": "fri-mon"}, THURSDAY_NOON, "not_this_day"),
    ({"days": "when he is out"}, THURSDAY_NOON, "days_unreadable"),
    ({"hours": "09:00-12:30"}, THURSDAY_NOON, "safe"),
    ({"hours": "09:00-12:00"}, THURSDAY_NOON, "not_this_hour"),
    ({"hours": "22:00-06:00"}, NIGHT, "safe"),
    ({"hours": "22:00-06:00"}, THURSDAY_NOON, "not_this_hour"),
    ({"days": "Saturday and Sunday"}, SATURDAY + timedelta(days=1), "safe"),
    ({"days": "Monday to Friday"}, THURSDAY_NOON, "safe"),
    ({"days": "mon-fri not thu"}, THURSDAY_NOON, "days_unreadable"),
    ({"days": "mon-fri except thu"}, THURSDAY_NOON, "days_unreadable"),
    ({"hours": "09:00Z-17:00Z"}, THURSDAY_NOON, "hours_unreadable"),
    ({"hours": "09:00+01:00-17:00+01:00"}, THURSDAY_NOON, "hours_unreadable"),
    ({"hours": "any time"}, NIGHT, "safe"),
    ({"days": "mon", "hours": "22:00-06:00"}, MONDAY_2AM, "not_this_day"),
    ({"days": "mon", "hours": "22:00-06:00"}, MONDAY_2AM + timedelta(hours=21), "safe"),
    ({"days": "mon", "hours": "22:00-06:00"}, MONDAY_2AM + timedelta(days=1), "safe"),
    ({"days": "mon", "hours": "22:00-06:00"}, MONDAY_2AM + timedelta(days=1, hours=5), "not_this_day"),
    ({"days": "mon", "hours": "after 18:00"}, MONDAY_2AM + timedelta(hours=20), "safe"),
    ({"days": "mon", "hours": "after 18:00"}, MONDAY_2AM + timedelta(days=1), "not_this_day"),
    ({"hours": "mornings"}, THURSDAY_NOON, "hours_unreadable"),
    ({"hours": "09:00-09:00"}, THURSDAY_NOON, "hours_unreadable"),
]


@pytest.mark.parametrize(("mobile", "now", "why"), USE)
def test_a_channel_may_be_used_only_when_it_is_safe_now(mobile: dict[str, Any], now: datetime, why: str) -> None:
    verdict = may_use(a_profile(**mobile), "mobile", "support", now)
    assert (verdict.why, verdict.allowed) == (why, why == "safe")
    assert verdict.words


def test_hours_are_those_of_london() -> None:
    winter, summer = datetime(2026, 1, 6, 9, 30, tzinfo=UTC), datetime(2026, 7, 7, 8, 30, tzinfo=UTC)
    for now in (winter, summer):
        assert may_use(a_profile(hours="09:00-10:00"), "mobile", "support", now).allowed


def test_a_person_who_wants_no_question_is_still_reached_for_support() -> None:
    profile = a_profile("feedback")
    assert may_use(profile, "mobile", "feedback", THURSDAY_NOON).why == "opted_out"
    assert may_use(profile, "mobile", "support", THURSDAY_NOON).allowed


def test_what_is_no_channel_is_never_used() -> None:
    profile = Profile({"pigeon": ChannelState("pigeon", safety="safe")})
    assert may_use(profile, "pigeon", "support", THURSDAY_NOON).why == "not_a_channel"


@pytest.mark.parametrize("outcome", CONTACT_OUTCOMES)
def test_somebody_else_answering_locks_the_channel_for_everybody(outcome: str) -> None:
    why = locks(outcome, a_profile().channel("mobile"))
    assert (why is not None) is (outcome in {"someone_else_answered", "wrong_number", "unsafe"})
    after = locked(why) if why else a_profile()
    assert may_use(after, "mobile", "support", THURSDAY_NOON).allowed is (why is None)
    assert set(LOCKING) <= set(CONTACT_OUTCOMES)


def test_a_lock_is_lifted_only_by_somebody_who_spoke_to_the_person() -> None:
    held = locked("someone_else_answered")
    with pytest.raises(Refused, match="only_after_speaking"):
        lift(held, "mobile", "safe", "officer", SATURDAY, spoke_to_person=False)
    with pytest.raises(Refused, match="locked"):
        set_safety(held, "mobile", "safe", "officer", SATURDAY)
    lifted = lift(held, "mobile", "safe", "officer", SATURDAY, spoke_to_person=True)
    assert may_use(lifted, "mobile", "support", SATURDAY).allowed
    assert lifted.channel("mobile").set_by_role == "officer"


def test_the_first_channel_that_is_safe_is_chosen_in_the_order_asked() -> None:
    profile = set_safety(a_profile(safety="unsafe"), "email", "safe", "officer", THURSDAY_NOON)
    assert choose(profile, ("mobile", "email"), "support", THURSDAY_NOON)[0] == "email"
    channel, verdict = choose(profile, ("mobile", "letter"), "support", THURSDAY_NOON)
    assert (channel, verdict.why) == (None, "unsafe")
    assert choose(profile, (), "support", THURSDAY_NOON)[1].why == "no_safe_channel"


@pytest.mark.parametrize(("field", "channel", "safety"), [("channel", "pigeon", "safe"), ("safety", "mobile", "fine")])
def test_only_known_channels_and_known_words_of_safety_are_written(field: str, channel: str, safety: str) -> None:
    with pytest.raises(Refused) as raised:
        set_safety(Profile(), channel, safety, "officer", THURSDAY_NOON)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("outcome", "voicemail", "locked"),
    [
        ("voicemail", False, "message_left"),
        ("voicemail", True, None),
        ("voicemail", None, None),
        ("no_answer", False, None),
        ("unsafe", True, "said_unsafe"),
    ],
)
def test_a_message_left_where_none_may_be_left_locks_the_channel(
    outcome: str, voicemail: bool | None, locked: str | None
) -> None:
    assert locks(outcome, ChannelState("mobile", voicemail=voicemail)) == locked


@pytest.mark.parametrize(
    ("locked_at", "safety", "could"),
    [
        (None, "safe", True),
        (None, "unknown", True),
        (None, "unsafe", False),
        (NIGHT, "safe", True),
        (NIGHT, "unsafe", True),
    ],
)
def test_only_to_call_a_way_unsafe_that_is_not_locked_never_opens_it(
    locked_at: datetime | None, safety: str, could: bool
) -> None:
    assert opens(ChannelState("mobile", locked_at=locked_at), safety) is could
