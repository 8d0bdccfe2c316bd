"""Whose address is protected: it is hidden everywhere, whichever record or case of the person it was said of."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from kit.database import Tx

HOLD = "protected_address"
PLACES = ("letter", "in_person")
"""Kinds of channel whose value is a place."""
_ADD = """
insert into protected_address (person_id, since) select * from unnest($1::uuid[], $2::timestamptz[]) order by 1
on conflict do nothing
"""
_OF = """
select p from unnest($1::uuid[]) p
 where exists (select 1 from protected_address a where a.person_id = p)
    or exists (select 1 from linked_person l join protected_address a on a.person_id = l.other_id
                where l.person_id = p)
"""


async def add(tx: Tx, people: Mapping[UUID, datetime]) -> None:
    """From these moments on the addresses of these people are protected."""
    await tx.execute(_ADD, list(people), list(people.values()))


async def of(tx: Tx, people: Collection[UUID]) -> set[UUID]:
    """Those of these people whose address is protected, by any of their records."""
    return {row["p"] for row in await tx.fetch(_OF, list(people))}
