"""The ages of cases as they were last decided by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
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


async def of_people(tx: Tx, people: Collection[UUID]) -> list[Aged]:
    rows = await tx.fetch(_OF_PEOPLE, sorted(people))
    return [Aged(row["person_id"], row["is_open"], Known(*list(row)[2:])) for row in rows]


async def of_cases(tx: Tx, case_ids: Sequence[UUID]) -> list[Known]:
    return read(Known, await tx.fetch(_OF_CASES, list(case_ids)))
