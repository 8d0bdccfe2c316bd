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
_TABLES = """
select count(*), sum(hashtext((relname, relowner, relfilenode, relnatts, relchecks, relhastriggers, relrowsecurity,
                               relforcerowsecurity, relacl, reloptions)::text))
  from pg_class where oid >= 16384
"""
_FILLED = """
select c.oid::regclass::text as name, pg_relation_size(c.oid) as size
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and c.oid >= 16384 and n.nspname not in ('pg_toast', 'information_schema')
   and pg_relation_size(c.oid) > 0
"""
_SIZES = "select array_agg(oid), array_agg(relpages), array_agg(reltuples) from pg_class where oid >= 16384"
_LOOKS_NEW = """
update pg_class c set relpages = s.pages, reltuples = s.tuples, relallvisible = 0, relallfrozen = 0
  from unnest($1::oid[], $2::int[], $3::real[]) as s(oid, pages, tuples)
 where c.oid = s.oid and (c.relpages, c.reltuples) is distinct from (s.pages, s.tuples)
"""
_DIGEST = "select array[count(*), sum(hashtext(t::text)::bigint)] from {} t"
_SEQUENCES = "select format('%I.%I', schemaname, sequencename), last_value, start_value from pg_sequences"
_OTHERS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


@dataclass
class Copy:
    """A copy of the database `of`, with a superuser's connection and what was in it when it was made."""

    name: str
    of: str
    _connection: "asyncpg.Connection[asyncpg.Record]"
    _stood: list[Any] = field(default_factory=list)
    _sizes: Any = None
    _sequences: list[Any] = field(default_factory=list)
    _rows: dict[str, bytes] = field(default_factory=dict)
    _digests: dict[str, Any] = field(default_factory=dict)

    @classmethod
    async def noted(cls, name: str, of: str, superuser: str) -> "Copy":
        """One that was just made, and how it stands."""
        copy = cls(name, of, await asyncpg.connect(superuser, database=name))
        asked = copy._connection
        await asked.execute("set session_replication_role = replica")  # no trigger forbids, no reference holds
        copy._stood, copy._sizes = await copy._stands(), await asked.fetchrow(_SIZES)
        copy._sequences = await asked.fetch(_SEQUENCES)
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
        if await asked.fetchval(_OTHERS) != connections or await self._stands() != self._stood:
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

    async def _stands(self) -> list[Any]:
        """How everything but rows is made; `pg_class` by what it says of that, since it also counts pages."""
        return [*await self._connection.fetch(_STANDS), *await self._connection.fetch(_TABLES)]

    async def _filled(self) -> dict[str, int]:
        """The tables that take room, with their bytes."""
        return {row["name"]: row["size"] for row in await self._connection.fetch(_FILLED)}

    async def _changed(self, table: str) -> bool:
        digest = self._digests.get(table)
        return digest is None or bool(digest != await self._connection.fetchval(_DIGEST.format(table)))

    async def _empty(self, tables: list[str]) -> None:
        """Leaves no row but those that were copied, each where it would be in a new table, and the planner's belief
        in how much a new table holds."""
        if tables:
            await self._connection.execute(";".join(f"delete from {table}" for table in tables))
            await self._connection.execute(f"vacuum (skip_database_stats, parallel 0) {', '.join(tables)}")
            await self._connection.execute(_LOOKS_NEW, *self._sizes)
        for name in [table for table in tables if table in self._rows]:
            schema, _, table = name.rpartition(".")
            rows = BytesIO(self._rows[name])
            await self._connection.copy_to_table(table, schema_name=schema or None, source=rows, format="binary")
