"""Flags that the police gave and our lists do not name, as they were told: so that a human can see what they say."""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from contracts.spelling import spellings
from contracts.vocabulary import CRIME_FLAGS
from kit.inbox import Received
from services.referral.desk_books import signs_of_hate

MOST = 10
_CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+){0,4}")
"""What may be a code: no sentence, and no name with a number behind it, stands among the facts of a case."""


def flags(event: Received[Any]) -> tuple[str, ...]:
    """The flags of a crime that our lists do not name, as codes, sorted; none where it has none."""
    if "other" not in event.data.flags or event.record.value is None:
        return ()
    told = orjson.loads(event.record.value).get("flags") or ()
    codes = {re.sub(r"[^a-z0-9]+", "_", one.lower()).strip("_")[:40] for one in told if isinstance(one, str)}
    return tuple(sorted(code for code in codes.difference(CRIME_FLAGS, spellings()["flag"]) if _CODE.fullmatch(code)))[
        :MOST
    ]


def of_hate(codes: Sequence[str]) -> bool:
    """Whether one of these flags may speak of hate."""
    return any(sign in code for code in codes for sign in signs_of_hate())
