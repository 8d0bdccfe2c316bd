"""Starts everything in order, keeps it running, stops it in order: `python -m handrail.local.supervisor`."""

import argparse
import asyncio
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import httpx

from contracts.topics import TOPICS
from handrail import people
from handrail.failing import Failed
from handrail.local import child
from handrail.local.kafka import Kafka, make_topics
from handrail.local.keys import make_secrets
from handrail.local.postgres import Postgres
from handrail.local.processes import Addresses, choose_addresses, migrations, processes
from handrail.local.roles import read_roles
from handrail.local.servers import until_ready
from handrail.local.state import ProcessState, System, holding_lock, write_state
from handrail.local.watched import Watched

PATIENCE_AT_START = 240.0
CRASHES_AT_START = 3
LOOK_EVERY = 0.25


class Supervisor:
    """The whole life of the system of one data folder."""

    def __init__(self, data: Path, asked_port: int | None, keep: int | None) -> None:
        """`keep`: a pipe of whoever started us; its end, unless it said to keep running, is our end."""
        self.roles = read_roles()
        make_secrets(data / "secrets", ["postgres", *self.roles.logins])
        self.addresses: Addresses = choose_addresses(data, asked_port)
        inner = self.addresses.inner
        self.postgres = Postgres(data, inner["postgres"])
        self.kafka = Kafka(data, inner["kafka"], inner["kafka-controller"])
        self.system = System(
            data=str(data),
            supervisor=os.getpid(),
            kafka=self.kafka.bootstrap,
            http=self.addresses.public_url,
            neutral=self.addresses.neutral_url,
            issuer=self.addresses.issuer,
            postgres_host="127.0.0.1",
            postgres_port=self.postgres.port,
        )
        self._keep = keep
        self._written: System | None = None
        self._stopping = asyncio.Event()
        self._client = httpx.AsyncClient(timeout=2, trust_env=False)
        self.servers = [
            self._watched(self.postgres.program(), self.postgres.ready),
            self._watched(self.kafka.program(), self.kafka.ready),
        ]
        self.processes = [
            self._watched(program, self._asks(program.name)) for program in processes(self.system, self.addresses)
        ]

    def _watched(self, program: child.Program, ready: Callable[[], Awaitable[bool]]) -> Watched:
        seen = ProcessState(program.name)
        self.system.processes.append(seen)
        return Watched(program, ready, seen)

    def _asks(self, name: str) -> Callable[[], Awaitable[bool]]:
        address = self.addresses.readiness(name)
        assert address is not None

        async def ready() -> bool:
            try:
                return (await self._client.get(address)).status_code == 200
            except httpx.TransportError:
                return False

        return ready

    async def run(self) -> None:
        """Comes up, stays until told to stop, goes down. Failed says what did not come up."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        try:
            await self._unless_stopped(self._come_up())
            while not self._told_to_stop():
                await self._look_after_all()
        finally:
            self._go_down()
            await self._client.aclose()

    async def _unless_stopped(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        while not task.done() and not self._told_to_stop():
            self._write()
            await asyncio.wait([task], timeout=LOOK_EVERY)
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    async def _come_up(self) -> None:
        with self._step("starting PostgreSQL and Kafka"):
            for watched in self.servers:
                watched.start()
            await until_ready(self.servers[0].program, self._process(self.servers[0]), self.postgres.ready)
            await self.postgres.make_roles(self.roles)
            self.servers[0].seen.state = "ready"
        with self._step("bringing the databases up to date"):
            await self._migrate()
            await people.seed(self.system.settings())
        with self._step("making the topics"):
            await until_ready(self.servers[1].program, self._process(self.servers[1]), self.kafka.ready)
            await make_topics(self.kafka.bootstrap, TOPICS)
            self.servers[1].seen.state = "ready"
        with self._step("starting the services"):
            for watched in self.processes:
                watched.start()
            await self._until_all_ready()

    async def _migrate(self) -> None:
        running = [(program, child.start(program)) for program in migrations(self.system)]
        try:
            for program, process in running:
                while process.poll() is None:
                    await asyncio.sleep(0.05)
                if process.returncode != 0:
                    raise child.ProgramFailed(program.name, program.log)
        finally:
            for program, process in running:
                child.stop(process, program.ends_with)

    async def _until_all_ready(self) -> None:
        end = time.monotonic() + PATIENCE_AT_START
        while not self.system.ready:
            await self._look_after_all()
            for watched in self.processes:
                late = time.monotonic() > end and watched.seen.state != "ready"
                if late or watched.failures >= CRASHES_AT_START:
                    raise child.ProgramFailed(watched.program.name, watched.program.log)

    async def _look_after_all(self) -> None:
        every = self.servers + self.processes
        for watched in every:
            if happened := watched.look_after():
                say(happened)
        await asyncio.gather(*(watched.ask() for watched in every))
        self.system.ready = all(watched.seen.state == "ready" for watched in every)
        self._write()
        await asyncio.sleep(LOOK_EVERY)

    def _go_down(self) -> None:
        """Doors first, then what works, then what keeps."""
        self.system.ready, self.system.step = False, "stopping"
        self._write()
        fronts = [w for w in self.processes if not w.program.name.endswith("-worker")]
        workers = [w for w in self.processes if w.program.name.endswith("-worker")]
        for group, patience in ((fronts, 10.0), (workers, 15.0), (self.servers[::-1], 30.0)):
            _stop_together(group, patience)
        self.system.step = "stopped"
        self._write()

    def _told_to_stop(self) -> bool:
        """A signal, or the sudden end of the command that started us and had not said to keep running."""
        if self._keep is not None and select.select([self._keep], [], [], 0)[0]:
            if os.read(self._keep, 1):
                self._keep = None
            else:
                self._stopping.set()
        return self._stopping.is_set()

    @contextmanager
    def _step(self, step: str) -> Iterator[None]:
        began = time.monotonic()
        self.system.step = step
        self._write()
        yield
        say(f"{step}: {time.monotonic() - began:.1f} s")
        self.system.step = "ready"

    def _process(self, watched: Watched) -> "subprocess.Popen[bytes]":
        assert watched.process is not None
        return watched.process

    def _write(self) -> None:
        if self.system != self._written:
            write_state(self.system)
            self._written = deepcopy(self.system)


def _stop_together(group: Sequence[Watched], patience: float) -> None:
    for watched in group:
        if watched.process is not None and watched.is_running():
            watched.process.send_signal(watched.program.ends_with)
    for watched in group:
        watched.stop(patience)


def say(words: str) -> None:
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), words, flush=True)


def supervise(data: Path, port: int | None, keep: int | None) -> int:
    """Runs the system of `data` to its end; 0 when it was stopped, 1 when it did not come up."""
    supervisor: Supervisor | None = None
    try:
        supervisor = Supervisor(data, port, keep)
        supervisor.system.step = "fetching Kafka and making the database (first time: some minutes)"
        write_state(supervisor.system)
        supervisor.postgres.prepare()
        supervisor.kafka.prepare()
        asyncio.run(supervisor.run())
    except Failed as failure:
        say(str(failure))
        if supervisor is not None:
            supervisor.system.error = str(failure)
            write_state(supervisor.system)
        return 1
    return 0


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m handrail.local.supervisor", description=__doc__)
    words.add_argument("--data", type=Path, required=True)
    words.add_argument("--port", type=int)
    words.add_argument("--keep", type=int, help="descriptor of a pipe; see Supervisor")
    told = words.parse_args()
    with holding_lock(told.data) as mine:
        if not mine:
            say(f"a system is already running in {told.data}")
            sys.exit(3)
        sys.exit(supervise(told.data, told.port, told.keep))


if __name__ == "__main__":
    main()
