"""Who helps the other party of a case, by every record of a person, and the legs of both sides."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain.persons import accused
from services.referral.store.rows import read

_HELPED_BY = """
select a.person_id, l.provider_id
  from unnest($1::uuid[]) a(person_id)
 cross join lateral (select a.person_id as record union all
                     select other_id from linked_person where person_id = a.person_id) r
  join case_file c on c.person_id = r.record
  join leg l on l.case_id = c.case_id and l.state in ('leaving', 'sent', 'accepted', 'waitlisted')
"""
_OF_PEOPLE = """
select p.person_id as record, s.crime_id, f.person_id as other, true as suspected, f.state <> 'closed' as is_open
  from person p join suspect s on s.suspect_ref = p.police_ref and s.force = p.force
  join case_file f on f.crime_id = s.crime_id
 where p.person_id = any($1::uuid[])
"""
_ACCUSED = """
select c.person_id as record, s.crime_id, s.force, s.suspect_ref
  from case_file c join suspect s on s.crime_id = c.crime_id where c.person_id = any($1::uuid[])
"""
_ELSEWHERE = """
with harmed as (
    select c.person_id from case_file c
     where c.crime_id = $1 and ($2::text is null or c.victim_ref = $2 or not exists (
           select 1 from case_file x where x.crime_id = $1 and x.victim_ref = $2))),
people as (
    select person_id from harmed union
    select l.other_id from linked_person l join harmed h on h.person_id = l.person_id),
others as (
    select o.case_id from people p join case_file o on o.person_id = p.person_id
    union
    select o.case_id from suspect s join suspect t on t.suspect_ref = s.suspect_ref and t.force = s.force
      join case_file o on o.crime_id = t.crime_id where s.crime_id = $1
    union
    select i.case_id from intake i where i.crime_id = $1)
select o.case_id from others join case_file o using (case_id)
 where o.state <> 'closed' and o.kind <> 'business' and o.crime_id is distinct from $1 order by 1
"""
_OPEN_LEGS = """
select l.leg_id from leg l
 where l.state in ('sent', 'accepted', 'waitlisted')
   and (l.case_id = any($1::uuid[]) or l.case_id in (select case_id from case_file where person_id = any($2::uuid[])))
 order by l.leg_id
"""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody on the other side of a crime of a person, by one record: whom it names as a suspect, or (`suspected`)
    who was harmed where it names the person as one; `is_open`: something is to be done for them in it."""

    record: UUID
    crime_id: UUID
    other: UUID
    suspected: bool
    is_open: bool


async def of_people(tx: Tx, records: Collection[UUID]) -> list[Other]:
    """The other side of every crime of these records of people."""
    found = read(Other, await tx.fetch(_OF_PEOPLE, list(records)))
    for row in await tx.fetch(_ACCUSED, list(records)):
        [other] = accused(row["force"], [row["suspect_ref"]])
        found.append(Other(row["record"], row["crime_id"], other, suspected=False, is_open=False))
    return found


async def elsewhere(tx: Tx, crime_id: UUID, victim_ref: str | None) -> list[UUID]:
    """The open cases of other crimes of whom this one harmed (of `victim_ref` alone, where it knows them), and of whom
    a crime harmed that names the same suspect; and of whoever was taken in since a task of this crime asked for them. A
    business is hurt by nobody who is out."""
    return [row["case_id"] for row in await tx.fetch(_ELSEWHERE, crime_id, victim_ref)]


async def helped_by(tx: Tx, people: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The providers that have an open leg of each of these people, in any record of theirs."""
    found: dict[UUID, set[UUID]] = {}
    for row in await tx.fetch(_HELPED_BY, list(people)):
        found.setdefault(row["person_id"], set()).add(row["provider_id"])
    return found


async def open_legs(tx: Tx, cases: Collection[UUID], people: Collection[UUID]) -> list[UUID]:
    """The legs that are with a provider of these cases, and of all cases of these people."""
    return [row["leg_id"] for row in await tx.fetch(_OPEN_LEGS, list(cases), list(people))]


async def keep_apart(tx: Tx, legs: Sequence[UUID], now: datetime) -> None:
    """From now on the providers of these legs are asked to keep the person from meeting somebody else they help."""
    await tx.execute(
        "update leg set kept_apart_since = $2 where leg_id = any($1::uuid[]) and kept_apart_since is null",
        list(legs),
        now,
    )
