"""The same events four ways: the plain way, ours, bare, and the rows alone."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage

from bench.checks import Checked, check, ends
from bench.events import Events, Record, records
from bench.recording import Recorded, Saying, say_again
from bench.stand import Hub, Stand, each
from contracts.topics import POLICE_CRIMES, REFERRAL_EVENTS
from handrail.publishing import producer
from kit import clock
from kit.database import Database
from kit.inbox import Inbox
from kit.listening import listening
from kit.outbox import Relay
from kit.service import Every, Moment
from kit.service.consuming import Lane
from kit.service.timing import keep
from services.referral.actions import opening
from services.referral.consumer import LISTENS

PATIENCE = 900.0
OUTBOX = "select count(*) from kit.outbox"
APPLIED = "select coalesce(sum(applied), 0)::int from kit.watermark"
_LEFT = "select (select count(*) from kit.outbox) + (select count(*) from sealed_arrival)"
# A row is copied after the rows that it refers to.
TABLES = (
    *("crime", "suspect", "person", "channel", "case_file", "routing", "referral", "leg", "task", "sealed_arrival"),
    *("case_event", "kit.inbox", "kit.sequence", "kit.outbox"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: events a second until all were applied, and until all announcements were acknowledged and all details
    sealed anew; processor microseconds for each event, by program."""

    way: str
    events: int
    applied_per_second: float
    per_second: float
    cpu: dict[str, int]
    checked: Checked | None


class Feeding:
    """How a pipeline is started: with its hub, its relay, and what to call when a batch was applied."""

    def __init__(self, stand: Stand, hub: Hub, relay: Relay) -> None:
        self.stand = stand
        self.hub = hub
        self.relay = relay
        self.wake = asyncio.Event()
        self.began: float | None = None

    def applied(self) -> None:
        """Called when a batch was applied."""
        self.relay.wake.set()
        self.wake.set()

    def begun(self) -> None:
        """Called with the first record in hand."""
        self.began = self.began or monotonic()


Way = Callable[[Feeding], "Any"]


@asynccontextmanager
async def plain(feeding: Feeding) -> AsyncIterator[None]:
    """FastStream as its tutorial has it: a message at a time, its decisions and rows in one transaction."""
    broker = KafkaBroker(feeding.stand.settings.kafka, logger=None)
    inbox = feeding.hub.inbox

    @broker.subscriber(POLICE_CRIMES, group_id=feeding.hub.name, auto_offset_reset="earliest", ack_policy=AckPolicy.ACK)
    async def one(message: KafkaMessage) -> None:
        feeding.begun()
        await inbox.apply([message.raw_message])  # type: ignore[list-item]
        feeding.applied()

    await broker.start()
    yield
    await broker.stop()


@asynccontextmanager
async def ours(feeding: Feeding) -> AsyncIterator[None]:
    """The worker's own lane."""
    broker = KafkaBroker(feeding.stand.settings.kafka, logger=None)
    hub = feeding.hub
    lane = Lane(POLICE_CRIMES, "referral", Noticing(hub.inbox, feeding.begun), hub.database, feeding.applied)  # type: ignore[arg-type]
    lane.subscribe(broker, feeding.stand.settings.batch, feeding.stand.settings.session_seconds)
    await broker.start()
    yield
    await broker.stop()


class Noticing:
    """An inbox that tells when its first batch comes."""

    def __init__(self, inbox: Inbox, begun: Callable[[], None]) -> None:
        self._inbox = inbox
        self._begun = begun

    async def apply(self, batch: Sequence[Any]) -> Any:
        self._begun()
        return await self._inbox.apply(batch)


