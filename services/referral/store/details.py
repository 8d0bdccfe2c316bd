"""Sealed details: what came sealed from the police, what is sealed under a person's own key, and the blind indexes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read

PERSON_FIELDS = ("given_names", "family_name", "date_of_birth", "address", "code_word", "other_channels")
CASE_FIELDS = ("officer_in_case", "family_liaison_officer")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Details as they came; `kin` maps a kin_ref to [case_id, person_id] of a bereaved person who may be told of."""

    id: int
    crime_id: UUID
    force: str
    victim_ref: str
    person_id: UUID | None
    case_id: UUID | None
    kin: dict[str, Any]
    jwe: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Word:
    """A code word of a person, sealed under the key of the record that holds it."""

    person_id: UUID
    record_id: UUID
    code_word: bytes


_WORDS = """
select p.person_id, s.person_id as record_id, s.code_word
  from unnest($1::uuid[]) as p(person_id)
 cross join lateral (select p.person_id as record_id
                      union all select l.other_id from linked_person l where l.person_id = p.person_id) r
  join person_sealed s on s.person_id = r.record_id and s.code_word is not null
 order by 1, s.person_id <> p.person_id, 2
"""
_TAKE = f"""
delete from sealed_arrival where id = any(array(select id from sealed_arrival order by id limit $1
                                                   for update skip locked)) returning {columns(Arrival)}
"""
_PERSON = """
insert into person_sealed (person_id, given_names, family_name, date_of_birth, address, code_word, other_channels,
                           updated_at)
select distinct on (1) * from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[],
                                     $7::bytea[], $8::timestamptz[]) order by 1, 8 desc
on conflict (person_id) do update set given_names = coalesce(excluded.given_names, person_sealed.given_names),
   family_name = coalesce(excluded.family_name, person_sealed.family_name),
   date_of_birth = coalesce(excluded.date_of_birth, person_sealed.date_of_birth),
   address = coalesce(excluded.address, person_sealed.address),
   code_word = coalesce(excluded.code_word, person_sealed.code_word),
   other_channels = coalesce(excluded.other_channels, person_sealed.other_channels), updated_at = excluded.updated_at
"""
_CASE = """
insert into case_sealed (case_id, person_id, officer_in_case, family_liaison_officer, updated_at)
select distinct on (1) * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::timestamptz[])
 order by 1, 5 desc
on conflict (case_id) do update set officer_in_case = coalesce(excluded.officer_in_case, case_sealed.officer_in_case),
   family_liaison_officer = coalesce(excluded.family_liaison_officer, case_sealed.family_liaison_officer),
   updated_at = excluded.updated_at
"""
_INDEX = """
insert into person_index (kind, digest, person_id)
select distinct * from unnest($1::text[], $2::bytea[], $3::uuid[]) on conflict do nothing
"""
_NAMED_OTHERWISE = """
select w.person_id from unnest($1::uuid[], $2::bytea[]) as w(person_id, digest)
  join person_index i on i.person_id = w.person_id and i.kind = 'name'
 group by w.person_id having not bool_or(i.digest = w.digest) order by 1
"""
PROPOSES = ("name_and_birth", "first_name_and_birth", "first_name_at_home", "alike_at_home")
"""Indexes of which one that agrees is enough to ask whether two records are of one person."""
# A number alone proves nothing: families, hostels and switchboards share one. Names are not joined, they are many.
_PROPOSE = """
with told as ({told}),
     pairs as (select t.person_id as one, i.person_id as other, array_agg(distinct t.kind order by t.kind) as matched
                 from told t join person_index i on i.kind = t.kind and i.digest = t.digest
                where i.person_id <> t.person_id and t.kind = any({proposes} || '{{phone}}') group by 1, 2)
insert into same_person (person_id, other_id, matched, proposed_at)
select distinct on (1, 2) least(one, other), greatest(one, other), matched, {at} from pairs p
 where matched && {proposes}
    or exists (select 1 from told t join person_index i on i.kind = t.kind and i.digest = t.digest
                where t.kind = 'name' and t.person_id = p.one and i.person_id = p.other)
 order by 1, 2
on conflict do nothing returning person_id, other_id
"""
_ANY = f"'{{{','.join(PROPOSES)}}}'::text[]"
_SAME = _PROPOSE.format(
    told="select person_id, kind, digest from person_index where person_id = any($1::uuid[])",
    at="$2::timestamptz",
    proposes=_ANY,
)
_TOLD_SAME = _PROPOSE.format(
    told="select * from unnest($1::uuid[], $2::text[], $3::bytea[]) as t(person_id, kind, digest)",
    at="$4::timestamptz",
    proposes=_ANY,
)
_FIRST = """
insert into person_index (kind, digest, person_id)
select distinct t.kind, t.digest, t.person_id
  from unnest($1::uuid[], $2::text[], $3::bytea[]) as t(person_id, kind, digest)
 where not exists (select 1 from person_index i where i.person_id = t.person_id) on conflict do nothing
"""
_HOLD_PEOPLE = "select 1 from person where person_id = any($1::uuid[]) order by person_id for key share"
_HOLD_CASES = """
select 1 from case_file where case_id = any(array(
    select unnest($1::uuid[]) union select case_id from case_file where person_id = any(array(
        select unnest($2::uuid[]) union select other_id from linked_person where person_id = any($2::uuid[])))))
 order by case_id for update
"""
_STATE = "update case_file set details = $2 where case_id = any($1::uuid[]) and details <> $2"


