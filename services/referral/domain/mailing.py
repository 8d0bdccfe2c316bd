"""What a message says, when it is tried again, and when it may not leave any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.referral.domain.safe_contact import ANOTHER_TIME, Verdict

LONGEST_PAUSE = timedelta(hours=1)
_TOLD = {
    **dict.fromkeys(("opted_out", "person_said"), "opted_out"),
    **dict.fromkeys(("unsafe", "locked", "one_chance"), "unsafe"),
    **{code: code for code in ("too_late", "major_incident")},
}


def told(why: str) -> str:
    """A reason against a message, as contact.withheld says it."""
    return _TOLD.get(why, "no_safe_channel")


@dataclass(frozen=True, slots=True)
class Message:
    """What leaves: to an address, by a channel, under a key that stays the same however often it is tried."""

    key: str
    channel: str
    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Words:
    """One dated version of the words, by template."""

    version: str
    effective_from: date
    templates: Mapping[str, Mapping[str, str]]

    def message(self, key: str, template: str, channel: str, to: str, link: str) -> Message:
        """The message of a template; one that has no words of its own says what every message may say."""
        words = self.templates.get(template, self.templates["default"])
        return Message(key, channel, to, words["subject"], words[channel].replace("{link}", link))


@dataclass(frozen=True, slots=True)
class MayLeave:
    """`what`: leave, wait (until another hour) or withhold; `why` is the code of the reason."""

    what: str
    why: str


def may_leave(verdict: Verdict, not_after: datetime, now: datetime) -> MayLeave:
    """Whether a message may leave at this moment, from the one safe-contact check made at this moment."""
    if now > not_after:
        return MayLeave("withhold", "too_late")
    if verdict.allowed:
        return MayLeave("leave", "safe")
    if verdict.why in ANOTHER_TIME:
        return MayLeave("wait", verdict.why)
    return MayLeave("withhold", verdict.why)


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: 1, 2, 4, ... minutes, an hour at most."""
    return min(timedelta(minutes=1 << min(max(tries - 1, 0), 10)), LONGEST_PAUSE)


def read_words(written: Mapping[str, Any]) -> tuple[Words, ...]:
    """Every version, oldest first. ValueError names a template without words for a channel."""
    found = []
    for entry in sorted(written["versions"], key=lambda one: str(one["effective_from"])):
        for name, words in entry["templates"].items():
            lacking = {"subject", "email", "text", "letter"} - set(words)
            if lacking:
                raise ValueError(f"messages.yaml: {entry['version']}: {name}: no {', '.join(sorted(lacking))}")
        found.append(Words(entry["version"], entry["effective_from"], entry["templates"]))
    return tuple(found)


def words_on(versions: tuple[Words, ...], day: date) -> Words:
    """The words that count on a day, or the first ones before any had begun."""
    return next((one for one in reversed(versions) if one.effective_from <= day), versions[0])
