"""What somebody decided that a word of the police means, by case."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read


@dataclass(frozen=True, slots=True)
class WordMeaning:
    """`word`: as it was told, behind the name of its field; `meant`: the listed word, None for none of them."""

    end_id: UUID
    word: str
    case_id: UUID
    meant: str | None
    decided_by: UUID
    decided_role: str
    decided_at: datetime


_ADD = f"""
insert into word_meaning ({columns(WordMeaning)})
select {columns(WordMeaning)} from json_populate_recordset(null::word_meaning, $1::json) on conflict do nothing
"""


async def add(tx: Tx, decided: Collection[WordMeaning]) -> None:
    await tx.execute(_ADD, list(decided))


async def of_case(tx: Tx, case_id: UUID) -> list[WordMeaning]:
    """What was decided on a case, of each word the last time."""
    asked = f"select distinct on (word) {columns(WordMeaning)} from word_meaning where case_id = $1"
    return read(WordMeaning, await tx.fetch(f"{asked} order by word, decided_at desc, end_id", case_id))


async def last(tx: Tx, words: Collection[str]) -> dict[str, WordMeaning]:
    """What each of these words was decided to mean the last time, in whatever case that the viewer may see; however it
    was capitalised."""
    asked = f"select distinct on (lower(word)) {columns(WordMeaning)} from word_meaning where lower(word) = any($1)"
    rows = await tx.fetch(f"{asked} order by lower(word), decided_at desc, end_id", [word.lower() for word in words])
    found = {one.word.lower(): one for one in read(WordMeaning, rows)}
    return {word: found[word.lower()] for word in words if word.lower() in found}
