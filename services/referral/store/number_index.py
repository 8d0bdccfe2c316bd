"""Numbers that are indexed again: how far it has come, what is sealed, and the indexes that are put in the place of old
ones, wherever a number is known by its index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read

_BEGIN = "insert into number_index (made_by) values ($1) on conflict do nothing"
_UP_TO = "select up_to from number_index where made_by = $1 and done_at is null for update"
_NEXT = """
select distinct person_id from channel where person_id > $1 and value is not null and kind = any($2::text[])
 order by person_id limit $3
"""
_SEALED = """
select person_id, kind, value, value_index from channel
 where person_id = any($1::uuid[]) and kind = any($2::text[]) and value is not null and value_index is not null
 order by person_id, kind for update
"""
_RETIRED = """
select person_id, kind, value, value_index from retired_value
 where person_id = any($1::uuid[]) and kind = any($2::text[]) and value is not null
"""
_MOVED = "unnest($1::uuid[], $2::bytea[], $3::bytea[]) as m(person_id, old, new)"
_CHANNELS = f"""
update channel c set value_index = m.new from {_MOVED} where c.person_id = m.person_id and c.value_index = m.old
"""
_LOCKED = f"""
with gone as (delete from locked_value v using {_MOVED} where v.person_id = m.person_id and v.value_index = m.old
              returning v.*, m.new)
insert into locked_value (person_id, value_index, why, locked_by, by_role)
select person_id, new, why, locked_by, by_role from gone on conflict do nothing
"""
_RETIRED_AGAIN = f"""
with gone as (delete from retired_value v using {_MOVED} where v.person_id = m.person_id and v.value_index = m.old
              returning v.*, m.new)
insert into retired_value (person_id, kind, value_index, value, instead, reason, retired_by, retired_by_role,
                           retired_at)
select person_id, kind, new, value, instead, reason, retired_by, retired_by_role, retired_at from gone
on conflict do nothing
"""
_INSTEAD = f"""
update retired_value v set instead = m.new from {_MOVED} where v.person_id = m.person_id and v.instead = m.old
"""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A number of one record, sealed, with its index."""

    person_id: UUID
    kind: str
    value: bytes
    value_index: bytes


@dataclass(frozen=True, slots=True)
class Moved:
    """In one record an index that is made anew: `old` and `new`."""

    person_id: UUID
    old: bytes
    new: bytes


async def up_to(tx: Tx, made_by: int) -> UUID | None:
    """Up to which record the indexes are made in this way, held until the transaction ends; None when all are."""
    await tx.execute(_BEGIN, made_by)
    found: UUID | None = await tx.fetchval(_UP_TO, made_by)
    return found


async def after(tx: Tx, person_id: UUID, kinds: Sequence[str], limit: int) -> list[UUID]:
    """The next records that have a number of one of these kinds."""
    return [row["person_id"] for row in await tx.fetch(_NEXT, person_id, list(kinds), limit)]


async def sealed(tx: Tx, people: Sequence[UUID], kinds: Sequence[str]) -> list[Indexed]:
    """What these records have, and what was found not to be theirs any more; their channels are held."""
    rows = [*await tx.fetch(_SEALED, people, list(kinds)), *await tx.fetch(_RETIRED, people, list(kinds))]
    return read(Indexed, rows)


async def move(tx: Tx, moved: Sequence[Moved]) -> None:
    """Puts the new indexes in the place of the old ones: of channels, locks and numbers that are no longer theirs."""
    values = [[getattr(one, name) for one in moved] for name in columns(Moved).split(", ")]
    for statement in (_CHANNELS, _LOCKED, _RETIRED_AGAIN, _INSTEAD):
        await tx.execute(statement, *values)


async def came_to(tx: Tx, made_by: int, person_id: UUID) -> None:
    await tx.execute("update number_index set up_to = $2 where made_by = $1", made_by, person_id)


async def done(tx: Tx, made_by: int, now: datetime) -> None:
    await tx.execute("update number_index set done_at = $2 where made_by = $1", made_by, now)
