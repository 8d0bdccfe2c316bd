"""Records of people who may be the same, what was decided of them, and who belongs together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain.linking import together
from services.referral.store.rows import RECORDS, read
from services.referral.store.undecided import GRAVE


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records of people; `same` is None while nobody has decided. Each with its newest case. `grave`: life may be
    at risk in an open case of one of them, as far as that was asked."""

    person_id: UUID
    other_id: UUID
    matched: tuple[str, ...]
    proposed_at: datetime
    same: bool | None
    decided_at: datetime | None
    case_id: UUID | None
    reference: str | None
    other_case_id: UUID | None
    other_reference: str | None
    grave: bool = False

    def beside(self, person_id: UUID) -> tuple[UUID, UUID | None, str | None]:
        """The other record than this person's: its id, its newest case and that case's reference."""
        if person_id == self.person_id:
            return self.other_id, self.other_case_id, self.other_reference
        return self.person_id, self.case_id, self.reference


_NEWEST = """
left join lateral (select case_id, reference from case_file c where c.person_id = s.{who}
                    order by opened_at desc, case_id limit 1) {name} on true
"""
_NAMED = (
    "select s.person_id, s.other_id, coalesce(s.matched, '{}') as matched, s.proposed_at, s.same, s.decided_at,"
    " a.case_id, a.reference, b.case_id as other_case_id, b.reference as other_reference"
)
_OF = " from same_person s" + _NEWEST.format(who="person_id", name="a") + _NEWEST.format(who="other_id", name="b")
_PAIRS = _NAMED + _OF
_GRAVE = f""", exists (select 1 from case_file g where g.person_id in (s.person_id, s.other_id)
   and g.state <> 'closed' and {GRAVE.format("g")}) as grave"""
_OPEN = f"{_NAMED}{_GRAVE}{_OF} where s.same is null order by grave desc, s.proposed_at, 1, 2 limit $1"
_PAIR = _PAIRS + " where s.person_id = least($1::uuid, $2::uuid) and s.other_id = greatest($1::uuid, $2::uuid)"
_UNDO = """
update same_person set same = null, decided_by = null, decided_at = null
 where person_id = least($1::uuid, $2::uuid) and other_id = greatest($1::uuid, $2::uuid) and same = $3
returning person_id
"""
_NOTICE = """
update same_person set noticed_at = $1
 where (person_id, other_id) in (select person_id, other_id from same_person where same is null and noticed_at is null
                                  order by proposed_at, person_id, other_id limit $2 for update skip locked)
returning person_id, other_id
"""
_HELPED = f"""
select l.line, l.contract_id, l.provider_id, l.assigned_to, l.sent_at, l.state, c.case_id, c.reference
  from leg l join case_file c on c.case_id = l.case_id
 where c.person_id = {RECORDS}
   and c.case_id <> $2
   and (l.state = 'accepted'
        or l.state = 'ended' and exists (select 1 from referral r where r.referral_id = l.referral_id
            and r.leg_id = l.leg_id and r.accepted_at is not null and r.state in ('completed', 'ended_early')))
 order by l.sent_at desc nulls last, l.leg_id limit 5
"""


@dataclass(frozen=True, slots=True)
class Helped:
    """Who helped this person in an earlier case."""

    line: str
    contract_id: UUID
    provider_id: UUID
    assigned_to: UUID | None
    sent_at: datetime | None
    state: str
    case_id: UUID
    reference: str


async def open_pairs(tx: Tx, limit: int) -> list[Pair]:
    """Pairs that wait for a human, those with life at risk first, then the oldest."""
    return read(Pair, await tx.fetch(_OPEN, limit))


async def count_open(tx: Tx) -> int:
    return int(await tx.fetchval("select count(*) from same_person where same is null"))


async def pairs_of(tx: Tx, person_id: UUID) -> list[Pair]:
    """The pairs of a person: those that are open, and what was decided of others."""
    rows = await tx.fetch(f"{_PAIRS} where s.person_id = $1 or s.other_id = $1 order by s.proposed_at, 1, 2", person_id)
    return read(Pair, rows)


