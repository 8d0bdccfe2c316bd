"""What was parked, sent through the inbox again with the tail of its key."""

from kit.database import Database, Tx
from kit.inbox import parking
from kit.inbox.applying import Inbox
from kit.inbox.reading import from_row

_LOCK_PARTITION = "select 1 from kit.watermark where topic = $1 and partition = $2 for update"
_TAIL = """
select * from kit.parked where topic = $1 and key = $2 and state in ('parked', 'held') order by partition, "offset"
   for update
"""
_STILL = """
update kit.parked set closed_at = null, state = case when reason = 'held' then 'held' else 'parked' end
 where id = any($1::bigint[])
"""


async def replay(database: Database, inbox: Inbox, parked_id: int) -> tuple[int, int]:
    """Sends a parked record and the tail of its key through the inbox again, in order.

    Returns (applied, still parked). The records keep their ids, so nothing happens twice."""
    async with database.begin() as tx:
        return await replay_in(tx, inbox, parked_id)


async def replay_in(tx: Tx, inbox: Inbox, parked_id: int) -> tuple[int, int]:
    """The same in an open transaction."""
    row = await tx.fetchrow("select * from kit.parked where id = $1", parked_id)
    if row is None:
        return 0, 0
    await tx.execute(_LOCK_PARTITION, row["topic"], row["partition"])
    alone = row["key"] is None or parking.alone(row["reason"], row["detail"])
    rows = [row] if alone else await tx.fetch(_TAIL, row["topic"], row["key"])
    rows = [r for r in rows if r["state"] in ("parked", "held")]
    await parking.close(tx, [r["id"] for r in rows], "replayed", None)
    stuck = await inbox.again(tx, [from_row(r) for r in rows])
    still = [r["id"] for r in rows if (r["partition"], r["offset"]) in stuck]
    await tx.execute(_STILL, still)
    return len(rows) - len(still), len(still)
