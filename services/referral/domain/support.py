"""What a provider records of its support, as lists with words, and how far a person has come between start and end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Missed:
    """A reason for which an appointment was not kept, and whose it is."""

    code: str
    whose: str
    words: str


@dataclass(frozen=True, slots=True)
class SupportLists:
    """The lists of reference/support.yaml, each code with its words, in order. `channels`: the channel that must be
    safe for a way of meeting; `cancelled`: why an appointment is off that the end of its referral cancelled; `basis`:
    how sure the lists are."""

    version: str
    basis: str
    domains: Words
    scale: Words
    why_not: Words
    outcomes: Words
    changes: Words
    ways: Words
    channels: Words
    whose: Words
    missed: tuple[Missed, ...]
    cancelled: tuple[Missed, ...]
    safety_acts: Words
    agreed: Words
    end_reasons: Words
    next_steps: Words

    def missed_words(self, code: str | None) -> str:
        return next((one.words for one in (*self.missed, *self.cancelled) if one.code == code), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """One area of life at one time: a score from 1 to 5 (5 is best), or why there is none."""

    domain: str
    score: int | None = None
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Distance:
    """One area of life at start and end; None where it was not assessed then."""

    domain: str
    start: Answer | None
    end: Answer | None

    @property
    def travelled(self) -> int | None:
        """End less start, both scored; else None."""
        if self.start is None or self.end is None or self.start.score is None or self.end.score is None:
            return None
        return self.end.score - self.start.score


def distances(lists: SupportLists, start: Iterable[Answer], end: Iterable[Answer]) -> list[Distance]:
    """Each area of the list in its order."""
    first, last = ({one.domain: one for one in answers} for answers in (start, end))
    return [Distance(domain, first.get(domain), last.get(domain)) for domain in lists.domains]


def read_support(document: Mapping[str, Any]) -> SupportLists:
    """The lists of the file."""

    def words(name: str) -> Words:
        return {str(entry["code"]): entry["words"] for entry in document[name]}

    return SupportLists(
        version=str(document["version"]),
        basis=document["basis"],
        channels={entry["code"]: entry["channel"] for entry in document["ways"] if "channel" in entry},
        whose=document["whose"],
        missed=tuple(Missed(**entry) for entry in document["missed"]),
        cancelled=tuple(Missed(**entry) for entry in document["cancelled"]),
        **{name: words(name) for name in _LISTS},
    )


_LISTS = (
    *("domains", "scale", "why_not", "outcomes", "changes", "ways", "safety_acts", "agreed", "end_reasons"),
    "next_steps",
)
