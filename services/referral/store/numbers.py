"""Numbers and addresses of several records of one person: which differ, which are not the person's any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import RECORDS, columns, read

_HELD = f"""
select c.person_id, c.kind, c.value, c.value_index, c.safety, c.locked_at is not null as locked, f.case_id, f.reference
  from channel c
  left join lateral (select case_id, reference from case_file x where x.person_id = c.person_id
                      order by opened_at desc, case_id limit 1) f on true
 where c.person_id = {RECORDS} and c.value_index is not null
 order by c.kind, c.person_id <> $1, c.person_id
"""
_LOCK = f"select 1 from channel where person_id = {RECORDS} and kind = $2 order by person_id for update"
_RETIRE = """
insert into retired_value (person_id, kind, value_index, value, instead, reason, retired_by, retired_by_role,
                           retired_at)
select person_id, kind, value_index, value, $3, $4, $5, $6, $7 from channel
 where person_id = any($1::uuid[]) and kind = $2 and value_index is not null
on conflict (person_id, kind, value_index) do update set instead = excluded.instead, reason = excluded.reason,
   retired_by = excluded.retired_by, retired_by_role = excluded.retired_by_role, retired_at = excluded.retired_at
"""
_PUT = """
insert into channel (person_id, kind, safety, value, value_index, set_by, set_by_role, set_at)
values ($1, $2, 'unknown', $3, $4, $5, $6, $7)
on conflict (person_id, kind) do update set value = excluded.value, value_index = excluded.value_index
"""
# A record that had nothing of its own on this kind, and stands with what another has.
_BORROW = """
insert into retired_value (person_id, kind, value_index, instead, reason, retired_by, retired_by_role, retired_at)
values ($1, $2, '', $3, $4, $5, $6, $7)
on conflict (person_id, kind, value_index) do update set instead = excluded.instead
"""
_UNSURE = f"""
update channel set safety = case when safety = 'unsafe' then 'unsafe' else 'unknown' end, set_by = $3,
       set_by_role = $4, set_at = $5
 where person_id = {RECORDS} and kind = $2
"""
# Only what still stands in its place gives way: a number that came since is the person's own.
_RESTORE = """
with back as (delete from retired_value where person_id = any($1::uuid[]) returning *)
update channel c set value = b.value, value_index = nullif(b.value_index, ''), set_at = $2,
       safety = case when c.safety = 'unsafe' then 'unsafe' else 'unknown' end
  from back b
 where c.person_id = b.person_id and c.kind = b.kind and c.value_index is not distinct from b.instead
returning c.person_id, c.kind
"""


@dataclass(frozen=True, slots=True)
class Number:
    """What one record of the person has on a kind of channel; `value` is sealed. With the record's newest case."""

    person_id: UUID
    kind: str
    value: bytes | None
    value_index: bytes
    safety: str
    locked: bool
    case_id: UUID | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Retired:
    """A number or address that is not the person's any more."""

    kind: str
    reason: str
    retired_by_role: str
    retired_at: datetime


async def held(tx: Tx, person_id: UUID) -> list[Number]:
    """What every record of this person has, by kind, the person's own record first."""
    return read(Number, await tx.fetch(_HELD, person_id))


async def lock(tx: Tx, person_id: UUID, kind: str) -> None:
    """Holds the channels of this kind of every record of the person."""
    await tx.execute(_LOCK, person_id, kind)


async def retire(
    tx: Tx,
    people: Sequence[UUID],
    kind: str,
    instead: bytes | None,
    reason: str,
    by: UUID,
    role: str,
    now: datetime,
) -> None:
    """Keeps what these records have on this kind as what is not the person's any more."""
    await tx.execute(_RETIRE, list(people), kind, instead, reason, by, role, now)


async def borrow(
    tx: Tx, person_id: UUID, kind: str, instead: bytes | None, reason: str, by: UUID, role: str, now: datetime
) -> None:
    """Remembers that a record had nothing of its own on this kind before it got another's."""
    await tx.execute(_BORROW, person_id, kind, instead, reason, by, role, now)


async def put(
    tx: Tx,
    person_id: UUID,
    kind: str,
    value: bytes | None,
    index: bytes | None,
    by: UUID,
    role: str,
    now: datetime,
) -> None:
    """Writes what a record has on a kind of channel; a channel that was not there is of unknown safety."""
    await tx.execute(_PUT, person_id, kind, value, index, by, role, now)


async def make_unsure(tx: Tx, person_id: UUID, kind: str, by: UUID, role: str, now: datetime) -> None:
    """No record calls this kind safe any more; what is unsafe or locked stays so."""
    await tx.execute(_UNSURE, person_id, kind, by, role, now)


async def restore(tx: Tx, people: Sequence[UUID], now: datetime) -> list[tuple[UUID, str]]:
    """Gives records back what they had of their own, safe for nobody; returns which (person, kind) changed."""
    rows = await tx.fetch(_RESTORE, list(people), now)
    return [(row["person_id"], row["kind"]) for row in rows]


async def retired(tx: Tx, person_id: UUID) -> list[Retired]:
    """What was found not to be this person's any more, by any of their records, the newest first."""
    asked = f"select {columns(Retired)} from retired_value where person_id = {RECORDS} and value_index <> ''"
    return read(Retired, await tx.fetch(f"{asked} order by retired_at desc, kind", person_id))


async def kept_at(tx: Tx, person_id: UUID, kind: str, at: datetime) -> set[UUID]:
    """Whose number, of the records of this person, was kept in the decision of an instant; nobody's if none was."""
    rows = await tx.fetch(
        f"select c.person_id from channel c where c.person_id = {RECORDS} and c.kind = $2 and c.value_index is not null"
        " and not exists (select 1 from retired_value r where r.person_id = c.person_id and r.kind = c.kind"
        " and r.retired_at between $3::timestamptz - interval '5 seconds'"
        " and $3::timestamptz + interval '5 seconds')",
        *(person_id, kind, at),
    )
    return {row["person_id"] for row in rows}
