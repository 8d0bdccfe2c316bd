"""Fixtures only: real PostgreSQL and Kafka, and for each test a migrated database in which nothing happened yet."""

import asyncio
import importlib
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as properties

from handrail.local import Servers, start_servers
from kit.config import Settings
from kit.database import Database, connect
from kit.migrate import HERE, migrate
from tests.browser import seed_personas
from tests.copies import Copy
from tests.gate import close_chromium

properties.register_profile("handrail", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("handrail")  # a busy machine is no failure

_numbers = itertools.count(1)
MEMORY = "/dev/shm"
Fresh = Callable[..., Awaitable[Database]]
_Whose: TypeAlias = tuple[str, str, int]
"""A copy, a role and how many connections."""
_Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


def _start(data: Path, *, kafka: bool) -> Servers:
    """Embedded servers, or containers where HANDRAIL_SERVERS=containers says so and Docker answers."""
    if os.environ.get("HANDRAIL_SERVERS") != "containers":
        return start_servers(data, kafka=kafka, hasty=True)
    from tests.containers import start_containers  # its library is slow to load

    return start_containers(data, kafka=kafka)


@contextmanager
def _running(*, kafka: bool) -> Iterator[Servers]:
    """Servers whose data lies in memory where there is room for it, and is gone with them."""
    data = Path(tempfile.mkdtemp(prefix="handrail-tests-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    data.chmod(0o755)
    started = _start(data, kafka=kafka)
    try:
        yield started
    finally:
        started.stop()
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL alone: most tests need no broker."""
    with _running(kafka=False) as started:
        yield started


@pytest.fixture(scope="session")
def servers_with_kafka() -> Iterator[Servers]:
    """PostgreSQL and Kafka, for tests whose services are processes."""
    with _running(kafka=True) as started:
        yield started


def settings_for(servers: Servers, **changes: Any) -> Settings:
    return Settings(
        environment="test",
        kafka=servers.kafka,
        postgres_host=servers.postgres_host,
        postgres_port=servers.postgres_port,
        secrets=servers.secrets,
        data=servers.data,
        **changes,
    )


@pytest.fixture(scope="session")
def settings(servers: Servers) -> Settings:
    return settings_for(servers)


class Databases:
    """Hands out connections to copies of migrated databases in which nothing happened yet."""

    def __init__(self, settings: Settings, servers: Servers) -> None:
        self.settings = settings
        self._servers = servers
        self._migrated: set[str] = set()
        self._open: list[tuple[_Whose, Database]] = []
        self._idle: dict[_Whose, list[_Pool]] = {}
        self._used: list[Copy] = []
        self._spare: dict[str, list[Copy]] = {}
        self._empty: list[str] = []
        self._superuser: asyncpg.Connection[asyncpg.Record] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def _does(self, statement: str) -> None:
        """Has the superuser do something, over one connection: its password alone takes longer than a small copy."""
        async with self._one_at_a_time:
            if self._superuser is None or self._superuser.is_closed():
                self._superuser = await asyncpg.connect(self._servers.superuser_dsn)
            await self._superuser.execute(statement)

    async def copy_of(self, name: str) -> str:
        """The name of a copy of the migrated database `name`, fresh or as if it were; that of sessions knows the
        personas."""
        if name not in self._migrated:
            await self._migrate(name)
            self._migrated.add(name)
        spare = self._spare.setdefault(name, [])
        if not spare:
            spare.append(await Copy.noted(await self._copy(name, name, name), name, self._servers.superuser_dsn))
        self._used.append(spare.pop())
        return self._used[-1].name

    async def empty_copy(self, owner: str, name: str) -> str:
        """The name of a fresh database with nothing in it, owned like the database `owner`."""
        self._empty.append(await self._copy(name, "template0", owner))
        return self._empty[-1]

    async def _copy(self, name: str, template: str, owner: str) -> str:
        copy = f"{name}_test_{next(_numbers)}"
        await self._does(f"create database {copy} template {template} owner {owner}_owner strategy file_copy")
        return copy

    async def _migrate(self, name: str) -> None:
        if name in ("access", "keys"):
            await migrate(self.settings, name, [HERE / name])
            if name == "access":
                database = await connect(self.settings, name, "access_migrate", size=1)
                await seed_personas(database)
                await database.close()
            return
        service = importlib.import_module(f"services.{name}.__main__").SERVICE
        await migrate(self.settings, name, [HERE / "service", service.migrations])
        if service.after_migrate is not None:
            database = await connect(self.settings, name, f"{name}_migrate", size=1)
            async with database.begin() as tx:
                await tx.execute(f"set local role {name}_owner")
                await service.after_migrate(tx)
            await database.close()

    async def open(self, copy: str, role: str, size: int = 3) -> Database:
        whose = copy, role, size
        kept = self._idle.get(whose)
        database = Database(kept.pop()) if kept else await connect(self.settings, copy, role, size=size, least=0)
        self._open.append((whose, database))
        return database

    async def close(self) -> None:
        """Takes back what the test did; what cannot be taken back is thrown away."""
        again = {copy.name for copy in self._used}
        again -= {whose[0] for whose, database in self._open if not await self._kept(whose, database, again)}
        self._open.clear()
        while self._used:
            copy = self._used.pop()
            pools = [pool for whose, pools in self._idle.items() if whose[0] == copy.name for pool in pools]
            if copy.name in again and await copy.restored(sum(pool.get_size() for pool in pools)):
                self._spare[copy.of].append(copy)
            else:
                await self._throw_away(copy)
        while self._empty:
            await self._does(f"drop database {self._empty.pop()} with (force)")

    async def _kept(self, whose: _Whose, database: Database, again: Set[str]) -> bool:
        """Whether the next test may have these connections; nobody else has them from now on."""
        pool = database.pool
        del database.pool
        if whose[0] in again and not pool.is_closing() and pool.get_idle_size() == pool.get_size():
            self._idle.setdefault(whose, []).append(pool)
            return True
        await pool.close()
        return False

    async def _throw_away(self, copy: Copy) -> None:
        for whose in [whose for whose in self._idle if whose[0] == copy.name]:
            for pool in self._idle.pop(whose):
                await pool.close()
        await copy.end()
        await self._does(f"drop database {copy.name} with (force)")

    async def end(self) -> None:
        await self.close()
        for copy in [copy for copies in self._spare.values() for copy in copies]:
            await self._throw_away(copy)
        if self._superuser is not None:
            await self._superuser.close()


@pytest.fixture
async def databases(databases_of_session: Databases) -> AsyncIterator[Databases]:
    """As if fresh: `name = await databases.copy_of("referral")`, `await databases.open(name, "referral_hub")`."""
    yield databases_of_session
    await databases_of_session.close()


@pytest.fixture(scope="session")
async def databases_of_session(settings: Settings, servers: Servers) -> AsyncIterator[Databases]:
    made = Databases(settings, servers)
    yield made
    await made.end()


async def until_somebody_waits(database: Database) -> None:
    """Returns when a transaction waits for a lock."""
    while not await database.pool.fetchval("select exists (select from pg_locks where not granted)"):
        await asyncio.sleep(0.02)


@pytest.fixture(scope="session", autouse=True)
async def chromium_ends() -> AsyncIterator[None]:
    """The browser that the gates of a worker share is closed with the last of its tests."""
    yield
    await close_chromium()


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).parents[1]
