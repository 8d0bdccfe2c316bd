"""The outcomes that the police gave a crime, in the order in which they told them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read

NOT_YET = "0"
"""As which an outcome is told that is not assigned yet, or not any more."""


@dataclass(frozen=True, slots=True)
class CrimeOutcome:
    """`code`: the Home Office outcome type; `decided_at`: as the police say; `revision`: of the crime that told it."""

    crime_id: UUID
    revision: int
    code: str
    decided_at: datetime | None
    heard_at: datetime


_TELL = f"""
insert into crime_outcome ({columns(CrimeOutcome)})
select {columns(CrimeOutcome, "t")} from json_populate_recordset(null::crime_outcome, $1::json) t
  join crime c on c.crime_id = t.crime_id and c.revision <= t.revision
  left join lateral (select code, decided_at from crime_outcome o where o.crime_id = t.crime_id
                      order by revision desc limit 1) last on true
 where (t.code, t.decided_at) is distinct from (last.code, last.decided_at)
   and (last.code is not null or t.code <> '{NOT_YET}')
on conflict do nothing
"""


async def tell(tx: Tx, told: Collection[CrimeOutcome]) -> None:
    """Keeps what is new of these, at most one of a crime. What an older revision says is not kept."""
    if told:
        await tx.execute(_TELL, list(told))


async def of_crime(tx: Tx, crime_id: UUID) -> list[CrimeOutcome]:
    """Every outcome that a crime was told to have, the last one first."""
    asked = f"select {columns(CrimeOutcome)} from crime_outcome where crime_id = $1 order by revision desc"
    return read(CrimeOutcome, await tx.fetch(asked, crime_id))
