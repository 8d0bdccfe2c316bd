"""What the police tell of a channel of which something is held: a word that a worker heard from the person stands until
the person, or a new incident, says otherwise; until then the police's newer word may only shut, never open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from services.referral.domain.linking import DIFFERS
from services.referral.domain.safe_contact import ChannelState
from services.referral.domain.safe_times import WEEKDAYS, days_of, hours_of

WORDS = ("safety", "days", "hours", "voicemail", "say_who")


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said of a channel; None: nothing."""

    safety: str = "unknown"
    days: str | None = None
    hours: str | None = None
    voicemail: bool | None = None
    say_who: bool | None = None


def after(held: Word, told: Word, before: Mapping[str, Any], *, heard: bool, other_number: bool) -> Word:
    """What is held of a channel once the police have told of it. `before`: what they told last, and what they repeat is
    no news; `heard`: a worker heard from the person what is held; `other_number`: it is of another number or address,
    of which nobody has said that it is safe."""
    news = {name: getattr(told, name) for name in WORDS if name not in before or before[name] != getattr(told, name)}
    safety = "unsafe" if news.get("safety") == "unsafe" else held.safety
    if other_number and safety == "safe" and (heard or told.safety != "safe"):
        safety = "unknown"
    said = {name: value for name, value in news.items() if name != "safety" and value is not None}
    return _shut_by(replace(held, safety=safety), said) if heard else replace(held, safety=safety, **said)


def narrowed(held: ChannelState, hours: str) -> str:
    """The hours of a channel within those that the person called best; what leaves none shuts it."""
    return _hours(Word(days=held.days, hours=held.hours), hours)


def _shut_by(held: Word, said: Mapping[str, Any]) -> Word:
    days, hours = said.get("days"), said.get("hours")
    narrow = replace(
        held,
        voicemail=False if said.get("voicemail") is False else held.voicemail,
        say_who=False if said.get("say_who") is False else held.say_who,
    )
    if days is not None:
        narrow = replace(narrow, days=_days(held.days, days))
    if hours is not None:
        narrow = replace(narrow, hours=_hours(held, hours))
    return narrow


def _days(held: str | None, told: str) -> str:
    """Those days that both name; what cannot be read, or leaves none, shuts the channel."""
    theirs, new = days_of(held) if held else frozenset(range(7)), days_of(told)
    if theirs is None or new is None:
        return DIFFERS
    if theirs <= new and held:
        return held
    return ",".join(WEEKDAYS[day] for day in sorted(theirs & new)) or DIFFERS


def _hours(held: Word, told: str) -> str:
    """The hours that both name. Hours past midnight belong to the day they begin on: those that are not the same, or
    would move the days that are held, shut the channel."""
    theirs, new = hours_of(held.hours) if held.hours else (time(0), time(0)), hours_of(told)
    if theirs is None or new is None:
        return DIFFERS
    mine, other = _minutes(theirs), _minutes(new)
    if mine == other and held.hours:
        return held.hours
    if mine is None or other is None:
        within = mine is None and other == (0, _DAY)  # theirs run past midnight, and the police name no limit
        free = other is None and mine == (0, _DAY) and not held.days
        return held.hours if within and held.hours else told if free else DIFFERS
    begin, end = max(mine[0], other[0]), min(mine[1], other[1])
    return f"{_clock(begin)}-{_clock(end % _DAY)}" if begin < end else DIFFERS


_DAY = 24 * 60


def _minutes(hours: tuple[time, time]) -> tuple[int, int] | None:
    """From which minute of the day to which; None where they run past midnight."""
    begin, end = (at.hour * 60 + at.minute for at in hours)
    end = end or _DAY
    return None if begin > end else (0, _DAY) if begin == end else (begin, end)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
