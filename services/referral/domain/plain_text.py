"""Text of people and systems that is shown to a worker: without signs that nobody sees or that turn what is read."""

import unicodedata

_HIDDEN = frozenset({"Cf", "Cs", "Co", "Cn"})
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by their class that look like nothing."""
_JOINERS = frozenset("\u200c\u200d")
"""Between letters these are part of how a name is written in Persian, Hindi and others (The Unicode Standard, 23.2)."""


def readable(text: str) -> str:
    """The text as a worker may be shown it: a control sign is a space, hidden signs are left out."""
    if text.isprintable() and _BLANK.isdisjoint(text):  # nearly every text, and many times quicker
        return " ".join(text.split())
    kept = []
    for place, char in enumerate(text):
        kind = unicodedata.category(char)
        if kind in _BREAKS:
            kept.append(" ")
        elif (kind not in _HIDDEN and char not in _BLANK) or (char in _JOINERS and _between_letters(text, place)):
            kept.append(char)
    return " ".join("".join(kept).split())


def is_plain(text: str) -> bool:
    """Whether it holds something to read, and nothing that would not be shown as it was written."""
    return readable(text) == " ".join(part for part in text.strip(" ").split(" ") if part) != ""


def _between_letters(text: str, place: int) -> bool:
    beside = (text[place - 1 : place] if place else "", text[place + 1 : place + 2])
    return all(one and unicodedata.category(one)[0] in "LM" and not one.isascii() for one in beside)
