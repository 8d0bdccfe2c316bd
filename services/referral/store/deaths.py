"""Of whom it was said that they died: kept with the person, by every record of theirs, until it is taken back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import RECORDS

_SAY = """
insert into death (person_id, said_at, about) values ($1, $2, $3)
on conflict (person_id) do update set said_at = excluded.said_at, about = excluded.about, over_at = null, over_by = null
"""
_OVER = f"update death set over_at = $3, over_by = $2 where person_id = {RECORDS} and over_at is null"
_DEAD = "select person_id from death where person_id = any($1::uuid[]) and over_at is null"
_STANDS = f"select 1 from death where person_id = {RECORDS} and over_at is null limit 1"
_SAID_OF = "select 1 from death where person_id = $1 and about = $2"


async def say(tx: Tx, person_id: UUID, about: UUID, now: datetime) -> None:
    """Keeps that somebody died, said in this case, or in the one that they would have in a crime."""
    await tx.execute(_SAY, person_id, now, about)


async def was_said(tx: Tx, person_id: UUID, about: UUID) -> bool:
    """Whether it was said last in this case, also where it was taken back since."""
    return await tx.fetchval(_SAID_OF, person_id, about) is not None


async def over(tx: Tx, person_id: UUID, by: UUID, now: datetime) -> None:
    """It was a mistake, of whichever record of the person it was said."""
    await tx.execute(_OVER, person_id, by, now)


async def dead(tx: Tx, people: Collection[UUID]) -> set[UUID]:
    """Those of these records of which it stands that their person died."""
    return {row["person_id"] for row in await tx.fetch(_DEAD, list(people))} if people else set()


async def stands(tx: Tx, person_id: UUID) -> bool:
    """Whether it stands, by any record of this person, that they died."""
    return await tx.fetchval(_STANDS, person_id) is not None
