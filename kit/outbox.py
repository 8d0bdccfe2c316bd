"""Publish once, in effect: announcements are rows of the transaction that made them true; a relay sends them."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner
from opentelemetry.propagate import inject

from contracts.envelope import Announcement, to_headers
from contracts.identity import uuid7
from kit import telemetry
from kit.database import Database, Tx

log = structlog.get_logger(__name__)
SHARDS = 16
FEW = 50
_ANNOUNCE = "select kit.announce($1, $2, $3, $4, $5, $6, $7, $8)"
# Locks the subjects before anything is numbered, as kit.announce does.
_COUNT_UP = """
insert into kit.sequence as s (subject_id, last) select * from unnest($1::uuid[], $2::bigint[])
on conflict (subject_id) do update set last = s.last + excluded.last
returning subject_id, last, (hashtext(subject_id::text) & 15)::smallint as shard, clock_timestamp() as at
"""
_COLUMNS = (
    *("shard", "subject_id", "sequence", "event_id", "type", "time", "data", "correlation", "causation"),
    *("traceparent", "added_at"),
)
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


async def add_many(
    tx: Tx, announcements: Sequence[Written], *, caused_by: "Sequence[Cause | None] | None" = None
) -> None:
    """As `add_written`, for a worker that may have thousands: many are copied in, at the price of a round trip more."""
    if len(announcements) <= FEW:
        await add_written(tx, announcements, caused_by=caused_by)
        return
    carrier: dict[str, str] = {}
    inject(carrier)
    here = carrier.get("traceparent")
    left = Counter(a.subject_id for a in announcements)
    subjects = sorted(left)  # whoever writes of several takes them in one order
    rows = await tx.fetch(_COUNT_UP, subjects, [left[subject] for subject in subjects])
    stands = {row["subject_id"]: row for row in rows}
    records = []
    causes: Sequence[Cause | None] = caused_by or [None] * len(announcements)
    for (kind, subject, happened_at, data), cause, name in zip(announcements, causes, _ids(len(causes)), strict=True):
        left[subject] -= 1
        _, last, shard, at = stands[subject]
        about = (cause.correlation_id, cause.id, cause.traceparent or here) if cause else (None, None, here)
        records.append((shard, subject, last - left[subject], name, kind, happened_at, data, *about, at))
    await tx.copy_records_to_table("outbox", schema_name="kit", columns=_COLUMNS, records=records)


def _ids(count: int) -> list[str]:
    """As many of `contracts.identity.uuid7`, as text, made together."""
    millis = f"{time.time_ns() // 1_000_000:012x}"
    head, noise = f"{millis[:8]}-{millis[8:]}-7", secrets.token_hex(10 * count)
    return [
        f"{head}{noise[n : n + 3]}-{'89ab'[int(noise[n + 3], 16) & 3]}{noise[n + 4 : n + 7]}-{noise[n + 7 : n + 19]}"
        for n in range(0, 20 * count, 20)
    ]


class Relay:
    """Sends what the outbox holds, a subject's announcements always in the order of their numbers.

    A relay owns the shards whose advisory locks it could take; a row is deleted in the transaction that waits for
    its acknowledgement, so a relay that dies sends again, and consumers drop what they know.
    """

    def __init__(
        self, database: Database, producer: AIOKafkaProducer, topic: str, source: str, batch: int = 1000
    ) -> None:
        self._database = database
        self._topic = topic
        self._producer = producer
        self._source = source
        self._batch = batch
        self._partitions = 0
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
                    await asyncio.wait_for(self.wake.wait(), 0.05 if shards else 2.0)
                except TimeoutError:
                    continue

    async def relay_once(self, connection: Any, shards: Sequence[int] = tuple(range(SHARDS))) -> int:
        """Sends one batch; returns how many were acknowledged and removed."""
        async with connection.transaction():
            rows = await connection.fetch(_TAKE, list(shards), self._batch)
            if rows:
                await asyncio.gather(*await self._send(rows))
        telemetry.PUBLISHED.add(len(rows), {"service": self._source})
        return len(rows)

    async def _send(self, rows: Sequence[asyncpg.Record]) -> list["asyncio.Future[Any]"]:
        """Hands rows over in their order; returns what comes true when Kafka has acknowledged them."""
        self._partitions = self._partitions or len(await self._producer.partitions_for(self._topic))
        filled: dict[int, list[Any]] = {}
        for row in rows:
            subject = str(row["subject_id"])
            key = subject.encode()
            value = b'{"sequence":%d,%s' % (row["sequence"], row["data"].encode()[1:])
            batches = filled.setdefault(_partition(key, self._partitions), [])
            headers = self._headers(row, subject)
            if not batches or batches[-1].append(timestamp=None, key=key, value=value, headers=headers) is None:
                batches.append(self._producer.create_batch())
                batches[-1].append(timestamp=None, key=key, value=value, headers=headers)
        sent = []
        for turn in zip_longest(*filled.values()):  # the second of a partition waits until its first has left
            for place, batch in zip(filled, turn, strict=True):
                if batch is not None:
                    batch.close()
                    sent.append(await self._producer.send_batch(batch, self._topic, partition=place))
        return sent

    def _headers(self, row: asyncpg.Record, subject: str) -> list[tuple[str, bytes]]:
        return to_headers(
            row["type"],
            str(row["event_id"]),
            self._source,
            row["time"],
            subject=subject,
            correlation_id=row["correlation"] or str(row["event_id"]),
            causation_id=row["causation"],
            traceparent=row["traceparent"],
        )


@lru_cache(maxsize=10_000)
def _partition(key: bytes, partitions: int) -> int:
    """Where Kafka's own partitioner puts a key: worked out in Python, and once for all that is said of a subject."""
    return int(DefaultPartitioner()(key, range(partitions), None))


async def _lock(connection: Any, shard: int) -> bool:
    return bool(await connection.fetchval("select pg_try_advisory_lock(hashtext('outbox'), $1)", shard))
