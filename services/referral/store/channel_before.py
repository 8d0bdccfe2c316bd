"""What was held of a channel before a word said of another record of the same person took its place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain.safe_contact import DIED, ONE_CHANCE
from services.referral.store.rows import read


@dataclass(frozen=True, slots=True)
class Parted:
    """A channel of a record that stands by its own word again; `said_of`: the records of which the word was said that
    does not count for it any more."""

    person_id: UUID
    kind: str
    said_of: tuple[UUID, ...]


_KEEP = """
insert into channel_before (person_id, kind, said_of, safety, locked_at, locked_why, set_by, set_by_role, set_at, days,
                            hours)
select person_id, kind, $3, safety, locked_at, locked_why, set_by, set_by_role, set_at, days, hours
  from channel where person_id = any($1::uuid[]) and kind = $2
on conflict do nothing
"""
# Of what it was before, of what was said of it since, and of "unknown" the strictest; what the police tell from now on
# does not open it, since somebody was heard (`heard_at` stays). A lock for a death or the one chance is of no number.
_PART = """
with back as (
    delete from channel_before b where b.person_id = any($1::uuid[])
       and not exists (select 1 from linked_person l where l.person_id = b.person_id and l.other_id = b.said_of)
    returning *),
before as (
    select distinct on (person_id, kind) *, array_agg(said_of) over (partition by person_id, kind) as said_of_all
      from back order by person_id, kind, locked_at is null, safety <> 'unsafe', set_at),
held as (
    select c.person_id, c.kind, c.locked_at is null and b.locked_at is not null as relocked,
           c.locked_at is not null or b.locked_at is null and c.safety = 'unsafe' as stands,
           b.locked_at is not null or b.safety = 'unsafe' as was
      from channel c join before b using (person_id, kind)),
parted as (
    update channel c
       set safety = case when h.stands or h.was then 'unsafe' else 'unknown' end,
           locked_at = coalesce(c.locked_at, b.locked_at), locked_why = coalesce(c.locked_why, b.locked_why),
           set_by = case when h.stands then c.set_by when h.was then b.set_by end,
           set_by_role = case when h.stands then c.set_by_role when h.was then b.set_by_role else 'system' end,
           set_at = case when h.stands then c.set_at when h.was then b.set_at else $2 end,
           days = b.days, hours = b.hours
      from before b join held h using (person_id, kind)
     where c.person_id = b.person_id and c.kind = b.kind
    returning c.person_id, c.kind, b.said_of_all as said_of, h.relocked, c.value_index, c.locked_why, c.set_by,
              c.set_by_role),
locked as (
    insert into locked_value (person_id, value_index, why, locked_by, by_role)
    select person_id, value_index, locked_why, set_by, set_by_role from parted
     where relocked and value_index is not null and set_by is not null and locked_why <> all($3::text[])
    on conflict do nothing)
select person_id, kind, said_of from parted order by 1, 2
"""


async def keep(tx: Tx, people: Sequence[UUID], kind: str, said_of: UUID) -> None:
    """Keeps what stands in these records of a person before a word said of another of their records takes its place:
    of several such words what stood before the first."""
    if people:
        await tx.execute(_KEEP, list(people), kind, said_of)


async def forget(tx: Tx, person_id: UUID, kind: str) -> None:
    """A word was said of this record itself: it stands, whoever is parted from it."""
    await tx.execute("delete from channel_before where person_id = $1 and kind = $2", person_id, kind)


async def part(tx: Tx, people: Collection[UUID], now: datetime) -> list[Parted]:
    """Takes from these records the words that were said of records they do not belong together with any more: each
    channel is as strict as it was before them, never safe, and as strict as it has become since."""
    return read(Parted, await tx.fetch(_PART, sorted(people), now, [DIED, ONE_CHANCE]))
