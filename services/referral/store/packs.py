"""Packs of legs: sealed, with their digest and the names of their fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import read

_UNPACKED = """
select l.leg_id, l.case_id, l.person_id, l.contract_id from leg l join case_file c using (case_id)
 where l.pack is null and l.state = 'sent' and c.details <> 'waiting' order by l.sent_at, l.leg_id limit $1
   for update of l skip locked
"""


@dataclass(frozen=True, slots=True)
class Unpacked:
    leg_id: UUID
    case_id: UUID
    person_id: UUID
    contract_id: UUID


async def unpacked(tx: Tx, limit: int) -> list[Unpacked]:
    """Legs that were sent before their pack could be made, and whose details are there now; locked."""
    return read(Unpacked, await tx.fetch(_UNPACKED, limit))


async def freeze(tx: Tx, leg_id: UUID, sealed: bytes, names: Sequence[str], sha256: str) -> None:
    """Writes a pack; one that is frozen stays as it is."""
    await tx.execute(
        "update leg set pack = $2, pack_fields = $3, pack_sha256 = $4 where leg_id = $1 and pack is null",
        leg_id,
        sealed,
        list(names),
        sha256,
    )


async def crime_reference(tx: Tx, crime_id: UUID | None) -> str | None:
    """The force's own number of a crime."""
    return await tx.fetchval("select crime_reference from crime where crime_id = $1", crime_id)  # type: ignore[no-any-return]
