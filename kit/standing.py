"""How a service stands: what is set aside, how far behind it is, what is unsent, and whether its audit is chained."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kit.database import Tx

_ROWS = """
select id, topic, type, reason, detail, parked_at, state,
       (select count(*) from kit.parked h
         where h.state = 'held' and h.topic = p.topic and h.key = p.key)::int as behind,
       (select verb from kit.parked_order o where o.parked_id = p.id and o.done_at is null) as asked
  from kit.parked p where ($1::bigint is null and state = 'parked') or id = $1 order by parked_at, id limit 50
"""
_NUMBERS = """
select (select count(*) from kit.parked where state = 'parked')::int as parked,
       (select count(*) from kit.parked where state = 'held')::int as held,
       (select count(*) from kit.waiting)::int as waiting,
       (select count(*) from kit.waiting where since < now() - interval '24 hours')::int as waiting_long,
       (select max(moved_at) from kit.watermark) as moved_at,
       (select coalesce(sum(received), 0) from kit.watermark)::bigint as received,
       (select coalesce(sum(records), 0) from kit.behind)::bigint as behind,
       (select min(since) from kit.behind) as behind_since,
       (select max(last_run) from kit.schedule) as worker_at,
       (select count(*) from kit.outbox)::bigint as unsent,
       (select min(added_at) from kit.outbox) as unsent_since,
       coalesce((select max(position) from kit.audit_chain), 0)::bigint as chained,
       (select at from kit.audit
         where id > coalesce((select audit_id from kit.audit_chain order by position desc limit 1), 0)
         order by id limit 1) as unchained_since
"""
_IGNORED = "select type, count, last_at from kit.ignored order by count desc, type limit 20"
_ORDERS = """
select parked_id, verb, asked_at, done_at, applied, still from kit.parked_order order by asked_at desc limit 10
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts and instants of one service; `parked`, `ignored` and `orders` are rows."""

    numbers: dict[str, Any]
    parked: list[dict[str, Any]]
    ignored: list[dict[str, Any]]
    orders: list[dict[str, Any]]

    def seconds_since(self, name: str, now: datetime) -> float:
        """Seconds since that instant; 0 when there is none."""
        at: datetime | None = self.numbers[name]
        return max(0.0, (now - at).total_seconds()) if at else 0.0


async def standing(tx: Tx) -> Standing:
    """How things stand in the database of this service."""
    row = await tx.fetchrow(_NUMBERS)
    return Standing(
        dict(row or {}),
        [dict(one) for one in await tx.fetch(_ROWS, None)],
        [dict(one) for one in await tx.fetch(_IGNORED)],
        [dict(one) for one in await tx.fetch(_ORDERS)],
    )


async def parked_record(tx: Tx, number: int) -> dict[str, Any] | None:
    """One parked record without its contents."""
    row = await tx.fetchrow(_ROWS, number)
    return None if row is None else dict(row)
