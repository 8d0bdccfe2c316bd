"""Ids that every service computes alike, and the short reference for the phone."""

import re
import secrets
import time
from functools import lru_cache
from uuid import UUID, uuid5

NS = UUID("f3e2ed9d-ff42-5cc6-be60-3a1dc6e4a0b8")

ALPHABET = "234679CDFGHJKLMNPQRTVWX"
"""23 signs not mistaken for each other when read out: without 0/O, 1/I, 5/S, 8/B, Z, Y, and no vowels to spell with."""

_SIGNS = 9
_WEIGHTS = range(2, 2 + _SIGNS)


@lru_cache(maxsize=10_000)
def case_id(crime_id: UUID | str, ref: str) -> UUID:
    """The id of one person's case in one crime. `ref` is the victim_ref, or the kin_ref of a bereaved person."""
    return uuid5(NS, f"{crime_id}/{ref}")


def return_id(kind: str, period: str, definition: str, cut_off: str) -> UUID:
    return uuid5(NS, f"return/{kind}/{period}/{definition}/{cut_off}")


def persona_id(name: str) -> UUID:
    return uuid5(NS, f"persona/{name}")


def provider_id(slug: str) -> UUID:
    return uuid5(NS, f"provider/{slug}")


def contract_id(slug: str) -> UUID:
    return uuid5(NS, f"contract/{slug}")


def reference(case: UUID) -> str:
    """Ten signs for the phone, the last a check character: "7KQ4M-2XRCT". It tells nothing about the case.

    Two cases may share one (about 1 in 100 that any two of 200,000 do): search by it, never key by it.
    """
    whole = case.int
    number = whole >> 64 ^ whole & 0xFFFF_FFFF_FFFF_FFFF
    signs = ""
    total = 0
    for weight in _WEIGHTS:
        number, place = divmod(number, len(ALPHABET))
        signs += ALPHABET[place]
        total += weight * place
    signs += ALPHABET[-total % len(ALPHABET)]  # check_character(signs)
    return f"{signs[:5]}-{signs[5:]}"


def check_character(signs: str) -> str:
    """Weighted sum modulo 23, a prime: catches every single wrong sign and every swap of two signs."""
    total = sum(weight * ALPHABET.index(sign) for weight, sign in zip(_WEIGHTS, signs, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


_TYPED = 14


def typed_code(chance: int) -> str:
    """Fifteen signs that a letter carries in place of a long address, to be typed: "7KQ4M-2XRCT-9WHNP". It takes
    64 bits of `chance`, so that its digest gives nothing away; the last sign is a check character."""
    signs = ""
    for _ in range(_TYPED):
        chance, place = divmod(chance, len(ALPHABET))
        signs += ALPHABET[place]
    signs += _typed_check(signs)
    return f"{signs[:5]}-{signs[5:10]}-{signs[10:]}"


def _typed_check(signs: str) -> str:
    return ALPHABET[-sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(signs, 1)) % len(ALPHABET)]


def read_typed_code(text: str) -> str | None:
    """Such a code as it was typed (any case, blanks or dashes) in its written form; None when it cannot be one."""
    signs = "".join(sign for sign in text.upper() if sign.isalnum())
    if len(signs) != _TYPED + 1 or any(sign not in ALPHABET for sign in signs):
        return None
    return f"{signs[:5]}-{signs[5:10]}-{signs[10:]}" if _typed_check(signs[:-1]) == signs[-1] else None


def word_proof_kind(request_id: UUID) -> str:
    """The kind under which a code word is digested, so that the digest counts for one request and no other."""
    return f"own-rights-word|{request_id}"


def read_reference(text: str) -> str | None:
    """A reference as typed or heard (any case, blanks or dashes) in its written form; None when it cannot be one."""
    signs = "".join(sign for sign in text.upper() if sign.isalnum())
    if len(signs) != _SIGNS + 1 or any(sign not in ALPHABET for sign in signs):
        return None
    return f"{signs[:5]}-{signs[5:]}" if check_character(signs[:-1]) == signs[-1] else None


_LIKE_ONE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{5}[ -]?[A-Za-z0-9]{5}(?![A-Za-z0-9])")


def references_in(text: str) -> list[str]:
    """The references that stand in free text, in their written form, each once."""
    found = (read_reference(like) for like in _LIKE_ONE.findall(text))
    return list(dict.fromkeys(one for one in found if one))


def uuid7() -> UUID:
    """A random id that sorts by the millisecond in which it was made (RFC 9562, version 7)."""
    millis = time.time_ns() // 1_000_000
    value = (millis & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62
    return UUID(int=value | secrets.randbits(62))
