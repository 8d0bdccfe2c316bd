"""What waits for something that has come."""

from kit.database import Tx

# What names somebody of a crime in which nobody is known goes on waiting; what concerns everybody of it is heard.
_ARRIVED = """
select distinct w.key from kit.waiting w
 where exists (select 1 from case_file c where c.crime_id = w.key::uuid)
    or exists (select 1 from case_file c where c.case_id = w.key::uuid)
    or (exists (select 1 from crime k where k.crime_id = w.key::uuid)
        and convert_from(w.value, 'UTF8')::json ->> 'victim_ref' is null)
 limit $1
"""


async def arrived(tx: Tx, limit: int) -> list[str]:
    """The keys of crimes and cases that are here now and that something still waits for."""
    return [row["key"] for row in await tx.fetch(_ARRIVED, limit)]
