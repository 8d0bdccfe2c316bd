"""Whose acts reach us, entered with dates: silence means something only there."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel
from starlette.responses import Response

from kit import audit
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import bound
from kit.web.words import date_words
from services.code_compliance.case_ui.people import named
from services.code_compliance.case_ui.room import Room
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import AGENCIES, agency_in_words
from services.code_compliance.store import coverage

WAYS = {"import": "Files imported here", "events": "A feed of events", "entries": "Entered one by one by staff"}


class Enter(BaseModel):
    line_id: UUID
    agency: Annotated[str, Say("Choose whose acts reach us")]
    by: Annotated[Literal["import", "events", "entries"], Say("Choose by which way")]
    start: Annotated[date, Say("Enter the first day", wrong="The first day must be a real date")]
    end: Annotated[date | None, Say("Enter the last day", wrong="The last day must be a real date")] = None


class End(BaseModel):
    last: Annotated[date, Say("Enter the last day", wrong="The last day must be a real date")]


async def show_lines(visit: Visit, rules: Rulebook) -> Response:
    return await _page(visit, rules, [], {"line_id": [str(uuid4())]})


async def enter(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(Enter, visit.form)
    if given is not None and given.agency not in AGENCIES:
        errors = [FieldError("agency", "Choose whose acts reach us")]
    elif given is not None and given.end is not None and given.end < given.start:
        errors = [FieldError("end", "The last day must be on or after the first")]
    if given is None or errors:
        return await _page(visit, rules, errors, visit.form)
    async with visit.begin() as tx:
        viewer = visit.signed_in
        line_id = bound(given.line_id, given.agency, given.start, given.end, given.by)
        await coverage.add(tx, line_id, given.agency, given.start, given.end, given.by, viewer.user_id, visit.now)
        await audit.record(tx, [audit.seen(viewer, "coverage_entered", "list", line_id, (), given.agency)])
    return visit.redirect(
        "/rights/coverage/lines", flash="It was entered. Open clocks are decided by it within a minute"
    )


async def end(visit: Visit, rules: Rulebook) -> Response:
    """Ends a line on a day; ended by somebody else meanwhile, the page is no longer fresh."""
    given, errors = parse(End, visit.form)
    if given is None:
        return await _page(visit, rules, errors, visit.form)
    async with visit.begin() as tx:
        ended = await coverage.end(tx, visit.id("line_id"), given.last)
        if ended:
            await audit.record(tx, [audit.seen(visit.signed_in, "coverage_ended", "list", visit.id("line_id"))])
        lines = {line.line_id: line for line in await coverage.entered(tx)}
    held = lines.get(visit.id("line_id"))
    if held is None:
        return visit.not_found()
    if not ended and held.to_day != given.last:
        said = f"It was ended already: its last day is {date_words(held.to_day)}."
        return visit.conflict(said, "/rights/coverage/lines")
    return visit.redirect("/rights/coverage/lines", flash="It was ended. Open clocks are decided by it within a minute")


async def _page(visit: Visit, rules: Rulebook, errors: Sequence[FieldError], values: Any) -> Response:
    async with visit.begin() as tx:
        lines = await coverage.entered(tx)
    entered = {line.agency for line in lines}
    return visit.render(
        "imports/coverage.html",
        status=422 if errors else 200,
        errors=errors,
        values=values,
        lines=lines,
        files=[line for line in rules.coverage.agencies if line.agency not in entered],
        replaced=sorted({line.agency for line in rules.coverage.agencies} & entered),
        ways=WAYS,
        named=await named(visit),
        agency_in_words=agency_in_words,
        agencies=[{"value": "", "text": "Choose whose"}]
        + [{"value": code, "text": words} for code, words in AGENCIES.items()],
    )


def covering_pages(room: Room) -> Sequence[Page]:
    base = "/rights/coverage/lines"
    return (
        Page(base, room(show_lines), "rights.write"),
        Page(base, room(enter), "rights.write", methods=("POST",)),
        Page(f"{base}/{{line_id}}/end", room(end), "rights.write", methods=("POST",)),
    )
