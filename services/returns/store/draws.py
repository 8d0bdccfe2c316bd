"""The returns drawn, their cut-offs, what pages asked to have drawn, and rehearsals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.returns.store.measures import CutOff

# What archive_head shows is committed, and positions are commit-ordered: everything up to it is there, for ever.
_FREEZE = "insert into cut_off (at, position) select $1, position from archive_head on conflict (at) do nothing"
_CUT_OFF = "select at, position from cut_off where at = $1"
_COLUMNS = """return_id, kind, period, definition_version, cut_off, position, sha256, state, restates, drawn_by,
 drawn_role, drawn_at, signed_by, signed_role, signed_at, signature, sealed_at"""
_ADD = """
insert into drawn_return (return_id, kind, period, definition_version, cut_off, position, file, sha256, restates,
                          drawn_by, drawn_role, drawn_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_SEALED = """
select return_id from drawn_return where kind = $1 and period = $2 and state = 'sealed' order by sealed_at desc limit 1
"""
_SEALED_UNTIL = """
select return_id, file from drawn_return
 where kind = $1 and period = $2 and state = 'sealed' and (sealed_at, return_id) <= ($3, $4)
 order by sealed_at, return_id
"""
_SIGN = """
update drawn_return set state = 'signed', signed_by = $2, signed_role = $3, signed_at = $4, signature = $5
 where return_id = $1
"""
_SEAL = "update drawn_return set state = 'sealed', sealed_by = $2, sealed_at = $3 where return_id = $1"
_ASK = """
insert into draw_request (request_id, kind, period, asked_by, asked_role, asked_at) values ($1, $2, $3, $4, $5, $6)
"""
_ASKED = """
select request_id, kind, period, asked_by, asked_role, asked_at from draw_request
 where return_id is null and refused is null order by asked_at limit 1 for update skip locked
"""
_ANSWER = "update draw_request set return_id = $2, refused = $3 where request_id = $1"
_REHEARSE = """
insert into rehearsal as r (kind, period, position, at, file) values ($1, $2, $3, $4, $5)
on conflict (kind, period) do update
   set position = excluded.position, at = excluded.at, file = excluded.file
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn return without its file."""

    return_id: UUID
    kind: str
    period: str
    definition_version: str
    cut_off: datetime
    position: int
    sha256: str
    state: str
    restates: UUID | None
    drawn_by: UUID | None
    drawn_role: str
    drawn_at: datetime
    signed_by: UUID | None = None
    signed_role: str | None = None
    signed_at: datetime | None = None
    signature: bytes | None = None
    sealed_at: datetime | None = None

    @property
    def cut(self) -> CutOff:
        return CutOff(self.cut_off, self.position)


@dataclass(frozen=True, slots=True)
class Asked:
    """A page asked to have a return drawn."""

    request_id: UUID
    kind: str
    period: str
    asked_by: UUID
    asked_role: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The figures of a quarter as they would be if it were drawn now."""

    kind: str
    period: str
    position: int
    at: datetime
    file: bytes


async def freeze(tx: Tx, at: datetime) -> CutOff:
    """The cut-off at that instant. Its position is the archive's at its first use, and the same for ever after."""
    found = await tx.fetchrow(_CUT_OFF, at)
    if found is None:
        await tx.execute(_FREEZE, at)
        found = await tx.fetchrow(_CUT_OFF, at)
        assert found is not None
    return CutOff(found["at"], found["position"])


async def add(tx: Tx, drawn: Drawn, file: bytes) -> None:
    await tx.execute(
        _ADD,
        drawn.return_id,
        drawn.kind,
        drawn.period,
        drawn.definition_version,
        drawn.cut_off,
        drawn.position,
        file,
        drawn.sha256,
        drawn.restates,
        drawn.drawn_by,
        drawn.drawn_role,
        drawn.drawn_at,
    )


async def load(tx: Tx, return_id: UUID, *, lock: bool = False) -> Drawn | None:
    query = f"select {_COLUMNS} from drawn_return where return_id = $1" + (" for update" if lock else "")
    row = await tx.fetchrow(query, return_id)
    return None if row is None else Drawn(**row)


async def file_of(tx: Tx, return_id: UUID) -> bytes:
    return bytes(await tx.fetchval("select file from drawn_return where return_id = $1", return_id))


async def list_drawn(tx: Tx, limit: int = 100) -> list[Drawn]:
    """The returns drawn, newest first."""
    rows = await tx.fetch(f"select {_COLUMNS} from drawn_return order by drawn_at desc, return_id limit $1", limit)
    return [Drawn(**row) for row in rows]


async def sealed_until(tx: Tx, drawn: Drawn) -> list[tuple[UUID, bytes]]:
    """The sealed returns of the same kind and quarter up to this one, oldest first: (id, file)."""
    rows = await tx.fetch(_SEALED_UNTIL, drawn.kind, drawn.period, drawn.sealed_at, drawn.return_id)
    return [(row["return_id"], bytes(row["file"])) for row in rows]


async def list_sealed(tx: Tx) -> list[Drawn]:
    """The sealed returns that count: the last of each kind and quarter, newest quarter first."""
    rows = await tx.fetch(
        f"select distinct on (period, kind) {_COLUMNS} from drawn_return where state = 'sealed'"
        " order by period desc, kind desc, sealed_at desc"
    )
    return [Drawn(**row) for row in rows]


async def last_sealed(tx: Tx, kind: str, period: str) -> UUID | None:
    """The sealed return of that period which counts now."""
    found: UUID | None = await tx.fetchval(_SEALED, kind, period)
    return found


async def save_signature(tx: Tx, return_id: UUID, by: UUID, role: str, at: datetime, signature: bytes) -> None:
    await tx.execute(_SIGN, return_id, by, role, at, signature)


async def save_seal(tx: Tx, return_id: UUID, by: UUID | None, at: datetime) -> None:
    await tx.execute(_SEAL, return_id, by, at)


async def ask(tx: Tx, asked: Asked) -> None:
    await tx.execute(_ASK, asked.request_id, asked.kind, asked.period, asked.asked_by, asked.asked_role, asked.asked_at)


async def next_asked(tx: Tx) -> Asked | None:
    row = await tx.fetchrow(_ASKED)
    return None if row is None else Asked(**row)


async def answer(tx: Tx, request_id: UUID, return_id: UUID | None, refused: str | None) -> None:
    await tx.execute(_ANSWER, request_id, return_id, refused)


async def open_requests(tx: Tx) -> list[dict[str, Any]]:
    """What was asked and is not drawn yet, and what was refused in the last day."""
    rows = await tx.fetch(
        "select kind, period, asked_at, refused from draw_request where return_id is null"
        " and (refused is null or asked_at > now() - interval '1 day') order by asked_at desc limit 20"
    )
    return [dict(row) for row in rows]


async def save_rehearsal(tx: Tx, rehearsed: Rehearsed) -> None:
    await tx.execute(_REHEARSE, rehearsed.kind, rehearsed.period, rehearsed.position, rehearsed.at, rehearsed.file)


async def rehearsals(tx: Tx, periods: Sequence[str]) -> list[Rehearsed]:
    rows = await tx.fetch(
        "select kind, period, position, at, file from rehearsal where period = any($1) order by period desc, kind desc",
        list(periods),
    )
    return [Rehearsed(**row) for row in rows]
