"""The hub's own lists, read once: kinds of note, answers to tasks, how cases are allocated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from services.referral.books import FOLDER
from services.referral.domain.allocating import Allocation, read_allocation
from services.referral.domain.leaving import Version, read_leaving
from services.referral.domain.mailing import Words, read_words
from services.referral.domain.queue_words import QueueWords, read_queues
from services.referral.store.queues import QUEUES


def _document(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@cache
def note_kinds() -> Mapping[str, str]:
    """Kind of note to its words."""
    return dict(_document("note_kinds.yaml")["kinds"])


@cache
def queues() -> Mapping[str, QueueWords]:
    """What each queue says and shows, in the order of their tabs."""
    return read_queues(_document("queues.yaml"), QUEUES)


@cache
def task_answers() -> Mapping[str, str]:
    """How a task may be closed, in words."""
    return dict(_document("task_answers.yaml")["answers"])


@cache
def answers_without_case() -> Mapping[str, str]:
    """How a task may be closed that is on no case yet, in words."""
    return dict(_document("task_answers.yaml")["without_case"])


def answers_of_alert() -> Mapping[str, str]:
    """How a task about an alert may be closed of which no case is known, in words."""
    return dict(_document("task_answers.yaml")["of_alert"])


def answers_of_family() -> Mapping[str, str]:
    """How a task may be closed that asks who the family of somebody is who was killed, in words."""
    return dict(_document("task_answers.yaml")["of_family"])


def answers_of_complaint() -> Mapping[str, str]:
    """How a task about words of a complaint may be closed of which no case is known, in words."""
    return dict(_document("task_answers.yaml")["of_complaint"])


def answers_of_death() -> Mapping[str, str]:
    """How a task may be closed that asks whether somebody died, in words."""
    return dict(_document("task_answers.yaml")["of_death"])


def answers_of_contract() -> Mapping[str, str]:
    """How a task about a contract that ends may be closed, in words."""
    return dict(_document("task_answers.yaml")["of_contract"])


def answers_of_nobody_left() -> Mapping[str, str]:
    """How a task about a provider that everybody has left may be closed, in words."""
    return dict(_document("task_answers.yaml")["of_nobody_left"])


@cache
def allocation() -> Allocation:
    """Skills, weights and reasons of allocation, in every version."""
    return read_allocation(_document("allocation.yaml"))


@cache
def keeping_reasons() -> Mapping[str, str]:
    """Why it may change who is sent to by itself, in words."""
    return dict(_document("keeping_reasons.yaml")["automatic"])


@dataclass(frozen=True, slots=True)
class FirstContact:
    """What is asked at first contact, and why somebody may be referred before it was."""

    version: str
    communication: Mapping[str, str]
    unassessed: Mapping[str, str]
    dash_high: int


@cache
def first_contact() -> FirstContact:
    """The lists of the hub's first-contact assessment."""
    told = _document("first_contact.yaml")
    return FirstContact(told["version"], dict(told["communication"]), dict(told["unassessed"]), told["dash_high"])


@dataclass(frozen=True, slots=True)
class Restricted:
    """Who is restricted from the first moment: who works for one of `works_for`, with everybody of the same crime where
    `same_crime` says so, or was hurt by somebody who works for one of `suspect_works_for`."""

    works_for: frozenset[str]
    suspect_works_for: frozenset[str]
    same_crime: bool


@cache
def _restricted() -> tuple[tuple[date, Restricted], ...]:
    versions = _document("restricted.yaml")["versions"]
    read = (
        (
            one["effective_from"],
            Restricted(frozenset(one["works_for"]), frozenset(one["suspect_works_for"]), one["same_crime"]),
        )
        for one in versions
    )
    return tuple(sorted(read, key=lambda one: one[0]))


def restricted_on(day: date) -> Restricted:
    """The version of a day; before the first one the first."""
    begun = [version for begins, version in _restricted() if begins <= day]
    return begun[-1] if begun else _restricted()[0][1]


@cache
def signs_of_hate() -> tuple[str, ...]:
    """Parts of a flag that our lists do not name by which it may speak of hate."""
    return tuple(_document("unlisted_flags.yaml")["signs_of_hate"])


@dataclass(frozen=True, slots=True)
class HoldEnds:
    """How a hold ends: on a `page` where a fact is entered, or by a human for a reason of the list `reasons`.
    `by_person`: the words where what the police tell ends it no more."""

    words: str
    page: str = ""
    link: str = ""
    may: str = "case.write"
    reasons: str | None = None
    second: bool = False
    needs: str | None = None
    stands_on: tuple[str, ...] = ()
    by_person: str = ""


@cache
def hold_ends() -> Mapping[str, HoldEnds]:
    """How each hold of routing ends."""
    told = _document("hold_ends.yaml")["holds"]
    return {hold: HoldEnds(**{**one, "stands_on": tuple(one.get("stands_on", ()))}) for hold, one in told.items()}


@cache
def outcome_words() -> tuple[str, Mapping[str, str]]:
    """What every outcome of a crime means for whoever helps the person, and what each effect of one means beside."""
    told = _document("outcomes.yaml")
    return told["always"], dict(told["effects"])


@cache
def messages() -> tuple[Words, ...]:
    """The words of messages that leave, in every version."""
    return read_words(_document("messages.yaml"))


@cache
def leaving_versions() -> tuple[Version, ...]:
    """When messages leave by themselves, in every version."""
    return read_leaving(_document("leaving.yaml"))


@cache
def _noes() -> tuple[tuple[date, int], ...]:
    versions = _document("noes.yaml")["versions"]
    return tuple(sorted((one["effective_from"], one["days"]) for one in versions))


def no_counts_days(on: date) -> int:
    """For how many days a no speaks against sending somebody by itself in another matter, by the version of a day."""
    begun = [days for begins, days in _noes() if begins <= on]
    return begun[-1] if begun else _noes()[0][1]


@cache
def best_times() -> Mapping[str, str]:
    """When the person may say that they are best reached, to the hours that it means."""
    return dict(_document("best_times.yaml")["hours"])


@cache
def right_names() -> Mapping[str, str]:
    """An entitlement of the Victims' Code, or a clock beside it, to its title, or to what is said in place of it."""
    told = _document("right_names.yaml")
    return dict(told["titles"] | told["in_plain_words"])


@dataclass(frozen=True, slots=True)
class Glass:
    """For how long a restricted case is open to whoever has not the right, whom to ask, why it may be, and what a
    review finds."""

    minutes: int
    whom_to_ask: str
    reasons: Mapping[str, str]
    reviews: Mapping[str, str]


@cache
def glass() -> Glass:
    """The rules of breaking the glass."""
    told = _document("glass.yaml")
    return Glass(told["minutes"], told["whom_to_ask"], dict(told["reasons"]), dict(told["reviews"]))


@dataclass(frozen=True, slots=True)
class Looks:
    """Which looks at names the team leader is told of."""

    many_a_day: int


@cache
def looks() -> Looks:
    """The rules of watching looks."""
    return Looks(_document("looks.yaml")["many_a_day"])
