"""Half-filled forms: sealed under the person's key, or the worker's where nobody is known yet, and kept for a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import orjson

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.sealing import CannotOpen, Sealer, unseal
from kit.service import Moment
from services.referral.actions.leg_links import ROLE
from services.referral.actions.sealing import close_text, place
from services.referral.store import drafts
from services.referral.store.drafts import About, FormDraft

KEPT = timedelta(hours=24)
"""How long a draft is kept after its last save; twenty hours are promised."""
LARGEST = 200_000
_PARTS = ("-day", "-month", "-year")
_MARKS = frozenset({"stood", "given"})
"""Hidden fields that say what a page showed."""
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Where:
    """Of which form a draft is, at which address it is opened again, and what it is about."""

    form: str
    address: str
    about: About | None = None
    referral_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """Under which id a form is kept now; `moved` when another tab had saved the draft meanwhile."""

    draft_id: UUID
    version: int
    kept_until: datetime
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A save: over which draft (None for a new one) and version, and how many questions the form has."""

    draft_id: UUID | None
    version: int
    questions: int | None


async def save(
    tx: Tx, viewer: Viewer, sealer: Sealer, where: Where, asked: Asked, fields: Fields, now: datetime
) -> Saved:
    """Keeps a form as it is. The same form sent twice is kept once; where another tab was quicker this becomes a draft
    of its own. Refused: `form` too_long."""
    text = orjson.dumps({name: list(values) for name, values in sorted(fields.items())}).decode()
    if len(text) > LARGEST:
        raise Refused("form", "too_long")
    owner = where.about.person_id if where.about else viewer.user_id
    new = UUID(bytes=sealer.blind("draft", f"{viewer.user_id} {where.address} {text}"))
    made = FormDraft(
        draft_id=asked.draft_id or new,
        worker_id=viewer.user_id,
        form=where.form,
        address=where.address,
        case_id=where.about.case_id if where.about else None,
        referral_id=where.referral_id,
        provider_id=viewer.organisation_id,
        owner_id=owner,
        body=b"",
        answered=len(answered(fields)),
        asked=asked.questions,
        version=asked.version + 1 if asked.draft_id else 1,
        saved_at=now,
        kept_until=await _until(tx, viewer, now),
    )
    moved = False
    if not await drafts.save(tx, await _closed(sealer, made, text)):
        held = await drafts.get(tx, made.draft_id, now)
        if held is not None and await fields_of(sealer, held) == fields:
            return Saved(held.draft_id, held.version, held.kept_until)
        made, moved = replace(made, draft_id=uuid4(), version=1), True
        await drafts.save(tx, await _closed(sealer, made, text))
    await audit.record(tx, [audit.seen(viewer, "draft.saved", *_subject(made), (made.form,))])
    return Saved(made.draft_id, made.version, made.kept_until, moved)


async def _until(tx: Tx, viewer: Viewer, now: datetime) -> datetime:
    """How long a draft of this viewer is kept; behind a one-time link at most as long as the link lasts."""
    ends = await drafts.link_ends(tx, viewer.user_id) if viewer.role == ROLE else None
    return min(now + KEPT, ends) if ends else now + KEPT


async def _closed(sealer: Sealer, made: FormDraft, text: str) -> FormDraft:
    body = await close_text(sealer, made.owner_id, text, place("form_draft", "body", made.draft_id))
    return replace(made, body=body)


def _subject(held: FormDraft) -> tuple[str, UUID]:
    return ("case", held.case_id) if held.case_id else ("draft", held.draft_id)


def answered(fields: Fields) -> set[str]:
    """Names of the questions that have an answer: a date is one question; ids of the page, and what it was made of, are
    none."""
    found = {name for name, values in fields.items() if any(value.strip() for value in values)}
    for part in _PARTS:
        found = {name.removesuffix(part) for name in found}
    return {name for name in found if not name.endswith(("_id", "_seen")) and name not in _MARKS}


async def open_draft(tx: Tx, viewer: Viewer, sealer: Sealer, draft_id: UUID, now: datetime) -> FormDraft | None:
    """The viewer's own draft, its opening audited; None when it is over, or about what they may see no more."""
    held = await drafts.get(tx, draft_id, now)
    if held is not None:
        await audit.record(tx, [audit.seen(viewer, "draft.opened", *_subject(held), (held.form,))])
    return held


async def fields_of(sealer: Sealer, held: FormDraft) -> dict[str, list[str]]:
    """The form in clear; empty when its key is gone."""
    key = (await sealer.data_keys([held.owner_id])).get(held.owner_id)
    try:
        text = unseal(key, held.body, place("form_draft", "body", held.draft_id)) if key else "{}"
    except CannotOpen:
        text = "{}"
    return {str(name): [str(value) for value in values] for name, values in orjson.loads(text).items()}


async def drop(tx: Tx, viewer: Viewer, draft_id: UUID) -> bool:
    """Forgets one's own draft; False when there is none."""
    done = await drafts.drop(tx, draft_id)
    if done:
        await audit.record(tx, [audit.seen(viewer, "draft.dropped", "draft", draft_id)])
    return done


async def forget(tx: Tx, moment: Moment, context: Context) -> int:
    """Forgets drafts whose day is over."""
    return await drafts.forget(tx, moment.now)
