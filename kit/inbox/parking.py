"""Records that can never work as they are, the tail of their key behind them, and what an operator does about it."""

import hashlib
import traceback
from collections.abc import Sequence
from typing import Any

from contracts.refused import Refused
from kit.database import Tx
from kit.inbox.reading import Unusable, as_json
from kit.received import Received

HeldKey = tuple[str, bytes | None]

OTHER_CONTENT = "ce_id: other content was applied under this id"
"""Why a record parks whose id was counted wrongly. What is told later under an id of its own is whole, and goes on."""
_HELD = """
select distinct topic, key from kit.parked
 where state in ('parked', 'held') and reason <> 'bad_key' and detail is distinct from $3
   and topic = any($1::text[]) and key = any($2::bytea[])
"""
_PARK = """
insert into kit.parked (topic, partition, "offset", key, headers, value, type, reason, detail, state)
select t, p, o, k, h::jsonb, v, y, r, d, case when r = 'held' then 'held' else 'parked' end
  from unnest($1::text[], $2::int[], $3::bigint[], $4::bytea[], $5::text[], $6::bytea[], $7::text[], $8::text[],
              $9::text[]) as set_aside(t, p, o, k, h, v, y, r, d)
on conflict (topic, partition, "offset") do nothing
"""
_LIST = """
select id, topic, partition, "offset", key, type, reason, detail, state, parked_at,
       (select count(*) from kit.parked h where h.state = 'held' and h.topic = p.topic and h.key = p.key) as behind
  from kit.parked p where state = 'parked' order by parked_at, id limit $1
"""
_CLOSE = "update kit.parked set state = $2, closed_at = now(), close_reason = $3 where id = any($1::bigint[])"


def held_key(item: Received[Any] | Unusable) -> HeldKey:
    return item.record.topic, item.record.key


async def held_keys(tx: Tx, items: Sequence[Received[Any] | Unusable]) -> set[HeldKey]:
    """The keys of these items that something parked is holding."""
    keys = {i.record.key for i in items if i.record.key}
    rows = await tx.fetch(_HELD, list({i.record.topic for i in items}), list(keys), OTHER_CONTENT)
    return {(row["topic"], row["key"]) for row in rows}


def alone(reason: str, detail: str | None) -> bool:
    """Whether nothing that comes later waits for a record that parks for this."""
    return reason == "bad_key" or detail == OTHER_CONTENT


def why(event: Received[Any], failure: Exception) -> Unusable:
    """The reason why an event parks after its handler failed on it alone; no text of the failure is kept."""
    if isinstance(failure, Refused):
        return Unusable(event.record, "refused", f"{failure.field}: {failure.code}", event.type)
    where = traceback.extract_tb(failure.__traceback__)[-1]
    print_ = hashlib.sha256(f"{where.name}:{where.lineno}".encode()).hexdigest()[:8]
    return Unusable(event.record, "defect", f"{type(failure).__name__} in {where.name} ({print_})", event.type)


async def park(tx: Tx, unusable: Sequence[Unusable], tail: Sequence[Received[Any]]) -> None:
    """Sets records aside, and holds the tail of their keys."""
    items = [*unusable, *(Unusable(e.record, "held", None, e.type) for e in tail)]
    if items:
        await tx.execute(
            _PARK,
            [i.record.topic for i in items],
            [i.record.partition for i in items],
            [i.record.offset for i in items],
            [i.record.key for i in items],
            [as_json(i.record) for i in items],
            [i.record.value for i in items],
            [i.type for i in items],
            [i.reason for i in items],
            [i.detail for i in items],
        )


async def parked(tx: Tx, limit: int = 200) -> list[dict[str, Any]]:
    """What is parked, oldest first, with how many records of the same key wait behind each."""
    return [dict(row) for row in await tx.fetch(_LIST, limit)]


async def discard(tx: Tx, parked_id: int, reason: str) -> bool:
    """Gives a parked record up, for a stated reason; its tail is freed by replaying. False: no such record."""
    row = await tx.fetchrow("select id from kit.parked where id = $1 and state = 'parked' for update", parked_id)
    if row is not None:
        await close(tx, [parked_id], "discarded", reason)
    return row is not None


async def close(tx: Tx, ids: Sequence[int], state: str, reason: str | None) -> None:
    """Ends the wait of records: they were discarded, or are replayed."""
    await tx.execute(_CLOSE, list(ids), state, reason)
