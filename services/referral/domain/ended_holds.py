"""Holds that a human ended: each stays ended while the facts that it stands on are as they were then."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.referral.domain.facts import CaseFacts, History

CHILD_UNDER, CHILD_TO = 13, 15
ENDED = "end."
"""How the rule of a hold that a human ended is named in a decision, in place of `hold.`."""


@dataclass(frozen=True, slots=True)
class Ended:
    """`stands_on`: names of facts, of the case or of what was known of the person; `digest`: of what they were;
    `stays`: what safety asks for was done, and the danger is there as before."""

    hold: str
    stands_on: tuple[str, ...]
    digest: str
    stays: bool = False


def digest(stands_on: Iterable[str], facts: CaseFacts, history: History) -> str:
    """The same text for the same facts, from which they cannot be read."""
    said = [(name, _plain(getattr(facts if hasattr(facts, name) else history, name))) for name in stands_on]
    return hashlib.sha256(repr((str(facts.case_id), said)).encode()).hexdigest()


def _plain(value: object) -> object:
    many = isinstance(value, Collection) and not isinstance(value, str)
    return sorted(map(str, value)) if many and isinstance(value, Collection) else str(value)


def still(ended: Iterable[Ended], facts: CaseFacts, history: History) -> frozenset[str]:
    """The holds that stay ended under these facts; any other is back where its rule fires."""
    return frozenset(one.hold for one in ended if digest(one.stands_on, facts, history) == one.digest)


def lacks(needs: str | None, facts: CaseFacts) -> str | None:
    """The code of what has to be known before the hold may be ended; None where nothing is missing."""
    if needs == "not_under_13":
        return None if facts.age is not None and facts.age >= CHILD_UNDER else "age_stands"
    if needs == "not_13_to_15":
        return None if facts.age is not None and facts.age > CHILD_TO else "age_stands"
    return None