async def take(tx: Tx, limit: int) -> list[Arrival]:
    """The oldest details that wait to be opened; they are no longer kept as they came."""
    return sorted(read(Arrival, await tx.fetch(_TAKE, limit)), key=lambda arrival: arrival.id)


async def hold(tx: Tx, people: Sequence[UUID], cases: Sequence[UUID]) -> None:
    """Locks people, then these cases and every case of theirs, which may hear of a channel, as everybody does who
    writes several of them: else two could wait for each other."""
    await tx.execute(_HOLD_PEOPLE, list(people))
    await tx.execute(_HOLD_CASES, list(cases), list(people))


async def keep_people(tx: Tx, people: Sequence[tuple[UUID, dict[str, bytes]]], now: datetime) -> None:
    """Writes sealed fields of people; a field that did not come stays as it was. The last of equals counts."""
    last = dict(people)
    if last:
        fields = [[sealed.get(name) for sealed in last.values()] for name in PERSON_FIELDS]
        await tx.execute(_PERSON, list(last), *fields, [now] * len(last))


async def keep_cases(tx: Tx, cases: Sequence[tuple[UUID, UUID, dict[str, bytes]]], now: datetime) -> None:
    """Writes sealed fields (case, person, fields) of cases: the officer in the case, the family liaison officer."""
    last = {case_id: (person_id, sealed) for case_id, person_id, sealed in cases if sealed}
    if last:
        fields = [[sealed.get(name) for _, sealed in last.values()] for name in CASE_FIELDS]
        await tx.execute(_CASE, list(last), [person for person, _ in last.values()], *fields, [now] * len(last))


async def index(tx: Tx, entries: Sequence[tuple[str, bytes, UUID]]) -> None:
    """Adds blind indexes (kind, digest, person)."""
    if entries:
        await tx.execute(_INDEX, *(list(column) for column in zip(*entries, strict=True)))


async def named_otherwise(tx: Tx, named: Sequence[tuple[UUID, bytes]]) -> list[UUID]:
    """Of these people, each with the digest of a name, those who have been named, and never so."""
    if not named:
        return []
    rows = await tx.fetch(_NAMED_OTHERWISE, *(list(column) for column in zip(*named, strict=True)))
    return [row["person_id"] for row in rows]


async def propose_same(tx: Tx, people: Sequence[UUID], now: datetime) -> list[tuple[UUID, UUID]]:
    """Pairs of people who may be the same, for a human to decide; what was decided once is not asked again."""
    return [tuple(row) for row in await tx.fetch(_SAME, list(people), now)]


