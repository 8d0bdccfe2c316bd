"""Copies of migrated databases that one test after the other uses: in between, everything is as it was copied.

A copy and its connections take longer to make than most tests to run. What deleting rows does not undo (a table made
otherwise, a connection left at work, rows in great number) makes a copy unfit for the next test: it is thrown away.
"""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import asyncpg

LARGEST = 20_000_000
"""Bytes of tables above which another copy is made sooner than this one emptied."""

_SCHEMA = {
    "pg_class": "oid >= 16384",
    "pg_attribute": "attrelid >= 16384",
    "pg_constraint": "oid >= 16384",
    "pg_proc": "oid >= 16384",
    "pg_rewrite": "oid >= 16384",
    "pg_trigger": "true",
    "pg_policy": "true",
    "pg_namespace": "true",
    "pg_statistic": "true",
}
_STANDS = " union all ".join(
    f"select '{catalog}', count(*), max(xmin::text::bigint) from {catalog} where {ours}"
    for catalog, ours in _SCHEMA.items()
)
_FILLED = """
select c.oid::regclass::text as name, pg_relation_size(c.oid) as size
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and c.oid >= 16384 and n.nspname not in ('pg_toast', 'information_schema')
   and pg_relation_size(c.oid) > 0
"""
_DIGEST = "select array[count(*), sum(hashtext(t::text)::bigint)] from {} t"
_SEQUENCES = "select format('%I.%I', schemaname, sequencename), last_value, start_value from pg_sequences"
_OTHERS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


async def vacuumed(name: str, superuser: str) -> None:
    """Has the planner know of a database what it knows of one that was emptied again: how little is in it."""
    connection = await asyncpg.connect(superuser, database=name)
    await connection.execute("vacuum")
    await connection.close()


@dataclass
class Copy:
    """A copy of the database `of`, with a superuser's connection and what was in it when it was made."""

    name: str
    of: str
    _connection: "asyncpg.Connection[asyncpg.Record]"
    _stood: list[Any] = field(default_factory=list)
    _sequences: list[Any] = field(default_factory=list)
    _rows: dict[str, bytes] = field(default_factory=dict)
    _digests: dict[str, Any] = field(default_factory=dict)

    @classmethod
    async def noted(cls, name: str, of: str, superuser: str) -> "Copy":
        """One that was just made, and how it stands."""
        copy = cls(name, of, await asyncpg.connect(superuser, database=name))
        asked = copy._connection
        await asked.execute("set session_replication_role = replica")  # no trigger forbids, no reference holds
        copy._stood, copy._sequences = await asked.fetch(_STANDS), await asked.fetch(_SEQUENCES)
        for table in await copy._filled():
            held = BytesIO()
            await asked.copy_from_query(f"select * from {table}", output=held, format="binary")
            copy._rows[table] = held.getvalue()
            copy._digests[table] = await asked.fetchval(_DIGEST.format(table))
        return copy

    async def restored(self, connections: int) -> bool:
        """Takes back what was done to rows and sequences; False where that is not all that there is to take back.
        `connections`: how many are open to it, and idle."""
        asked = self._connection
        if await asked.fetchval(_OTHERS) != connections or await asked.fetch(_STANDS) != self._stood:
            return False
        filled = await self._filled()
        if sum(filled.values()) > LARGEST:
            return False
        await self._empty([table for table in filled | self._rows if await self._changed(table)])
        for (name, last, start), (_, now, _) in zip(self._sequences, await asked.fetch(_SEQUENCES), strict=True):
            if now != last:
                await asked.execute("select setval($1::text::regclass, $2, $3)", name, last or start, last is not None)
        return set(await self._filled()) == set(self._rows)

    async def end(self) -> None:
        await self._connection.close()

    async def _filled(self) -> dict[str, int]:
        """The tables that take room, with their bytes."""
        return {row["name"]: row["size"] for row in await self._connection.fetch(_FILLED)}

    async def _changed(self, table: str) -> bool:
        digest = self._digests.get(table)
        return digest is None or bool(digest != await self._connection.fetchval(_DIGEST.format(table)))

    async def _empty(self, tables: list[str]) -> None:
        """Leaves no row but those that were copied, and each where it would be in a new table."""
        if tables:
            await self._connection.execute(";".join(f"delete from {table}" for table in tables))
            await self._connection.execute(f"vacuum (skip_database_stats, parallel 0) {', '.join(tables)}")
        for name in [table for table in tables if table in self._rows]:
            schema, _, table = name.rpartition(".")
            rows = BytesIO(self._rows[name])
            await self._connection.copy_to_table(table, schema_name=schema or None, source=rows, format="binary")
