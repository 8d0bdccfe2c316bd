"""Exceptions from the rules of contracts, as they were granted for one case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read


@dataclass(frozen=True, slots=True)
class ContractException:
    """`rule`: a rule of matching; `granted_by`: a code of who granted it."""

    exception_id: UUID
    case_id: UUID
    contract_id: UUID
    rule: str
    granted_by: str
    by_id: UUID
    by_role: str
    at: datetime


async def of_case(tx: Tx, case_id: UUID) -> list[ContractException]:
    """Every exception for a case, the oldest first."""
    names = columns(ContractException)
    return read(
        ContractException,
        await tx.fetch(f"select {names} from contract_exception where case_id = $1 order by at, exception_id", case_id),
    )


async def from_contract(tx: Tx, cases: Sequence[UUID], contract_id: UUID) -> dict[UUID, set[str]]:
    """The rules of a contract from which an exception was granted, by case."""
    found: dict[UUID, set[str]] = {}
    asked = "select case_id, rule from contract_exception where contract_id = $1 and case_id = any($2::uuid[])"
    for row in await tx.fetch(asked, contract_id, list(cases)):
        found.setdefault(row["case_id"], set()).add(row["rule"])
    return found


async def add(tx: Tx, made: ContractException) -> bool:
    """Keeps an exception; False where one from this rule is kept already."""
    names = columns(ContractException)
    done = await tx.fetchval(
        f"insert into contract_exception ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict do nothing returning exception_id",
        *(getattr(made, name) for name in names.split(", ")),
    )
    return done is not None
