"""The code words of a person: by whichever record one was agreed, the person knows it, so each of them counts."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import sealing
from services.referral.store import details

FIELD = "code_word"


async def of_people(tx: Tx, sealer: Sealer, people: Collection[UUID]) -> dict[UUID, list[str]]:
    """Every word of each of these people in clear, by whichever record of theirs, that of this record first; nobody
    without one is in it."""
    held = await details.code_words(tx, people)
    keys = await sealer.data_keys({one.record_id for one in held}) if held else {}
    found: dict[UUID, dict[bytes, str]] = {}
    for one in held:
        opened = sealing.in_clear(keys.get(one.record_id), "person_sealed", one.record_id, {FIELD: one.code_word})
        if word := str(opened.get(FIELD) or ""):
            found.setdefault(one.person_id, {}).setdefault(folded(word), word)
    return {person: list(words.values()) for person, words in found.items()}


async def of_person(tx: Tx, sealer: Sealer, person_id: UUID) -> list[str]:
    return (await of_people(tx, sealer, [person_id])).get(person_id, [])


async def with_all(tx: Tx, sealer: Sealer, person_id: UUID, held: dict[str, Any]) -> dict[str, Any]:
    """The opened details of a record, with the words of every record of the person in place of its own."""
    words = await of_person(tx, sealer, person_id)
    return held | {FIELD: said(words)} if words else held


def said(words: Sequence[str]) -> str:
    """The words as they are read by who speaks to the person: any of them is right."""
    return " or ".join(words)


def folded(word: str) -> bytes:
    """A word as it is compared, however it is written."""
    return " ".join(word.casefold().split()).encode()
