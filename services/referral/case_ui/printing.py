"""A case on paper: what goes on it is chosen, why is written down, and the page says whose copy it is."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from services.referral.actions import beside as written_beside
from services.referral.actions import code_words, noting, sealing, watching_looks
from services.referral.actions.beside import CODES
from services.referral.case_ui import crime_outcome, words
from services.referral.case_ui.case import details_rows, facts_rows
from services.referral.case_ui.room import Desk, frame, opened
from services.referral.desk_books import note_kinds
from services.referral.store import beside, cases, crime_outcomes, details, notes, protected, tasks, timeline
from services.referral.store.cases import Case

PARTS = {
    "details": "Name and details, without the code word",
    "code_word": "The code word",
    "facts": "What we know",
    "tasks": "Tasks",
    "notes": "Notes",
    "timeline": "Timeline",
}
PERSONAL = ("details", "code_word", "notes")
PROTECTED = "Protected: on no paper"
REASONS = {
    "meeting": "For a meeting about this person",
    "visit": "For a visit",
    "court": "For the court",
    "person_asked": "The person asked for it",
    "downtime": "The system will be away",
}


class Wanted(BaseModel):
    parts: Annotated[
        list[Literal["details", "code_word", "facts", "tasks", "notes", "timeline"]],
        Say("Choose what goes on the paper"),
    ] = Field(min_length=1)
    reason: Annotated[Literal["meeting", "visit", "court", "person_asked", "downtime"], Say("Choose why it is printed")]


async def ask(visit: Visit, desk: Desk, errors: tuple[FieldError, ...] = ()) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        top = await frame(tx, visit, case, "Overview")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("print",))])
    parts = {code: text for code, text in PARTS.items() if code not in PERSONAL or visit.may("case.reveal")}
    status = 422 if errors else 200
    return visit.render("case_ui/print_ask.html", status=status, **top, parts=parts, reasons=REASONS, errors=errors)


async def paper(visit: Visit, desk: Desk) -> Response:
    """The page that is printed; the audit names its parts and why."""
    form, errors = parse(Wanted, visit.form)
    if form is None:
        return await ask(visit, desk, tuple(errors))
    parts = [part for part in PARTS if part in form.parts and (part not in PERSONAL or visit.may("case.reveal"))]
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        hidden = bool(await protected.of(tx, [case.person_id]))
        held = await _held(tx, visit, case, parts, hidden=hidden)
        await watching_looks.watch(tx, visit.signed_in, case, held.get("family_name"), visit.now)
        written = await notes.of_case(tx, case.case_id) if "notes" in parts else []
        shown: dict[str, Any] = {
            "details": details_rows(held),
            "hidden": hidden,
            "facts": facts_rows(case, next(iter(await cases.routings(tx, case.case_id)), None)),
            "outcomes": crime_outcome.said(await crime_outcomes.of_crime(tx, case.crime_id) if case.crime_id else []),
            "tasks": await tasks.of_case(tx, case.case_id),
            "notes": [(note, text) for note, text in zip(written, await _texts(visit, written), strict=True)],
            "timeline": await timeline.entries(tx, case.case_id),
        }
        shown |= await _with_care(tx, visit, case)
        named = ("must_not_know",) if shown["shut_out"] else ()
        seen = audit.seen(visit.signed_in, "case_printed", "case", case.case_id, (*parts, *named), form.reason)
        await audit.record(tx, [seen])
    return visit.render(
        "case_ui/print.html",
        case=case,
        parts=parts,
        names=PARTS,
        reason=REASONS[form.reason],
        kinds=note_kinds(),
        words=words.words,
        event=words.event,
        task_words=words.TASKS,
        **shown,
    )


async def _held(tx: Tx, visit: Visit, case: Case, parts: Sequence[str], *, hidden: bool) -> dict[str, Any]:
    """The details that were chosen. The code word opens a conversation with the person, so it is chosen apart."""
    if not {"details", "code_word"}.intersection(parts):
        return {}
    held = await sealing.open_person(visit.sealer, case.person_id, await details.person(tx, case.person_id))
    held = await code_words.with_all(tx, visit.sealer, case.person_id, held)
    held |= {"address": PROTECTED} if hidden and "address" in held else {}
    held.pop("other_channels", None)  # not to be used before somebody has asked
    return {name: value for name, value in held.items() if ("code_word" if name == "code_word" else "details") in parts}


async def _with_care(tx: Tx, visit: Visit, case: Case) -> dict[str, Any]:
    """What every paper begins with: what was safe when it was printed, and to whom nothing may be said. Who they are
    stands there for those who may open names."""
    top = await frame(tx, visit, case, "Overview")
    held = [e for e in await beside.of_case(tx, case.case_id) if e.kind == "must_not_know" and not e.closed_at]
    opened_texts = await written_beside.texts(visit.sealer, held) if visit.may("case.reveal") else {}
    shut_out = [(CODES["must_not_know"].get(e.code, e.code), opened_texts.get(e.entry_id)) for e in held]
    return {"safe": top["safe"], "shut_out": shut_out}


async def _texts(visit: Visit, written: list[notes.Note]) -> list[str]:
    texts = await noting.texts_of(visit.sealer, written)
    return [texts[note.note_id] or "The text was erased with the person's key." for note in written]
