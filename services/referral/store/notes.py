"""Notes on a case, which are never changed, and drafts of what is being written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read, read_one


@dataclass(frozen=True, slots=True)
class Note:
    """A note; its body is sealed under the key of `person_id`. `corrects` is the earlier note it puts right."""

    note_id: UUID
    case_id: UUID
    person_id: UUID
    kind: str
    corrects: UUID | None
    body: bytes
    by_id: UUID
    by_name: str
    by_role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """What a worker has written so far; `version` counts its saves."""

    draft_id: UUID
    case_id: UUID
    person_id: UUID
    worker_id: UUID
    form: str
    body: bytes
    version: int
    saved_at: datetime
    kept_until: datetime


async def add(tx: Tx, note: Note) -> bool:
    """Keeps a note; False when it is there already."""
    names = columns(Note)
    done = await tx.fetchval(
        f"insert into note ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " on conflict do nothing returning note_id",
        *(getattr(note, name) for name in names.split(", ")),
    )
    return done is not None


async def of_case(tx: Tx, case_id: UUID) -> list[Note]:
    """The notes of a case, newest first."""
    rows = await tx.fetch(f"select {columns(Note)} from note where case_id = $1 order by at desc, note_id", case_id)
    return read(Note, rows)


async def get(tx: Tx, case_id: UUID, note_id: UUID) -> Note | None:
    """A note of this case."""
    row = await tx.fetchrow(f"select {columns(Note)} from note where note_id = $2 and case_id = $1", case_id, note_id)
    return read_one(Note, row)


async def draft(tx: Tx, case_id: UUID, draft_id: UUID) -> Draft | None:
    """The viewer's own draft in this case, its row locked."""
    asked = f"select {columns(Draft)} from draft where draft_id = $2 and case_id = $1 for update"
    return read_one(Draft, await tx.fetchrow(asked, case_id, draft_id))


async def drafts(tx: Tx, case_id: UUID, now: datetime) -> list[Draft]:
    """The viewer's own drafts in this case, newest first."""
    asked = (
        f"select {columns(Draft)} from draft where case_id = $1 and kept_until > $2 order by saved_at desc, draft_id"
    )
    return read(Draft, await tx.fetch(asked, case_id, now))


async def save_draft(tx: Tx, draft: Draft) -> bool:
    """Writes a draft over the version before it; False when somebody saved another one meanwhile."""
    names = columns(Draft)
    done = await tx.fetchval(
        f"insert into draft ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (draft_id) do update"
        " set body = excluded.body, version = excluded.version, saved_at = excluded.saved_at,"
        " kept_until = excluded.kept_until where draft.version = excluded.version - 1"
        " and draft.case_id = excluded.case_id returning draft_id",
        *(getattr(draft, name) for name in names.split(", ")),
    )
    return done is not None


async def is_anothers(tx: Tx, draft: Draft) -> bool:
    """Whether the id of this draft is that of what somebody else is writing, which the viewer may not see. Where it is
    nobody's, it is the viewer's from now on."""
    names = columns(Draft)
    new = await tx.fetchval(
        f"insert into draft ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing"
        " returning draft_id",
        *(getattr(draft, name) for name in names.split(", ")),
    )
    if new is not None:
        return False
    return not await tx.fetchval("select exists (select 1 from draft where draft_id = $1)", draft.draft_id)


async def drop_draft(tx: Tx, draft_id: UUID) -> None:
    await tx.execute("delete from draft where draft_id = $1", draft_id)


async def forget_drafts(tx: Tx, now: datetime) -> int:
    """Deletes drafts whose time is over; returns how many."""
    return len(await tx.fetch("delete from draft where kept_until < $1 returning draft_id", now))
