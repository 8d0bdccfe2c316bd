"""A digest of what was said in the form of the last step that somebody took on a referral; each sees their own."""

from datetime import datetime
from uuid import UUID

from kit.database import Tx

_KEEP = """
insert into step_said (referral_id, actor_id, verb, said, at) values ($1, $2, $3, $4, $5)
on conflict (referral_id, actor_id) do update set verb = excluded.verb, said = excluded.said, at = excluded.at
"""


async def keep(tx: Tx, referral_id: UUID, actor_id: UUID, verb: str, said: bytes, now: datetime) -> None:
    await tx.execute(_KEEP, referral_id, actor_id, verb, said, now)


async def last(tx: Tx, referral_id: UUID, actor_id: UUID, verb: str) -> bytes | None:
    """What was said when this viewer last took a step, if it was this one."""
    asked = "select said from step_said where referral_id = $1 and actor_id = $2 and verb = $3"
    row = await tx.fetchrow(asked, referral_id, actor_id, verb)
    return row["said"] if row else None


async def forget(tx: Tx, before: datetime) -> int:
    """Forgets what was said longer ago; returns how many."""
    return len(await tx.fetch("delete from step_said where at < $1 returning referral_id", before))
