"""The lasting memory: every event in the order of its arrival, and the facts made of it, in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from contracts.envelope import Fact
from kit.database import Tx
from services.returns.domain.facts import Arrived, Row, without_sealed

_CLAIM = """
update archive_head set position = position + $1, at = greatest(clock_timestamp(), at + interval '1 microsecond')
returning position - $1 as before, at
"""
_ARCHIVE = """
insert into archive (position, archived_at, event_id, source, type, event_time, topic, partition, "offset", key,
                     correlation_id, data)
select $1 + n, $2, event_id, source, type, event_time, topic, partition, "offset", key, correlation_id, data::json
  from unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::int[], $9::bigint[], $10::text[],
              $11::text[], $12::text[])
       with ordinality
       as e(event_id, source, type, event_time, topic, partition, "offset", key, correlation_id, data, n)
"""
_FACTS = "insert into fact select * from json_populate_recordset(null::fact, $1)"
_PEOPLE = "insert into person_fact select * from json_populate_recordset(null::person_fact, $1)"
_RESTRICT = """
insert into restricted_case as r (case_id, restricted, position)
select * from unnest($1::uuid[], $2::bool[], $3::bigint[])
on conflict (case_id) do update set restricted = excluded.restricted, position = excluded.position
 where excluded.position > r.position
"""
_READ = """
select position, type, event_time, source, data::text as data from archive
 where position > $1 and position <= $2 order by position limit $3
"""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event to be archived: its envelope and its bytes as received."""

    event_id: str
    source: str
    type: str
    time: datetime
    topic: str
    partition: int
    offset: int
    key: str
    correlation_id: str
    value: bytes


async def append(tx: Tx, events: Sequence[Incoming]) -> int:
    """Archives events in their order; returns the position before the first of them. Other writers wait for `tx`."""
    head = await tx.fetchrow(_CLAIM, len(events))
    assert head is not None
    await tx.execute(
        _ARCHIVE,
        head["before"],
        head["at"],
        [e.event_id for e in events],
        [e.source for e in events],
        [e.type for e in events],
        [e.time for e in events],
        [e.topic for e in events],
        [e.partition for e in events],
        [e.offset for e in events],
        [e.key for e in events],
        [e.correlation_id for e in events],
        [_kept(e.value) for e in events],
    )
    return int(head["before"])


def _kept(value: bytes) -> str:
    if b'"sealed"' not in value:
        return value.decode()
    return orjson.dumps(without_sealed(orjson.loads(value))).decode()


async def forget_facts(tx: Tx) -> None:
    """Takes all facts away, to be made again from the archive."""
    await tx.execute("delete from fact")
    await tx.execute("delete from person_fact")


async def save_facts(tx: Tx, facts: Sequence[Row], people: Sequence[Row]) -> None:
    await tx.execute(_FACTS, facts)
    if people:
        await tx.execute(_PEOPLE, people)


async def save_restrictions(tx: Tx, cases: Iterable[tuple[UUID, bool, int]]) -> None:
    """(case, restricted, position) in any order; the last position of a case counts."""
    last = {case: (restricted, position) for case, restricted, position in sorted(cases, key=lambda each: each[2])}
    if last:
        flags, positions = zip(*last.values(), strict=True)
        await tx.execute(_RESTRICT, list(last), list(flags), list(positions))


async def read(tx: Tx, after: int, upto: int, models: Mapping[str, type[Fact]], limit: int = 1000) -> list[Arrived]:
    """The archived events with `after` < position <= `upto`, in order, at most `limit`."""
    rows: list[Any] = await tx.fetch(_READ, after, upto, limit)
    return [
        Arrived(
            row["position"],
            row["type"],
            row["event_time"],
            row["source"],
            models[row["type"]].model_validate_json(row["data"]),
        )
        for row in rows
    ]


async def head(tx: Tx) -> int:
    """The position of the last event archived."""
    return int(await tx.fetchval("select position from archive_head"))
