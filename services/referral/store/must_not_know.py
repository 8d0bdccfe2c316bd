"""To whom nothing may be said: what the person is to them, for everybody who is about to get in touch."""

from uuid import UUID

from kit.database import Tx

_OF_CASE = """
select distinct code from case_entry
 where kind = 'must_not_know' and closed_at is null
   and person_id = any(array(select person_id from case_file where case_id = $1
                             union select l.other_id from linked_person l
                              join case_file c on c.person_id = l.person_id where c.case_id = $1))
 order by code
"""


async def of_case(tx: Tx, case_id: UUID) -> list[str]:
    """Codes of those whom the person named, in any of their cases that the viewer may see."""
    return [row["code"] for row in await tx.fetch(_OF_CASE, case_id)]
