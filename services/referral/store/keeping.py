"""What pages keep of the directory beside its contracts: providers, planned closures, who is sent to by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.domain.kept import Automatic, Closure, Kept, ProviderFrom
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it was entered."""

    change_id: UUID
    kind: str
    subject_id: UUID
    effective_from: date
    until_day: date | None
    entry: dict[str, Any]
    reason: str | None
    made_by: UUID
    made_at: datetime
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    refused_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancelled_by: UUID | None = None
    """Also who refused it."""


_STANDING = f"""
select {columns(Change)} from directory_change
 where cancelled_at is null and refused_at is null and (kind <> 'automatic' or confirmed_at is not null)
 order by effective_from, coalesce(confirmed_at, made_at), change_id
"""
_LEFT = """
select w.contract_id, w.most - (select count(*) from (
           select 1 from leg l where l.contract_id = w.contract_id
                                 and l.state in ('sent', 'accepted', 'waitlisted') limit w.most) held)::int
       - (select count(*) from leg l where l.contract_id = w.contract_id and l.state = 'leaving')::int as places
  from unnest($1::uuid[], $2::int[]) as w(contract_id, most)
"""
_OPEN = """
select count(*)::int from leg where contract_id = $1 and state in ('sent', 'accepted', 'waitlisted')
"""


async def kept(tx: Tx) -> Kept:
    """Everything that stands, in the order in which it counts."""
    changes = read(Change, await tx.fetch(_STANDING))
    of = {kind: [one for one in changes if one.kind == kind] for kind in ("provider", "automatic", "closure")}
    return Kept(
        tuple(ProviderFrom(one.change_id, one.subject_id, one.effective_from, one.entry) for one in of["provider"]),
        tuple(_automatic(one) for one in of["automatic"]),
        tuple(
            Closure(one.change_id, one.subject_id, one.effective_from, one.until_day or one.effective_from)
            for one in of["closure"]
        ),
    )


def _automatic(one: Change) -> Automatic:
    contract = UUID(one.entry["contract_id"]) if one.entry.get("contract_id") else None
    return Automatic(one.change_id, one.entry["line"], one.entry["area"], contract, one.effective_from)


async def left(tx: Tx, most: Mapping[UUID, int | None]) -> dict[UUID, int]:
    """How many more referrals each of these contracts may hold, with what is about to leave for it taken off; 0 or less
    for one that holds as many as it may."""
    rows = await tx.fetch(_LEFT, list(most), list(most.values())) if most else ()
    return {row["contract_id"]: row["places"] for row in rows}


async def hold(tx: Tx, contracts: Iterable[UUID]) -> None:
    """Holds the places of these contracts until the transaction ends, in one order for everybody."""
    asked = "select pg_advisory_xact_lock(hashtext('places'), hashtext(c::text)) from unnest($1::uuid[]) c"
    await tx.execute(asked, sorted(contracts))


async def held(tx: Tx, contract_id: UUID) -> int:
    """How many referrals a contract holds now."""
    return await tx.fetchval(_OPEN, contract_id)  # type: ignore[no-any-return]


async def add(tx: Tx, change: Change) -> bool:
    """Enters a change; False when it is there already."""
    asked = insert("directory_change", Change, "on conflict (change_id) do nothing returning change_id")
    return await tx.fetchval(asked, *values(change)) is not None


async def get(tx: Tx, change_id: UUID) -> Change | None:
    row = await tx.fetchrow(
        f"select {columns(Change)} from directory_change where change_id = $1 for update", change_id
    )
    return read_one(Change, row)


async def of_kind(tx: Tx, kind: str, subject_id: UUID | None = None, limit: int = 200) -> list[Change]:
    """The changes of a kind, of one subject where one is named, newest first; those taken back too."""
    asked = (
        f"select {columns(Change)} from directory_change where kind = $1 and ($2::uuid is null or subject_id = $2)"
        " order by made_at desc, change_id limit $3"
    )
    return read(Change, await tx.fetch(asked, kind, subject_id, limit))


async def confirm(tx: Tx, change_id: UUID, by: UUID, now: datetime) -> None:
    await tx.execute(
        "update directory_change set confirmed_by = $2, confirmed_at = $3 where change_id = $1", change_id, by, now
    )


async def refuse(tx: Tx, change_id: UUID, by: UUID, now: datetime) -> None:
    await tx.execute(
        "update directory_change set cancelled_by = $2, refused_at = $3 where change_id = $1", change_id, by, now
    )


async def cancel(tx: Tx, change_id: UUID, by: UUID, now: datetime) -> None:
    await tx.execute(
        "update directory_change set cancelled_by = $2, cancelled_at = $3 where change_id = $1", change_id, by, now
    )


async def shorten(tx: Tx, change_id: UUID, last: date) -> None:
    """A closure that is under way ends on this day."""
    await tx.execute("update directory_change set until_day = $2 where change_id = $1", change_id, last)
