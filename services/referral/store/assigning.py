"""Who looks after a case, and how that came about."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read, read_one
from services.referral.store.workers import OPEN


@dataclass(frozen=True, slots=True)
class Assignment:
    """`how`: suggested, chosen, self, bulk or leaver; `reason` where the rule was overridden."""

    assignment_id: UUID
    case_id: UUID
    worker_id: UUID | None
    suggested_id: UUID | None
    before_id: UUID | None
    how: str
    reason: str | None
    by_id: UUID
    at: datetime


async def add(tx: Tx, made: Assignment) -> bool:
    """Writes it down, and gives the case; False when it was done before."""
    names = columns(Assignment)
    done = await tx.fetchval(
        f"insert into assignment ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " on conflict do nothing returning assignment_id",
        *(getattr(made, name) for name in names.split(", ")),
    )
    if done is not None:
        asked = "update case_file set assigned_to = $2, updated_at = $3 where case_id = $1"
        await tx.execute(asked, made.case_id, made.worker_id, made.at)
    return done is not None


async def get(tx: Tx, assignment_id: UUID) -> Assignment | None:
    row = await tx.fetchrow(f"select {columns(Assignment)} from assignment where assignment_id = $1", assignment_id)
    return read_one(Assignment, row)


async def of_case(tx: Tx, case_id: UUID) -> list[Assignment]:
    """How the case came to its worker, newest first."""
    asked = f"select {columns(Assignment)} from assignment where case_id = $1 order by at desc, assignment_id limit 20"
    return read(Assignment, await tx.fetch(asked, case_id))


async def held_by(tx: Tx, worker_id: UUID) -> list[UUID]:
    """Every case of a worker that is not closed, the most urgent first."""
    asked = (
        "select case_id from case_file where assigned_to = $1 and state <> 'closed' order by priority, act_by, case_id"
    )
    return [row["case_id"] for row in await tx.fetch(asked, worker_id)]


async def held_count(tx: Tx) -> dict[UUID, int]:
    """How many cases that are not closed each worker holds."""
    asked = (
        "select assigned_to, count(*)::int as count from case_file where assigned_to is not null"
        " and state <> 'closed' group by 1"
    )
    return {row["assigned_to"]: row["count"] for row in await tx.fetch(asked)}


async def unassigned(tx: Tx, at_most: int = 1000) -> dict[int, int]:
    """How many cases wait without a worker, by priority; counting stops at `at_most` for each."""
    asked = (
        "select p.priority, (select count(*) from (select 1 from case_file c where c.priority = p.priority"
        " and c.state = 'waiting' and c.assigned_to is null limit $1) one)::int as count"
        " from generate_series(0, 3) as p(priority)"
    )
    return {row["priority"]: row["count"] for row in await tx.fetch(asked, at_most)}


async def hidden(tx: Tx) -> int:
    """How many open cases are of restricted people, for whoever may see them."""
    asked = "select count(*)::int from case_file where restricted and state <> 'closed'"
    return int(await tx.fetchval(asked))


@dataclass(frozen=True, slots=True)
class Falling:
    """A case whose time runs out soon."""

    case_id: UUID
    reference: str
    priority: int
    act_by: datetime
    next_entitlement: str | None
    assigned_to: UUID | None


async def falling(tx: Tx, start: datetime, end: datetime, limit: int = 100) -> list[Falling]:
    """Open cases that must be acted on between these instants, those due first."""
    asked = f"select {columns(Falling)} from case_file where {OPEN} and act_by between $1 and $2"
    return read(Falling, await tx.fetch(f"{asked} order by act_by, case_id limit $3", start, end, limit))


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """An override that no second person has looked at."""

    case_id: UUID
    reference: str
    line: str | None
    risk_grade: str | None
    taken_at: datetime


async def overrides(tx: Tx, limit: int = 50) -> list[Unconfirmed]:
    """Overrides that wait for a second person: imminent risk first, then the oldest."""
    asked = (
        "select s.case_id, c.reference, s.line, c.risk_grade, s.taken_at"
        " from consent s join case_file c using (case_id)"
        " where s.gate = 'override' and s.confirmed_at is null and s.withdrawn_at is null"
        " order by c.risk_grade is distinct from 'imminent', s.taken_at, s.consent_id limit $1"
    )
    return read(Unconfirmed, await tx.fetch(asked, limit))


@dataclass(frozen=True, slots=True)
class Looked:
    """One look of a worker at a case."""

    at: datetime
    action: str
    case_id: UUID
    reference: str | None
    fields: tuple[str, ...]


async def looks_of(tx: Tx, worker_id: UUID, limit: int = 100) -> list[Looked]:
    """What a worker looked at or changed, newest first."""
    asked = (
        "select a.at, a.action, a.subject_id as case_id, c.reference, a.fields from kit.audit a"
        " left join case_file c on c.case_id = a.subject_id"
        " where a.actor_id = $1 and a.subject_kind = 'case' order by a.at desc, a.id desc limit $2"
    )
    return read(Looked, await tx.fetch(asked, worker_id, limit))
