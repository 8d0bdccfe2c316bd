"""Names that are one name written in two ways: what of them stays the same, so that a person is found by it."""

import re
import unicodedata

_AS_ONE = str.maketrans({"c": "k", "q": "k", "x": "k", "z": "s", "v": "f", "j": "g"})
_VOWEL = re.compile(r"[aeiouy]")
_NOT_HEARD = re.compile(r"[aeiouyw]|h(?![aeiouy])|(?<![aeiouy])h")
_TWICE = re.compile(r"(.)\1+")
_SHORT = 3
"""Of fewer consonants than these too many names are alike: Jon and Jane, who may be twins."""


def first(names: str) -> str:
    """The first of given names: of "Anne-Marie Louise" it is "Anne". Empty where there is none."""
    return next(iter(re.split(r"[\s-]+", names.strip())), "")


def sound(name: str) -> str:
    """What stays of a name however it is written: its consonants, after how it begins, and the first vowel of a short
    one. Catherine and Kathryn are "ktrn", Jon and John "gon". Letters of other scripts stay as they are. Empty where
    there is no letter."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in plain if letter.isalpha()).replace("ph", "f").translate(_AS_ONE)
    if not letters or _VOWEL.match(letters):
        return _TWICE.sub(r"\1", "a" + _NOT_HEARD.sub("", letters[1:])) if letters else ""
    heard = _TWICE.sub(r"\1", letters[0] + _NOT_HEARD.sub("", letters[1:]))
    vowel = _VOWEL.search(letters) if len(heard) < _SHORT else None
    return heard[0] + vowel[0] + heard[1:] if vowel else heard
