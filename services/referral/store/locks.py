"""Locks of channels on their way to the records and cases that whoever locked them may not see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import RECORDS, columns, read


@dataclass(frozen=True, slots=True)
class Lock:
    """A channel of one record that was locked, by a worker or (None) a rule; `told`: the cases that heard at once."""

    person_id: UUID
    kind: str
    why: str
    locked_by: UUID | None
    by_role: str
    locked_at: datetime
    told: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Waiting(Lock):
    """A lock that is not carried on yet; `stands`: the channel is still locked."""

    number: int
    stands: bool


_WAITING = f"""
select {columns(Lock, "w")}, w.number,
       exists (select 1 from channel c where c.person_id = w.person_id and c.kind = w.kind
                  and c.locked_at is not null) as stands
  from channel_lock w where w.carried_on_at is null order by w.number limit $1 for update of w skip locked
"""
_LOCK_OTHERS = f"""
insert into channel (person_id, kind, safety, locked_at, locked_why, set_by, set_by_role, set_at)
select p.person_id, $2, 'unsafe', $3, $4, $5, $6, $3 from person p
  left join channel mine on mine.person_id = $1 and mine.kind = $2
  left join channel held on held.person_id = p.person_id and held.kind = $2
 where p.person_id = {RECORDS} and p.person_id <> $1 and coalesce(mine.value_index = held.value_index, true)
 order by p.person_id
on conflict (person_id, kind) do update set safety = 'unsafe', locked_at = excluded.locked_at,
   locked_why = excluded.locked_why, set_by = excluded.set_by, set_by_role = excluded.set_by_role,
   set_at = excluded.set_at where channel.locked_at is null or excluded.locked_why = 'one_chance'
"""
_SAY = """
insert into lock_said (referral_id, case_id, kind, why, said_by, by_role, said_at) values ($1, $2, $3, $4, $5, $6, $7)
"""
_SAID = """
with taken as (delete from lock_said where number = any(array(
    select number from lock_said order by number limit $1 for update skip locked)) returning *)
select c.person_id, t.kind, t.why, t.said_by as locked_by, t.by_role, t.said_at as locked_at, '{}'::uuid[] as told
  from taken t join referral r on r.referral_id = t.referral_id join case_file c on c.case_id = r.case_id
 order by t.number
"""
_REMEMBER = """
insert into locked_value (person_id, value_index, why, locked_by, by_role)
select person_id, value_index, $3, $4::uuid, $5 from channel
 where person_id = $1 and kind = $2 and value_index is not null
on conflict do nothing
"""
_REMEMBER_OTHERS = f"""
insert into locked_value (person_id, value_index, why, locked_by, by_role)
select distinct c.person_id, v.value_index, v.why, v.locked_by, v.by_role from locked_value v
  join channel c on c.value_index = v.value_index and c.person_id = {RECORDS}
 where v.person_id = $1
on conflict do nothing
"""
_FORGET = f"""
delete from locked_value v using channel c
 where c.person_id = {RECORDS} and c.kind = $2 and v.value_index = c.value_index and v.person_id = {RECORDS}
"""
_FOLLOW = """
with record as (select p as person_id from unnest($1::uuid[]) p
                union select other_id from linked_person where person_id = any($1::uuid[])),
known as (
    select r.person_id, v.value_index, v.why, v.locked_by, v.by_role
      from record r join locked_value v on v.person_id = r.person_id
     union all
    select r.person_id, v.value_index, v.why, v.locked_by, v.by_role
      from record r join linked_person l on l.person_id = r.person_id join locked_value v on v.person_id = l.other_id),
one as (select distinct on (person_id, value_index) * from known order by person_id, value_index, why, by_role),
shut as (
    update channel c set safety = 'unsafe', locked_at = $2, locked_why = o.why, set_by = o.locked_by,
           set_by_role = o.by_role, set_at = $2
      from one o where c.person_id = o.person_id and c.value_index = o.value_index and c.locked_at is null
    returning c.person_id, c.kind, c.value_index, o.why, o.locked_by, o.by_role),
kept as (
    insert into locked_value (person_id, value_index, why, locked_by, by_role)
    select person_id, value_index, why, locked_by, by_role from shut on conflict do nothing)
