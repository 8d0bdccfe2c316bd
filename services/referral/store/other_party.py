"""Who helps the other party of a case, by every record of a person, and the legs of both sides."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx

_HELPED_BY = """
select a.person_id, l.provider_id
  from unnest($1::uuid[]) a(person_id)
 cross join lateral (select a.person_id as record union all
                     select other_id from linked_person where person_id = a.person_id) r
  join case_file c on c.person_id = r.record
  join leg l on l.case_id = c.case_id and l.state in ('leaving', 'sent', 'accepted', 'waitlisted')
"""
_OPEN_LEGS = """
select l.leg_id from leg l
 where l.state in ('sent', 'accepted', 'waitlisted')
   and (l.case_id = any($1::uuid[]) or l.case_id in (select case_id from case_file where person_id = any($2::uuid[])))
 order by l.leg_id
"""


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
