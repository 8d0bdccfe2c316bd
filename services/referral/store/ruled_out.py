"""Providers that people do not want."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import RECORDS, read

_ADD = """
insert into ruled_out (person_id, provider_id, case_id, since, by_id) values ($1, $2, $3, $4, $5)
on conflict (person_id, provider_id) do update set case_id = excluded.case_id, since = excluded.since,
   by_id = excluded.by_id, over_at = null, over_by = null
"""
_OVER = f"""
update ruled_out set over_at = $3, over_by = $4
 where person_id = {RECORDS} and provider_id = $2 and over_at is null returning provider_id
"""
_OF_PEOPLE = "select person_id, provider_id from ruled_out where person_id = any($1::uuid[]) and over_at is null"
_OF_PERSON = f"""
select provider_id, max(since) as since from ruled_out where person_id = {RECORDS} and over_at is null group by 1
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


async def add(tx: Tx, person_id: UUID, provider_id: UUID, case_id: UUID, by: UUID, now: datetime) -> None:
    await tx.execute(_ADD, person_id, provider_id, case_id, now, by)


async def over(tx: Tx, person_id: UUID, provider_id: UUID, by: UUID, now: datetime) -> bool:
    """The person, by whichever of their records, wants this provider again; False where they had not ruled it out."""
    return bool(await tx.fetch(_OVER, person_id, provider_id, now, by))


async def of_people(tx: Tx, people: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Each of these people with a provider that they do not want."""
    return [tuple(row) for row in await tx.fetch(_OF_PEOPLE, list(people))]


async def still_with(tx: Tx, people: Collection[UUID]) -> list[Unwanted]:
    """What of these people, who are one person, is with a provider that any of their records has ruled out."""
    return read(Unwanted, await tx.fetch(_STILL_WITH, list(people)))


async def of_person(tx: Tx, person_id: UUID) -> dict[UUID, datetime]:
    """The providers that a person does not want, by any of their records, and since when."""
    return {row["provider_id"]: row["since"] for row in await tx.fetch(_OF_PERSON, person_id)}
