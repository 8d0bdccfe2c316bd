"""Channels as the police, or whoever takes somebody in, tell of them: what is held is read and locked, then written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read


@dataclass(frozen=True, slots=True)
class SealedChannel:
    """A channel as somebody's details give it, its value sealed."""

    person_id: UUID
    kind: str
    safety: str
    value: bytes
    value_index: bytes
    days: str | None
    hours: str | None
    voicemail: bool | None
    say_who: bool | None


@dataclass(frozen=True, slots=True)
class HeldChannel:
    """What is held of a channel, its number or address told by its index alone. `heard_at`: see the column."""

    person_id: UUID
    kind: str
    safety: str
    days: str | None
    hours: str | None
    voicemail: bool | None
    say_who: bool | None
    set_by: UUID | None
    set_by_role: str
    set_at: datetime
    locked_at: datetime | None = None
    value_index: bytes | None = None
    value: bytes | None = None
    heard_at: datetime | None = None
    police_said: Mapping[str, Any] | None = field(default=None)


Key = tuple[UUID, str]
# What a worker found not to be the person's any more does not come back by itself.
_RETIRED = """
select person_id, kind, value_index from retired_value where person_id = any($1::uuid[]) and value_index <> ''
"""
_MAKE = """
insert into channel (person_id, kind, safety, set_by_role, set_at)
select p, k, 'unknown', 'police', $3 from unnest($1::uuid[], $2::text[]) as c(p, k) order by 1, 2
on conflict do nothing returning person_id, kind
"""
_HELD = f"""
select {columns(HeldChannel)} from channel where person_id = any($1::uuid[]) order by person_id, kind for update
"""
# They were shut at the moment for which the task stands; whoever said more of one since, or told of a new incident,
# moved it, or is later.
_SHUT_UNREAD = """
select c.person_id, c.kind from channel c
 where c.person_id = any($1::uuid[]) and c.safety = 'unknown' and c.set_by_role = 'police' and c.heard_at is null
   and c.locked_at is null
   and exists (select 1 from case_file f join task t on t.case_id = f.case_id
                where f.person_id = c.person_id and t.kind = 'details_unread' and t.created_at = c.set_at)
   and not exists (select 1 from case_file n where n.opened_at > c.set_at and n.person_id in (
                    select c.person_id union select other_id from linked_person where person_id = c.person_id))
"""
_NAMES = [name for name in columns(HeldChannel).split(", ") if name not in ("person_id", "kind", "locked_at")]
_WRITE = f"""
update channel c set {", ".join(f"{name} = w.{name}" for name in _NAMES)}
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::bool[], $8::uuid[],
              $9::text[], $10::timestamptz[], $11::bytea[], $12::bytea[], $13::timestamptz[], $14::jsonb[])
       as w(person_id, kind, {", ".join(_NAMES)})
 where c.person_id = w.person_id and c.kind = w.kind
"""
# A number that is unsafe on one kind of channel is unsafe on every kind, unless somebody heard otherwise since.
# So it is in every record of the person.
_WITH_THE_NUMBER = """
with record as (select p as person_id from unnest($1::uuid[]) p
                union select other_id from linked_person where person_id = any($1::uuid[])),
beside as (select person_id, person_id as other_id from record
           union select r.person_id, l.other_id from record r join linked_person l on l.person_id = r.person_id),
bad as (select distinct on (1, 2) b.person_id, u.value_index, u.set_by_role, u.set_at
          from beside b join channel u on u.person_id = b.other_id
         where u.safety = 'unsafe' and u.value_index is not null order by 1, 2, u.set_at desc)
update channel c set safety = 'unsafe', set_by = null, set_by_role = b.set_by_role, set_at = $2
  from bad b
 where c.person_id = b.person_id and c.value_index = b.value_index and c.safety = 'safe' and c.locked_at is null
   and (c.heard_at is null or c.heard_at < b.set_at)
returning c.person_id, c.kind
"""


async def retired(tx: Tx, people: Collection[UUID]) -> set[tuple[UUID, str, bytes]]:
    """Numbers and addresses that are not these people's any more."""
    return {tuple(row) for row in await tx.fetch(_RETIRED, sorted(people))}


async def held(tx: Tx, keys: Collection[Key], now: datetime) -> tuple[dict[Key, HeldChannel], set[Key]]:
    """What is held of these channels, locked until the transaction ends; and which of them were not there before."""
    wanted = sorted(keys)
    made = await tx.fetch(_MAKE, [person for person, _ in wanted], [kind for _, kind in wanted], now)
    rows = read(HeldChannel, await tx.fetch(_HELD, sorted({person for person, _ in wanted})))
    found = {(row.person_id, row.kind): row for row in rows}
    return {key: found[key] for key in wanted}, {(row["person_id"], row["kind"]) for row in made}


async def shut_unread(tx: Tx, people: Collection[UUID]) -> set[Key]:
    """Which channels of these people are unknown for nothing but that later details of theirs did not open."""
    return {(row["person_id"], row["kind"]) for row in await tx.fetch(_SHUT_UNREAD, sorted(people))}


async def shut_with_the_number(tx: Tx, people: Collection[UUID], now: datetime) -> list[Key]:
    """Shuts every channel of these people, in every record, with the number of one that is unsafe; returns which."""
    return [(row["person_id"], row["kind"]) for row in await tx.fetch(_WITH_THE_NUMBER, sorted(people), now)]


async def write(tx: Tx, channels: Sequence[HeldChannel]) -> None:
    """Writes these channels as they are held from now on; a lock is left alone."""
    names = ("person_id", "kind", *_NAMES)
    await tx.execute(_WRITE, *([getattr(channel, name) for channel in channels] for name in names))
