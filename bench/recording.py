"""What the worker says to its database, batch by batch, kept so that it can be said again without thinking."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, is_dataclass
from typing import Any

import orjson

from kit.database import Database

SAID = frozenset({"execute", "executemany", "fetch", "fetchrow", "fetchval"})


@dataclass
class Saying:
    """One statement of a transaction, with rows that are written out already."""

    how: str
    sql: str
    args: tuple[Any, ...]


@dataclass
class Recorded:
    """A database that keeps what is said to it: one list of statements for each transaction."""

    database: Database
    transactions: list[list[Saying]] = field(default_factory=list)

    @asynccontextmanager
    async def begin(self, viewer: Any = None) -> AsyncIterator[Any]:
        said: list[Saying] = []
        async with self.database.begin(viewer) as tx:
            yield _Listener(tx, said)
        self.transactions.append(said)


class _Listener:
    def __init__(self, tx: Any, said: list[Saying]) -> None:
        self._tx = tx
        self._said = said

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._tx, name)
        if name not in SAID:
            return real

        def say(sql: str, *args: Any, **options: Any) -> Any:
            self._said.append(Saying(name, sql, tuple(_written(arg) for arg in args)))
            return real(sql, *args, **options)

        return say


def _written(arg: Any) -> Any:
    """Rows as the JSON that they travel as; everything else as it is."""
    rows = isinstance(arg, list) and arg and (is_dataclass(arg[0]) or isinstance(arg[0], dict))
    return orjson.Fragment(orjson.dumps(arg, default=str)) if rows else arg


async def say_again(database: Database, said: list[Saying]) -> None:
    """The same transaction once more."""
    async with database.begin() as tx:
        for saying in said:
            await getattr(tx, saying.how)(saying.sql, *saying.args)
