"""The one check whether a channel may be used now. No channel is safe by default."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Protocol

from contracts.refused import Refused
from contracts.vocabulary import CHANNELS
from contracts.working_time import LONDON
from services.referral.domain.safe_times import days_of, hours_of

LOCKING = {"someone_else_answered": "someone_else_answered", "wrong_number": "wrong_number", "unsafe": "said_unsafe"}
"""Outcomes of an attempt that lock the channel everywhere, with the reason written down."""

ANOTHER_TIME = frozenset({"not_this_day", "not_this_hour"})
"""Reasons against a channel that is safe on other days, or at other hours."""
MORNING = time(9)
"""From when on a safe day a message that waited leaves, where nothing is said of hours: nobody is woken by it. Ours."""

THROUGH_OFFICER = "through_officer"
"""Why a bereaved family is not reached directly: a family liaison officer is with them. Through somebody, as through
that officer, they are reached where that is safe. Source: design 1, right 4 of the Victims' Code 2020."""

PERSON_SAID = "person_said"
"""Why a channel is shut that the person themselves wants nobody to use: no reason to ask them whether it is safe."""
ASK_FIRST = "ask_hub_first"
"""Why a provider reaches nobody: something was heard of which it is told to ask the hub before any contact, and nobody
of the hub has looked at it yet."""
HEARD_FIRST = (
    *("another_person", "two_people", "not_in_the_record", "who_died", "age_by_birth", "asks_for_care"),
    *("risk_elsewhere", "one_chance_elsewhere", "offer_stopped", "unknown_step"),
)
"""What is heard so, as triggers of an alert. What makes a way unsafe shuts that way itself; of the suspect's bail or
release, and of a risk that rose, whoever helps the person acts at once."""
NEW_INCIDENT = "new_incident"
"""Who made a channel unknown that is so for nothing but that something happened since it was called safe."""
DIED = "died"
"""Why every channel of somebody who died is locked. Only who has spoken to the person may lift it: it was a slip."""
DEATH_STANDS = "death_stands"
"""Why nothing is called safe, and no lock is lifted, until it is written down that the death was a mistake."""
ONE_CHANCE = "one_chance"
NOT_FOR_ONE_CHANCE = ("letter", "somebody")
"""Honour-based abuse, forced marriage, female genital mutilation: no letter, and nobody in between. Such a lock is
lifted by nobody. Source: the one-chance rule of the statutory guidance on forced marriage."""


OF_HELP = frozenset({"appointment", "support"})
"""Purposes of messages about help that a worker arranged with the person: they have no purpose any more once the person
took back that they want it."""
BY_HAND = frozenset(
    {
        *("honour_based_abuse", "stalking", "exploitation", "modern_slavery", "same_household"),
        *("child_under_13", "child_13_15", "age_unknown", "capacity_in_doubt", "unknown_word"),
    }
)
"""Holds under which nothing but what a worker arranged with the person leaves as a message: somebody else may read it,
or it is for a human to say (the same holds as keep a referral from being sent by itself). Ours."""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What is known of one channel. `days`: "mon-fri", "tue,thu" or None; `hours`: "09:00-17:30" in London or None
    (see `safe_times`).

    A lock stands above `safety`: only a named worker who has spoken to the person lifts it.
    """

    kind: str
    safety: str = "unknown"
    days: str | None = None
    hours: str | None = None
    voicemail: bool | None = None
    say_who: bool | None = None
    locked_at: datetime | None = None
    locked_why: str | None = None
    set_at: datetime | None = None
    set_by_role: str | None = None
    checked_at: datetime | None = None


class Held(Protocol):
    """What is held of a channel, as far as it says whether it is safe."""

    @property
    def safety(self) -> str: ...
    @property
    def locked_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Profile:
    """The channels of one person by kind, and the purposes for which they never want to be reached. `shut`: the code of
    why nobody contacts them at all, as `share_refused`."""

    channels: Mapping[str, ChannelState] = field(default_factory=dict)
    never_for: frozenset[str] = frozenset()
    shut: str | None = None

    def channel(self, kind: str) -> ChannelState:
        return self.channels.get(kind, ChannelState(kind))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why`: safe, or the code of the reason against; `words` say it to a worker."""

    allowed: bool
    why: str

    @property
    def words(self) -> str:
        return WORDS[self.why]


