"""What the story looks at beside the pages: every record of every topic, every process, every file, every trace."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import asyncpg
import httpx
import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from contracts.topics import TOPICS
from handrail.local.state import read_state
from tests.canary import tables_of
from tests.running import System

BINARY = ("postgres/", "kafka/log/", "secrets/")
"""Below the data folder: what PostgreSQL and Kafka keep in their own form (asked through them), and keys."""


async def records(kafka: str) -> list[ConsumerRecord]:
    """Everything that the topics hold."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    found: list[ConsumerRecord] = []
    try:
        places = [TopicPartition(topic.name, n) for topic in TOPICS for n in range(topic.partitions)]
        consumer.assign(places)
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, begins[place])
        left = {place for place in places if begins[place] < ends[place]}
        while left:
            for batch in (await consumer.getmany(*left, timeout_ms=300)).values():
                found += batch
            left = {place for place in left if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()
    return found


def announced(told: list[ConsumerRecord], case_id: str) -> dict[str, list[dict[str, Any]]]:
    """The data of every event of a case by type, without its version."""
    found: dict[str, list[dict[str, Any]]] = {}
    for record in told:
        data = orjson.loads(record.value)
        if data.get("case_id") == case_id:
            kind = dict(record.headers)["ce_type"].decode().removesuffix(".v1")
            found.setdefault(kind, []).append(data)
    return found


def in_clear(record: ConsumerRecord) -> str:
    """A record's key, headers and value as text, without what is sealed in it."""
    value = orjson.loads(record.value)
    for victim in value.get("victims") or ():
        victim.pop("sealed", None)
    return f"{record.topic} {record.key!r} {record.headers!r} {orjson.dumps(value).decode()}"


def files(data: Path) -> dict[str, str]:
    """Every file that our processes wrote below the data folder: by name, its name and what is in it."""
    found = {}
    for path in sorted(data.rglob("*")):
        name = str(path.relative_to(data))
        if path.is_file() and not name.startswith(BINARY):
            found[name] = f"{name}\n{path.read_bytes().decode('latin-1')}"
    return found


def segments(data: Path) -> str:
    """The bytes of Kafka's own files."""
    return "\n".join(path.read_bytes().decode("latin-1") for path in (data / "kafka" / "log").rglob("*.log"))


def metrics(system: System) -> dict[str, str]:
    """What each process of a service tells Prometheus."""
    ports = orjson.loads((system.data / "ports.json").read_bytes())
    names = [name for name in ports if name.endswith(("-web", "-worker"))]
    return {name: httpx.get(f"http://127.0.0.1:{ports[name]}/metrics").text for name in names}


async def tables(system: System) -> dict[str, list[str]]:
    """Every row of every table of every database."""
    state = read_state(system.data)
    assert state is not None
    password = (system.data / "secrets" / "postgres").read_text().strip()
    dsn = f"postgresql://postgres:{password}@127.0.0.1:{state.postgres_port}/postgres"
    connection = await asyncpg.connect(dsn)
    names = [r[0] for r in await connection.fetch("select datname from pg_database where not datistemplate")]
    await connection.close()
    return {f"{name}.{table}": rows for name in names for table, rows in (await tables_of(dsn, name)).items()}


class Collector:
    """A collector of traces: keeps every body that it is sent."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}/v1/traces"
        self.bodies: list[bytes] = []

    def text(self) -> str:
        return "\n".join(body.decode("latin-1") for body in self.bodies)


@contextmanager
def collecting() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(server.server_address[1])
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
