"""Answers to the end of support that cannot all be true: each is told at its field, with what to do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.referral.domain.support import SupportLists

MEASURED = frozenset({"better", "same", "worse"})
NOTHING_MORE = frozenset({"none_needed", "not_known"})
NOT_SAFE_TO_ASK = "unsafe"
"""What is said of an outcome of which the person was not asked since it was not safe."""
NAMES_ONE = frozenset({"other_service", "hub"})
"""What may come next with a service named for it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a worker said of the end: why, what changed by outcome, what comes next and by which line, and whether the
    person may be asked how it was."""

    reason: str
    changes: Mapping[str, str]
    next_step: str
    next_line: str
    asked: bool


def against(lists: SupportLists, said: Ended) -> Iterator[tuple[str, str]]:
    """Fields that contradict another answer, each with what to do."""
    if said.reason == "died":
        yield from _of_the_dead(lists, said)
    elif said.asked and NOT_SAFE_TO_ASK in said.changes.values():
        yield "feedback_wanted", "It was not safe to ask them about an outcome, so nobody asks how it was: choose “No”"
    elif said.reason == "unsafe" and said.asked:
        yield "feedback_wanted", "It was no longer safe, so nobody asks how it was: choose “No”"
    elif said.reason == "moved_on" and said.next_step != "other_service":
        yield "next_step", "Support ends since another service goes on: choose that another service goes on"
    elif said.reason == "needs_met" and said.next_step in NAMES_ONE:
        yield "next_step", "The person needs no more help: choose that nothing more is needed, or another reason"
    elif said.next_line and said.next_step not in NAMES_ONE:
        yield (
            "next_line",
            "A service goes with “Another service goes on” or “The hub will look”: choose that, or no service",
        )


def _of_the_dead(lists: SupportLists, said: Ended) -> Iterator[tuple[str, str]]:
    for code in lists.outcomes:
        if said.changes.get(code) in MEASURED:
            yield f"outcome-{code}", "The person died, so nobody asked them at the end: choose “Not asked”"
    if said.next_step not in NOTHING_MORE:
        yield "next_step", "The person died: choose “Nothing more is needed”"
    if said.next_line:
        yield "next_line", "The person died: name no service"
    if said.asked:
        yield "feedback_wanted", "The person died, so nobody asks how it was: choose “No”"