insert into channel_lock (person_id, kind, why, locked_by, by_role, locked_at, told)
select person_id, kind, why, locked_by, by_role, $2, '{}' from shut
"""


# A number at which somebody else answers is nobody's safe number by the word of the police, whoever is named beside it;
# unless it was decided that the two are not the same person.
_APART = """exists (select 1 from same_person s where s.same = false and s.person_id = least(v.person_id, {who})
                     and s.other_id = greatest(v.person_id, {who}))"""
_ELSEWHERE = f"""
select w.person_id, w.value_index from unnest($1::uuid[], $2::bytea[]) as w(person_id, value_index)
 where exists (select 1 from locked_value v where v.value_index = w.value_index and v.person_id <> w.person_id
                  and not {_APART.format(who="w.person_id")})
"""
_UNSURE = f"""
update channel c set safety = 'unknown', set_by = null, set_by_role = 'system', set_at = $2
  from locked_value v
 where {{whose}}.person_id = any($1::uuid[]) and c.value_index = v.value_index and c.person_id <> v.person_id
   and c.safety = 'safe' and c.locked_at is null and c.heard_at is null and not {_APART.format(who="c.person_id")}
returning c.person_id, c.kind
"""


async def locked_elsewhere(tx: Tx, numbers: Collection[tuple[UUID, bytes]]) -> set[tuple[UUID, bytes]]:
    """Of these numbers of people (person, index of the value), those that are locked in somebody else's record."""
    if not numbers:
        return set()
    rows = await tx.fetch(_ELSEWHERE, *(list(column) for column in zip(*sorted(numbers), strict=True)))
    return {(row["person_id"], row["value_index"]) for row in rows}


async def make_unsure(tx: Tx, people: Collection[UUID], now: datetime) -> list[tuple[UUID, str]]:
    """Of these people and of everybody who has a locked number of theirs: a number that is locked in another record is
    not known to be safe, unless somebody has spoken to the person; returns which (person, kind)."""
    rows = [row for whose in ("c", "v") for row in await tx.fetch(_UNSURE.format(whose=whose), sorted(people), now)]
    return [(row["person_id"], row["kind"]) for row in rows]


async def remember(tx: Tx, lock: Lock) -> None:
    """Keeps that the number of this channel is locked, whatever kind of channel a record names it on. Of this record
    alone: a provider may write in no other; `follow` and `lock_others` do the same for the rest."""
    await tx.execute(_REMEMBER, lock.person_id, lock.kind, lock.why, lock.locked_by, lock.by_role)


async def forget(tx: Tx, person_id: UUID, kind: str) -> None:
    """The lock of this channel was lifted: its number is not locked by being named again."""
    await tx.execute(_FORGET, person_id, kind)


async def follow(tx: Tx, people: Sequence[UUID], now: datetime) -> None:
    """Locks every channel of these people, and of their other records, that has a locked number; the cases that have
    to hear of it are told when the lock is carried on."""
    if people:
        await tx.execute(_FOLLOW, list(people), now)


async def add(tx: Tx, lock: Lock) -> None:
    names = columns(Lock).split(", ")
    await tx.execute(
        f"insert into channel_lock ({', '.join(names)}) values ($1, $2, $3, $4, $5, $6, $7)",
        *(getattr(lock, name) for name in names),
    )


async def waiting(tx: Tx, limit: int) -> list[Waiting]:
    """Locks that are not carried on yet, the oldest first, their rows locked."""
    return read(Waiting, await tx.fetch(_WAITING, limit))


async def say(tx: Tx, of: tuple[UUID, UUID], kind: str, why: str, by: UUID, role: str, now: datetime) -> None:
    """A provider that may no longer write in the person's record says which channel to lock; `of`: by which referral,
    in which case. `contact.channels` counts it from here on."""
    await tx.execute(_SAY, *of, kind, why, by, role, now)


async def said(tx: Tx, limit: int) -> list[Lock]:
    """What providers said from afar, the first of them first, each once: its rows are gone."""
    return read(Lock, await tx.fetch(_SAID, limit))


async def lock_others(tx: Tx, lock: Lock) -> None:
    """Locks the channel in every other record of the person, so that it stays locked there when they are parted; one
    that is locked already keeps its time and reason. A record that holds another number is not written to: while they
    belong together the lock counts for it as well, and afterwards it is another number."""
    by = (lock.locked_by, lock.by_role)
    await tx.execute(_LOCK_OTHERS, lock.person_id, lock.kind, lock.locked_at, lock.why, *by)
    await tx.execute(_REMEMBER_OTHERS, lock.person_id)


async def carried_on(tx: Tx, numbers: Sequence[int], now: datetime) -> None:
    await tx.execute("update channel_lock set carried_on_at = $2 where number = any($1)", list(numbers), now)
