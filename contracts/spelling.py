"""How others write a word of our closed lists, and what becomes of a word that none of them has.

A list reads what it does not know as `other` (design 3, section 1). What was told is kept beside it, since a word that
nobody here knows may be the one that matters most: it is not known, never a no.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidatorFunctionWrapHandler, WrapValidator

LONGEST = 60
_BETWEEN = re.compile(r"[\s\-_/.]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_SAYS_NOTHING = frozenset(
    {"", "other", "none", "n_a", "na", "unknown", "not_asked", "refused", "not_known", "not_recorded"}
)


class Unfamiliar(str):
    """A value of a closed list, as which a word was read that the list does not have; `told`: that word."""

    __slots__ = ("told",)
    told: str

    def __new__(cls, read: str, told: str) -> "Unfamiliar":
        made = super().__new__(cls, read)
        made.told = told
        return made

    def __reduce__(self) -> tuple[type["Unfamiliar"], tuple[str, str]]:
        return Unfamiliar, (str(self), self.told)


def bare(word: str) -> str:
    """A word as our lists write theirs: "Ex-Partner " is "ex_partner"."""
    return _BETWEEN.sub("_", word.strip().lower()).strip("_")


def shown(word: str) -> str:
    """A word as it may be kept: on one line, without characters that nobody sees, cut to 60."""
    return " ".join(_UNSEEN.sub(" ", word).split())[:LONGEST]


def read_as(value: str, instead: str) -> str:
    """`instead`, with the word beside it where it says anything at all."""
    told = shown(value)
    return instead if bare(told) in _SAYS_NOTHING else Unfamiliar(instead, told)


def spelt(kind: str, *listed: str, unknown: bool = False) -> WrapValidator:
    """A branch of a closed list for what is written otherwise: the listed word that is plainly meant, else what the
    branch reads it as, with the word as told. `unknown`: the list takes the four unknown values too."""

    def read(value: Any, branch: ValidatorFunctionWrapHandler) -> Any:
        if not isinstance(value, str):
            return branch(value)
        word = bare(value)
        meant = word if word in listed else _others(kind).get(word)
        if meant is None and unknown:
            meant = _others("unknown_value").get(word) or ("not_recorded" if not word else None)
        return read_as(value, str(branch(value))) if meant is None else meant

    return WrapValidator(read)


@cache
def _document() -> Any:
    return yaml.safe_load((Path(__file__).parent / "reference" / "spellings.yaml").read_text(encoding="utf-8"))


@cache
def _others(kind: str) -> dict[str, str]:
    """Other ways of writing to the word that they mean."""
    words = _document()["words"].get(kind, {})
    return {other: word for word, others in words.items() for other in others}


def spellings() -> dict[str, dict[str, str]]:
    """By kind of list: other ways of writing to the word that they mean."""
    return {kind: dict(_others(kind)) for kind in _document()["words"]}
