"""Publish once, in effect: announcements are rows of the transaction that made them true; a relay sends them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner
from opentelemetry.propagate import inject

from contracts.envelope import Announcement, to_headers
from contracts.identity import uuid7
from contracts.topics import BY_NAME
from kit import telemetry
from kit.database import Database, Tx

log = structlog.get_logger(__name__)
SHARDS = 16
_place = lru_cache(maxsize=10_000)(DefaultPartitioner())  # Kafka's own, in Python and slow: once a subject
_ANNOUNCE = "select kit.announce($1, $2, $3, $4, $5, $6, $7, $8)"
_ANY = "select exists (select from kit.outbox where shard = any($1::smallint[]))"
_TAKE = """
with taken as (
    delete from kit.outbox where seq = any(array(
        select seq from kit.outbox where shard = any($1::smallint[]) order by seq limit $2 for update skip locked))
    returning seq, subject_id, sequence, event_id, type, time, data, correlation, causation, traceparent)
select * from taken order by seq
"""


class Cause(Protocol):
    """What made us announce: a received event."""

    @property
    def id(self) -> str: ...
    @property
    def correlation_id(self) -> str: ...
    @property
    def traceparent(self) -> str | None: ...


class Written(NamedTuple):
    """An announcement as it leaves: `data` is its JSON without the sequence."""

    type: str
    subject_id: UUID
    happened_at: datetime
    data: str


async def add(
    tx: Tx, announcements: Sequence[Announcement], *, caused_by: "Cause | Sequence[Cause | None] | None" = None
) -> list[str]:
    """Writes announcements into the outbox of `tx`, numbered densely per subject, in one statement.

    `caused_by` is one cause for all of them, or a sequence of the same length. Returns each as JSON, without its
    sequence.
    """
    written = [
        Written(a.TYPE, a.subject_id, a.happened_at, a.model_dump_json(exclude={"sequence"}, exclude_none=True))
        for a in announcements
    ]
    await add_written(tx, written, caused_by=caused_by)
    return [w.data for w in written]


async def add_written(
    tx: Tx, announcements: Sequence[Written], *, caused_by: "Cause | Sequence[Cause | None] | None" = None
) -> None:
    """As `add`, for announcements that are JSON already."""
    if not announcements:
        return
    causes: Sequence[Cause | None]
    causes = caused_by if isinstance(caused_by, Sequence) else [caused_by] * len(announcements)
    carrier: dict[str, str] = {}
    inject(carrier)
    here = carrier.get("traceparent")
    ids = [uuid7() for _ in announcements]
    await tx.execute(
        _ANNOUNCE,
        [a.subject_id for a in announcements],
        [a.type for a in announcements],
        ids,
        [a.happened_at for a in announcements],
        [a.data for a in announcements],
        [c.correlation_id if c else str(i) for c, i in zip(causes, ids, strict=True)],
        [c.id if c else None for c in causes],
        [(c.traceparent if c else None) or here for c in causes],
    )


class Relay:
    """Sends what the outbox holds, a subject's announcements always in the order of their numbers.

    A relay owns the shards whose advisory locks it could take; a row is deleted in the transaction that waits for
    its acknowledgement, so a relay that dies sends again, and consumers drop what they know.
    """

    def __init__(
        self, database: Database, producer: AIOKafkaProducer, topic: str, source: str, batch: int = 4000
    ) -> None:
        self._database = database
        self._topic = topic
        self._producer = producer
        self._source = source
        self._batch = batch
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Runs until cancelled; an outage of the database or of Kafka is waited out with back-off."""
        pause = 0.2
        while True:
            try:
                async with self._database.pool.acquire() as connection:
                    await self._serve(connection)
            except Exception as outage:
                log.warning("relay_waits", error=type(outage).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    async def _serve(self, connection: Any) -> None:
        shards: list[int] = []
        rounds = 0
        while True:
            if len(shards) < SHARDS and rounds % 100 == 0:
                shards = [s for s in range(SHARDS) if s in shards or await _lock(connection, s)]
            rounds += 1
            sent = await self.relay_once(connection, shards) if shards else 0
            if sent < self._batch:
                self.wake.clear()
                try:
                    await asyncio.wait_for(self.wake.wait(), 0.1 if shards else 2.0)
                except TimeoutError:
                    continue

    async def relay_once(self, connection: Any, shards: Sequence[int] = tuple(range(SHARDS))) -> int:
        """Sends one batch; returns how many were acknowledged and removed."""
        if not await connection.fetchval(_ANY, list(shards)):
            return 0  # most often: a question costs less than a transaction
        async with connection.transaction():
            rows = await connection.fetch(_TAKE, list(shards), self._batch)
            if rows:
                await asyncio.gather(*[await self._send(row) for row in rows])
        telemetry.PUBLISHED.add(len(rows), {"service": self._source})
        return len(rows)

    async def _send(self, row: asyncpg.Record) -> "asyncio.Future[Any]":
        subject: UUID = row["subject_id"]
        headers = to_headers(
            row["type"],
            str(row["event_id"]),
            self._source,
            row["time"],
            subject=str(subject),
            correlation_id=row["correlation"] or str(row["event_id"]),
            causation_id=row["causation"],
            traceparent=row["traceparent"],
        )
        value = b'{"sequence":%d,%s' % (row["sequence"], row["data"].encode()[1:])
        key = str(subject).encode()
        place = _place(key, range(BY_NAME[self._topic].partitions), None)
        return await self._producer.send(self._topic, value, key=key, partition=place, headers=headers)  # type: ignore[no-any-return]


async def _lock(connection: Any, shard: int) -> bool:
    return bool(await connection.fetchval("select pg_try_advisory_lock(hashtext('outbox'), $1)", shard))
