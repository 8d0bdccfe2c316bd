"""Publishing to the inbound topics: what is there is not sent again, and only the acknowledged counts."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from contracts.envelope import to_headers
from contracts.topics import BY_NAME, TOPICS
from handrail.failing import Failed
from handrail.local.state import NotUp, running
from kit.config import Settings

CHUNK = 1000
KID = "ingest"
"""Names the key under which personal details travel."""
INBOUND = tuple(topic.name for topic in TOPICS if topic.inbound)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One event on its way: `key` is the crime's id as text, `value` the JSON data alone."""

    topic: str
    key: str
    type: str
    id: str
    source: str
    time: datetime
    value: bytes


class NoBroker(Failed):
    """Kafka does not answer. Its text says what to do."""


def settings_of(data: Path) -> Settings:
    """The settings of the system that runs in `data`, else those of the environment; NotUp when neither names Kafka."""
    try:
        return running(data).settings()
    except NotUp:
        told = Settings()
        if "kafka" not in told.model_fields_set:
            raise
        return told


async def published(kafka: str, source: str) -> set[str]:
    """Ids of the events of `source` that the inbound topics hold now: the broker is the record of what was sent."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, enable_auto_commit=False, isolation_level="read_committed", fetch_max_bytes=1 << 25
    )
    found: set[str] = set()
    wanted = source.encode()
    await _start(consumer, kafka)
    try:
        places = [TopicPartition(name, p) for name in INBOUND for p in range(BY_NAME[name].partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        for place in places:
            consumer.seek(place, begins[place])
        waiting = {place for place in places if begins[place] < ends[place]}
        while waiting:
            for records in (await consumer.getmany(*waiting, timeout_ms=500)).values():
                for record in records:
                    headers = dict(record.headers)
                    if headers.get("ce_source") == wanted and (event := headers.get("ce_id")):
                        found.add(event.decode(errors="replace"))
            waiting = {place for place in waiting if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()
    return found


async def _start(client: AIOKafkaConsumer | AIOKafkaProducer, kafka: str) -> None:
    try:
        await client.start()
    except KafkaError:
        await client.stop()
        raise NoBroker(f"Kafka does not answer at {kafka}; start the system with `handrail up --detach`") from None


@asynccontextmanager
async def producer(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    """An idempotent producer that waits for every replica; an outage of a minute is waited out, without a word."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    client = AIOKafkaProducer(
        bootstrap_servers=kafka, enable_idempotence=True, acks="all", compression_type="lz4", linger_ms=5,
        max_batch_size=1 << 18, request_timeout_ms=60_000, retry_backoff_ms=250,
    )  # fmt: skip
    await _start(client, kafka)
    try:
        yield client
    finally:
        await client.stop()


async def publish(
    client: AIOKafkaProducer,
    events: Iterable[Outgoing],
    *,
    rate: float | None = None,
    acknowledged: Callable[[int], None] = lambda _: None,
) -> int:
    """Sends events in their order and returns how many were acknowledged. `rate` is events a second, at most.

    Raises KafkaError when the broker refuses one or stays away: what was acknowledged before stays counted.
    """
    sent, began = 0, time.monotonic()
    for chunk in _chunks(events, CHUNK if rate is None else max(1, min(CHUNK, int(rate / 10)))):
        futures = [await _send(client, event) for event in chunk]
        await asyncio.gather(*futures)
        sent += len(chunk)
        acknowledged(len(chunk))
        if rate is not None:
            await asyncio.sleep(max(0.0, sent / rate - (time.monotonic() - began)))
    return sent


async def _send(client: AIOKafkaProducer, event: Outgoing) -> "asyncio.Future[object]":
    headers = to_headers(event.type, event.id, event.source, event.time, event.key)
    return await client.send(event.topic, event.value, key=event.key.encode(), headers=headers)  # type: ignore[no-any-return]


def _chunks(events: Iterable[Outgoing], size: int) -> Iterator[list[Outgoing]]:
    stream = iter(events)
    while chunk := list(islice(stream, size)):
        yield chunk
