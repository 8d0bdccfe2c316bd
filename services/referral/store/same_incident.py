"""What is with a provider for a person in each of their crimes, so that nobody is sent twice for one incident."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.database import Tx
from services.referral.domain.persons import Days, days_of
from services.referral.store.rows import read

_OPEN = """
select c.person_id, c.case_id, c.removed, array_agg(distinct r.line order by r.line) as lines,
       max(f.told ->> 'committed_from')::date as committed_from, max(f.told ->> 'committed_to')::date as committed_to,
       max(f.told ->> 'reported_on')::date as reported_on
  from case_file c
  join referral r on r.case_id = c.case_id
   and r.state in ('sent', 'accepted', 'waitlisted', 'in_support', 'on_hold')
 cross join lateral (select facts -> 'case' as told from routing where case_id = c.case_id order by run desc limit 1) f
 where c.person_id = any($1::uuid[]) group by c.person_id, c.case_id, c.removed order by c.case_id
"""


@dataclass(frozen=True, slots=True)
class OpenLines:
    """The lines of a case that are with a provider; `removed`: its crime names the person no more."""

    person_id: UUID
    case_id: UUID
    removed: bool
    lines: tuple[str, ...]
    committed_from: date | None
    committed_to: date | None
    reported_on: date

    @property
    def days(self) -> Days:
        return days_of(self.committed_from, self.committed_to, self.reported_on)


async def open_lines(tx: Tx, records: Collection[UUID]) -> list[OpenLines]:
    """What is with a provider for these records of people, by case."""
    return read(OpenLines, await tx.fetch(_OPEN, list(records))) if records else []
