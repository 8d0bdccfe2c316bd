"""PostgreSQL and Kafka alone, for tests and measurements: no services, no supervision."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from contracts.topics import TOPICS
from handrail.local import child, ports
from handrail.local.kafka import Kafka, make_topics
from handrail.local.keys import make_secrets
from handrail.local.postgres import Postgres
from handrail.local.roles import read_roles


@dataclass(frozen=True, slots=True)
class Servers:
    """Running servers. `superuser_dsn` is for making databases in tests; the product never uses it."""

    data: Path
    kafka: str
    postgres_host: str
    postgres_port: int
    secrets: Path
    superuser_dsn: str = field(repr=False)
    running: tuple[tuple[child.Program, "subprocess.Popen[bytes]"], ...] = field(repr=False)

    def stop(self) -> None:
        for program, process in self.running:
            child.stop(process, program.ends_with)


def in_own_loop(work: Coroutine[None, None, None]) -> None:
    """Runs `work` to its end, whether or not the calling thread has a loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def until(
    ready: Callable[[], Awaitable[bool]], alive: Callable[[], bool] = lambda: True, tries: int = 1800
) -> bool:
    """True when `ready`, asked ten times a second; False when no more `alive`, or tries run out."""
    for _ in range(tries):
        if not alive():
            break
        if await ready():
            return True
        await asyncio.sleep(0.1)
    return False


async def until_ready(
    program: child.Program,
    process: "subprocess.Popen[bytes]",
    ready: Callable[[], Awaitable[bool]],
    seconds: float = 180,
) -> None:
    """Returns when `ready`; ProgramFailed when the process ends before, or the time does."""
    if not await until(ready, lambda: process.poll() is None, int(seconds * 10)):
        raise child.ProgramFailed(program.name, program.log)


def start_servers(data: Path, *, kafka: bool = True, hasty: bool = False) -> Servers:
    """Starts the servers of `data`, with roles, databases and topics, and returns when they answer.

    They end with `stop()`, or with the thread that called this. `hasty`: PostgreSQL does not wait for the disk.
    """
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    roles = read_roles()
    make_secrets(data / "secrets", ["postgres", *roles.logins])
    picked = ports.pick(data, ["postgres", "kafka", "kafka-controller"])
    postgres = Postgres(data, picked["postgres"], hasty)
    broker = Kafka(data, picked["kafka"], picked["kafka-controller"])
    postgres.prepare()
    running = [(postgres.program(), child.start(postgres.program()))]
    if kafka:
        broker.prepare()
        running.append((broker.program(), child.start(broker.program())))

    async def complete() -> None:
        await until_ready(*running[0], postgres.ready)
        await postgres.make_roles(roles)
        if kafka:
            await until_ready(*running[1], broker.ready)
            await make_topics(broker.bootstrap, TOPICS)

    started = Servers(
        data=data,
        kafka=broker.bootstrap,
        postgres_host="127.0.0.1",
        postgres_port=postgres.port,
        secrets=data / "secrets",
        superuser_dsn=postgres.superuser_dsn,
        running=tuple(running),
    )
    try:
        in_own_loop(complete())
    except BaseException:
        started.stop()
        raise
    return started
