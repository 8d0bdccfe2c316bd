"""Numbers of complaints by agency, as the viewer may see them."""

from dataclasses import dataclass
from datetime import datetime

from kit.database import Tx

_BY_AGENCY = """
select agency, count(*)::int as received,
       count(*) filter (where acknowledged_at <= acknowledge_by)::int as acknowledged,
       count(*) filter (where coalesce(acknowledged_at, $3) > acknowledge_by)::int as acknowledged_late,
       count(*) filter (where state = 'answered' and answered_at <= answer_by)::int as answered,
       count(*) filter (where state <> 'withdrawn' and coalesce(answered_at, $3) > answer_by)::int as answered_late,
       count(*) filter (where state in ('received', 'acknowledged'))::int as open,
       count(*) filter (where outcome in ('upheld', 'partly_upheld'))::int as upheld,
       count(*) filter (where outcome = 'not_upheld')::int as not_upheld,
       count(*) filter (where ombudsman_told)::int as ombudsman_told
  from complaint where received_at >= $1 and received_at < $2 group by agency order by agency
"""
_LEARNING = """
select agency, learning, count(*)::int as number from complaint
 where received_at >= $1 and received_at < $2 and learning is not null group by 1, 2 order by 1, 3 desc, 2
"""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Complaints received in a period about one agency, and what became of them. `..._late`: done late, or not done and
    past the day."""

    agency: str
    received: int
    acknowledged: int
    acknowledged_late: int
    answered: int
    answered_late: int
    open: int
    upheld: int
    not_upheld: int
    ombudsman_told: int


async def by_agency(tx: Tx, start: datetime, end: datetime, now: datetime) -> list[Numbers]:
    """Of complaints received between two instants."""
    return [Numbers(*row.values()) for row in await tx.fetch(_BY_AGENCY, start, end, now)]


async def learning(tx: Tx, start: datetime, end: datetime) -> list[tuple[str, str, int]]:
    """What was learned from them: (agency, learning, how often)."""
    return [(row["agency"], row["learning"], row["number"]) for row in await tx.fetch(_LEARNING, start, end)]
