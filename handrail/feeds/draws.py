"""Drawing by lot, always from a seed of one crime or one person: order and limits change nothing."""

from bisect import bisect
from collections.abc import Callable, Mapping
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")
Draw = Callable[[Random], T]


def seeded(*parts: object) -> Random:
    """A source of chance that is the same whenever `parts` are."""
    return Random("/".join(map(str, parts)))  # noqa: S311 - invented people, no secret


def mix(weights: Mapping[T, float]) -> Draw[T]:
    """Draws a value of `weights` in proportion to its weight."""
    values = tuple(weights)
    sums = tuple(accumulate(weights.values()))
    top = sums[-1]

    def draw(rng: Random) -> T:
        return values[min(bisect(sums, rng.random() * top), len(values) - 1)]

    return draw


def chance(rng: Random, likelihood: float) -> bool:
    return rng.random() < likelihood
