"""Tasks about contracts that end, and how many people are with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read, read_one
from services.referral.store.tasks import Task

NOBODY_LEFT = "nobody_left"
"""The kind of a task about a contract whose provider everybody has left."""
_STATES = "l.state in ('sent', 'accepted', 'waitlisted')"
_OPEN_LEG = f"exists (select 1 from leg l where l.contract_id = {{}}.contract_id and {_STATES})"


@dataclass(frozen=True, slots=True)
class Standing:
    """An open leg, by which its provider is written to."""

    leg_id: UUID
    case_id: UUID


async def with_people(tx: Tx, contracts: Sequence[UUID]) -> set[UUID]:
    """Which of these contracts have people with them."""
    asked = f"select w.contract_id from unnest($1::uuid[]) as w(contract_id) where {_OPEN_LEG.format('w')}"
    return {row["contract_id"] for row in await tx.fetch(asked, list(contracts))}


async def told(tx: Tx, kind: str, contracts: Sequence[UUID]) -> set[UUID]:
    """Which of these contracts have an open task of this kind."""
    asked = "select contract_id from task where kind = $1 and contract_id = any($2::uuid[]) and done_at is null"
    return {row["contract_id"] for row in await tx.fetch(asked, kind, list(contracts))}


async def over(tx: Tx, now: datetime) -> None:
    """Closes the tasks of contracts that have nobody with them any more."""
    await tx.execute(
        "update task t set done_at = $1, done_how = 'done' where t.contract_id is not null and t.done_at is null"
        f" and not {_OPEN_LEG.format('t')}",
        now,
    )


@dataclass(frozen=True, slots=True)
class WithIt:
    """Somebody who is with a contract, as far as the viewer may see them."""

    case_id: UUID
    reference: str


async def people(tx: Tx, contract_id: UUID, limit: int = 100) -> list[WithIt]:
    """Who is with a contract, those sent first first."""
    asked = (
        "select l.case_id, l.reference from leg l where l.contract_id = $1"
        f" and {_STATES} order by l.sent_at, l.leg_id limit $2"
    )
    return read(WithIt, await tx.fetch(asked, contract_id, limit))


async def of_case(tx: Tx, case_id: UUID) -> list[Task]:
    """The open tasks about the contracts under which somebody of a case is helped."""
    asked = (
        f"select {columns(Task, 't')} from task t where t.done_at is null and t.contract_id in ("
        f"select l.contract_id from leg l where l.case_id = $1 and {_STATES}) order by t.due_at, t.task_id"
    )
    return read(Task, await tx.fetch(asked, case_id))


async def put_back(tx: Tx, contract_id: UUID, by: UUID, now: datetime) -> None:
    """Closes the tasks of a contract that goes on."""
    await tx.execute(
        "update task set done_at = $3, done_by = $2, done_how = 'not_needed' where contract_id = $1"
        " and kind <> $4 and done_at is null",
        contract_id,
        by,
        now,
        NOBODY_LEFT,
    )


async def somebody_there(tx: Tx, empty: Sequence[UUID], now: datetime) -> None:
    """Closes the tasks about contracts whose providers have somebody again: all but those of `empty`."""
    await tx.execute(
        "update task set done_at = $3, done_how = 'done' where kind = $1 and done_at is null"
        " and not (contract_id = any($2::uuid[]))",
        NOBODY_LEFT,
        list(empty),
        now,
    )


async def a_leg(tx: Tx, contract_id: UUID) -> Standing | None:
    """One open leg of a contract: of nobody who is restricted, while there is another."""
    asked = (
        f"select {columns(Standing)} from leg where contract_id = $1 and state in ('sent', 'accepted', 'waitlisted')"
        " order by restricted, sent_at, leg_id limit 1"
    )
    return read_one(Standing, await tx.fetchrow(asked, contract_id))
