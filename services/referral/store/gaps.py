"""People for whom nobody was there: counted by area, kind of help and need, and the cases behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import read

_SINCE = "where e.type = 'nobody-available.v1' and e.happened_at >= $1"
_COUNTED = f"""
select coalesce(data ->> 'local_authority', '') as area, data ->> 'line' as line,
       count(distinct case_id)::int as number from case_event e {_SINCE} group by 1, 2 order by 1, 2
"""
_NEEDS = f"""
select coalesce(data ->> 'local_authority', '') as area, coalesce(n.need, 'not_stated') as line,
       count(distinct case_id)::int as number
  from case_event e left join lateral json_array_elements_text(data -> 'needs') n(need) on true {_SINCE}
 group by 1, 2 order by 1, 2
"""
_REASONS = f"""
select '' as area, r.reason as line, count(distinct case_id)::int as number
  from case_event e cross join lateral json_array_elements_text(data -> 'reasons') r(reason) {_SINCE}
 group by 1, 2 order by 3 desc, 2
"""
_CASES = f"""
select distinct on (e.case_id) e.case_id, c.reference, c.priority, c.state, e.happened_at,
       data ->> 'line' as line, data ->> 'local_authority' as area
  from case_event e join case_file c using (case_id) {_SINCE}
   and ($2 = '' or coalesce(data ->> 'local_authority', 'none') = $2) and ($3 = '' or data ->> 'line' = $3)
   and ($4 = '' or case when $4 = 'not_stated' then coalesce(json_array_length(data -> 'needs'), 0) = 0
                        else $4 in (select json_array_elements_text(data -> 'needs')) end)
 order by e.case_id, e.happened_at desc limit $5
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many cases: `area` is empty where it is not known; `line` is a service line, a need or a reason."""

    area: str
    line: str
    number: int


@dataclass(frozen=True, slots=True)
class Missed:
    """A case for which nobody was there, without a name."""

    case_id: UUID
    reference: str
    priority: int
    state: str
    happened_at: datetime
    line: str
    area: str | None


async def by_line(tx: Tx, since: datetime) -> Sequence[Counted]:
    """By area and kind of help."""
    return read(Counted, await tx.fetch(_COUNTED, since))


async def by_need(tx: Tx, since: datetime) -> Sequence[Counted]:
    """By area and what the person said would help; somebody with two needs counts under both."""
    return read(Counted, await tx.fetch(_NEEDS, since))


async def by_reason(tx: Tx, since: datetime) -> Sequence[Counted]:
    """By the rules of matching that stood in the way."""
    return read(Counted, await tx.fetch(_REASONS, since))


async def cases(tx: Tx, since: datetime, area: str, line: str, need: str, limit: int = 200) -> list[Missed]:
    """The cases behind a number, the latest first; empty values leave a side open, the area `none` is not known."""
    found = read(Missed, await tx.fetch(_CASES, since, area, line, need, limit))
    return sorted(found, key=lambda one: one.happened_at, reverse=True)
