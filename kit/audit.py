"""Who looked at or changed what: append-only rows, chained with SHA-256, the head kept outside the database."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson

from kit.access import Viewer
from kit.database import Tx

_RECORD = """
insert into kit.audit (actor_id, actor_role, organisation_id, action, subject_kind, subject_id, fields, reason)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# Entries are numbered before they are committed, so one may come after a later one was chained; none comes as late as
# this many entries, since no transaction may last for minutes.
LATE = 20_000
_UNCHAINED = """
with late as (select coalesce(max(audit_id), 0) - $2 as id from kit.audit_chain)
select a.* from kit.audit a
 where a.id > (select id from late)
   and not exists (select 1 from kit.audit_chain c where c.audit_id = a.id and c.audit_id > (select id from late))
 order by a.id limit $1
"""
_CHAINED = "select c.position, c.hash, a.* from kit.audit_chain c join kit.audit a on a.id = c.audit_id order by 1"
_LINK = """
insert into kit.audit_chain (position, audit_id, hash) select * from unnest($1::bigint[], $2::bigint[], $3::bytea[])
"""
_HEAD = "select position, hash from kit.audit_chain order by position desc limit 1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit; `fields` are names, never values, and `reason` is a code."""

    actor_id: UUID | None
    actor_role: str
    organisation_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID | None
    fields: tuple[str, ...] = ()
    reason: str | None = None


def seen(
    viewer: Viewer,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    fields: tuple[str, ...] = (),
    reason: str | None = None,
) -> Entry:
    """An entry for what `viewer` does."""
    return Entry(viewer.user_id, viewer.role, viewer.organisation_id, action, subject_kind, subject_id, fields, reason)


async def record(tx: Tx, entries: Sequence[Entry]) -> None:
    """Appends entries in the transaction of the view or write that they tell of."""
    await tx.executemany(
        _RECORD,
        [
            (e.actor_id, e.actor_role, e.organisation_id, e.action, e.subject_kind, e.subject_id, e.fields, e.reason)
            for e in entries
        ],
    )


def _hash(previous: bytes, row: asyncpg.Record) -> bytes:
    told = [row[k] for k in ("id", "at", "actor_id", "actor_role", "organisation_id", "action", "subject_kind")]
    told += [row[k] for k in ("subject_id", "fields", "reason")]
    return hashlib.sha256(previous + orjson.dumps(told, default=str)).digest()


async def chain(tx: Tx, limit: int = 5000) -> int:
    """Chains the committed entries not chained yet; one caller at a time. Returns how many."""
    rows = await tx.fetch(_UNCHAINED, limit, LATE)
    if not rows:
        return 0
    head = await tx.fetchrow(_HEAD)
    position, previous = (head["position"], head["hash"]) if head else (0, b"")
    hashes = []
    for row in rows:
        previous = _hash(previous, row)
        hashes.append(previous)
    await tx.execute(_LINK, [position + 1 + i for i in range(len(rows))], [r["id"] for r in rows], hashes)
    return len(rows)


async def publish_head(tx: Tx, path: Path) -> None:
    """Appends the chain's head to a file outside the database, so that a cut tail shows."""
    head = await tx.fetchrow(_HEAD)
    if head is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as out:
            out.write(f"{datetime.now(UTC).isoformat()} {head['position']} {head['hash'].hex()}\n")


async def broken_links(tx: Tx, heads: Path | None = None) -> int:
    """How many links or published heads do not fit the entries; 0 is what it should be."""
    previous, broken = b"", 0
    hashes: dict[int, str] = {}
    async for row in tx.cursor(_CHAINED):
        previous = _hash(previous, row)
        broken += int(previous != row["hash"])
        hashes[row["position"]] = row["hash"].hex()
        previous = row["hash"]
    lines = heads.read_text().split("\n") if heads and heads.exists() else []
    published = [line.split() for line in lines if line]
    return broken + sum(hashes.get(int(position)) != digest for _, position, digest in published)
