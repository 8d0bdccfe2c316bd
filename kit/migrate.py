"""Forward-only migrations with checksums: `python -m kit.migrate access|keys`, or a service's own `migrate`."""

import asyncio
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from kit.config import Settings

HERE = Path(__file__).parent / "migrations"


class MigrationChanged(Exception):
    """A migration that was applied has other text now. Restore the file, and put the change into a new one."""


async def migrate(settings: Settings, database: str, folders: Sequence[Path], into: str | None = None) -> list[str]:
    """Applies what is new, in order, as `<database>_owner`; returns the names applied.

    `into` is the name of the actual database where it differs from the service's (copies for tests, restores)."""
    role = f"{database}_migrate"
    connection = await asyncpg.connect(
        host=settings.postgres_host,
        port=settings.postgres_port,
        database=into or database,
        user=role,
        password=settings.password(role),
    )
    try:
        await connection.execute(f"set role {database}_owner")
        await connection.execute("set lock_timeout = '5s'")
        await connection.fetchval("select pg_advisory_lock(hashtext('migrate'))")
        await connection.execute("create schema if not exists kit")
        await connection.execute(
            "create table if not exists kit.migration (name text primary key, sha256 text not null,"
            " applied_at timestamptz not null default now())"
        )
        return [name for folder in folders for name in await _apply(connection, database, folder)]
    finally:
        await connection.close()


async def _apply(connection: "asyncpg.Connection[asyncpg.Record]", database: str, folder: Path) -> list[str]:
    rows = await connection.fetch("select name, sha256 from kit.migration")
    done = {row["name"]: row["sha256"] for row in rows}
    applied = []
    for path in sorted(folder.glob("[0-9]*.sql")):
        name = f"{folder.parent.name}/{folder.name}/{path.name}"
        text = path.read_text().replace("{database}", database)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if name in done:
            if done[name] != digest:
                raise MigrationChanged(name)
            continue
        async with connection.transaction():
            await connection.execute(text)
            await connection.execute("insert into kit.migration (name, sha256) values ($1, $2)", name, digest)
        applied.append(name)
    return applied


def main() -> None:
    database = sys.argv[1]
    asyncio.run(migrate(Settings(), database, [HERE / database]))


if __name__ == "__main__":
    main()
