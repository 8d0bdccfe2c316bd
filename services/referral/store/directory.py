"""What providers say of their lists: the only part of the directory that changes by the hour."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read


@dataclass(frozen=True, slots=True)
class ContractState:
    """How the list of one contract stands, as its provider last said."""

    contract_id: UUID
    provider_id: UUID
    state: str
    places: int | None
    waiting: int | None
    until: date | None
    changed_at: datetime
    changed_by: UUID | None


async def states(tx: Tx) -> list[ContractState]:
    """What was said of each contract, by id; contracts of which nothing was said are not in it."""
    return read(
        ContractState, await tx.fetch(f"select {columns(ContractState)} from contract_state order by contract_id")
    )


async def say(tx: Tx, said: ContractState) -> None:
    names = columns(ContractState).split(", ")
    sets = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
    await tx.execute(
        f"insert into contract_state ({', '.join(names)}) values ($1, $2, $3, $4, $5, $6, $7, $8)"
        f" on conflict (contract_id) do update set {sets}",
        *(getattr(said, name) for name in names),
    )