async def propose_told(tx: Tx, told: Sequence[tuple[UUID, str, bytes]], now: datetime) -> list[tuple[UUID, UUID]]:
    """As `propose_same`, of blind indexes (person, kind, digest) that are told a moment before they are kept. Those of
    a person of whom there are none are kept at once, so that who is told of next is held against them."""
    if not told:
        return []
    entries = [list(column) for column in zip(*told, strict=True)]
    await tx.execute(_FIRST, *entries)
    return [tuple(row) for row in await tx.fetch(_TOLD_SAME, *entries, now)]


async def opened_before(tx: Tx, case_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Those of these cases, not closed, of which details were opened before, each with its person."""
    rows = await tx.fetch(
        "select case_id, person_id from case_file where case_id = any($1::uuid[]) and details = 'open'"
        " and state <> 'closed'",
        list(case_ids),
    )
    return {row["case_id"]: row["person_id"] for row in rows}


async def set_state(tx: Tx, case_ids: Sequence[UUID], state: str) -> None:
    await tx.execute(_STATE, list(case_ids), state)


async def person(tx: Tx, person_id: UUID) -> dict[str, bytes]:
    """The sealed fields of a person by name; empty when there are none or the viewer may not see the person."""
    row = await tx.fetchrow(f"select {', '.join(PERSON_FIELDS)} from person_sealed where person_id = $1", person_id)
    return {name: value for name, value in row.items() if value is not None} if row else {}


async def code_words(tx: Tx, people: Collection[UUID]) -> list[Word]:
    """The sealed code words of these people by every record of theirs, that of the record itself first."""
    return read(Word, await tx.fetch(_WORDS, list(people)))


async def named_after(tx: Tx, person_id: UUID, limit: int) -> dict[UUID, dict[str, bytes]]:
    """Of the next people of whom a name is held: what of it, of their birth and of where they live is sealed."""
    names = ("given_names", "family_name", "date_of_birth", "address")
    asked = f"select person_id, {', '.join(names)} from person_sealed where person_id > $1 and family_name is not null"
    rows = await tx.fetch(f"{asked} order by person_id limit $2", person_id, limit)
    return {row["person_id"]: {name: row[name] for name in names if row[name] is not None} for row in rows}


async def case(tx: Tx, case_id: UUID) -> dict[str, bytes]:
    """The sealed fields of a case by name."""
    row = await tx.fetchrow(f"select {', '.join(CASE_FIELDS)} from case_sealed where case_id = $1", case_id)
    return {name: value for name, value in row.items() if value is not None} if row else {}


async def find(tx: Tx, entries: Sequence[tuple[str, bytes]], limit: int = 50) -> list[UUID]:
    """People whom every one of these blind indexes (kind, digest) finds, among those the viewer may see."""
    rows = await tx.fetch(
        "select i.person_id from person_index i join unnest($1::text[], $2::bytea[]) as w(kind, digest)"
        " on i.kind = w.kind and i.digest = w.digest group by 1 having count(*) = $3 order by 1 limit $4",
        [kind for kind, _ in entries],
        [digest for _, digest in entries],
        len(entries),
        limit,
    )
    return [row["person_id"] for row in rows]


async def without_birth(tx: Tx, people: Sequence[UUID]) -> list[UUID]:
    """Those of these people whose day of birth is not known with their name."""
    rows = await tx.fetch(
        "select w.person_id from unnest($1::uuid[]) as w(person_id) where not exists (select 1 from person_index i"
        " where i.person_id = w.person_id and i.kind = 'name_and_birth') order by 1",
        list(people),
    )
    return [row["person_id"] for row in rows]


async def cases_of(tx: Tx, people: Sequence[UUID]) -> list[UUID]:
    """The cases of these people, newest first, among those the viewer may see."""
    rows = await tx.fetch(
        "select case_id from case_file where person_id = any($1::uuid[]) order by opened_at desc, case_id limit 100",
        list(people),
    )
    return [row["case_id"] for row in rows]
