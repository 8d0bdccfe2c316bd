"""Contracts as they change: what providers say of their lists, versions from a day on, directories that were used."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.domain.versions import Version
from services.referral.store.rows import columns, read, read_one


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
    said_by: str | None = None
    """Who of the provider told it, where the hub wrote it down."""


async def states(tx: Tx) -> list[ContractState]:
    """What was said of each contract, by id; contracts of which nothing was said are not in it."""
    return read(
        ContractState, await tx.fetch(f"select {columns(ContractState)} from contract_state order by contract_id")
    )


async def say(tx: Tx, said: ContractState) -> None:
    names = columns(ContractState).split(", ")
    sets = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
    await tx.execute(
        f"insert into contract_state ({', '.join(names)}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        f" on conflict (contract_id) do update set {sets}",
        *(getattr(said, name) for name in names),
    )


_VERSIONS = """
select version_id, contract_id, effective_from, kind, entry, made_at, made_by from contract_version
 where cancelled_at is null order by effective_from, made_at, version_id
"""
_ADD = """
insert into contract_version (version_id, contract_id, provider_id, effective_from, kind, entry, made_at, made_by)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (version_id) do nothing returning version_id
"""
_CANCEL = """
update contract_version set cancelled_at = $2, cancelled_by = $3
 where version_id = $1 and cancelled_at is null and effective_from > $4 returning contract_id
"""
_TODAY = "select (now() at time zone 'Europe/London')::date"
_ANSWERED = """
insert into capacity_reply (contract_id, week, provider_id, state, answered_at, until) values ($1, $2, $3, $4, $5, $6)
on conflict do nothing returning contract_id
"""
_WITH_PROVIDER = """
select state, count(*)::int as number from referral
 where contract_id = $1 and state in ('sent', 'accepted', 'waitlisted', 'in_support', 'on_hold') group by 1 order by 1
"""
_WAITING = """
select r.referral_id, r.case_id, c.reference, f.facts
  from referral r join case_file c using (case_id)
  join lateral (select facts from routing t where t.case_id = r.case_id order by run desc limit 1) f on true
 where r.line = $1 and r.state in ('received', 'triaged', 'contacting', 'declined_by_provider')
 order by r.received_at, r.referral_id limit $2
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A referral that is with no provider yet, with the facts of its case's last decision."""

    referral_id: UUID
    case_id: UUID
    reference: str
    facts: dict[str, Any]


async def versions(tx: Tx) -> list[Version]:
    """Every version of a contract that stands, in the order in which they count."""
    return read(Version, await tx.fetch(_VERSIONS))


async def today(tx: Tx) -> date:
    """The day in London."""
    return await tx.fetchval(_TODAY)  # type: ignore[no-any-return]


async def add_version(tx: Tx, version: Version, provider_id: UUID) -> bool:
    """Adds a version; False when it is there already."""
    given = (version.effective_from, version.kind, dict(version.entry), version.made_at, version.made_by)
    return await tx.fetchval(_ADD, version.version_id, version.contract_id, provider_id, *given) is not None


async def cancel(tx: Tx, version_id: UUID, now: datetime, who: UUID, day: date) -> UUID | None:
    """Takes back a version whose day has not come; its contract, or None when there is nothing to take back."""
    return await tx.fetchval(_CANCEL, version_id, now, who, day)  # type: ignore[no-any-return]


async def cancelled(tx: Tx, version_id: UUID) -> tuple[UUID | None, datetime] | None:
    """Who took a version back, and when; None where nobody did."""
    row = await tx.fetchrow(
        "select cancelled_by, cancelled_at from contract_version where version_id = $1 and cancelled_at is not null",
        version_id,
    )
    return (row["cancelled_by"], row["cancelled_at"]) if row else None


async def lock(tx: Tx) -> None:
    """One change of the directory at a time, until the transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('directory'))")


async def used(tx: Tx, names: Collection[str]) -> set[str]:
    """Which of these directories are kept already."""
    rows = await tx.fetch("select version from directory_used where version = any($1::text[])", list(names))
    return {row["version"] for row in rows}


async def keep(tx: Tx, name: str, document: Mapping[str, Any], now: datetime) -> None:
    """Keeps a directory on which a decision stands."""
    await tx.execute(
        "insert into directory_used (version, document, first_used_at) values ($1, $2, $3) on conflict do nothing",
        *(name, document, now),
    )


async def kept(tx: Tx, name: str) -> dict[str, Any] | None:
    """The document of a directory as it stood; None when no such was kept."""
    return await tx.fetchval("select document from directory_used where version = $1", name)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer of a week, as it was given behind the link."""

    state: str
    until: date | None
    answered_at: datetime


async def answer(tx: Tx, contract_id: UUID, week: str, provider_id: UUID, reply: Reply) -> bool:
    """Notes the answer of a week; False when there was one already."""
    about = (contract_id, week, provider_id, reply.state, reply.answered_at, reply.until)
    return await tx.fetchval(_ANSWERED, *about) is not None


async def reply_of(tx: Tx, contract_id: UUID, week: str) -> Reply | None:
    """The answer of a contract in a week; None where none is in."""
    asked = f"select {columns(Reply)} from capacity_reply where contract_id = $1 and week = $2"
    return read_one(Reply, await tx.fetchrow(asked, contract_id, week))


async def answers(tx: Tx, week: str) -> dict[UUID, datetime]:
    """When each contract's question of a week was answered."""
    rows = await tx.fetch("select contract_id, answered_at from capacity_reply where week = $1", week)
    return {row["contract_id"]: row["answered_at"] for row in rows}


async def with_provider(tx: Tx, contract_id: UUID) -> dict[str, int]:
    """How many referrals are with the provider under a contract, by state."""
    return {row["state"]: row["number"] for row in await tx.fetch(_WITH_PROVIDER, contract_id)}


async def waiting(tx: Tx, line: str, limit: int) -> list[Waiting]:
    """Referrals to a line that are with no provider yet, the oldest first."""
    return read(Waiting, await tx.fetch(_WAITING, line, limit))
