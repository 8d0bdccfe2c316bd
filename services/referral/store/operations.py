"""What operations shows: set aside, waiting, behind, unsent, and the head of the audit chain."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kit.database import Tx

_PARKED = """
select id, type, reason, detail, parked_at,
       (select count(*) from kit.parked h where h.state = 'held' and h.topic = p.topic and h.key = p.key)::int as behind
  from kit.parked p where state = 'parked' order by parked_at, id limit 50
"""
_NUMBERS = """
select (select count(*) from kit.parked where state = 'parked')::int as parked,
       (select count(*) from kit.parked where state = 'held')::int as held,
       (select count(*) from kit.waiting)::int as waiting,
       (select count(*) from kit.waiting where since < now() - interval '24 hours')::int as waiting_long,
       (select max(moved_at) from kit.watermark) as moved_at,
       (select coalesce(sum(received), 0) from kit.watermark)::bigint as received,
       (select count(*) from task where done_at is null)::int as tasks,
       (select max(position) from kit.audit_chain) as chained
"""
_IGNORED = "select type, count, last_at from kit.ignored order by count desc, type limit 20"


@dataclass(frozen=True, slots=True)
class Operations:
    """`numbers` by name; `parked` and `ignored` are rows."""

    numbers: dict[str, Any]
    parked: list[dict[str, Any]]
    ignored: list[dict[str, Any]]

    @property
    def moved_at(self) -> datetime | None:
        found: datetime | None = self.numbers["moved_at"]
        return found


async def operations(tx: Tx) -> Operations:
    """How things stand in the database of this service."""
    row = await tx.fetchrow(_NUMBERS)
    return Operations(
        dict(row or {}),
        [dict(one) for one in await tx.fetch(_PARKED)],
        [dict(one) for one in await tx.fetch(_IGNORED)],
    )
