"""What changed in a case since its viewer last looked at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import read

ME = "(select nullif(current_setting('app.user_id', true), '')::uuid)"
LOOKS_AT_MOST = 2_000
_NEWS = "exists (select 1 from case_event e where e.case_id = l.case_id and e.id > l.entry)"
# The looks come first, and alone: from the cases one would seek through all that nobody ever looked at.
CHANGED = f"""case_id = any(array(select l.case_id from (select case_id, entry from case_look where worker_id = {ME}
 order by looked_at desc limit {LOOKS_AT_MOST}) l where {_NEWS}))"""
"""SQL over case_file: something happened since the viewer last looked; of the cases that they looked at last."""
_CHANGED = f"select l.case_id from case_look l where l.worker_id = {ME} and l.case_id = any($1::uuid[]) and {_NEWS}"
_SEEN = f"select case_id from case_look where worker_id = {ME} and case_id = any($1::uuid[])"
_BEFORE = f"select looked_at, entry from case_look where worker_id = {ME} and case_id = $1"
_SINCE = """
select id, happened_at, type, actor_role, data from case_event where case_id = $1 and id > $2 order by id desc limit $3
"""
_LOOK = f"""
insert into case_look (worker_id, case_id, looked_at, entry)
select {ME}, $1, $2, coalesce(max(id), 0) from case_event where case_id = $1
on conflict (worker_id, case_id) do update set looked_at = excluded.looked_at, entry = excluded.entry
"""


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened since the viewer's last look."""

    id: int
    happened_at: datetime
    type: str
    actor_role: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Since:
    """The viewer's last look, and what happened after it, newest first."""

    looked_at: datetime
    news: list[News]


async def look(tx: Tx, case_id: UUID, now: datetime) -> Since | None:
    """Notes that the viewer looks now; what is new to them, or None when they never looked before."""
    before = await tx.fetchrow(_BEFORE, case_id)
    news = read(News, await tx.fetch(_SINCE, case_id, before["entry"], 20)) if before else []
    await tx.execute(_LOOK, case_id, now)
    return Since(before["looked_at"], news) if before else None


async def changed(tx: Tx, case_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these cases that changed since the viewer last looked."""
    return {row["case_id"] for row in await tx.fetch(_CHANGED, list(case_ids))}


async def looked_at(tx: Tx, case_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these cases that the viewer ever looked at."""
    return {row["case_id"] for row in await tx.fetch(_SEEN, list(case_ids))}
