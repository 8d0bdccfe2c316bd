"""People across their cases: who is restricted, who is the same, who wants to be left alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read

_RESTRICT = """
with people as (
    update person set restricted = $2 where person_id = any($1::uuid[]) returning person_id
), legs as (
    update leg l set restricted = $2 from people p where l.person_id = p.person_id
), lapsed as (
    update lapsed_leg l set restricted = $2 from people p join case_file c on c.person_id = p.person_id
     where l.case_id = c.case_id
)
update case_file c set restricted = $2 from people p where c.person_id = p.person_id and c.restricted <> $2
returning c.case_id
"""
_OF_RESTRICTED = """
select exists (select 1 from person_index i
  join unnest($1::text[], $2::bytea[]) as w(kind, digest) on i.kind = w.kind and i.digest = w.digest
  join person p on p.person_id = i.person_id and p.restricted
 group by i.person_id
having bool_or(i.kind in ('name_and_birth', 'phone', 'email'))
    or (bool_or(i.kind = 'name') and bool_or(i.kind = 'postcode')))
"""
"""The same name and birth, number or address to write to; or the same name at the same postcode."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two people who may be the same, and the names of the indexes that agree."""

    person_id: UUID
    other_id: UUID
    matched: tuple[str, ...]
    proposed_at: datetime


_PROPOSALS = f"select {columns(Proposal)} from same_person where same is null"


async def restrict(tx: Tx, people: Collection[UUID], *, restricted: bool = True) -> list[UUID]:
    """Makes people, with their cases and legs, absent for everybody without the right; or lifts it. Returns the cases
    of which that was not so before, by id."""
    return sorted(row["case_id"] for row in await tx.fetch(_RESTRICT, list(people), restricted))


async def see_restricted(tx: Tx) -> None:
    """Lets the rest of this transaction see and write restricted people, whoever it is of: to write somebody down as
    restricted who may not be shown to whoever writes it."""
    await tx.execute("select set_config('app.restricted', 'on', true)")


async def may_be_restricted(tx: Tx, entries: Collection[tuple[str, bytes]]) -> bool:
    """Whether these blind indexes (kind, digest) are of somebody restricted, or of who shares a number with them."""
    kinds, digests = [kind for kind, _ in entries], [digest for _, digest in entries]
    return bool(await tx.fetchval(_OF_RESTRICTED, kinds, digests))


async def proposals(tx: Tx, limit: int = 100) -> list[Proposal]:
    """Pairs that wait for a human to say whether they are the same, oldest first."""
    return read(Proposal, await tx.fetch(f"{_PROPOSALS} order by proposed_at, person_id, other_id limit $1", limit))


async def proposals_of(tx: Tx, person_id: UUID) -> list[Proposal]:
    """The open pairs of one person."""
    rows = await tx.fetch(f"{_PROPOSALS} and $1 in (person_id, other_id) order by proposed_at", person_id)
    return read(Proposal, rows)


async def say_same(tx: Tx, one: UUID, other: UUID, by: UUID, now: datetime, *, same: bool) -> bool:
    """Remembers whether two people are the same; False when nothing is proposed of them."""
    decided = await tx.fetchval(
        "update same_person set same = $3, decided_by = $4, decided_at = $5"
        " where person_id = least($1::uuid, $2::uuid) and other_id = greatest($1::uuid, $2::uuid) and same is null"
        " returning person_id",
        one,
        other,
        same,
        by,
        now,
    )
    return decided is not None


async def no_feedback(tx: Tx, person_id: UUID, since: datetime | None) -> None:
    """The person wants no question about how it went, or (None) wants them again."""
    await tx.execute("update person set no_feedback_since = $2 where person_id = $1", person_id, since)
