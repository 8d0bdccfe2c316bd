"""What waits for something that has come."""

from uuid import UUID

from kit.database import Tx

_ARRIVED = """
select distinct w.key::uuid as id from kit.waiting w
 where exists (select 1 from crime c where c.crime_id = w.key::uuid)
    or exists (select 1 from code_case c where c.case_id = w.key::uuid)
 limit $1
"""


async def arrived(tx: Tx, limit: int = 1000) -> list[UUID]:
    """Crimes and cases that are here now and that something still waits for."""
    return [row["id"] for row in await tx.fetch(_ARRIVED, limit)]
