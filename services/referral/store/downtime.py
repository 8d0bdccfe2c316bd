"""What the hub needs on paper when the system is away: the people at high risk, and what falls due."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import read

_SHEET = """
select c.case_id, c.person_id, c.reference, c.priority, c.risk_grade, c.dash_score, c.holds, c.lines, c.act_by,
       c.language, w.name as worker
  from case_file c left join worker w on w.worker_id = c.assigned_to
 where c.state in ('waiting', 'active') and (c.priority = 0 or c.act_by <= $1)
 order by c.risk_grade is distinct from 'imminent', c.priority, c.act_by, c.case_id limit $2 offset $3
"""
_COUNT = """
select count(*) from case_file c where c.state in ('waiting', 'active') and (c.priority = 0 or c.act_by <= $1)
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the sheet, without personal data."""

    case_id: UUID
    person_id: UUID
    reference: str
    priority: int
    risk_grade: str | None
    dash_score: int | None
    holds: tuple[str, ...]
    lines: tuple[str, ...]
    act_by: datetime | None
    language: str
    worker: str | None


async def lines(tx: Tx, until: datetime, limit: int, after: int = 0) -> list[Line]:
    """Open cases of life safety, and those to be acted on until that instant; the most urgent first;
    `after`: how many of them are in the parts before."""
    return read(Line, await tx.fetch(_SHEET, until, limit, after))


async def count(tx: Tx, until: datetime) -> int:
    """How many cases `lines` has in all."""
    return int(await tx.fetchval(_COUNT, until))
