"""How long an event takes, at a steady rate that does not wait for answers: to its commit, and to what it announces."""

import asyncio
from collections.abc import Iterator
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer

from bench import events, pipelines
from bench.stand import Stand, percentile
from contracts.envelope import to_headers
from contracts.topics import REFERRAL_EVENTS
from handrail.publishing import producer
from kit.inbox import Inbox
from kit.outbox import Relay

RATE = 200


class _Stamping(Inbox):
    """An inbox that notes when each event was committed."""

    committed: dict[bytes, float]

    async def apply(self, records: Any) -> Any:
        counts = await super().apply(records)
        now = monotonic()
        for record in records:
            self.committed.setdefault(_header(record, "ce_id"), now)
        return counts


def _header(record: Any, name: str) -> bytes:
    return next((value for header, value in record.headers if header == name), b"")


async def latency(stand: Stand, seconds: int, after: int) -> dict[str, float]:
    """Milliseconds from when an event was due to be sent, p50 and p99; the first second is for warming up."""
    told = events.make(stand.settings, RATE * (seconds + 1), after)
    hub = await stand.hub()
    inbox = hub.inbox
    inbox.__class__ = _Stamping
    committed: dict[bytes, float] = {}
    inbox.committed = committed  # type: ignore[attr-defined]
    published: dict[bytes, float] = {}
    async with producer(stand.settings.kafka) as client:
        relay = Relay(hub.database, client, REFERRAL_EVENTS, "handrail/referral")
        feeding = pipelines.Feeding(stand, hub, relay)
        jobs = [asyncio.create_task(relay.run()), asyncio.create_task(_watch(stand, published))]
        try:
            async with pipelines.ours(feeding):
                await _caught_up(committed)
                due = await _send(stand, told)
                await _caught_up(committed)
                await asyncio.sleep(1)
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
    await hub.close()
    timed = dict(list(due.items())[RATE:])
    return {
        "events": float(len(timed)),
        "lost": float(sum(event not in committed for event in timed)),
        **dict(_spread("commit", [committed[event] - at for event, at in timed.items() if event in committed])),
        **dict(_spread("published", [published[event] - at for event, at in timed.items() if event in published])),
    }


def _spread(name: str, found: list[float]) -> Iterator[tuple[str, float]]:
    for share in (50, 99):
        yield f"{name}_p{share}", round(1000 * percentile(found, share), 1)


async def _caught_up(committed: dict[bytes, float]) -> None:
    """Until nothing new was committed for two seconds."""
    before = -1
    while before != len(committed):
        before = len(committed)
        await asyncio.sleep(2)


async def _send(stand: Stand, told: events.Events) -> dict[bytes, float]:
    """Sends each event at its time, as new ones, whatever became of those before; when each was due."""
    due: dict[bytes, float] = {}
    async with producer(stand.settings.kafka) as client:
        began = monotonic()
        for number, event in enumerate(told.sent):
            at = began + number / RATE
            await asyncio.sleep(max(0.0, at - monotonic()))
            name = f"open-loop/{event.id}"
            headers = to_headers(event.type, name, event.source, event.time, event.key)
            await client.send(event.topic, event.value, key=event.key.encode(), headers=headers)
            due[name.encode()] = at
    return due


async def _watch(stand: Stand, published: dict[bytes, float]) -> None:
    """Notes when each event's first announcement could be read by others."""
    consumer = AIOKafkaConsumer(
        REFERRAL_EVENTS,
        bootstrap_servers=stand.settings.kafka,
        auto_offset_reset="latest",
        enable_auto_commit=False,
        fetch_max_wait_ms=10,
    )
    await consumer.start()
    try:
        async for record in consumer:
            published.setdefault(_header(record, "ce_causationid"), monotonic())
    finally:
        await consumer.stop()
