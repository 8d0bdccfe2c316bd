"""Restricted cases that were opened without the right: the audit is the record of it, of its reason and its review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import read

BROKEN, REVIEWED, KIND = "glass.broken", "glass.reviewed", "glass_broken"
REFUSED, ALLOWED = "glass.refused", "glass.allowed"
NOT_RIGHT = "not_right"
"""The finding of a review that ends the access at once."""
_OPEN = """
select max(a.at) from kit.audit a where a.subject_id = $1 and a.actor_id = $2 and a.action = $3 and a.at > $4
   and not exists (select 1 from kit.audit r join kit.audit o on o.subject_id = $1 and o.action = $3 and o.actor_id = $2
                    where r.subject_id = $1 and r.action = $5 and r.reason = $6 and r.at >= a.at
                      and o.id::text = any(r.fields))
"""
_BARRED = """
select distinct o.actor_id from kit.audit r
  join kit.audit o on o.subject_id = r.subject_id and o.action = $2 and o.id::text = any(r.fields)
 where r.subject_id = any($1::uuid[]) and r.action = $3 and r.reason = $4
   and not exists (select 1 from kit.audit a where a.subject_id = any($1::uuid[]) and a.action = $5 and a.at >= r.at
                      and o.actor_id::text = any(a.fields))
"""
_OF_CASE = """
select a.id, a.at, a.actor_id, a.reason from kit.audit a
 where a.subject_id = $1 and a.action = $2 and a.at > $4
   and not exists (select 1 from kit.audit r where r.subject_id = $1 and r.action = $3 and r.at >= a.at
                      and a.id::text = any(r.fields))
 order by a.at desc, a.id desc limit 20
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """One opening that nobody has reviewed."""

    id: int
    at: datetime
    actor_id: UUID
    reason: str


async def broken_at(tx: Tx, case_id: UUID, worker_id: UUID, since: datetime) -> datetime | None:
    """When this worker opened this case last; None where that was before `since`, or never, or where a review since
    found that it was not right."""
    found: datetime | None = await tx.fetchval(_OPEN, case_id, worker_id, BROKEN, since, REVIEWED, NOT_RIGHT)
    return found


async def barred(tx: Tx, case_ids: Sequence[UUID]) -> set[UUID]:
    """Who opened one of these cases as a review found that it was not right, and whom no leader has let again since."""
    rows = await tx.fetch(_BARRED, list(case_ids), BROKEN, REVIEWED, NOT_RIGHT, ALLOWED)
    return {row["actor_id"] for row in rows}


async def to_review(tx: Tx, case_id: UUID, since: datetime) -> list[Broken]:
    """Openings of a case that wait for a review, newest first."""
    return read(Broken, await tx.fetch(_OF_CASE, case_id, BROKEN, REVIEWED, since))


async def told(tx: Tx, case_id: UUID, now: datetime) -> None:
    """Every opening of a case was reviewed: the notices of it are over."""
    asked = "update notice set over_at = $2 where case_id = $1 and kind = $3 and over_at is null"
    await tx.execute(asked, case_id, now, KIND)
