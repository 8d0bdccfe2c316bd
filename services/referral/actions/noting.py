"""Notes and their drafts: sealed under the person's key, never changed, and nothing written is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.sealing import CannotOpen, Sealer, unseal
from kit.service import Moment
from services.referral.actions.sealing import close_text, place
from services.referral.domain.shown import JUST_NOW
from services.referral.store import notes, step_said
from services.referral.store.cases import Case
from services.referral.store.notes import Draft, Note

KEPT = timedelta(hours=24)
"""How long a draft is kept after its last save; twenty hours are promised."""
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Written:
    """What is in the form: text as typed, the kind of note, and the earlier note it corrects."""

    text: str
    kind: str = "general"
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft in clear."""

    draft_id: UUID
    version: int
    saved_at: datetime
    kept_until: datetime
    written: Written


@dataclass(frozen=True, slots=True)
class Saved:
    """Where what was written is kept now."""

    draft_id: UUID
    version: int


async def add(
    tx: Tx,
    viewer: Viewer,
    sealer: Sealer,
    case: Case,
    note_id: UUID,
    given: Written,
    now: datetime,
    *,
    version: int | None = None,
) -> bool:
    """Adds a note and drops its draft. False when it was added before and said the very same. `version`: of the draft
    that the form showed.

    Refused: `text` missing or too_long; `corrects` not_found; `note_id` already_added when it said something else, and
    draft_moved when another tab saved something else in the draft meanwhile, which would be lost; anothers_draft when
    somebody else writes a note under this id.
    """
    _check(given)
    draft = await draft_of(tx, sealer, case.case_id, note_id) if version is not None else None
    if draft is not None and draft.version != version and draft.written != given:
        raise Refused("note_id", "draft_moved")
    if draft is None and version is not None and await notes.get(tx, case.case_id, note_id) is None:
        mine = await _draft(viewer, sealer, case, note_id, 0, given, now)
        if await notes.is_anothers(tx, mine):
            raise Refused("note_id", "anothers_draft")
    if given.corrects is not None and await notes.get(tx, case.case_id, given.corrects) is None:
        raise Refused("corrects", "not_found")
    body = await close_text(sealer, case.person_id, given.text, place("note", "body", note_id))
    who = (viewer.user_id, viewer.name, viewer.role, now)
    note = Note(note_id, case.case_id, case.person_id, given.kind, given.corrects, body, *who)
    new = await notes.add(tx, note)
    if not new:
        before = await notes.get(tx, case.case_id, note_id)
        said = before and (await text_of(sealer, before), before.kind, before.corrects)
        if said != (given.text, given.kind, given.corrects):
            raise Refused("note_id", "already_added")
    await notes.drop_draft(tx, note_id)
    if new:
        await audit.record(tx, [audit.seen(viewer, "note.added", "case", case.case_id, (given.kind,))])
    return new


def _check(given: Written) -> None:
    if not given.text.strip():
        raise Refused("text", "missing")
    if len(given.text) > LONGEST:
        raise Refused("text", "too_long")


async def text_of(sealer: Sealer, note: Note) -> str | None:
    """A note in clear; None when its key is gone."""
    return (await texts_of(sealer, [note]))[note.note_id]


async def texts_of(sealer: Sealer, held: list[Note]) -> dict[UUID, str | None]:
    """Notes in clear by id; None where the key is gone."""
    keys = await sealer.data_keys({note.person_id for note in held}) if held else {}
    return {note.note_id: _opened(keys.get(note.person_id), note.body, "note", note.note_id) for note in held}


def _opened(key: bytes | None, body: bytes, table: str, row: UUID) -> str | None:
    try:
        return unseal(key, body, place(table, "body", row)) if key else None
    except CannotOpen:
        return None


async def save_draft(
    tx: Tx, viewer: Viewer, sealer: Sealer, case: Case, draft_id: UUID, version: int, given: Written, now: datetime
) -> Saved:
    """Saves a draft over `version`. Where another tab saved something else meanwhile, or added the note, this becomes a
    draft of its own; the same text a second time changes nothing."""
    if len(given.text) > LONGEST:
        raise Refused("text", "too_long")
    note = await notes.get(tx, case.case_id, draft_id)
    if note is None:
        made = await _draft(viewer, sealer, case, draft_id, version, given, now)
        if await notes.save_draft(tx, made):
            return Saved(draft_id, made.version)
        held = await draft_of(tx, sealer, case.case_id, draft_id)
        if held is not None and held.written == given:
            return Saved(draft_id, held.version)
    elif (await text_of(sealer, note), note.kind, note.corrects) == (given.text, given.kind, given.corrects):
        return Saved(draft_id, version)
    made = await _draft(viewer, sealer, case, uuid4(), 0, given, now)
    await notes.save_draft(tx, made)
    return Saved(made.draft_id, made.version)


async def _draft(
    viewer: Viewer, sealer: Sealer, case: Case, draft_id: UUID, version: int, given: Written, now: datetime
) -> Draft:
    told = {"text": given.text, "kind": given.kind, "corrects": given.corrects}
    body = await close_text(sealer, case.person_id, orjson.dumps(told).decode(), place("draft", "body", draft_id))
    ids = (draft_id, case.case_id, case.person_id, viewer.user_id)
    return Draft(*ids, "note", body, version + 1, now, now + KEPT)


async def draft_of(tx: Tx, sealer: Sealer, case_id: UUID, draft_id: UUID) -> Kept | None:
    """The viewer's own draft in clear."""
    held = await notes.draft(tx, case_id, draft_id)
    return (await in_clear(sealer, [held]))[0] if held is not None else None


async def in_clear(sealer: Sealer, held: list[Draft]) -> list[Kept]:
    """Drafts in clear; the text of one whose key is gone is empty."""
    keys = await sealer.data_keys({draft.person_id for draft in held}) if held else {}
    return [_kept(draft, _opened(keys.get(draft.person_id), draft.body, "draft", draft.draft_id)) for draft in held]


def _kept(draft: Draft, body: str | None) -> Kept:
    told: dict[str, Any] = orjson.loads(body) if body else {"text": "", "kind": "general", "corrects": None}
    corrects = UUID(told["corrects"]) if told["corrects"] else None
    written = Written(told["text"], told["kind"], corrects)
    return Kept(draft.draft_id, draft.version, draft.saved_at, draft.kept_until, written)


async def forget_drafts(tx: Tx, moment: Moment, context: Context) -> int:
    """Forgets drafts whose time is over, and what was said with steps that nobody can press again."""
    await step_said.forget(tx, moment.now - 2 * JUST_NOW)
    return await notes.forget_drafts(tx, moment.now)