WORDS = {
    "safe": "Safe now.",
    "not_a_channel": "This is no way to reach a person.",
    "locked": "Only somebody who has spoken to the person may lift the lock.",
    "person_said": "The person wants nobody to use it: they said so themselves.",
    "ask_hub_first": "Ask the hub first: the warning above says why. It is shown again once the hub has looked at it.",
    "died": "It was recorded that the person died: nobody contacts them.",
    "death_stands": "It was recorded that this person died. If that was a mistake, say so first: the link"
    " under this form leads to it",
    "one_chance": "Never for honour-based abuse: no letter, and nobody in between.",
    "said_no": "The person said no to support: first record what they said, under “To do today” on the case.",
    "by_hand": "No message leaves by itself here, where somebody else may read it: a worker gets in touch.",
    "share_refused": "The person said no to sharing: nobody contacts them.",
    "share_not_asked": "The person was not asked whether it may be shared: ask the officer to ask.",
    "through_officer": "A family liaison officer is with the family: reach them through that officer.",
    "unsafe": "Known to be unsafe.",
    "unknown": "Nobody knows whether it is safe. Ask the officer or the person.",
    "opted_out": "The person does not want to be reached for this.",
    "not_this_day": "Not safe on this day of the week.",
    "not_this_hour": "Not safe at this hour.",
    "days_unreadable": "The days it is safe on are not in words we can read, so it is shut. Ask the person again.",
    "hours_unreadable": "The hours it is safe in are not in words we can read, so it is shut. Ask the person again.",
    "no_safe_channel": "No channel is safe now.",
}


def may_use(profile: Profile, channel: str, purpose: str, now: datetime) -> Verdict:
    """Whether `channel` may be used for `purpose` at `now`. What cannot be read counts as unsafe."""
    if channel not in CHANNELS:
        return Verdict(False, "not_a_channel")
    state = profile.channel(channel)
    if state.locked_at is not None:
        return Verdict(False, state.locked_why if state.locked_why in (ONE_CHANCE, DIED) else "locked")
    if profile.shut is not None and (profile.shut, channel) != (THROUGH_OFFICER, "somebody"):
        return Verdict(False, profile.shut)
    if state.safety == "unsafe" and state.set_by_role == "person":
        return Verdict(False, PERSON_SAID)
    if state.safety != "safe":
        return Verdict(False, "unsafe" if state.safety == "unsafe" else "unknown")
    if purpose in profile.never_for:
        return Verdict(False, "opted_out")
    return _at_this_time(state, now)


def may_give(held: Held) -> bool:
    """Whether the number or address of a channel may be handed on, with the days and hours that go with it: it is safe
    as things stand, at whatever hour. Whoever then uses it asks `may_use`."""
    return held.safety == "safe" and held.locked_at is None


def reachable(profile: Profile) -> bool:
    """Whether any way is safe as things stand, at whatever hour."""
    return any(may_give(state) for state in profile.channels.values())


def alive(profile: Profile) -> Verdict:
    """Against every way of meeting once it was recorded that the person died."""
    dead = any(state.locked_why == DIED for state in profile.channels.values())
    return Verdict(False, DIED) if dead else Verdict(True, "safe")


def may_meet(profile: Profile) -> Verdict:
    """Against every way of meeting, also one by no channel: once it was recorded that the person died, and while the
    hub is to be asked before any contact."""
    return Verdict(False, ASK_FIRST) if profile.shut == ASK_FIRST else alive(profile)


def locks(outcome: str, state: ChannelState) -> str | None:
    """Why an attempt of this outcome locks its channel, as a code; None where it does not. A message left where
    none may be left may have been heard by somebody else."""
    if outcome == "voicemail" and state.voicemail is False:
        return "message_left"
    return LOCKING.get(outcome)


def choose(profile: Profile, channels: Iterable[str], purpose: str, now: datetime) -> tuple[str | None, Verdict]:
    """The first of these channels that may be used, else None with the reason against the first."""
    first = None
    for channel in channels:
        verdict = may_use(profile, channel, purpose, now)
        if verdict.allowed:
            return channel, verdict
        first = first or verdict
    return None, first or Verdict(False, "no_safe_channel")


