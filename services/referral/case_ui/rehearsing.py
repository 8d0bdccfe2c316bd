"""Rehearsal of a draft of routing rules: put in on a page, replayed by the worker, and what it would change."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, date_values, parse
from kit.web.once import sent_id
from services.referral.actions import rehearsing
from services.referral.books import rules_text
from services.referral.case_ui import words
from services.referral.case_ui.room import Desk, one
from services.referral.domain.draft_text import Unusable, read_draft
from services.referral.store import rehearsals
from services.referral.store.rehearsals import Rehearsal

HERE = "/operations/rehearsal"
SIZE = 100
LONGEST_PERIOD = 400
RUNNING = "Another draft is being rehearsed: wait until it is done, or stop it"
NO_TEXT = "The file must be plain text in UTF-8, as the rules in force are"
SAID = {
    "running": "Running",
    "done": "Done",
    "stopped": "Stopped",
    "failed": "Failed",
}


class Period(BaseModel):
    """Reports of which days are replayed."""

    since: Annotated[date, Say("Enter the first day", wrong="The first day must be a real date")]
    until: Annotated[date, Say("Enter the last day", wrong="The last day must be a real date")]


def last_quarter(today: date) -> tuple[date, date]:
    """The first and the last day of the last calendar quarter that is over."""
    begun = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    until = begun - timedelta(days=1)
    return date(until.year, until.month - 2, 1), until


async def show(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    """The form for a draft, and the rehearsals so far."""
    async with visit.begin() as tx:
        held = await rehearsals.newest(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "rehearsals_seen", "rehearsal", None)])
    today = local_day(visit.now)
    since, until = last_quarter(today)
    values = dict(visit.form) or date_values("since", since) | date_values("until", until)
    if visit.query.get("start") == "in_force" and not visit.form:
        values["draft"] = [rules_text(desk.books.on(today).rules.version)]
    return visit.render(
        "case_ui/rehearsals.html",
        status=422 if errors else 200,
        held=[(each, _seen(visit, each)) for each in held],
        running=next((each for each in held if each.state == "running"), None),
        said=SAID,
        version=desk.books.on(today).rules.version,
        rehearsal_id=rehearsing.new_id(),
        errors=errors,
        values=values,
    )


def _seen(visit: Visit, held: Rehearsal) -> tuple[int, int]:
    """How many cases were replayed and would change, as far as the viewer may know of them."""
    if visit.may("restricted.read"):
        return held.cases, held.changed
    return held.open_cases, held.open_changed


async def in_force(visit: Visit, desk: Desk) -> Response:
    """The file of the rules in force, to start a draft from."""
    async with visit.begin() as tx:
        await audit.record(tx, [audit.seen(visit.signed_in, "rules_seen", "rehearsal", None)])
    return PlainTextResponse(rules_text(desk.books.on(local_day(visit.now)).rules.version))


async def ask(visit: Visit, desk: Desk) -> Response:
    """Checks the draft and lets the worker replay the period against it."""
    made, today = sent_id(visit, "rehearsal_id"), local_day(visit.now)
    period, errors = parse(Period, visit.form)
    if period is not None:
        errors = _period(period, today)
    if visit.unreadable:
        errors = [*errors, FieldError("draft_file", NO_TEXT if "CSV" in visit.unreadable else visit.unreadable)]
    text = one(visit, "draft")
    if not visit.unreadable:
        try:
            read_draft(text, desk.books.on(today).policy.opt_in)
        except Unusable as unusable:
            errors = [*errors, FieldError("draft", unusable.words)]
    if made is None or period is None or errors:
        return await show(visit, desk, errors or [FieldError("draft", "Send it again")])
    try:
        async with visit.begin() as tx:
            about = (made, text, period.since, period.until, desk.books, visit.now)
            await rehearsing.ask(tx, visit.signed_in, *about)
    except Refused:
        return await show(visit, desk, [FieldError("draft", RUNNING)])
    return visit.redirect(f"{HERE}/{made}", flash="The draft is rehearsed. Nothing of any case is changed by it.")


def _period(period: Period, today: date) -> list[FieldError]:
    if period.since > today:
        return [FieldError("since", "The first day must be today or earlier")]
    if period.until < period.since:
        return [FieldError("until", "The last day must not be before the first")]
    if (period.until - period.since).days > LONGEST_PERIOD:
        return [FieldError("until", f"Choose at most {LONGEST_PERIOD} days")]
    return []


async def show_one(visit: Visit, desk: Desk) -> Response:
    """How far a rehearsal is; then what would change, by kind and case by case."""
    what = visit.query.get("what", "")
    async with visit.begin() as tx:
        held = await rehearsals.get(tx, visit.id("rehearsal_id"))
        if held is None:
            raise HTTPException(404)
        counts = held.counts if visit.may("restricted.read") else held.open_counts
        chosen = what.replace("~", " ") if what.replace("~", " ") in counts else None
        page = int(text) if (text := visit.query.get("page", "1")).isdecimal() and len(text) < 5 else 1
        page = max(page, 1)
        found = await rehearsals.changed(tx, held.rehearsal_id, SIZE + 1, chosen, (page - 1) * SIZE)
        seen = [audit.seen(visit.signed_in, "rehearsal_seen", "case", one.case_id) for one in found[:SIZE]]
        await audit.record(tx, seen or [audit.seen(visit.signed_in, "rehearsal_seen", "rehearsal", held.rehearsal_id)])
    return visit.render(
        "case_ui/rehearsal.html",
        held=held,
        seen=_seen(visit, held),
        whole=visit.may("restricted.read"),
        said=SAID,
        counts=[(each, said(each), number) for each, number in sorted(counts.items(), key=lambda p: (-p[1], p[0]))],
        chosen=chosen,
        chosen_said=said(chosen) if chosen else "",
        changed=[(one, "; ".join(said(each) for each in one.changes)) for one in found[:SIZE]],
        page=page,
        more=len(found) > SIZE,
        here=f"{HERE}/{held.rehearsal_id}",
        link=(f"?what={chosen.replace(' ', '~')}&page=" if chosen else "?page="),
    )


def said(what: str) -> str:
    """ "line general added" is "Line added: General"."""
    kind, name, how = what.split(" ")
    return f"{kind.capitalize()} {how}: {words.words(name)}"


async def draft(visit: Visit, desk: Desk) -> Response:
    """The draft as it was put in."""
    body = await _body(visit, visit.id("rehearsal_id"))
    return PlainTextResponse(body)


async def _body(visit: Visit, rehearsal_id: UUID) -> str:
    async with visit.begin() as tx:
        body = await rehearsals.body(tx, rehearsal_id)
        await audit.record(tx, [audit.seen(visit.signed_in, "draft_rules_seen", "rehearsal", rehearsal_id)])
    if body is None:
        raise HTTPException(404)
    return body


async def stop(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        done = await rehearsing.stop(tx, visit.signed_in, visit.id("rehearsal_id"))
    at = f"{HERE}/{visit.params['rehearsal_id']}"
    return visit.redirect(at, flash="Stopped." if done else "It was over already.", done=done)
