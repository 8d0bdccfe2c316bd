"""Acts of agencies that send no events: a file is chosen or pasted, checked, and imported whole or not at all."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import bound
from kit.web.words import plural
from services.code_compliance.actions import importing
from services.code_compliance.case_ui.case import OUTCOMES as OUTCOME_WORDS
from services.code_compliance.case_ui.people import named
from services.code_compliance.case_ui.room import Room
from services.code_compliance.domain.importing import COLUMNS, MOST_LINES, NEEDED, OUTCOMES, LineError, read_lines
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import CHANNELS, agency_in_words
from services.code_compliance.domain.worksheet import duties_of, worksheet
from services.code_compliance.reference.oversight import document
from services.code_compliance.store import imports

AGENCIES = ("police", "CPS", "WCU", "Probation_VCS", "YOT", "HMCTS")
SHOWN = 50
PAST = timedelta(days=92)
"""How far back a worksheet looks for duties that are past their day."""


class Import(BaseModel):
    import_id: UUID
    agency: Annotated[str, Say("Choose whose acts they are")]
    text: Annotated[str, Say("Choose a file, or paste its lines")] = Field(max_length=900_000, title="The lines")


async def show_form(visit: Visit, rules: Rulebook) -> Response:
    async with visit.begin() as tx:
        recent = await imports.recent(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "imports_seen", "list", None)])
    return _form(visit, rules, [], recent=recent, named=await named(visit), values={"import_id": [str(uuid4())]})


async def check(visit: Visit, rules: Rulebook) -> Response:
    """Shows what a file would do; with the button of that page it is imported."""
    given, errors = parse(Import, visit.form)
    if visit.unreadable:
        said = [each for each in errors if each.field == "agency"]
        return _form(visit, rules, [*said, FieldError("text_file", visit.unreadable)])
    if given is None or given.agency not in AGENCIES:
        return _form(visit, rules, errors or [FieldError("agency", "Choose whose acts they are")])
    lines, wrong = read_lines(given.text, given.agency, rules, visit.now)
    async with visit.begin() as tx:
        checked = await importing.check(tx, given.agency, lines)
        wrong = sorted([*wrong, *checked.errors], key=lambda each: each.number)
        if wrong or "confirm" not in visit.form:
            await audit.record(tx, [audit.seen(visit.signed_in, "import_checked", "list", None, (), given.agency)])
            return _checked(visit, given, rules, checked, wrong)
    import_id = bound(given.import_id, given.agency, given.text)
    try:
        async with visit.begin() as tx:
            done = await importing.bring_in(tx, visit.signed_in, import_id, given.agency, lines, rules, visit.now)
    except Refused:
        changed = "Some of these lines do not fit any more what was imported since you checked them."
        return visit.conflict(changed, "/rights/imports")
    return visit.redirect("/rights/imports", flash=f"{plural(len(done.fresh), 'line was', 'lines were')} imported")


def _checked(
    visit: Visit, given: Import, rules: Rulebook, checked: importing.Checked, wrong: Sequence[LineError]
) -> Response:
    if wrong:
        errors = [FieldError("text", _said(each)) for each in wrong[:SHOWN]]
        if len(wrong) > SHOWN:
            errors.append(FieldError("text", f"{len(wrong) - SHOWN:,} more lines are wrong"))
        things = plural(len(wrong), "thing is", "things are")
        return _form(visit, rules, errors, summary=f"Nothing was imported: {things} to be put right")
    return visit.render(
        "imports/preview.html",
        given=given,
        agency=agency_in_words(given.agency),
        fresh=[(line, rules.entitlement(line.entitlement)) for line, _ in checked.fresh[:SHOWN]],
        number=len(checked.fresh),
        known=checked.known,
        shown=SHOWN,
        outcomes=OUTCOME_WORDS,
        channels=CHANNELS,
    )


def _said(error: LineError) -> str:
    return f"Line {error.number}: {error.column} {error.words}".replace("  ", " ")


def _form(visit: Visit, rules: Rulebook, errors: Sequence[FieldError], **more: Any) -> Response:
    return visit.render(
        "imports/form.html",
        status=422 if errors else 200,
        errors=errors,
        agencies=[{"value": "", "text": "Choose whose"}]
        + [{"value": code, "text": agency_in_words(code)} for code in AGENCIES],
        agency_in_words=agency_in_words,
        holders={code: agency_in_words(code) for code in AGENCIES},
        most=MOST_LINES,
        columns=COLUMNS,
        needed=NEEDED,
        outcomes=OUTCOMES,
        channels=CHANNELS,
        reasons=rules.reasons,
        **more,
    )


async def download(visit: Visit, rules: Rulebook) -> Response:
    """The open duties of one agency, to be completed and imported again."""
    agency = visit.query.get("agency", "")
    if agency not in AGENCIES:
        raise HTTPException(404)
    since = visit.now - PAST
    async with visit.begin() as tx:
        duties = await imports.open_duties(tx, duties_of(agency, rules), since, MOST_LINES)
        await audit.record(tx, [audit.seen(visit.signed_in, "worksheet_downloaded", "list", None, ("rights",), agency)])
    text = "\ufeff" + worksheet(duties, rules, document("acts.yaml")["acts"])
    name = f"open-duties-{agency.lower().replace('_', '-')}-{visit.now:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def import_pages(room: Room) -> Sequence[Page]:
    return (
        Page("/rights/imports", room(show_form), "rights.write"),
        Page("/rights/imports", room(check), "rights.write", methods=("POST",), upload="text"),
        Page("/rights/imports/worksheet", room(download), "rights.write"),
    )
