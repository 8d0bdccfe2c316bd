"""What a human must do, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from contracts.identity import NS
from kit.database import Tx
from services.referral.store.rows import columns, read


@dataclass(frozen=True, slots=True)
class Task:
    """`kind`: ask_officer_to_ask, add_children, add_exploited_person, review_risk, offer_next_provider, ..."""

    task_id: UUID
    kind: str
    due_at: datetime
    created_at: datetime
    case_id: UUID | None = None
    crime_id: UUID | None = None
    referral_id: UUID | None = None


def task_id(kind: str, *about: object) -> UUID:
    """The id of the task of this kind about these things, so that it is made once."""
    return uuid5(NS, "/".join(("task", kind, *map(str, about))))


_OPEN = f"select {columns(Task)} from task where done_at is null"


async def add(tx: Tx, tasks: Sequence[Task]) -> None:
    """Adds tasks; one that is there already stays as it is."""
    if tasks:
        await tx.execute(
            f"insert into task ({columns(Task)}) select * from unnest($1::uuid[], $2::text[], $3::timestamptz[],"
            " $4::timestamptz[], $5::uuid[], $6::uuid[], $7::uuid[]) on conflict do nothing",
            *([getattr(task, name) for task in tasks] for name in columns(Task).split(", ")),
        )


async def open_tasks(tx: Tx, limit: int = 100) -> list[Task]:
    """Open tasks, those due first."""
    return read(Task, await tx.fetch(f"{_OPEN} order by due_at, task_id limit $1", limit))


async def of_case(tx: Tx, case_id: UUID) -> list[Task]:
    return read(Task, await tx.fetch(f"{_OPEN} and case_id = $1 order by due_at, task_id", case_id))


async def done(tx: Tx, task: UUID, by: UUID, how: str, now: datetime) -> bool:
    """Closes a task with a coded answer; False when it is not open."""
    closed = await tx.fetchval(
        "update task set done_at = $4, done_by = $2, done_how = $3 where task_id = $1 and done_at is null"
        " returning task_id",
        task,
        by,
        how,
        now,
    )
    return closed is not None


async def over(tx: Tx, referral_id: UUID, kinds: Sequence[str], now: datetime) -> None:
    """Closes the tasks of these kinds of a referral: what they asked for was done, or is not needed any more."""
    await tx.execute(
        "update task set done_at = $3, done_how = 'done' where referral_id = $1 and kind = any($2::text[])"
        " and done_at is null",
        referral_id,
        list(kinds),
        now,
    )


async def count_open(tx: Tx) -> int:
    """How many tasks are open."""
    return int(await tx.fetchval("select count(*) from task where done_at is null"))
