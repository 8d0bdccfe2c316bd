"""The code word that a record had of its own, before one that was agreed by another record of the person."""

from collections.abc import Collection, Mapping
from uuid import UUID

from kit.database import Tx

# A word of the record's own that came since is what it had of its own.
_KEEP = """
insert into code_word_before as b (person_id, said_of, code_word, instead)
select w.person_id, $3, p.code_word, w.instead
  from unnest($1::uuid[], $2::bytea[]) as w(person_id, instead) left join person_sealed p using (person_id)
on conflict (person_id) do update set said_of = excluded.said_of, instead = excluded.instead,
   code_word = case when b.instead = excluded.code_word then b.code_word else excluded.code_word end
"""
# Only what still stands in its place gives way: a word that came since is the record's own.
_PART = """
with back as (
    delete from code_word_before b where b.person_id = any($1::uuid[])
       and not exists (select 1 from linked_person l where l.person_id = b.person_id and l.other_id = b.said_of)
    returning *)
update person_sealed p set code_word = b.code_word
  from back b where p.person_id = b.person_id and p.code_word = b.instead
returning p.person_id, p.code_word is not null as has_word
"""


async def keep(tx: Tx, instead: Mapping[UUID, bytes], said_of: UUID) -> None:
    """Keeps what these records have of their own before the word takes its place that was agreed by another record of
    the person; `instead`: that word as it is sealed for each."""
    if instead:
        await tx.execute(_KEEP, list(instead), list(instead.values()), said_of)


async def part(tx: Tx, people: Collection[UUID]) -> dict[UUID, bool]:
    """Gives these records back the word of their own where they do not belong together any more with the one by which
    another was agreed; returns them, each with whether it had one."""
    return {row["person_id"]: row["has_word"] for row in await tx.fetch(_PART, sorted(people))}
