"""People across their cases: who is restricted, who is the same, who wants to be left alone."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.details import PROPOSES
from services.referral.store.rows import columns, read
from services.referral.store.workers import SEE_RESTRICTED

_RESTRICT = """
with people as (
    update person set restricted = $2 where person_id = any($1::uuid[]) returning person_id
), legs as (
    update leg l set restricted = $2 from people p where l.person_id = p.person_id
), lapsed as (
    update lapsed_leg l set restricted = $2 from people p join case_file c on c.person_id = p.person_id
     where l.case_id = c.case_id
)
update case_file c set restricted = $2,
       assigned_to = case when $2 and not exists (
           select 1 from worker w where w.worker_id = c.assigned_to and w.role = any($3::text[]))
       then null else c.assigned_to end
  from people p where c.person_id = p.person_id and c.restricted <> $2
returning c.case_id
"""
# From the few who are restricted, and not from what was told: of a name or postcode there may be thousands.
_OF_RESTRICTED = f"""
with held as materialized (
    select i.person_id, i.kind, i.digest, p.until_decided is null as known
      from person p cross join lateral (
           select n.person_id, n.kind, n.digest from person_index n where n.person_id = p.person_id offset 0) i
     where p.restricted
)
select w.about, i.person_id as other, array_agg(distinct i.kind) as kinds, bool_and(i.known) as known
  from unnest($1::uuid[], $2::text[], $3::bytea[]) as w(about, kind, digest)
  join held i on i.kind = w.kind and i.digest = w.digest
 group by w.about, i.person_id
having bool_or(i.kind in ('phone', 'email', '{"', '".join(PROPOSES)}'))
    or (bool_or(i.kind = 'name') and bool_or(i.kind = 'postcode'))
 order by 1, 2
"""
"""A name and birth for which one is asked whether two are one, the same number or address to write to; or the same name
at the same postcode."""
_OPEN_TO_MATCH = """
with pairs as (
    select s.person_id as one, s.other_id as other from person p join same_person s on s.person_id = p.person_id
     where p.restricted and p.until_decided is null and s.same is null
     union all
    select s.other_id, s.person_id from person p join same_person s on s.other_id = p.person_id
     where p.restricted and p.until_decided is null and s.same is null)
select o.person_id from pairs join person o on o.person_id = pairs.other and not o.restricted
 where $1::uuid[] is null or pairs.one = any($1) or pairs.other = any($1)
"""
_NOTHING_LEFT = """
select bool_or(p.restricted) and bool_and(p.until_decided is not null or not p.restricted) and not exists (
    select 1 from same_person s join person o on o.person_id in (s.person_id, s.other_id)
     where (s.person_id = any($1::uuid[]) or s.other_id = any($1::uuid[])) and s.same is distinct from false
       and o.restricted and o.until_decided is null)
  from person p where p.person_id = any($1::uuid[])
"""
_STILL_ASKED = """
select exists (
    select 1 from same_person s
      join person o on o.person_id = case when s.person_id = any($1::uuid[]) then s.other_id else s.person_id end
     where (s.person_id = any($1::uuid[]) or s.other_id = any($1::uuid[])) and s.same is null
       and o.restricted and o.until_decided is null)
"""
_HALF_RESTRICTED = """
select distinct o.person_id from person p join linked_person l on l.person_id = p.person_id
  join person o on o.person_id = l.other_id and not o.restricted
 where p.restricted order by 1 limit $1
"""


ANOTHER_NAME = "another_name"
"""Among what matched: that a number or address alone did, and no name."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Somebody told of (`about`) and a restricted record that they may be (`other`), with the indexes that agree;
    `known`: that it is restricted does not hang on a decision."""

    about: UUID
    other: UUID
    kinds: tuple[str, ...]
    known: bool

    @property
    def matched(self) -> tuple[str, ...]:
        """As it is kept with the question whether the two are one."""
        named = {"name", *PROPOSES}.intersection(self.kinds)
        return (*sorted({*self.kinds} - {"name"}), *(() if named else (ANOTHER_NAME,)))


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
    of which that was not so before, by id. A case whose worker may not see it has none from then on."""
    rows = await tx.fetch(_RESTRICT, list(people), restricted, list(SEE_RESTRICTED))
    return sorted(row["case_id"] for row in rows)


async def open_to_match(tx: Tx, people: Collection[UUID] | None) -> set[UUID]:
    """Records that are open to everybody, and of which nobody has decided that they are not of the restricted person
    whom they fit; of these people and of whom they fit, or (None) of everybody."""
    return {row["person_id"] for row in await tx.fetch(_OPEN_TO_MATCH, None if people is None else list(people))}


