"""Real worker processes of the ledger on real Kafka and PostgreSQL, and what came of them."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.topics import BY_NAME, FEEDBACK_EVENTS, POLICE_CRIMES
from handrail.local import Servers
from tests.faults.ledger.records import Sent
from tests.faults.oracle import Announced

ROOT = Path(__file__).parents[2]


class Rig:
    """A ledger database, its topics and its workers."""

    def __init__(self, servers: Servers, database: str) -> None:
        self.servers = servers
        self.database = database
        self.dsn = servers.superuser_dsn.rsplit("/", 1)[0] + f"/{database}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._since: dict[TopicPartition, int] = {}

    def start_worker(self, mutant: str = "", crash: int = 0) -> "subprocess.Popen[bytes]":
        """Starts `python -m tests.faults.ledger worker`; it ends with the test that started it."""
        environment = os.environ | {
            "HANDRAIL_ENVIRONMENT": "test",
            "HANDRAIL_KAFKA": self.servers.kafka,
            "HANDRAIL_POSTGRES_PORT": str(self.servers.postgres_port),
            "HANDRAIL_SECRETS": str(self.servers.secrets),
            "HANDRAIL_DATA": str(self.servers.data),
            "HANDRAIL_PORT": "0",
            "HANDRAIL_SESSION_SECONDS": "6",
            "HANDRAIL_LOG_LEVEL": "WARNING",
            "LEDGER_DATABASE": self.database,
            "LEDGER_MUTANT": mutant,
            "LEDGER_CRASH": str(crash),
        }
        log = self.servers.data / "log" / f"{self.database}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as out:
            command = [sys.executable, "-m", "tests.faults.ledger", "worker"]
            worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait(10)

    async def publish(self, records: Sequence[Sent]) -> None:
        """Sends records in their order; a producer keeps the order of one key."""
        producer = AIOKafkaProducer(bootstrap_servers=self.servers.kafka, acks="all", max_request_size=1_048_576)
        await producer.start()
        try:
            for start in range(0, len(records), 1000):
                sent = [
                    await producer.send(r.topic, r.value, key=r.key, headers=list(r.headers))
                    for r in records[start : start + 1000]
                ]
                await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def start_at_the_end(self) -> None:
        """Leaves out what earlier tests left in the topics."""
        for topic in (POLICE_CRIMES, FEEDBACK_EVENTS):
            self._since |= await self._ends(topic)
        connection = await asyncpg.connect(self.dsn)
        await connection.executemany(
            "insert into kit.watermark (consumer, topic, partition, next_offset) values ('feedback', $1, $2, $3)",
            [(place.topic, place.partition, end) for place, end in self._since.items() if place.topic == POLICE_CRIMES],
        )
        await connection.close()

    async def start_over(self) -> None:
        """Forgets how far the ledger has read: all of this test's records come again."""
        connection = await asyncpg.connect(self.dsn)
        await connection.executemany(
            "update kit.watermark set next_offset = $2 where partition = $1",
            [(place.partition, at) for place, at in self._since.items() if place.topic == POLICE_CRIMES],
        )
        await connection.close()

    async def _ends(self, topic: str) -> dict[TopicPartition, int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.servers.kafka)
        await consumer.start()
        try:
            places = [TopicPartition(topic, p) for p in range(BY_NAME[topic].partitions)]
            return dict(await consumer.end_offsets(places))
        finally:
            await consumer.stop()

    async def entered(self) -> list[tuple[UUID, int]]:
        """What the ledger holds, in order of application."""
        connection = await asyncpg.connect(self.dsn)
        try:
            rows = await connection.fetch("select crime_id, number from entry order by position")
            return [(row["crime_id"], row["number"]) for row in rows]
        finally:
            await connection.close()

    async def announced(self) -> list[Announced]:
        """What is in the ledger's own topic since the test began."""
        ends = await self._ends(FEEDBACK_EVENTS)
        consumer = AIOKafkaConsumer(bootstrap_servers=self.servers.kafka, auto_offset_reset="earliest")
        consumer.assign(list(ends))
        await consumer.start()
        found: list[Announced] = []
        try:
            for place in ends:
                consumer.seek(place, self._since[place])
            while [place for place, end in ends.items() if await consumer.position(place) < end]:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += [_announced(record) for record in records]
        finally:
            with contextlib.suppress(asyncio.CancelledError):  # aiokafka cancels a task that has not begun
                await consumer.stop()
        return found

    async def until_quiet(self, seconds: float = 90) -> None:
        """Waits until the topic is consumed and the outbox is empty, or nothing moves for the time given."""
        ends = await self._ends(POLICE_CRIMES)
        connection = await asyncpg.connect(self.dsn)
        try:
            for _ in range(int(seconds * 2)):
                rows = await connection.fetch("select partition, next_offset from kit.watermark")
                marks = {row["partition"]: row["next_offset"] for row in rows}
                behind = sum(max(0, end - marks.get(place.partition, 0)) for place, end in ends.items())
                if behind == 0 and not await connection.fetchval("select count(*) from kit.outbox"):
                    return
                await asyncio.sleep(0.5)
            raise TimeoutError("the workers did not get to the end")
        finally:
            await connection.close()


def _announced(record: object) -> Announced:
    headers = dict(record.headers)  # type: ignore[attr-defined]
    data = orjson.loads(record.value)  # type: ignore[attr-defined]
    return Announced(headers["ce_id"].decode(), UUID(data["subject_id"]), data["sequence"], data["number"])
