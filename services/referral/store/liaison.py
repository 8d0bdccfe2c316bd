"""Whether a bereaved family is reached through their family liaison officer alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read_one


@dataclass(frozen=True, slots=True)
class Liaison:
    """The last word on the officer of a case: named by the police, or what somebody wrote down since."""

    case_id: UUID
    through: bool
    said: str
    by_id: UUID | None
    by_role: str
    at: datetime


_SAY = """
insert into liaison (case_id, through, said, by_id, by_role, at) values ($1, $2, $3, $4, $5, $6)
on conflict (case_id) do update set through = excluded.through, said = excluded.said, by_id = excluded.by_id,
   by_role = excluded.by_role, at = excluded.at
"""


async def through(tx: Tx, case_id: UUID) -> bool:
    """Whether the family of a case is reached through the officer alone."""
    return bool(await tx.fetchval("select through from liaison where case_id = $1", case_id))


async def of_case(tx: Tx, case_id: UUID) -> Liaison | None:
    """The last word; None where no officer was ever named."""
    return read_one(Liaison, await tx.fetchrow(f"select {columns(Liaison)} from liaison where case_id = $1", case_id))


async def say(tx: Tx, word: Liaison) -> None:
    await tx.execute(_SAY, word.case_id, word.through, word.said, word.by_id, word.by_role, word.at)


async def named(tx: Tx, case_ids: Sequence[UUID], now: datetime) -> None:
    """The police name an officer, or name one again: from now on the family is reached through them."""
    for case_id in case_ids:
        await say(tx, Liaison(case_id, True, "named", None, "police", now))
