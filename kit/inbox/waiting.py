"""Facts that came before what they speak of wait in a table, and are handed out when it has come."""

from collections.abc import Sequence
from typing import Any

from kit.database import Tx
from kit.inbox.reading import as_json, from_row, read
from kit.listening import Context
from kit.received import Received

_WAIT = """
insert into kit.waiting (key, topic, partition, "offset", headers, value)
select k, t, p, o, h::jsonb, v
  from unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::bytea[]) as w(k, t, p, o, h, v)
"""
_RELEASE = """
with gone as (delete from kit.waiting where key = any($1::text[]) returning *) select * from gone order by id
"""


async def wait(tx: Tx, events: Sequence[Received[Any]]) -> None:
    """Keeps events, in order, until somebody releases their keys."""
    if events:
        await tx.execute(
            _WAIT,
            [e.key for e in events],
            [e.topic for e in events],
            [e.partition for e in events],
            [e.offset for e in events],
            [as_json(e.record) for e in events],
            [e.record.value for e in events],
        )


async def release(tx: Tx, context: Context, keys: Sequence[str]) -> list[Received[Any]]:
    """The waiting events of `keys`, in the order in which they came; they are no longer kept."""
    rows = await tx.fetch(_RELEASE, list(keys))
    read_again = [read(from_row(row), context.models) for row in rows]
    return [event for event in read_again if isinstance(event, Received)]


async def waiting_keys(tx: Tx, limit: int = 1000) -> list[str]:
    """The keys that something waits for, oldest first."""
    rows = await tx.fetch("select key from kit.waiting group by key order by min(id) limit $1", limit)
    return [row["key"] for row in rows]
