"""How far behind we are, up to which instant everything has been applied, and an end to a process that is stuck."""

import asyncio
import time
from datetime import datetime
from typing import NoReturn

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from contracts.topics import TOPICS
from kit import clock, telemetry
from kit.database import TRANSIENT, Database

log = structlog.get_logger(__name__)
_MARKS = "select topic, partition, next_offset from kit.watermark where consumer = $1"
_OUTBOX_AGE = "select coalesce(extract(epoch from now() - min(added_at)), 0)::float8 from kit.outbox"
_PARKED = "select reason, count(*) from kit.parked where state in ('parked', 'held') group by reason"
_BEHIND = """
insert into kit.behind as b (topic, records, since, looked_at)
select t, n, case when n > 0 then $3::timestamptz end, $3 from unnest($1::text[], $2::bigint[]) as told(t, n)
on conflict (topic) do update set records = excluded.records, looked_at = excluded.looked_at,
   since = case when excluded.records > 0 then coalesce(b.since, excluded.since) end
"""
WRITE_EVERY = 5.0
Marks = dict[tuple[str, int], int]


class Stuck(SystemExit):
    """There is work and none gets done: the process ends, so that it is started afresh."""


class Watch:
    """Asks Kafka for the ends of the topics, beside the consumers and their state."""

    def __init__(self, database: Database, group: str, topics: list[str], kafka: str, patience: float) -> None:
        self._database = database
        self._group = group
        self._topics = topics
        self._kafka = kafka
        self._patience = patience
        self._last: Marks = {}
        self._moved = time.monotonic()
        self.applied_until: datetime | None = None
        self.behind = 0
        self._written = -WRITE_EVERY

    async def run(self, pause: float = 1.0) -> NoReturn:
        """Looks each second; raises Stuck when nothing has moved for `patience` seconds with work to do."""
        consumer: AIOKafkaConsumer | None = None
        while True:
            try:
                if consumer is None:
                    consumer = AIOKafkaConsumer(bootstrap_servers=self._kafka)
                    await consumer.start()
                await self.look(consumer)
            except (KafkaError, *TRANSIENT) as outage:
                log.info("watch_waits", error=type(outage).__name__)
                self._moved = time.monotonic()
                if consumer is not None:
                    await consumer.stop()
                    consumer = None
            await asyncio.sleep(pause)

    async def look(self, consumer: AIOKafkaConsumer) -> None:
        asked_at = clock.now()
        partitions = [TopicPartition(t.name, p) for t in TOPICS if t.name in self._topics for p in range(t.partitions)]
        ends = await asyncio.wait_for(consumer.end_offsets(partitions), 20) if partitions else {}
        rows = await self._database.pool.fetch(_MARKS, self._group)
        marks = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        lag = {place: max(0, end - marks.get((place.topic, place.partition), 0)) for place, end in ends.items()}
        self.behind = sum(lag.values())
        if self.behind == 0:
            self.applied_until = asked_at
        if marks != self._last or self.behind == 0:
            self._last, self._moved = marks, time.monotonic()
        by_topic = {t: sum(n for place, n in lag.items() if place.topic == t) for t in self._topics}
        for topic, records in by_topic.items():
            telemetry.DELAY.set(records, {"topic": topic})
        if time.monotonic() - self._written >= WRITE_EVERY:
            await self._database.pool.execute(_BEHIND, list(by_topic), list(by_topic.values()), asked_at)
            self._written = time.monotonic()
        await self._measure()
        if time.monotonic() - self._moved > self._patience:
            log.error("stuck", count=self.behind)
            raise Stuck(3)

    async def _measure(self) -> None:
        telemetry.OUTBOX_AGE.set(await self._database.pool.fetchval(_OUTBOX_AGE))
        for reason, count in await self._database.pool.fetch(_PARKED):
            telemetry.PARKED.set(count, {"reason": reason})
