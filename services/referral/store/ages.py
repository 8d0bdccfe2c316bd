"""The ages of cases as they were last decided by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import read


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


async def of_cases(tx: Tx, case_ids: Sequence[UUID]) -> list[Known]:
    return read(Known, await tx.fetch(_OF_CASES, list(case_ids)))
