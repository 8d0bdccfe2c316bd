"""To whom nothing may be said: what the person is to them, for everybody who is about to get in touch."""

from collections.abc import Collection
from uuid import UUID

from kit.database import Tx
from services.referral.store.beside import Entry
from services.referral.store.rows import RECORDS, columns

_OF_CASE = """
select distinct code from case_entry
 where kind = 'must_not_know' and closed_at is null
   and person_id = any(array(select person_id from case_file where case_id = $1
                             union select l.other_id from linked_person l
                              join case_file c on c.person_id = l.person_id where c.case_id = $1))
 order by code
"""


_ELSEWHERE = f"""
select {columns(Entry, "e")}, c.reference from case_entry e join case_file c on c.case_id = e.case_id
 where e.kind = 'must_not_know' and e.closed_at is null and e.case_id <> $2 and e.person_id = {RECORDS}
 order by e.at desc, e.entry_id
"""


_NAMED = """
select distinct e.case_id, i.person_id
  from person_index i
  join case_entry e on e.name_index = i.digest and e.closed_at is null
  join case_file c on c.case_id = e.case_id and c.state <> 'closed' and c.person_id <> i.person_id
 where i.person_id = any($1::uuid[]) and i.kind = 'name'
   and not exists (select 1 from linked_person l where l.person_id = c.person_id and l.other_id = i.person_id)
   and exists (select 1 from case_file o
                where o.person_id = i.person_id and o.state <> 'closed' and not o.restricted)
 order by 1, 2
"""


async def index_name(tx: Tx, entry_id: UUID, digest: bytes) -> None:
    """From now on somebody of this name who has a case is known to be named in this entry as who did it."""
    await tx.execute("update case_entry set name_index = $2 where entry_id = $1", entry_id, digest)


async def naming(tx: Tx, people: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """The open cases of others in which somebody of the name of one of these people is said to have done it, each with
    that person; of people who have an open case and are not restricted."""
    return [(row["case_id"], row["person_id"]) for row in await tx.fetch(_NAMED, list(people))]


async def elsewhere(tx: Tx, person_id: UUID, case_id: UUID) -> list[tuple[Entry, str]]:
    """Whom the person named in their other cases that the viewer may see, each with the reference of that case."""
    rows = await tx.fetch(_ELSEWHERE, person_id, case_id)
    return [
        (Entry(**{key: row[key] for key in tuple(row.keys()) if key != "reference"}), row["reference"]) for row in rows
    ]


async def of_case(tx: Tx, case_id: UUID) -> list[str]:
    """Codes of those whom the person named, in any of their cases that the viewer may see."""
    return [row["code"] for row in await tx.fetch(_OF_CASE, case_id)]
