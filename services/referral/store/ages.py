"""The ages of cases as they were last decided by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read


@dataclass(frozen=True, slots=True)
class Known:
    """`age` at the report and `told`, what the person said of it; None = not known, not said."""

    case_id: UUID
    age: int | None
    told: int | None
    reported_on: date


_OF_CASES = """
select distinct on (case_id) case_id, (facts -> 'case' ->> 'age')::int as age,
       (facts -> 'case' ->> 'told_age')::int as told, (facts -> 'case' ->> 'reported_on')::date as reported_on
  from routing where case_id = any($1::uuid[]) order by case_id, run desc
"""


# A business has no age, whoever speaks for it.
_OF_PEOPLE = """
select distinct on (r.case_id) c.person_id, c.state <> 'closed' as is_open, r.case_id,
       (r.facts -> 'case' ->> 'age')::int as age, (r.facts -> 'case' ->> 'told_age')::int as told,
       (r.facts -> 'case' ->> 'reported_on')::date as reported_on
  from case_file c join routing r using (case_id) where c.person_id = any($1::uuid[]) and c.kind <> 'business'
 order by r.case_id, r.run desc
"""


class Aged(NamedTuple):
    """What is known of the age in one case of a record; `is_open`: the case is not closed."""

    person_id: UUID
    is_open: bool
    known: Known


@dataclass(frozen=True, slots=True)
class Before:
    """The age of a case before one by another record took its place: see the table."""

    case_id: UUID
    age: int | None
    age_said: str | None
    told_age: int | None
    instead: int


# What was recorded since another age took its place is what is held of the case itself.
_KEEP = """
insert into age_before as b (case_id, said_of, age, age_said, told_age, instead)
select w.case_id, w.said_of, (r.held ->> 'age')::int, r.held ->> 'age_said', (r.held ->> 'told_age')::int, w.instead
  from unnest($1::uuid[], $2::uuid[], $3::int[]) as w(case_id, said_of, instead)
  join lateral (select facts -> 'case' as held from routing where case_id = w.case_id order by run desc limit 1) r
    on true
on conflict (case_id) do update set said_of = excluded.said_of, instead = excluded.instead,
   age = case when b.instead = excluded.told_age then b.age else excluded.age end,
   age_said = case when b.instead = excluded.told_age then b.age_said else excluded.age_said end,
   told_age = case when b.instead = excluded.told_age then b.told_age else excluded.told_age end
"""
_PART = f"""
delete from age_before b using case_file c
 where c.case_id = b.case_id and c.state <> 'closed' and c.person_id = any($1::uuid[])
   and not exists (select 1 from linked_person l where l.person_id = c.person_id and l.other_id = b.said_of)
returning {columns(Before, "b")}
"""


async def keep(tx: Tx, younger: Collection[tuple[UUID, UUID, int]]) -> None:
    """Keeps how old the person is held to be in these cases before another age takes its place; with each case the
    other record of the person that says it, and the age."""
    if younger:
        await tx.execute(_KEEP, *(list(column) for column in zip(*younger, strict=True)))


async def part(tx: Tx, people: Collection[UUID]) -> list[Before]:
    """What was held in the open cases of these records before an age by a record that they do not belong together with
    any more; it is kept no longer."""
    found = read(Before, await tx.fetch(_PART, sorted(people)))
    return sorted(found, key=lambda one: one.case_id)


async def of_people(tx: Tx, people: Collection[UUID]) -> list[Aged]:
    rows = await tx.fetch(_OF_PEOPLE, sorted(people))
    return [Aged(row["person_id"], row["is_open"], Known(*list(row)[2:])) for row in rows]


async def of_cases(tx: Tx, case_ids: Sequence[UUID]) -> list[Known]:
    return read(Known, await tx.fetch(_OF_CASES, list(case_ids)))
