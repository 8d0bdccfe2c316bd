"""Files of agencies' acts that were imported, by the agency's own line ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.code_compliance.domain.worksheet import OpenDuty

_OPEN = """
insert into import_batch (import_id, agency, imported_at, imported_by, lines, added) values ($1, $2, $3, $4, $5, 0)
on conflict do nothing
"""
_KEEP = """
insert into import_line (agency, line_id, import_id, sha256) select $1, line_id, $2, sha256
  from unnest($3::text[], $4::text[]) as n(line_id, sha256)
"""
_OPEN_DUTIES = """
(select case_id, entitlement, occurrence, started_at, due_at from entitlement
  where state = 'running' and entitlement = any($1::text[]) order by due_at nulls last, case_id limit $3)
union all
(select case_id, entitlement, occurrence, started_at, due_at from entitlement
  where state = any('{breached,not_evidenced}'::text[]) and entitlement = any($1::text[]) and due_at >= $2
  order by due_at desc, case_id limit $3)
limit $3
"""
_RECENT = """
select agency, imported_at, lines, added, imported_by from import_batch order by imported_at desc, import_id limit $1
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """One imported file."""

    agency: str
    imported_at: datetime
    lines: int
    added: int
    imported_by: UUID


async def held(tx: Tx, agency: str, line_ids: Sequence[str]) -> dict[str, str]:
    """The digests of lines that were imported before, by line id."""
    sql = "select line_id, sha256 from import_line where agency = $1 and line_id = any($2::text[])"
    return {row["line_id"]: row["sha256"] for row in await tx.fetch(sql, agency, list(line_ids))}


async def open_batch(tx: Tx, import_id: UUID, agency: str, user: UUID, lines: int, now: datetime) -> bool:
    """Begins an import; False when this very form was imported before."""
    done: str = await tx.execute(_OPEN, import_id, agency, now, user, lines)
    return done.endswith(" 1")


async def keep_lines(tx: Tx, import_id: UUID, agency: str, lines: Sequence[tuple[str, str]]) -> None:
    await tx.execute(_KEEP, agency, import_id, [name for name, _ in lines], [digest for _, digest in lines])


async def close_batch(tx: Tx, import_id: UUID, added: int) -> None:
    await tx.execute("update import_batch set added = $2 where import_id = $1", import_id, added)


async def open_duties(tx: Tx, entitlements: Sequence[str], since: datetime, limit: int) -> list[OpenDuty]:
    """Clocks of these duties that run, soonest due first, then those past their day since an instant, latest first."""
    return [OpenDuty(*row.values()) for row in await tx.fetch(_OPEN_DUTIES, list(entitlements), since, limit)]


async def recent(tx: Tx, limit: int = 25) -> list[Batch]:
    """The last imports, newest first."""
    return [Batch(*row.values()) for row in await tx.fetch(_RECENT, limit)]
