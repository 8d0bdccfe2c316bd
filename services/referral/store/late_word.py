"""Words of danger or death that a form brought too late for what it was of, on their way to the hub's worker."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, insert, read, values


@dataclass(frozen=True, slots=True)
class LateWord:
    """`reason`: what was said, as the code of a step's or an appointment's reason."""

    word_id: UUID
    referral_id: UUID
    case_id: UUID
    reason: str
    said_by: UUID
    by_role: str
    said_at: datetime


_TAKEN = f"""
with taken as (delete from late_word where word_id = any(array(
    select word_id from late_word order by said_at, word_id limit $1 for update skip locked)) returning *)
select {columns(LateWord)} from taken order by said_at, word_id
"""


async def say(tx: Tx, word: LateWord) -> None:
    """Keeps it for the worker; the same form again changes nothing."""
    await tx.execute(insert("late_word", LateWord, "on conflict do nothing"), *values(word))


async def take(tx: Tx, limit: int) -> list[LateWord]:
    """What waits, the first of them first, each once: its rows are gone."""
    return read(LateWord, await tx.fetch(_TAKEN, limit))