def bare(said: Sequence[list[Saying]], count: int) -> Way:
    """aiokafka alone, and for each batch the statements that we recorded, with rows written out beforehand."""

    @asynccontextmanager
    async def way(feeding: Feeding) -> AsyncIterator[None]:
        async def run() -> None:
            consumer = AIOKafkaConsumer(
                POLICE_CRIMES,
                bootstrap_servers=feeding.stand.settings.kafka,
                group_id=feeding.hub.name,
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                isolation_level="read_committed",
                fetch_max_wait_ms=20,
            )
            await consumer.start()
            size = -(-count // len(said))
            try:
                for number, saying in enumerate(said):
                    left = min(size, count - number * size)
                    while left > 0:
                        left -= sum(map(len, (await consumer.getmany(timeout_ms=20, max_records=left)).values()))
                        feeding.begun()
                    await say_again(feeding.hub.database, saying)
                    feeding.applied()
            finally:
                await consumer.stop()

        task = asyncio.create_task(run())
        yield
        await task

    return way


async def run(stand: Stand, name: str, way: Way, events: Events, *, opens: bool = True) -> Measured:
    """Runs one pipeline over fresh databases, until everything is applied, published and sealed."""
    hub = await stand.hub()
    since = await ends(stand)
    async with producer(stand.settings.kafka) as client:
        relay = Relay(hub.database, client, REFERRAL_EVENTS, "handrail/referral")
        feeding = Feeding(stand, hub, relay)
        timers = [relay.run(), *([_opening(feeding)] if opens else [])]
        jobs: list[asyncio.Task[None]] = [asyncio.create_task(job) for job in timers]
        try:
            before = stand.spent()
            async with way(feeding):
                applied = await until(hub.database, APPLIED, lambda number: number >= len(events.sent))
                finished = await until(
                    hub.database, _LEFT if opens else "select count(*) from kit.outbox", lambda n: n == 0
                )
            cpu = each(before, stand.spent(), len(events.sent))
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
        began = feeding.began or applied
        checked = await check(stand, hub, events, since)
    await hub.close()
    count = len(events.sent)
    return Measured(name, count, count / (applied - began), count / (finished - began), cpu, checked)


def _opening(feeding: Feeding) -> Coroutine[Any, Any, None]:
    hub = feeding.hub
    every = Every("open_arrivals", 0.5, opening.open_arrivals, full=opening.BATCH, after_batch=True)
    return keep(hub.database, every, lambda: None, hub.context, lambda: None, feeding.wake)


async def until(database: Database, question: str, enough: Callable[[int], bool]) -> float:
    """The instant when the answer was first enough."""
    limit = monotonic() + PATIENCE
    while monotonic() < limit:
        if enough(await database.pool.fetchval(question)):
            return monotonic()
        await asyncio.sleep(0.02)
    raise TimeoutError(question)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a worker said in `batches`, and the rows of the hub after it, table by table."""

    said: list[list[Saying]]
    rows: dict[str, bytes]
    counts: dict[str, int]


async def record(stand: Stand, events: Events) -> Kept:
    """Applies the events once, unmeasured, and keeps every statement and every row; announcements stay unsent."""
    hub = await stand.hub()
    recorded = Recorded(hub.database)
    inbox = Inbox(recorded, "referral", listening(LISTENS), hub.context)  # type: ignore[arg-type]
    for batch in batches(records(events), stand.settings.batch):
        await inbox.apply(batch)
    superuser = await stand.superuser(hub.name)
    rows, counts = {}, {}
    for table in TABLES:
        out = io.BytesIO()
        schema, _, name = table.rpartition(".")
        await superuser.copy_from_table(name, schema_name=schema or "public", output=out, format="binary")
        rows[table] = out.getvalue()
        counts[table] = int(await superuser.fetchval(f"select count(*) from {table}"))
    await superuser.close()
    await hub.close()
    return Kept(recorded.transactions, rows, counts)


def batches(all_: Sequence[Record], size: int) -> list[Sequence[Record]]:
    return [all_[start : start + size] for start in range(0, len(all_), size)]


async def copied(stand: Stand, kept: Kept, events: Events) -> Measured:
    """The floor: ready-made bytes of the same rows, COPY in binary, a table after another, one transaction each."""
    hub = await stand.hub()
    superuser = await stand.superuser(hub.name)
    before, began = stand.spent(), monotonic()
    for table, data in kept.rows.items():
        schema, _, name = table.rpartition(".")
        await superuser.copy_to_table(name, schema_name=schema or "public", source=io.BytesIO(data), format="binary")
    finished, cpu = monotonic(), each(before, stand.spent(), len(events.sent))
    for table, count in kept.counts.items():
        found = await superuser.fetchval(f"select count(*) from {table}")
        if found != count:
            raise AssertionError(f"{table}: {found} of {count} rows copied")
    await superuser.close()
    await hub.close()
    rate = len(events.sent) / (finished - began)
    return Measured("copy", len(events.sent), rate, rate, cpu, None)


async def opened_once(hub: Hub) -> int:
    """Seals anew everything that waits; how many people's details there were."""
    total = 0
    while True:
        async with hub.database.begin() as tx:
            now = clock.now()
            done = await opening.open_arrivals(tx, Moment(now, now), hub.context)
        total += done
        if not done:
            return total
