"""The last time that something was done to a case, a person or a task, for a page that was opened before it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read, read_one


@dataclass(frozen=True, slots=True)
class Audited:
    at: datetime
    actor_id: UUID | None
    actor_role: str
    fields: tuple[str, ...]
    reason: str | None


async def every(tx: Tx, subject_id: UUID, action: str, until: datetime | None = None) -> list[Audited]:
    """Each time that somebody did this to it, oldest first."""
    rows = await tx.fetch(
        f"select {columns(Audited)} from kit.audit where subject_id = $1 and action = $2"
        " and ($3::timestamptz is null or at <= $3) order by at, id",
        subject_id,
        action,
        until,
    )
    return read(Audited, rows)


async def last(tx: Tx, subject_id: UUID, action: str) -> Audited | None:
    """Who did this to it last, and when; None where nobody did."""
    row = await tx.fetchrow(
        f"select {columns(Audited)} from kit.audit where subject_id = $1 and action = $2"
        " order by at desc, id desc limit 1",
        subject_id,
        action,
    )
    return read_one(Audited, row)
