"""The hub's workers: a copy of who they are, their skills and leave as dated rows, and the weight of what they have."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.reference import ROLES
from kit.database import Tx
from services.referral.store.rows import columns, insert, read, read_one, values

SEE_RESTRICTED = frozenset(name for name, role in ROLES.items() if "restricted.read" in role.permissions)
"""Roles that may see restricted people: nobody else is given a case of theirs."""
OPEN = "state in ('waiting', 'active')"
_MEET = """
insert into worker (worker_id, name, role, met_at, left_at)
select w.worker_id, w.name, w.role, $5, case when w.active then null else $5::timestamptz end
  from unnest($1::uuid[], $2::text[], $3::text[], $4::bool[]) as w(worker_id, name, role, active)
on conflict (worker_id) do update set name = excluded.name, role = excluded.role, met_at = excluded.met_at,
   left_at = case when excluded.left_at is null then worker.left_at else coalesce(worker.left_at, excluded.left_at) end
 where (worker.name, worker.role, worker.left_at is null) is distinct from
       (excluded.name, excluded.role, excluded.left_at is null)
"""
_SKILLS = """
select worker_id, array_agg(skill order by skill) as skills from worker_skill
 where from_day <= $1 and (until_day is null or until_day >= $1) group by worker_id
"""
_LOADS = f"""
select assigned_to, priority, count(*)::int as count from case_file
 where assigned_to is not null and {OPEN} group by assigned_to, priority
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A worker as the list of users has them."""

    worker_id: UUID
    name: str
    role: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A worker as copied here; `left_at` null = here."""

    worker_id: UUID
    name: str
    role: str
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Leave:
    """Days away, the first and the last of them included."""

    leave_id: UUID
    worker_id: UUID
    from_day: date
    until_day: date


async def meet(tx: Tx, people: Sequence[Known], now: datetime) -> None:
    """Copies who these workers are; one who is no longer active is gone from now on."""
    names = [[getattr(one, name) for one in people] for name in ("worker_id", "name", "role", "active")]
    await tx.execute(_MEET, *names, now)


async def everybody(tx: Tx) -> list[Member]:
    """Every worker ever met, by name."""
    return read(Member, await tx.fetch(f"select {columns(Member)} from worker order by name, worker_id"))


async def get(tx: Tx, worker_id: UUID) -> Member | None:
    row = await tx.fetchrow(f"select {columns(Member)} from worker where worker_id = $1", worker_id)
    return read_one(Member, row)


async def leaves_hub(tx: Tx, worker_id: UUID, at: datetime | None) -> None:
    """The worker is gone since `at`; None = is here after all."""
    await tx.execute("update worker set left_at = $2 where worker_id = $1", worker_id, at)


async def skills(tx: Tx, day: date) -> dict[UUID, frozenset[str]]:
    """What each worker can do on that day."""
    return {row["worker_id"]: frozenset(row["skills"]) for row in await tx.fetch(_SKILLS, day)}


async def set_skills(tx: Tx, worker_id: UUID, wanted: Collection[str], from_day: date, by: UUID, now: datetime) -> None:
    """From that day on the worker has these skills and no others; what counted before stays written down."""
    await tx.execute(
        "update worker_skill set until_day = $2 where worker_id = $1 and skill <> all($3::text[])"
        " and (until_day is null or until_day > $2)",
        worker_id,
        from_day - timedelta(days=1),
        list(wanted),
    )
    held = (await skills(tx, from_day)).get(worker_id, frozenset())
    await tx.executemany(
        "insert into worker_skill (worker_id, skill, from_day, set_by, set_at) values ($1, $2, $3, $4, $5)"
        " on conflict (worker_id, skill, from_day) do update set until_day = null",
        [(worker_id, skill, from_day, by, now) for skill in sorted(set(wanted) - held)],
    )


async def away(tx: Tx, day: date) -> set[UUID]:
    """Who is on leave on that day."""
    asked = "select worker_id from worker_leave where $1 between from_day and until_day and cancelled_at is null"
    return {row["worker_id"] for row in await tx.fetch(asked, day)}


async def leaves(tx: Tx, day: date) -> list[Leave]:
    """Leave that is not over on that day, by its first day."""
    asked = f"select {columns(Leave)} from worker_leave where until_day >= $1 and cancelled_at is null"
    return read(Leave, await tx.fetch(f"{asked} order by from_day, leave_id", day))


async def add_leave(tx: Tx, leave: Leave, by: UUID, now: datetime) -> None:
    """Enters leave; once for one id."""
    asked = insert("worker_leave", Leave, "on conflict do nothing", more=("set_by", "set_at"))
    await tx.execute(asked, *values(leave), by, now)


async def cancel_leave(tx: Tx, leave_id: UUID, now: datetime) -> None:
    await tx.execute("update worker_leave set cancelled_at = $2 where leave_id = $1", leave_id, now)


async def loads(tx: Tx) -> dict[UUID, dict[int, int]]:
    """How many open cases each worker has, by priority."""
    found: dict[UUID, dict[int, int]] = {}
    for row in await tx.fetch(_LOADS):
        found.setdefault(row["assigned_to"], {})[row["priority"]] = row["count"]
    return found
