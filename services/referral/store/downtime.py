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
 order by c.priority, c.act_by, c.case_id limit $2
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


async def lines(tx: Tx, until: datetime, limit: int) -> list[Line]:
    """Open cases of life safety, and those to be acted on until that instant; the most urgent first."""
    return read(Line, await tx.fetch(_SHEET, until, limit))
