"""Complaints, their steps, and the clocks complained of. What is sealed stays sealed here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from kit.database import Tx
from services.code_compliance.domain.complaints import Complaint, Step

_NAMES = tuple(field.name for field in fields(Complaint))
_COLUMNS = ", ".join(_NAMES)
_ADD = f"""
insert into complaint ({_COLUMNS}, words, reach) values ({", ".join(f"${n}" for n in range(1, len(_NAMES) + 3))})
on conflict (complaint_id) do nothing
"""
_ADD_BLIND = f"""
insert into complaint ({_COLUMNS}, words, reach) values ({", ".join(f"${n}" for n in range(1, len(_NAMES) + 3))})
"""
_SAVE = """
update complaint set case_id = $3, agency = $4, state = $5, acknowledged_at = $6, answer_by = $7, answered_at = $8,
       outcome = $9, learning = $10, ombudsman_told = $11, answer = coalesce($12, answer), version = version + 1
 where complaint_id = $1 and version = $2
"""
_STEP = """
insert into complaint_step (complaint_id, number, kind, at, code, until, entered_by, entered_role)
select $1, coalesce((select max(number) from complaint_step where complaint_id = $1), 0) + 1, $2, $3, $4, $5, $6, $7
"""
_FIRST_STEP = """
insert into complaint_step (complaint_id, number, kind, at, entered_role) values ($1, 1, 'received', $2, 'person')
"""
_LISTED = f"""
select {_COLUMNS} from complaint
 where case $1::text when 'open' then state in ('received', 'acknowledged')
                     when 'overdue' then (state = 'received' and acknowledge_by < $2)
                                         or (state in ('received', 'acknowledged') and answer_by < $2)
                     else state in ('answered', 'withdrawn') end
   and ($3::text is null or agency = $3)
 order by (danger and answered_at is null) desc,
       case when state = 'received' then least(acknowledge_by, answer_by) else answer_by end, complaint_id
 limit $4 offset $5
"""
_NUMBERS = """
select count(*) filter (where state in ('received', 'acknowledged'))::int as open,
       count(*) filter (where (state = 'received' and acknowledge_by < $1)
                           or (state in ('received', 'acknowledged') and answer_by < $1))::int as overdue,
       count(*) filter (where state in ('answered', 'withdrawn'))::int as closed from complaint
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The three texts of a complaint, each sealed under its own key."""

    words: bytes | None
    reach: bytes | None
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Done:
    """A step as it was written."""

    kind: str
    at: datetime
    code: str | None
    until: datetime | None
    role: str
    entered_by: UUID | None = None


async def add(tx: Tx, complaint: Complaint, words: bytes | None, reach: bytes | None) -> bool:
    """Takes one in; False when this one is here already."""
    done: str = await tx.execute(_ADD, *(getattr(complaint, name) for name in _NAMES), words, reach)
    return done.endswith(" 1")


async def add_unseen(tx: Tx, complaint: Complaint, words: bytes | None, reach: bytes | None) -> bool:
    """The same for the public form, which may read none; False when this one is here already."""
    try:
        async with tx.transaction():
            await tx.execute(_ADD_BLIND, *(getattr(complaint, name) for name in _NAMES), words, reach)
            await tx.execute(_FIRST_STEP, complaint.complaint_id, complaint.received_at)
    except asyncpg.UniqueViolationError:
        return False
    return True


async def save(tx: Tx, complaint: Complaint, answer: bytes | None = None) -> bool:
    """Writes what a step changed; False when somebody else changed it meanwhile."""
    c = complaint
    done: str = await tx.execute(
        _SAVE, c.complaint_id, c.version, c.case_id, c.agency, c.state, c.acknowledged_at, c.answer_by, c.answered_at,
        c.outcome, c.learning, c.ombudsman_told, answer,
    )  # fmt: skip
    return done.endswith(" 1")


async def add_step(tx: Tx, complaint_id: UUID, step: Step, entered_by: UUID | None, role: str) -> None:
    await tx.execute(_STEP, complaint_id, step.kind, step.at, step.code, step.until, entered_by, role)


async def load(tx: Tx, complaint_id: UUID, *, lock: bool = False) -> tuple[Complaint, Sealed] | None:
    """One complaint as the viewer may see it."""
    sql = f"select {_COLUMNS}, words, reach, answer from complaint where complaint_id = $1"
    row = await tx.fetchrow(sql + (" for update" if lock else ""), complaint_id)
    if row is None:
        return None
    return _complaint(row), Sealed(row["words"], row["reach"], row["answer"])


async def steps(tx: Tx, complaint_id: UUID) -> list[Done]:
    """What was done with it, in order."""
    sql = """select kind, at, code, until, entered_role, entered_by from complaint_step
              where complaint_id = $1 order by number"""
    return [Done(*row.values()) for row in await tx.fetch(sql, complaint_id)]


async def listed(tx: Tx, which: str, now: datetime, agency: str | None, limit: int, offset: int) -> list[Complaint]:
    """Complaints that are open, overdue or closed: what may speak of danger first, then by the day that comes next."""
    return [_complaint(row) for row in await tx.fetch(_LISTED, which, now, agency, limit, offset)]


async def numbers(tx: Tx, now: datetime) -> dict[str, int]:
    """How many are open, overdue and closed."""
    row = await tx.fetchrow(_NUMBERS, now)
    assert row is not None
    return dict(row)


async def of_case(tx: Tx, case_id: UUID) -> list[Complaint]:
    sql = f"select {_COLUMNS} from complaint where case_id = $1 order by received_at, complaint_id"
    return [_complaint(row) for row in await tx.fetch(sql, case_id)]


async def link_clocks(tx: Tx, complaint_id: UUID, case_id: UUID, keys: Iterable[tuple[str, str]]) -> None:
    """Makes these the clocks complained of."""
    await tx.execute("delete from complaint_clock where complaint_id = $1", complaint_id)
    await tx.executemany(
        "insert into complaint_clock (complaint_id, case_id, entitlement, occurrence) values ($1, $2, $3, $4)",
        [(complaint_id, case_id, *key) for key in keys],
    )


async def clocks(tx: Tx, complaint_id: UUID) -> list[tuple[str, str]]:
    """The clocks complained of, by entitlement and occurrence."""
    sql = "select entitlement, occurrence from complaint_clock where complaint_id = $1 order by 1, 2"
    return [(row["entitlement"], row["occurrence"]) for row in await tx.fetch(sql, complaint_id)]


async def cases_by_reference(tx: Tx, references: Sequence[str]) -> dict[str, list[UUID]]:
    """The cases of short references, as the viewer may see them; two cases may share one."""
    found: dict[str, list[UUID]] = {}
    sql = "select reference, case_id from case_profile where reference = any($1::text[]) order by case_id"
    for row in await tx.fetch(sql, list(references)):
        found.setdefault(row["reference"], []).append(row["case_id"])
    return found


def _complaint(row: asyncpg.Record) -> Complaint:
    values: dict[str, Any] = {name: row[name] for name in _NAMES}
    return Complaint(**values)
