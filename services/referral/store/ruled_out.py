"""Providers that people do not want."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import RECORDS

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


async def add(tx: Tx, person_id: UUID, provider_id: UUID, case_id: UUID, by: UUID, now: datetime) -> None:
    await tx.execute(_ADD, person_id, provider_id, case_id, now, by)


async def over(tx: Tx, person_id: UUID, provider_id: UUID, by: UUID, now: datetime) -> bool:
    """The person, by whichever of their records, wants this provider again; False where they had not ruled it out."""
    return bool(await tx.fetch(_OVER, person_id, provider_id, now, by))


async def of_people(tx: Tx, people: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Each of these people with a provider that they do not want."""
    return [tuple(row) for row in await tx.fetch(_OF_PEOPLE, list(people))]


async def of_person(tx: Tx, person_id: UUID) -> dict[UUID, datetime]:
    """The providers that a person does not want, by any of their records, and since when."""
    return {row["provider_id"]: row["since"] for row in await tx.fetch(_OF_PERSON, person_id)}