def next_safe(profile: Profile, channel: str, purpose: str, now: datetime, until: datetime) -> datetime | None:
    """The first moment from `now` up to `until` at which the check lets a channel be used that it shuts for the time
    alone; None where none comes. It is no leave to use it then: the check is made again at that moment."""
    verdict = may_use(profile, channel, purpose, now)
    if verdict.allowed or verdict.why not in ANOTHER_TIME:
        return now if verdict.allowed else None
    state, today = profile.channel(channel), now.astimezone(LONDON).date()
    hours = hours_of(state.hours) if state.hours else None
    begins = (hours[0],) if hours else (time(0), MORNING)
    days = [today + timedelta(days=n) for n in range((until - now).days + 2)]
    starts = [datetime.combine(day, begin, LONDON).astimezone(now.tzinfo) for day in days for begin in begins]
    safe = [at for at in starts if now < at <= until and may_use(profile, channel, purpose, at).allowed]
    waking = (at for at in safe if hours or at.astimezone(LONDON).time() >= MORNING)
    return next(waking, safe[0] if safe else None)


IN_ONE_HAND = {"mobile": ("mobile", "text"), "text": ("mobile", "text")}
"""Ways that whoever holds one of them holds as well."""


def ways_to_ask(safe_before: Iterable[str], link_by: str | None) -> tuple[str, ...]:
    """Of the ways that were safe before somebody stopped them behind a link, those by which the person may be asked
    whether it was them: not the one by which the link had left, which somebody else may hold."""
    held = IN_ONE_HAND.get(link_by or "", (link_by,))
    return tuple(kind for kind in safe_before if kind not in held)


def _at_this_time(state: ChannelState, now: datetime) -> Verdict:
    local = now.astimezone(LONDON)
    hours = hours_of(state.hours) if state.hours else None
    if state.days:
        days = days_of(state.days)
        if days is None:
            return Verdict(False, "days_unreadable")
        if _begun_on(local, hours) not in days:
            return Verdict(False, "not_this_day")
    if state.hours and hours is None:
        return Verdict(False, "hours_unreadable")
    if hours is not None and not _within(local.time(), *hours):
        return Verdict(False, "not_this_hour")
    return Verdict(True, "safe")


def _begun_on(local: datetime, hours: tuple[time, time] | None) -> int:
    """The weekday of now; within hours that run past midnight, the day on which they began."""
    past_midnight = hours is not None and hours[0] > hours[1] and local.time() < hours[1]
    return (local - timedelta(days=1) if past_midnight else local).weekday()


def _within(at: time, opens: time, closes: time) -> bool:
    """Hours may run past midnight: 22:00-06:00; twice the same is the whole day."""
    return opens <= at < closes if opens < closes else at >= opens or at < closes


def _with(profile: Profile, *states: ChannelState) -> Profile:
    return replace(profile, channels={**profile.channels, **{state.kind: state for state in states}})


def opens(state: ChannelState, safety: str) -> bool:
    """Whether saying this of a channel could open it: to call an unlocked one unsafe never does."""
    return safety != "unsafe" or state.locked_at is not None


def lift(profile: Profile, channel: str, safety: str, role: str, now: datetime, *, spoke_to_person: bool) -> Profile:
    """Lifts a lock and says what the person said of the channel. Refused unless the worker has spoken to the person."""
    if not spoke_to_person:
        raise Refused("spoke_to_person", "only_after_speaking_to_the_person")
    return set_safety(profile, channel, safety, role, now, lifted=True)


def set_safety(
    profile: Profile, channel: str, safety: str, role: str, now: datetime, *, lifted: bool = False
) -> Profile:
    """Writes down whether a channel is safe. Refused for a locked channel: see `lift`."""
    if channel not in CHANNELS:
        raise Refused("channel", "not_a_channel")
    if safety not in ("safe", "unsafe", "unknown"):
        raise Refused("safety", "not_a_safety")
    held = profile.channel(channel)
    if held.locked_why == ONE_CHANCE:
        raise Refused("channel", ONE_CHANCE)
    if held.locked_at is not None and not lifted:
        raise Refused("channel", "locked")
    return _with(
        profile,
        replace(held, safety=safety, locked_at=None, locked_why=None, set_at=now, set_by_role=role, checked_at=now),
    )
