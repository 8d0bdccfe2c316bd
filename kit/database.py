"""Connections and transactions of PostgreSQL; each transaction knows who is looking."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from kit.config import Settings

Tx: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

UNDONE: tuple[type[BaseException], ...] = (
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
    asyncpg.CannotConnectNowError,
)
"""The database says so itself, and takes back what was begun: others were quicker, or it is full or starting."""

TRANSIENT: tuple[type[BaseException], ...] = (
    *UNDONE,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    ConnectionError,
    TimeoutError,
    OSError,
)
"""What may pass by itself. Beside `UNDONE`, nobody knows whether a commit under way was made."""

_LOOK = """
select set_config('app.user_id', $1, true), set_config('app.provider_id', $2, true),
       set_config('app.restricted', $3, true), set_config('app.role', $4, true)
"""


class Looking(Protocol):
    """Who looks (`kit.access.Viewer`), as far as row-level security needs to know."""

    @property
    def user_id(self) -> UUID: ...
    @property
    def organisation_id(self) -> UUID | None: ...
    @property
    def role(self) -> str: ...
    @property
    def may_see_restricted(self) -> bool: ...


def _encode(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


async def _prepare(connection: Any) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=_encode, decoder=orjson.loads)


class Database:
    """A pool of one database and one login role."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.pool = pool

    @asynccontextmanager
    async def begin(self, viewer: Looking | None = None) -> AsyncIterator[Tx]:
        """An open transaction; row-level security sees `viewer` (nobody when None)."""
        async with self.pool.acquire() as connection, connection.transaction():
            if viewer is not None:
                await connection.execute(
                    _LOOK,
                    str(viewer.user_id),
                    str(viewer.organisation_id or ""),
                    "on" if viewer.may_see_restricted else "off",
                    viewer.role,
                )
            yield connection  # type: ignore[misc]

    async def close(self) -> None:
        await self.pool.close()


async def connect(settings: Settings, database: str, role: str, size: int = 4, least: int = 1) -> Database:
    """Opens a pool of `least` to `size` connections; waits up to 30 s for a database that is just starting."""
    for attempt in range(60):
        try:
            pool = await asyncpg.create_pool(
                host=settings.postgres_host,
                port=settings.postgres_port,
                database=database,
                user=role,
                password=settings.password(role),
                min_size=least,
                max_size=size,
                init=_prepare,
                command_timeout=60,
                server_settings={"application_name": role, "timezone": "UTC"},
            )
            return Database(pool)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
            if attempt == 59:
                raise
            await asyncio.sleep(0.5)
    raise AssertionError
