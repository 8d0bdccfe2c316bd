"""Offers followed on a case: which step may come next, and the gates before it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.refused import Refused


@dataclass(frozen=True, slots=True)
class Step:
    """`after`: one of these must have been taken; `by_person`: only the person's own word counts."""

    code: str
    words: str
    after: tuple[str, ...] = ()
    by_person: bool = False
    ends: bool = False
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """`kinds`: the kinds of case in which it is made; none named: in every case."""

    code: str
    title: str
    steps: Mapping[str, Step]
    kinds: frozenset[str] = frozenset()

    def is_for(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


def read_offers(table: Mapping[str, Any]) -> dict[str, Offer]:
    """The offers of a reference file. KeyError where a step follows one that is not there."""
    found = {}
    for code, told in table["offers"].items():
        steps = {name: _step(name, step) for name, step in told["steps"].items()}
        for step in steps.values():
            for before in step.after:
                steps[before]
        found[code] = Offer(code, told["title"], steps, frozenset(told.get("kinds", ())))
    return found


def _step(code: str, told: Mapping[str, Any]) -> Step:
    after = tuple(told.get("after", ()))
    return Step(code, told["words"], after, told.get("by_person", False), told.get("ends", False), told.get("gate"))


AGREED = "agreed"
SPECIALIST = "specialist_agreed"
AGAIN = "again."
"""Before the code of a step: it is taken anew, after a new incident or a new risk."""


def next_steps(offer: Offer, taken: Collection[str], *, careful: bool, shared: bool = False) -> list[Step]:
    """What may be written down now. `careful`: a case (`is_careful`) where a specialist has to agree first;
    `shared`: a confirmed override lets it be shared without the person's agreement."""
    if any(offer.steps[name].ends for name in taken if name in offer.steps):
        return []
    return [
        step
        for step in offer.steps.values()
        if step.code not in taken
        and (not step.after or not set(step.after).isdisjoint(taken))
        and (careful or step.code != SPECIALIST)
        and (step.gate != "specialist" or not careful or SPECIALIST in taken)
        and (step.gate != "shared" or shared or AGREED in taken)
    ]


def check(
    offer: Offer, taken: Collection[str], step: str, said_by: str | None, *, careful: bool, shared: bool = False
) -> Step:
    """The step to be written down; Refused says why not."""
    wanted = offer.steps.get(step)
    if wanted is None:
        raise Refused("step", "missing")
    if wanted not in next_steps(offer, taken, careful=careful, shared=shared):
        if wanted.gate == "shared" and not shared and AGREED not in taken:
            raise Refused("step", "needs_the_persons_agreement")
        gated = wanted.gate == "specialist" and careful and SPECIALIST not in taken
        raise Refused("step", "needs_the_specialist" if gated else "not_from_here")
    if wanted.by_person and said_by != "person":
        raise Refused("said_by", "only_the_person")
    return wanted
