"""Legs that their provider may not see, since the person's agreement has run out; and agreements that just did."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.consent import Consent
from services.referral.store.rows import columns, read

_RUN_OUT = f"""
select {columns(Consent)} from consent
 where gate = 'agreement' and expires_at <= $1 and withdrawn_at is null and ran_out_at is null
 order by expires_at, consent_id limit $2
"""
_CLOSE = """
with closed as (update leg set lapsed_at = $2 where leg_id = any($1::uuid[]) and lapsed_at is null returning *),
had as (insert into had_leg (leg_id, referral_id, case_id, provider_id)
        select leg_id, referral_id, case_id, provider_id from closed on conflict do nothing)
insert into lapsed_leg (leg_id, referral_id, case_id, provider_id, reference, line, restricted, assigned_to, since)
select leg_id, referral_id, case_id, provider_id, reference, line, restricted, assigned_to, $2 from closed
on conflict (leg_id) do nothing
"""
_CLOSE_PACKS = "update leg set pack_closed_at = $2 where leg_id = any($1::uuid[]) and pack_closed_at is null"
_BIND = "update leg set told_within = $2 where leg_id = $1 and told_within is distinct from $2"
_OPEN = "update leg set lapsed_at = null where leg_id = any($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A leg that its provider does not see now."""

    leg_id: UUID
    referral_id: UUID
    case_id: UUID
    reference: str
    line: str
    since: datetime


async def run_out(tx: Tx, now: datetime, limit: int) -> list[Consent]:
    """Agreements that have run out and of which nothing was closed yet, the first of them first."""
    return read(Consent, await tx.fetch(_RUN_OUT, now, limit))


async def done(tx: Tx, consents: Sequence[UUID], now: datetime) -> None:
    """What stood on these agreements was closed."""
    await tx.execute("update consent set ran_out_at = $2 where consent_id = any($1::uuid[])", list(consents), now)


async def of_case(tx: Tx, case_id: UUID) -> list[Lapsed]:
    """The closed legs of a case."""
    asked = f"select {columns(Lapsed)} from lapsed_leg where case_id = $1 order by since, leg_id"
    return read(Lapsed, await tx.fetch(asked, case_id))


async def shown(tx: Tx, limit: int = 50) -> list[Lapsed]:
    """What is closed to the provider of the viewer, by reference alone; the newest first."""
    asked = f"select {columns(Lapsed)} from lapsed_leg order by since desc, leg_id limit $1"
    return read(Lapsed, await tx.fetch(asked, limit))


async def close(tx: Tx, legs: Sequence[UUID], now: datetime) -> None:
    """From now on the providers of these legs see nothing of them."""
    await tx.execute(_CLOSE, list(legs), now)


async def close_packs(tx: Tx, legs: Sequence[UUID], now: datetime) -> None:
    """From now on the providers of these legs, which have ended, open nothing of what they were given."""
    await tx.execute(_CLOSE_PACKS, list(legs), now)


async def forget(tx: Tx, case_id: UUID, referral_id: UUID, leg_id: UUID | None) -> None:
    """Nothing more is said to providers of the closed legs of a referral, but for the one leg where it is given."""
    asked = "delete from lapsed_leg where case_id = $1 and referral_id = $2 and leg_id is distinct from $3"
    await tx.execute(asked, case_id, referral_id, leg_id)


async def open_again(tx: Tx, legs: Sequence[UUID]) -> None:
    """The providers of these legs see them again."""
    await tx.execute(_OPEN, list(legs))
    await tx.execute("delete from lapsed_leg where leg_id = any($1::uuid[])", list(legs))


async def bind(tx: Tx, leg_id: UUID, within: Collection[str]) -> bool:
    """From now on the provider of a leg is told these fields, none where nothing bounds them; False where that was so
    before."""
    return bool(await tx.execute(_BIND, leg_id, sorted(within)) == "UPDATE 1")
