"""Providers to which people are not sent: they do not want them, or the provider said that it must not be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import RECORDS, read

BY_PERSON = ("person", "another")
"""Why a person ruled a provider out: their own agreement to it ends that. Anything else is a word on the provider."""


@dataclass(frozen=True, slots=True)
class RuledOut:
    """`why`: person, another (they asked for another one), conflict (it works with the other party), unsafe (its own
    word) or not_safe (help there ended for it)."""

    since: datetime
    why: str

    @property
    def by_person(self) -> bool:
        return self.why in BY_PERSON


_ADD = """
insert into ruled_out (person_id, provider_id, why, case_id, since, by_id) values ($1, $2, $3, $4, $5, $6)
on conflict (person_id, provider_id, why) do update set case_id = excluded.case_id, since = excluded.since,
   by_id = excluded.by_id, over_at = null, over_by = null
"""
_OVER = f"""
update ruled_out set over_at = $3, over_by = $4
 where person_id = {RECORDS} and provider_id = $2 and over_at is null and why = any($5::text[]) returning provider_id
"""
_AGAIN = """
update ruled_out r set over_at = null, over_by = null
 where r.person_id = any($1::uuid[]) and r.over_at >= $2 and r.why = any($3::text[])
   and not exists (select 1 from consent s where s.person_id = r.person_id and s.gate = 'agreement' and s.taken_at >= $2
                      and (s.provider_id = r.provider_id or s.contract_id in (
                          select k.id from unnest($4::uuid[], $5::uuid[]) k(id, whose) where k.whose = r.provider_id)))
returning r.person_id
"""
_OF_PEOPLE = """
select distinct person_id, provider_id from ruled_out where person_id = any($1::uuid[]) and over_at is null
"""
_OF_PERSON = f"""
select distinct on (provider_id) provider_id, since, why from ruled_out
 where person_id = {RECORDS} and over_at is null
 order by provider_id, array_position(array['conflict', 'unsafe', 'not_safe', 'person', 'another'], why), since desc
"""
_BY_WHO_IT_MAY_BE = """
with mine as (select $1::uuid as id union select other_id from linked_person where person_id = $1),
beside as (select s.other_id as id from same_person s join mine m on m.id = s.person_id where s.same is null
           union select s.person_id from same_person s join mine m on m.id = s.other_id where s.same is null),
theirs as (select id from beside union select l.other_id from linked_person l join beside b on b.id = l.person_id)
select distinct on (provider_id) provider_id, since, why from ruled_out
 where person_id in (select id from theirs) and over_at is null
 order by provider_id, array_position(array['conflict', 'unsafe', 'not_safe', 'person', 'another'], why), since desc
"""
_STILL_WITH = """
select l.leg_id, l.referral_id, l.case_id from leg l join case_file c on c.case_id = l.case_id
 where c.person_id = any($1::uuid[]) and l.state in ('leaving', 'sent', 'accepted', 'waitlisted')
   and exists (select 1 from ruled_out r where r.person_id = any($1::uuid[]) and r.provider_id = l.provider_id
                  and r.over_at is null)
 order by l.leg_id
"""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A leg that is with a provider whom its person does not want."""

    leg_id: UUID
    referral_id: UUID
    case_id: UUID


async def add(
    tx: Tx, person_id: UUID, provider_id: UUID, case_id: UUID, by: UUID | None, now: datetime, why: str = "person"
) -> None:
    await tx.execute(_ADD, person_id, provider_id, why, case_id, now, by)


async def over(tx: Tx, person_id: UUID, provider_id: UUID, by: UUID, now: datetime) -> bool:
    """The person, by whichever of their records, wants this provider again; False where they had not ruled it out."""
    return bool(await tx.fetch(_OVER, person_id, provider_id, now, by, list(BY_PERSON)))


async def again_unwanted(tx: Tx, people: Collection[UUID], since: datetime, whose: Mapping[UUID, UUID]) -> set[UUID]:
    """What a record ruled out, and the word of another record ended since then, stands again; an agreement of its own
    to that provider is its own word. `whose`: the provider of each contract. Returns whose word it is."""
    rows = await tx.fetch(_AGAIN, list(people), since, list(BY_PERSON), list(whose), list(whose.values()))
    return {row["person_id"] for row in rows}


async def of_people(tx: Tx, people: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Each of these people with a provider that is ruled out for them."""
    return [tuple(row) for row in await tx.fetch(_OF_PEOPLE, list(people))]


async def still_with(tx: Tx, people: Collection[UUID]) -> list[Unwanted]:
    """What of these people, who are one person, is with a provider that any of their records has ruled out."""
    return read(Unwanted, await tx.fetch(_STILL_WITH, list(people)))


async def of_person(tx: Tx, person_id: UUID) -> dict[UUID, RuledOut]:
    """The providers that are ruled out for a person, by any of their records: of several words on one, that on the
    provider stands before that of the person, since it is the harder to end."""
    rows = await tx.fetch(_OF_PERSON, person_id)
    return {row["provider_id"]: RuledOut(row["since"], row["why"]) for row in rows}


async def by_who_it_may_be(tx: Tx, person_id: UUID) -> dict[UUID, RuledOut]:
    """The providers that are ruled out for whoever this person may be, while nobody has said whether they are."""
    rows = await tx.fetch(_BY_WHO_IT_MAY_BE, person_id)
    return {row["provider_id"]: RuledOut(row["since"], row["why"]) for row in rows}
