"""Kafka to inbox: FastStream reads batches, the database says how far we are."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage as InjectedMessage
from faststream.kafka.message import KafkaMessage

from kit import telemetry
from kit.database import TRANSIENT, Database
from kit.inbox import Counts, Inbox, Record

log = structlog.get_logger(__name__)
OVERLAP = 2
"""Parts of a batch, by partition, each in a transaction of its own: one is decided while the other is written."""
LARGE = 100
"""A smaller batch is not parted: it would only pay for two transactions."""
QUIET_MS = 200
"""Longest wait of the broker's for something to answer with; one question is out at a time, a busy partition waits."""
_MARKS = "select partition, next_offset from kit.watermark where consumer = $1 and topic = $2"


class _NoConsumer:
    """Stands where FastStream keeps the consumer that acknowledges: ours never does."""

    async def commit(self) -> None:
        return None

    def seek(self, partition: TopicPartition, offset: int) -> None:
        return None


_NO_CONSUMER = _NoConsumer()


async def no_parsing(records: tuple[Record, ...]) -> KafkaMessage:
    """A message around the raw records; unlike FastStream's own parser it reads no header, so it cannot raise."""
    return KafkaMessage(body=b"", raw_message=records, headers={}, message_id="", consumer=_NO_CONSUMER)


async def no_decoding(_: object) -> bytes:
    """The inbox reads each record by itself: a broken one must not cost its batch."""
    return b""


class Lane(ConsumerRebalanceListener):  # type: ignore[misc]
    """Reads one topic into one inbox, a batch at a time, in order."""

    def __init__(self, topic: str, group: str, inbox: Inbox, database: Database, applied: Callable[[], None]) -> None:
        self.topic = topic
        self._group = group
        self._inbox = inbox
        self._database = database
        self._applied = applied
        self._busy = asyncio.Lock()
        self._leaving = False
        self._hinted = 0.0
        self._subscriber: Any = None
        self.broken = False

    def subscribe(self, broker: KafkaBroker, batch: int, session_seconds: float) -> None:
        """Declares the subscriber: FastStream acknowledges nothing, starts with the oldest, and bounds each batch."""
        self._subscriber = broker.subscriber(
            self.topic,
            group_id=f"{self._group}.{self.topic}",
            batch=True,
            max_records=batch,
            batch_timeout_ms=100,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            ack_policy=AckPolicy.MANUAL,
            listener=self,
            parser=no_parsing,
            decoder=no_decoding,
            session_timeout_ms=int(session_seconds * 1000),
            heartbeat_interval_ms=int(session_seconds * 300),
            fetch_max_wait_ms=QUIET_MS,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        self._subscriber(self._on_batch)

    async def _on_batch(self, message: InjectedMessage) -> None:
        records: Sequence[Record] = message.raw_message
        many = OVERLAP if len(records) >= LARGE else 1
        parts = [[r for r in records if r.partition % many == n] for n in range(many)]
        async with self._busy:
            try:
                await asyncio.gather(*(self._until_applied(part) for part in parts if part))
            except BaseException as end:
                self.broken = not isinstance(end, Exception)
                raise

    async def _until_applied(self, records: Sequence[Record]) -> None:
        pause = 0.1
        while not self._leaving:
            started = time.monotonic()
            try:
                counts = await self._inbox.apply(records)
            except Exception as failure:
                outage = isinstance(failure, TRANSIENT)
                log.warning("batch_waits" if outage else "batch_fails", error=type(failure).__name__, topic=self.topic)
                await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret
                pause = min(pause * 2, 5.0)
            else:
                self._count(counts, time.monotonic() - started)
                self._applied()
                await self._hint(counts)
                return

    def _count(self, counts: Counts, seconds: float) -> None:
        telemetry.BATCH_SECONDS.record(seconds, {"topic": self.topic})
        for result in ("applied", "duplicates", "ignored", "parked", "held"):
            if number := counts.total(result):
                telemetry.APPLIED.add(number, {"topic": self.topic, "result": result})

    async def _hint(self, counts: Counts) -> None:
        """Tells Kafka where we are, for tools that look there; at most once a second, and never relied on."""
        if time.monotonic() - self._hinted < 1:
            return
        self._hinted = time.monotonic()
        assigned = self._consumer.assignment()
        places = {TopicPartition(t, p): offset for (t, p), offset in counts.next_offset.items()}
        try:
            await self._consumer.commit({place: offset for place, offset in places.items() if place in assigned})
        except KafkaError as failure:
            log.info("hint_failed", error=type(failure).__name__, topic=self.topic)

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Drains: the batch under way ends, or is given up uncommitted, before others get the partitions."""
        self._leaving = True
        async with self._busy:
            return

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Starts each partition where the database stands, whatever Kafka remembers."""
        marks = await self._marks()
        for place in assigned:
            self._consumer.seek(place, marks.get(place.partition, 0))
        self._leaving = False

    async def _marks(self) -> dict[int, int]:
        while True:
            try:
                rows = await self._database.pool.fetch(_MARKS, self._group, self.topic)
                return {row["partition"]: row["next_offset"] for row in rows}
            except TRANSIENT as outage:
                log.warning("marks_wait", error=type(outage).__name__, topic=self.topic)
                await asyncio.sleep(0.5)

    @property
    def _consumer(self) -> AIOKafkaConsumer:
        return self._subscriber.consumer