async def until_decided(tx: Tx, people: Collection[UUID], since: datetime) -> None:
    """Remembers that these people are restricted for no other reason than that they may be somebody who is."""
    asked = "update person set until_decided = $2 where person_id = any($1::uuid[]) and until_decided is null"
    await tx.execute(asked, list(people), since)


async def decided(tx: Tx, people: Collection[UUID]) -> None:
    """These people are restricted in their own right, or not at all."""
    asked = "update person set until_decided = null where person_id = any($1::uuid[]) and until_decided is not null"
    await tx.execute(asked, list(people))


async def own_right(tx: Tx, people: Collection[UUID]) -> set[UUID]:
    """Which of these records are restricted in their own right, and not because of another record."""
    asked = "select person_id from person where person_id = any($1::uuid[]) and restricted"
    rows = await tx.fetch(f"{asked} and until_decided is null and by_link is null", list(people))
    return {row["person_id"] for row in rows}


async def in_own_right(tx: Tx, people: Collection[UUID], since: datetime) -> None:
    """These records are restricted in their own right, whatever else they were restricted for; every other record of
    the same people is so because of them."""
    everybody = await with_linked(tx, people)
    await by_link(tx, everybody - set(people) - await own_right(tx, everybody), since)
    await tx.execute(
        "update person set by_link = null, until_decided = null where person_id = any($1::uuid[])"
        " and (by_link is not null or until_decided is not null)",
        list(people),
    )


async def by_link(tx: Tx, people: Collection[UUID], since: datetime) -> None:
    """These records are restricted because another record of the same person is."""
    asked = "update person set by_link = $2, until_decided = null where person_id = any($1::uuid[]) and by_link is null"
    await tx.execute(asked, list(people), since)


async def parted(tx: Tx, people: Collection[UUID], since: datetime) -> list[UUID]:
    """Of records that were parted from others: those that nothing restricts any more but that they were held to be
    somebody's who is. They are so until it is decided anew who they are."""
    rows = await tx.fetch(
        "update person p set by_link = null, until_decided = $2 where p.person_id = any($1::uuid[])"
        " and p.by_link is not null and not exists (select 1 from linked_person l join person o"
        " on o.person_id = l.other_id and o.restricted and o.until_decided is null and o.by_link is null"
        " where l.person_id = p.person_id) returning p.person_id",
        list(people),
        since,
    )
    return sorted(row["person_id"] for row in rows)


async def only_until_decided(tx: Tx, people: Collection[UUID]) -> bool:
    """Whether these people are restricted until it is decided who they are, and nothing is left to decide: nobody
    restricted is linked to them, or may be the same."""
    return bool(await tx.fetchval(_NOTHING_LEFT, list(people)))


async def still_asked(tx: Tx, people: Collection[UUID]) -> bool:
    """Whether it is open of these people if they are somebody who is restricted in their own right."""
    return bool(await tx.fetchval(_STILL_ASKED, list(people)))


async def see_restricted(tx: Tx) -> None:
    """Lets the rest of this transaction see and write restricted people, whoever it is of: to write somebody down as
    restricted who may not be shown to whoever writes it."""
    await tx.execute("select set_config('app.restricted', 'on', true)")


@asynccontextmanager
async def seen_whole(tx: Tx) -> AsyncIterator[None]:
    """Within it restricted people are seen, whoever the transaction is of: for what is decided from all that is known,
    and comes out the same whoever had it decided. Nothing read in it may be shown."""
    before = await tx.fetchval("select current_setting('app.restricted', true)")
    await see_restricted(tx)
    yield
    await tx.execute("select set_config('app.restricted', $1, true)", before or "off")


async def with_linked(tx: Tx, people: Collection[UUID]) -> set[UUID]:
    """These people and every other record of theirs."""
    rows = await tx.fetch("select other_id from linked_person where person_id = any($1::uuid[])", list(people))
    return {*people, *(row["other_id"] for row in rows)}


async def half_restricted(tx: Tx, limit: int) -> list[UUID]:
    """Records that are open to everybody while another record of the same person is restricted, by id."""
    rows = await tx.fetch(_HALF_RESTRICTED, limit)
    return [row["person_id"] for row in rows]


async def fits_restricted(tx: Tx, entries: Mapping[UUID, Sequence[tuple[str, bytes]]]) -> list[Fit]:
    """Whom of those who are restricted these may be, each with the blind indexes (kind, digest) of a person; or share
    a number with."""
    told = [(about, kind, digest) for about, indexes in entries.items() for kind, digest in indexes]
    return read(Fit, await tx.fetch(_OF_RESTRICTED, *(list(c) for c in zip(*told, strict=True)))) if told else []


async def maybe_restricted(tx: Tx, entries: Mapping[UUID, Sequence[tuple[str, bytes]]]) -> set[UUID]:
    """Those of these who fit somebody restricted."""
    return {fit.about for fit in await fits_restricted(tx, entries)}


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
