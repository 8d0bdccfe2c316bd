"""Rehearsals of draft rules: stored facts read again in order, how far each is, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain.facts import CaseFacts, History, facts_of
from services.referral.store.batches import remembered
from services.referral.store.rows import columns, insert, read, read_one, values

_NEXT = """
select c.case_id, c.restricted, r.facts from case_file c
  cross join lateral (select facts from routing r where r.case_id = c.case_id order by run desc limit 1) r
 where c.reported_at >= $1 and c.reported_at < $2 and ($3::uuid is null or c.case_id > $3)
 order by c.case_id limit $4
"""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`counts`: how often each change would happen, by "line general added"; `open_...`: the same without people who
    are restricted. `state`: running, done, stopped or failed; `total`: cases to replay, None until they are counted;
    `after`: the last that was replayed; `why`: why it failed."""

    rehearsal_id: UUID
    at: datetime
    file: str
    rules_version: str
    since: date
    until: date
    cases: int
    changed: int
    counts: dict[str, int]
    state: str = "done"
    asked_by: UUID | None = None
    total: int | None = None
    after: UUID | None = None
    open_cases: int = 0
    open_changed: int = 0
    open_counts: dict[str, int] = field(default_factory=dict)
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A case that the draft would decide otherwise."""

    case_id: UUID
    reference: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A case with the facts and the history it was last decided on."""

    case_id: UUID
    restricted: bool
    facts: CaseFacts
    history: History


async def following(tx: Tx, since: datetime, until: datetime, after: UUID | None, limit: int) -> list[Stored]:
    """The next cases reported between two instants, by id."""
    rows = await tx.fetch(_NEXT, since, until, after, limit)
    return [
        Stored(row["case_id"], row["restricted"], facts_of(row["facts"]["case"]), remembered(row["facts"]["history"]))
        for row in rows
    ]


async def count(tx: Tx, since: datetime, until: datetime) -> int:
    """How many cases were reported between two instants."""
    asked = "select count(*) from case_file where reported_at >= $1 and reported_at < $2"
    return int(await tx.fetchval(asked, since, until))


async def begin(tx: Tx, made: Rehearsal, body: str | None = None) -> None:
    """Keeps a rehearsal that begins; `body`: the draft, where somebody put it in."""
    await tx.execute(insert("rehearsal", Rehearsal, more=("body",)), *values(made), body)


async def advance(tx: Tx, made: Rehearsal, listed: Sequence[tuple[UUID, Sequence[str]]]) -> None:
    """Keeps how far a rehearsal has come, with the cases of the last step that would change."""
    await tx.execute(
        "update rehearsal set cases = $2, changed = $3, counts = $4, state = $5, total = $6, after = $7,"
        " open_cases = $8, open_changed = $9, open_counts = $10, why = $11 where rehearsal_id = $1",
        *(made.rehearsal_id, made.cases, made.changed, made.counts, made.state, made.total, made.after),
        *(made.open_cases, made.open_changed, made.open_counts, made.why),
    )
    first = made.changed - len(listed) + 1
    await tx.executemany(
        "insert into rehearsal_case (rehearsal_id, case_id, number, changes) values ($1, $2, $3, $4)",
        [(made.rehearsal_id, case, number, list(changes)) for number, (case, changes) in enumerate(listed, first)],
    )


async def running(tx: Tx) -> Rehearsal | None:
    """The rehearsal that is going on, its row locked."""
    asked = f"select {columns(Rehearsal)} from rehearsal where state = 'running' order by at, rehearsal_id limit 1"
    return read_one(Rehearsal, await tx.fetchrow(f"{asked} for update skip locked"))


async def is_running(tx: Tx) -> bool:
    """Whether one is going on; two never begin at once."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('rehearsal'))")
    return bool(await tx.fetchval("select exists (select 1 from rehearsal where state = 'running')"))


async def stop(tx: Tx, rehearsal_id: UUID) -> bool:
    """False where it is not going on."""
    asked = "update rehearsal set state = 'stopped' where rehearsal_id = $1 and state = 'running' returning 1"
    return bool(await tx.fetchval(asked, rehearsal_id))


async def get(tx: Tx, rehearsal_id: UUID) -> Rehearsal | None:
    row = await tx.fetchrow(f"select {columns(Rehearsal)} from rehearsal where rehearsal_id = $1", rehearsal_id)
    return read_one(Rehearsal, row)


async def body(tx: Tx, rehearsal_id: UUID) -> str | None:
    """The draft as it was put in; None where a command read it from a file."""
    found: str | None = await tx.fetchval("select body from rehearsal where rehearsal_id = $1", rehearsal_id)
    return found


async def newest(tx: Tx, limit: int = 10) -> list[Rehearsal]:
    """The last rehearsals, the newest first."""
    rows = await tx.fetch(f"select {columns(Rehearsal)} from rehearsal order by at desc, rehearsal_id limit $1", limit)
    return read(Rehearsal, rows)


async def changed(
    tx: Tx, rehearsal_id: UUID, limit: int = 100, what: str | None = None, skip: int = 0
) -> list[Changed]:
    """Cases that would change (in this way, where it is given), among those the viewer may see."""
    rows = await tx.fetch(
        "select r.case_id, c.reference, r.changes from rehearsal_case r join case_file c on c.case_id = r.case_id"
        " where r.rehearsal_id = $1 and ($3::text is null or $3 = any(r.changes)) order by r.number limit $2 offset $4",
        *(rehearsal_id, limit, what, skip),
    )
    return read(Changed, rows)
