"""Notes of a case, as written, and their drafts: the id is in the address, so that each tab has its own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import PlainTextResponse, Response

from contracts.refused import Refused
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import noting
from services.referral.actions.noting import Kept, Written
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.desk_books import note_kinds
from services.referral.store import notes
from services.referral.store.cases import Case

ERRORS = {
    "missing": "Enter the note",
    "too_long": f"The note must be {noting.LONGEST:,} characters or fewer",
}


async def show(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        held = await notes.of_case(tx, case.case_id)
        texts = await noting.texts_of(visit.sealer, held)
        drafts = await noting.in_clear(visit.sealer, await notes.drafts(tx, case.case_id, visit.now))
        top = await frame(tx, visit, case, "Notes")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("notes",))])
    corrected = {note.corrects: note.note_id for note in reversed(held) if note.corrects}
    shown = [{"note": note, "text": texts[note.note_id], "corrected": corrected.get(note.note_id)} for note in held]
    return visit.render("case_ui/notes.html", **top, shown=shown, drafts=drafts, kinds=note_kinds())


async def begin(visit: Visit, desk: Desk) -> Response:
    """A new draft under a new id; nothing is kept until something is written."""
    corrects = visit.query.get("corrects")
    more = f"?corrects={UUID(corrects)}" if corrects and _is_id(corrects) else ""
    return visit.redirect(f"/cases/{visit.id('case_id')}/drafts/{uuid4()}{more}")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def edit(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        if await notes.get(tx, case.case_id, visit.id("draft_id")) is not None:
            return visit.redirect(f"/cases/{case.case_id}/notes", flash="This note has been added.")
        kept = await noting.draft_of(tx, visit.sealer, case.case_id, visit.id("draft_id"))
        corrects = visit.query.get("corrects")
        written = kept.written if kept else Written("", corrects=_id(corrects))
        top = await _editor(tx, visit, case, written, kept)
    return visit.render("case_ui/note.html", **top)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text and _is_id(text) else None


async def _editor(tx: Tx, visit: Visit, case: Case, written: Written, kept: Kept | None) -> dict[str, Any]:
    """What the editor shows: the text so far, and the note it corrects."""
    earlier = await notes.get(tx, case.case_id, written.corrects) if written.corrects else None
    before = await noting.text_of(visit.sealer, earlier) if earlier else None
    top = await frame(tx, visit, case, "Notes")
    await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("draft",))])
    return {
        **top,
        "written": written,
        "kept": kept,
        "version": kept.version if kept else 0,
        "earlier": earlier,
        "before": before,
        "kinds": note_kinds(),
        "draft_id": visit.id("draft_id"),
        "longest": noting.LONGEST,
    }


def _written(visit: Visit) -> Written:
    """The text exactly as typed, but for the line ends that a browser adds."""
    kind = one(visit, "kind")
    text = one(visit, "text").replace("\r\n", "\n")
    return Written(text, kind if kind in note_kinds() else "general", _id(one(visit, "corrects")))


async def keep(visit: Visit, desk: Desk) -> Response:
    """Adds the note, or saves the draft: by its button, or by itself while somebody types."""
    press, given = one(visit, "press"), _written(visit)
    if press != "add":
        return await _save(visit, given, by_itself=press == "by_itself")
    draft_id = visit.id("draft_id")
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            about = (visit.signed_in, visit.sealer, case, draft_id, given, visit.now)
            await noting.add(tx, *about, version=_version(visit))
    except Refused as refused:
        if refused.code in ERRORS:
            return await _again(visit, given, [FieldError("text", ERRORS[refused.code])])
        if refused.code in ("already_added", "draft_moved", "anothers_draft"):
            return await _save(visit, given, by_itself=False, anothers=refused.code == "anothers_draft")
        return visit.not_found()
    return visit.redirect(f"/cases/{case.case_id}/notes", flash="The note was added.")


async def _again(visit: Visit, given: Written, errors: Sequence[FieldError]) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        top = await _editor(tx, visit, case, given, None)
    top["version"] = _version(visit)
    return visit.render("case_ui/note.html", status=422, **top, errors=errors)


def _version(visit: Visit) -> int:
    given = one(visit, "version")
    return int(given) if given.isdecimal() and len(given) < 9 else 0


async def _save(visit: Visit, given: Written, *, by_itself: bool, anothers: bool = False) -> Response:
    """Saves the draft. Where another tab was quicker nothing is overwritten: this text becomes a draft of its own."""
    asked = visit.id("draft_id")
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            viewer, version = visit.signed_in, _version(visit)
            under = uuid4() if anothers else asked
            saved = await noting.save_draft(tx, viewer, visit.sealer, case, under, version, given, visit.now)
            await audit.record(tx, [audit.seen(viewer, "draft.saved", "case", case.case_id)])
            moved = saved.draft_id != asked
            other = await noting.draft_of(tx, visit.sealer, case.case_id, asked) if moved else None
            added = moved and await notes.get(tx, case.case_id, asked) is not None
            top = await frame(tx, visit, case, "Notes")
    except Refused as refused:
        return await _again(visit, given, [FieldError("text", ERRORS[refused.code])])
    base = f"/cases/{case.case_id}/drafts"
    kept = f"{base}/{saved.draft_id}"
    if by_itself:
        return PlainTextResponse(f"{kept} {saved.version}")
    if not moved:
        return visit.redirect(kept, flash="The draft was saved. It is kept for a day.")
    found = {
        "given": given,
        "other": other,
        "added": added,
        "anothers": anothers,
        "kept": kept,
        "asked": f"{base}/{asked}",
    }
    return visit.render("case_ui/draft_stale.html", status=409, **top, **found)


async def drop(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        if await notes.draft(tx, case.case_id, visit.id("draft_id")) is not None:
            await notes.drop_draft(tx, visit.id("draft_id"))
            await audit.record(tx, [audit.seen(visit.signed_in, "draft.dropped", "case", case.case_id)])
    return visit.redirect(f"/cases/{case.case_id}/notes", flash="The draft was thrown away.")
