"""Rehearsals of draft rules: stored facts read again in order, and what came of the last rehearsal."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.domain.facts import CaseFacts, History, facts_of
from services.referral.store.batches import remembered
from services.referral.store.rows import columns, read, read_one

LISTED = 1000
"""So many of the cases that would change are kept by name; all of them are counted."""
_STORED = """
select distinct on (c.case_id) c.case_id, r.facts from case_file c join routing r on r.case_id = c.case_id
 where c.reported_at >= $1 and c.reported_at < $2 order by c.case_id, r.run desc
"""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`counts`: how often each change would happen, by "line general added"."""

    rehearsal_id: UUID
    at: datetime
    file: str
    rules_version: str
    since: date
    until: date
    cases: int
    changed: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Changed:
    """A case that the draft would decide otherwise."""

    case_id: UUID
    reference: str
    changes: tuple[str, ...]


async def stored(tx: Tx, since: datetime, until: datetime) -> AsyncIterator[tuple[UUID, CaseFacts, History]]:
    """The last facts and history of every case reported between two instants, a few hundred at a time."""
    async for row in tx.cursor(_STORED, since, until, prefetch=500):
        told: dict[str, Any] = row["facts"]
        yield row["case_id"], facts_of(told["case"]), remembered(told["history"])


async def keep(tx: Tx, made: Rehearsal, listed: Sequence[tuple[UUID, Sequence[str]]]) -> None:
    """Keeps a rehearsal with the first of the cases that would change."""
    names = columns(Rehearsal)
    await tx.execute(
        f"insert into rehearsal ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(getattr(made, name) for name in names.split(", ")),
    )
    await tx.executemany(
        "insert into rehearsal_case (rehearsal_id, case_id, number, changes) values ($1, $2, $3, $4)",
        [(made.rehearsal_id, case, number, list(changes)) for number, (case, changes) in enumerate(listed, 1)],
    )


async def last(tx: Tx) -> Rehearsal | None:
    row = await tx.fetchrow(f"select {columns(Rehearsal)} from rehearsal order by at desc, rehearsal_id limit 1")
    return read_one(Rehearsal, row)


async def changed(tx: Tx, rehearsal_id: UUID, limit: int = 100) -> list[Changed]:
    """The first of the cases that would change, among those the viewer may see."""
    rows = await tx.fetch(
        "select r.case_id, c.reference, r.changes from rehearsal_case r join case_file c on c.case_id = r.case_id"
        " where r.rehearsal_id = $1 order by r.number limit $2",
        rehearsal_id,
        limit,
    )
    return read(Changed, rows)
