"""Servers of its own, fresh databases, and how much processor time each of them took."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any, TypeAlias, TypeVar

import asyncpg
import psutil
import structlog
import uvloop

from handrail.local import Servers, start_servers
from kit.config import Settings
from kit.database import Database, connect
from kit.inbox import Inbox
from kit.listening import Context, listening
from kit.migrate import HERE, migrate
from kit.sealing import Sealer
from kit.service.running import collect_rarely
from services.referral.books import load
from services.referral.consumer import LISTENS

NAME = "referral"
MIGRATIONS = Path(__file__).parents[1] / "services" / NAME / "migrations"
Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Found = TypeVar("Found")


@dataclass
class Hub:
    """The referral worker's parts over fresh databases."""

    name: str
    database: Database
    keys: Database
    context: Context
    inbox: Inbox

    async def close(self) -> None:
        await self.database.close()
        await self.keys.close()


@dataclass
class Stand:
    """One run's servers. `spent()` is processor seconds until now of this process, PostgreSQL and Kafka."""

    servers: Servers
    settings: Settings
    _numbers: list[int] = field(default_factory=list)

    async def prepare(self) -> None:
        await migrate(self.settings, NAME, [HERE / "service", MIGRATIONS])
        for name in ("keys", "access"):
            await migrate(self.settings, name, [HERE / name])

    async def superuser(self, database: str = "postgres") -> Superuser:
        return await asyncpg.connect(self.servers.superuser_dsn.rsplit("/", 1)[0] + f"/{database}")

    async def fresh(self, name: str) -> str:
        """The name of a fresh copy of a migrated database; what earlier runs left dirty is on disk by then."""
        self._numbers.append(0)
        copy = f"{name}_{len(self._numbers)}"
        collect_rarely()
        connection = await self.superuser()
        await connection.execute(f"drop database if exists {copy}")  # of an earlier run over the same folder
        await connection.execute(f"create database {copy} template {name} owner {name}_owner")
        await connection.execute("checkpoint")
        await connection.close()
        return copy

    async def hub(self) -> Hub:
        name = await self.fresh(NAME)
        database = await connect(self.settings, name, f"{NAME}_worker", size=10)
        keys = await connect(self.settings, await self.fresh("keys"), "keys_worker", size=2)
        heard = listening(LISTENS)
        context = Context(self.settings, NAME, Sealer(self.settings, keys), database, heard.models, load())
        return Hub(name, database, keys, context, Inbox(database, NAME, heard, context))

    def spent(self) -> dict[str, float]:
        found = {"python": process_time()}
        for program, process in self.servers.running:
            found[program.name] = _seconds(psutil.Process(process.pid))
        return found


def run(
    measure: Callable[[Stand], Coroutine[Any, Any, Found]], *, kafka: bool = True, data: Path | None = None
) -> Found:
    """Starts servers with data and ports of their own, measures, and leaves nothing behind but what is in `data`, a
    folder to be used again."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    folder = data or Path(tempfile.mkdtemp(prefix="handrail-bench-"))
    servers = start_servers(folder, kafka=kafka)
    try:
        settings = Settings(
            environment="test",
            kafka=servers.kafka,
            postgres_host=servers.postgres_host,
            postgres_port=servers.postgres_port,
            secrets=servers.secrets,
            data=servers.data,
        )
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(measure(Stand(servers, settings)))
    finally:
        servers.stop()
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _seconds(root: psutil.Process) -> float:
    """Processor time of a process, its living children and those it has buried."""
    times = root.cpu_times()
    total = float(times.user + times.system + times.children_user + times.children_system)
    for child in root.children():
        try:
            total += _seconds(child)
        except psutil.NoSuchProcess:
            continue
    return total


def each(before: dict[str, float], after: dict[str, float], count: int) -> dict[str, int]:
    """Processor microseconds for each of `count` events, by program."""
    return {name: round(1e6 * (after[name] - before[name]) / max(count, 1)) for name in before}


def median(values: Sequence[float]) -> float:
    return percentile(values, 50)


def percentile(values: Sequence[float], share: int) -> float:
    """The value below which `share` percent of `values` lie; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else 0.0


async def written_columns(superuser: Superuser, table: str) -> list[tuple[str, str]]:
    """The columns of a table that a row gives, with their types, in order: neither counted nor reckoned by itself."""
    rows = await superuser.fetch(
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'public' and table_name = $1 and is_identity = 'NO' and is_generated = 'NEVER'"
        " order by ordinal_position",
        table,
    )
    return [(row["column_name"], row["data_type"]) for row in rows]