async def pair(tx: Tx, one: UUID, other: UUID) -> Pair | None:
    """What is known of these two, in either order; None when nobody proposed them, or the viewer may not see one."""
    row = await tx.fetchrow(_PAIR, one, other)
    return None if row is None else read(Pair, [row])[0]


async def between(tx: Tx, people: Collection[UUID], *, same: bool) -> list[Pair]:
    """What was decided so of any two of these records, the oldest answer first."""
    asked = f"{_PAIRS} where s.same = $2 and s.person_id = any($1::uuid[]) and s.other_id = any($1::uuid[])"
    return read(Pair, await tx.fetch(f"{asked} order by s.decided_at, 1, 2", list(people), same))


async def propose(tx: Tx, one: UUID, other: UUID, now: datetime, matched: Collection[str] = ()) -> bool:
    """Keeps that it is asked whether two records are of one person, and what of them matched; False where that was
    asked, or decided, before. Where a worker asks nothing did, and whoever asks has the cases decided again."""
    asked = (
        "insert into same_person (person_id, other_id, matched, proposed_at, noticed_at) values"
        " (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), $4::text[], $3::timestamptz,"
        " case when $4::text[] = '{}' then $3::timestamptz end) on conflict do nothing returning person_id"
    )
    return await tx.fetchval(asked, one, other, now, list(matched)) is not None


async def undo(tx: Tx, one: UUID, other: UUID, *, same: bool) -> bool:
    """The two are no longer held to be the same, or (not `same`) to be two people: the pair is open again. False when
    that was not decided of them."""
    return await tx.fetchval(_UNDO, one, other, same) is not None


async def linked(tx: Tx, person_id: UUID) -> list[UUID]:
    """The other records of this person, by id."""
    rows = await tx.fetch("select other_id from linked_person where person_id = $1 order by 1", person_id)
    return [row["other_id"] for row in rows]


async def relink(tx: Tx, people: Collection[UUID]) -> frozenset[UUID]:
    """Writes anew who belongs together among these people and all whom decisions join to them. Returns them all."""
    rows = await tx.fetch(
        "with recursive joined(person_id) as (select unnest($1::uuid[]) union"
        " select case when s.person_id = j.person_id then s.other_id else s.person_id end"
        " from joined j join same_person s on s.same and j.person_id in (s.person_id, s.other_id))"
        " select s.person_id, s.other_id from same_person s"
        " where s.same and s.person_id in (select person_id from joined)",
        list(people),
    )
    pairs = [(row["person_id"], row["other_id"]) for row in rows]
    everybody = frozenset(people).union(*pairs)
    await tx.execute(
        "delete from linked_person where person_id = any($1::uuid[]) or other_id = any($1::uuid[])", sorted(everybody)
    )
    links = [(one, other) for one in sorted(everybody) for other in sorted(together(one, pairs) - {one})]
    await tx.executemany("insert into linked_person (person_id, other_id) values ($1, $2)", links)
    return everybody


async def notice(tx: Tx, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Pairs newly proposed to be one person: each proposal is given out once."""
    return [tuple(row) for row in await tx.fetch(_NOTICE, now, limit)]


async def open_cases(tx: Tx, people: Sequence[UUID]) -> list[UUID]:
    """The open cases of these people that the viewer may see, by id."""
    rows = await tx.fetch(
        "select case_id from case_file where person_id = any($1::uuid[]) and state <> 'closed' order by case_id",
        list(people),
    )
    return [row["case_id"] for row in rows]


async def a_case_of_each(tx: Tx, people: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """For each of these people one of their cases, the newest, open or closed."""
    rows = await tx.fetch(
        "select distinct on (person_id) person_id, case_id from case_file where person_id = any($1::uuid[])"
        " order by person_id, opened_at desc, case_id",
        list(people),
    )
    return [(row["person_id"], row["case_id"]) for row in rows]


async def restricted(tx: Tx, people: Sequence[UUID]) -> bool:
    """Whether any of these people is restricted."""
    return bool(
        await tx.fetchval("select bool_or(restricted) from person where person_id = any($1::uuid[])", list(people))
    )


async def helped(tx: Tx, person_id: UUID, but: UUID) -> list[Helped]:
    """Who helped this person in other cases than `but`, the last first."""
    return read(Helped, await tx.fetch(_HELPED, person_id, but))
