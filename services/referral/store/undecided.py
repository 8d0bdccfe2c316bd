"""Records of which nobody has decided yet whether they are of one person: what is shut in one is shut in the other."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from kit.database import Tx

_BESIDE = """
undecided as (select person_id as one, other_id as other from same_person
               where same is null and person_id = any($1::uuid[])
               union select person_id, other_id from same_person where same is null and other_id = any($1::uuid[])),
beside as (select one, other from undecided union select other, one from undecided)
"""
_SHARE_LOCKS = f"""
with {_BESIDE}
insert into locked_value (person_id, value_index, why, locked_by, by_role)
select distinct on (1, 2) c.person_id, v.value_index, v.why, v.locked_by, v.by_role
  from beside b join locked_value v on v.person_id = b.one
  join channel c on c.person_id = b.other and c.value_index = v.value_index
 order by 1, 2, 3, 5
on conflict do nothing returning person_id
"""
# What a provider made unknown was found not to be safe by somebody who tried.
_SHUT = f"""
with {_BESIDE},
bad as (select distinct on (1, 2) b.other, u.value_index, u.safety, u.set_by_role, u.set_at
          from beside b join channel u on u.person_id = b.one
         where u.value_index is not null
           and (u.safety = 'unsafe' or u.safety = 'unknown' and u.set_by_role = 'provider')
         order by 1, 2, u.safety = 'unsafe' desc, u.set_at desc)
update channel c set safety = b.safety, set_by = null, set_by_role = b.set_by_role, set_at = $2
  from bad b
 where c.person_id = b.other and c.value_index = b.value_index and c.safety = 'safe' and c.locked_at is null
   and (c.heard_at is null or c.heard_at < b.set_at)
returning c.person_id, c.kind, c.safety
"""
_FORGET = f"""
with {_BESIDE}
delete from locked_value v using channel c, beside b
 where c.person_id = any($1::uuid[]) and c.kind = $2 and b.one = c.person_id and v.person_id = b.other
   and v.value_index = c.value_index
"""
GRAVE = "({0}.priority = 0 or {0}.risk_grade in ('high', 'imminent') or {0}.review_since is not null)"
"""That life may be at risk in a case: by its place in the queue, its grade, or as its risk is to be looked at again."""
_FACES = f"""
select c.case_id, c.person_id, c.restricted, c.opened_at,
       {GRAVE.format("c")} as grave,
       c.domestic
       or exists (select 1 from referral r where r.case_id = c.case_id and r.state = any($2::text[])) as waits
  from case_file c where c.person_id = any($1::uuid[]) and c.state <> 'closed' order by c.opened_at desc, c.case_id
"""


class Face(NamedTuple):
    """An open case of somebody who may be somebody else. `grave`: life may be at risk in it; `waits`: it cannot wait
    for its turn, since something of it is with a provider or it is domestic."""

    case_id: UUID
    person_id: UUID
    restricted: bool
    opened_at: datetime
    grave: bool
    waits: bool


async def share_locks(tx: Tx, people: Collection[UUID]) -> list[UUID]:
    """Keeps each locked number of these people, and of whom they may be, as locked in the other record as well, where
    it is known there; returns the records of which that is new."""
    return sorted({row["person_id"] for row in await tx.fetch(_SHARE_LOCKS, sorted(people))})


async def forget_lock(tx: Tx, person_id: UUID, kind: str) -> None:
    """Somebody who spoke to this person lifted the lock of a channel: it does not come back from the other record,
    where what is locked stays so."""
    await tx.execute(_FORGET, [person_id], kind)


async def shut(tx: Tx, people: Collection[UUID], now: datetime) -> dict[tuple[UUID, str], str]:
    """Shuts what one record calls safe and the other knows not to be, by number; returns which, and as what."""
    rows = await tx.fetch(_SHUT, sorted(people), now)
    return {(row["person_id"], row["kind"]): row["safety"] for row in rows}


async def faces(tx: Tx, people: Collection[UUID], with_provider: Collection[str]) -> list[Face]:
    """The open cases of these people, the newest first."""
    rows = await tx.fetch(_FACES, sorted(people), list(with_provider))
    return [Face(*row) for row in rows]
