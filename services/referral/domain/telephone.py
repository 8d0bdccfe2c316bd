"""A telephone number, read from however it was written. A lock follows the number, so a text that is not wholly
understood as one number is no number that anybody may be told is safe."""

import re
import unicodedata

_MARKS = re.compile(r"[\s().\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u2010-\u2015\u2212-]")
_NUMBER = re.compile(r"(?:tel(?:ephone)?:?|mob(?:ile)?:?|phone:?)?(\+?[0-9]+)")
BRITISH, MOBILE, ABROAD = (9, 10), (10,), range(8, 16)
"""Digits of a number without its 0 (Ofcom, National Telephone Numbering Plan), and of one with the code of its country
(ITU-T E.164)."""


def one_number(text: str) -> str | None:
    """A British number as its digits with the first 0, one from abroad as + and its digits; None where the text is
    anything else: two numbers, an extension, a name beside it, letters for digits."""
    plain = text.replace("(0)", "") if text.isascii() else _in_ascii(text)
    found = _NUMBER.fullmatch(_MARKS.sub("", plain.lower()))
    if found is None:
        return None
    digits = found[1].lstrip("+0")
    home = digits[2:].lstrip("0") if digits.startswith("44") else digits
    if len(home) in (MOBILE if home.startswith("7") else BRITISH) and (
        digits != home or not found[1].startswith(("+", "00"))
    ):
        return f"0{home}"
    return f"+{digits}" if found[1].startswith(("+", "00")) and len(digits) in ABROAD else None


def _in_ascii(text: str) -> str:
    """Its digits, brackets and letters as plain ones, however a script writes them; (0) left out."""
    return "".join(map(_digit, unicodedata.normalize("NFKC", text).replace("(0)", "")))


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
