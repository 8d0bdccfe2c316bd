"""Whatever is known of somebody: the one check lets a way be used only by the plain rules, said here a second time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.vocabulary import CHANNELS
from services.referral.actions import requesting
from services.referral.actions.supporting import may_meet
from services.referral.domain import mailing, safe_contact
from services.referral.domain.leaving import leaves_at
from services.referral.domain.linking import strictest
from services.referral.domain.safe_contact import ChannelState, Profile
from services.referral.store.contact import Channel

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
LONGEST = timedelta(days=8)


@dataclass(frozen=True)
class Word:
    """What one record says of one way. `hours`: from which minute of the day to which, past midnight where the second
    is the smaller; "when he is out" where nobody can read it."""

    safety: str = "safe"
    locked: str | None = None
    days: frozenset[int] | str | None = None
    hours: tuple[int, int] | str | None = None

    def written(self, kind: str, record: int, now: datetime) -> Channel:
        """The same as it is kept."""
        days = ",".join(DAYS[day] for day in sorted(self.days)) if isinstance(self.days, frozenset) else self.days
        hours = (
            "-".join(f"{m // 60:02}:{m % 60:02}" for m in self.hours) if isinstance(self.hours, tuple) else self.hours
        )
        at = now if self.locked else None
        about: dict[str, Any] = {"days": days, "hours": hours, "locked_at": at, "locked_why": self.locked}
        return Channel(UUID(int=record), kind, self.safety, set_by_role="officer", set_at=now, **about)


@dataclass(frozen=True)
class Person:
    """What is known: what each record says of each way, why nobody contacts them, and what they never want."""

    words: dict[str, tuple[Word, ...]]
    shut: str | None = None
    never_for: frozenset[str] = frozenset()

    def profile(self, now: datetime) -> Profile:
        states = {}
        for kind, words in self.words.items():
            held = [word.written(kind, n, now) for n, word in enumerate(words)]
            one = held[0] if len(held) == 1 else replace(held[0], **strictest(held))
            names = ("kind", "safety", "days", "hours", "locked_at", "locked_why", "set_by_role", "set_at")
            states[kind] = ChannelState(**{name: getattr(one, name) for name in names})
        return Profile(states, self.never_for, self.shut)


def against(person: Person, kind: str, purpose: str, at: datetime) -> Iterator[str]:
    """Every rule that speaks against a way at a moment, in plain words."""
    words = person.words.get(kind, ())
    if kind not in CHANNELS:
        yield "it is no way to reach anybody"
    if not words:
        yield "nobody has said that it is safe"
    if any(word.safety != "safe" for word in words):
        yield "somebody does not call it safe"
    if any(word.locked for word in words):
        yield "somebody locked it"
    if person.shut and not (person.shut == "through_officer" and kind == "somebody"):
        yield "nobody contacts the person, but through the officer who is with the family"
    if purpose in person.never_for:
        yield "the person never wants to be asked this"
    days, hours = {word.days for word in words} - {None}, {word.hours for word in words} - {None}
    if len(days) > 1 or len(hours) > 1:
        yield "the records name different times"
    elif any(isinstance(one, str) for one in (*days, *hours)):
        yield "nobody can read when it is safe"
    elif not timely(next(iter(days), None), next(iter(hours), None), at):
        yield "it is not safe now"


def timely(days: Any, hours: Any, at: datetime) -> bool:
    """Hours past midnight are of the day on which they begin."""
    local = at.astimezone(ZoneInfo("Europe/London"))
    minute, today, yesterday = local.hour * 60 + local.minute, local.weekday(), (local.weekday() - 1) % 7
    begins, ends = hours or (0, DAY)
    night = begins > ends
    in_the_evening = begins <= minute < (DAY if night else ends) and (days is None or today in days)
    after_midnight = night and minute < ends and (days is None or yesterday in days)
    return in_the_evening or after_midnight


def safe(person: Person, kind: str, purpose: str, at: datetime) -> bool:
    return not any(against(person, kind, purpose, at))


QUARTERS = st.tuples(st.integers(0, 95), st.integers(0, 95)).filter(lambda hours: hours[0] != hours[1])
HOURS = QUARTERS.map(lambda hours: (hours[0] * 15, hours[1] * 15)) | st.sampled_from(
    [(540, 1020), (1320, 360), (0, 1425)]
)
WEEK, OUT = frozenset(range(7)), "when he is out"
WORDS = st.builds(
    Word,
    safety=st.sampled_from([*["safe"] * 9, "unknown", "unsafe", "perhaps"]),
    locked=st.sampled_from([*[None] * 12, "someone_else_answered", "said_unsafe", "died", "one_chance"]),
    days=st.sampled_from([None, None, WEEK, WEEK - {5, 6}, WEEK - {0}, frozenset({1}), OUT]),
    hours=st.just(None) | HOURS | st.sampled_from([None, None, OUT]),
)
SHUT = [*[None] * 40, *(code for code in safe_contact.WORDS if code not in ("safe",))]
PEOPLE = st.builds(
    Person,
    words=st.fixed_dictionaries(
        {}, optional=dict.fromkeys([*CHANNELS, "pigeon"], st.lists(WORDS, min_size=1, max_size=2).map(tuple))
    ),
    shut=st.sampled_from(SHUT),
    never_for=st.frozensets(st.sampled_from(["feedback", "notice"]), max_size=1),
)
"""Somebody, by one record or by two of whom it was found that they are of one person."""
NOWS = st.integers(0, 270 * DAY).map(lambda minutes: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes))
PURPOSES = st.sampled_from(["support", "feedback", "notice", "appointment"])
MANY = settings(max_examples=200, deadline=None)


@MANY
@given(person=PEOPLE, purpose=PURPOSES, now=NOWS, order=st.permutations([*CHANNELS, "pigeon"]))
def test_every_way_is_open_exactly_where_no_rule_speaks_against_it(
    person: Person, purpose: str, now: datetime, order: list[str]
) -> None:
    profile = person.profile(now)
    for kind in order:
        verdict = safe_contact.may_use(profile, kind, purpose, now)
        assert verdict.allowed is safe(person, kind, purpose, now), (
            kind,
            verdict,
            list(against(person, kind, purpose, now)),
        )
        assert verdict.words and verdict.allowed is (verdict.why == "safe")
    first = next((kind for kind in order if safe(person, kind, purpose, now)), None)
    assert safe_contact.choose(profile, order, purpose, now)[0] == first


@MANY
@given(person=PEOPLE, purpose=PURPOSES, now=NOWS, lasts=st.timedeltas(timedelta(), LONGEST))
def test_a_message_that_waits_leaves_at_a_moment_that_is_safe_and_waits_for_none_where_none_comes(
    person: Person, purpose: str, now: datetime, lasts: timedelta
) -> None:
    profile, until = person.profile(now), now + lasts
    for kind in CHANNELS:
        allowed = safe_contact.may_use(profile, kind, purpose, now)
        left = mailing.may_leave(allowed, until, now + QUARTER)
        assert (left.what == "leave") is (safe(person, kind, purpose, now) and lasts >= QUARTER)
        at = safe_contact.next_safe(profile, kind, purpose, now, until)
        by_itself = leaves_at(requesting.leaving_on(now), profile, kind, purpose, now, until)
        for moment in (at, by_itself):
            assert moment is None or (now <= moment <= until and safe(person, kind, purpose, moment)), kind
        later = (now + HOUR * n for n in range(lasts // HOUR + 1))
        assert at is not None or not any(safe(person, kind, purpose, moment) for moment in later), kind


@MANY
@given(person=PEOPLE, now=NOWS, kind=st.sampled_from([*CHANNELS, None]))
def test_a_number_is_given_and_somebody_is_met_only_where_no_record_speaks_against_it(
    person: Person, now: datetime, kind: str | None
) -> None:
    profile = person.profile(now)
    given_out = {one for one, state in profile.channels.items() if safe_contact.may_give(state)}
    by_every_record = {
        one for one, words in person.words.items() if all(word.safety == "safe" and not word.locked for word in words)
    }
    assert given_out == by_every_record
    assert safe_contact.reachable(profile) is bool(by_every_record)
    locks = [{word.locked for word in words} for words in person.words.values()]
    dead = any("died" in of_one and "one_chance" not in of_one for of_one in locks)
    met = may_meet(profile, kind, now).allowed
    assert met is (safe(person, kind, "support", now) if kind else person.shut != "ask_hub_first" and not dead)
