"""Cases that a major incident still holds though it is switched off: the leader lifts the hold, one by one or many."""

from collections.abc import Sequence
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import plural
from services.referral.actions import incidents as switching
from services.referral.case_ui import words
from services.referral.case_ui.room import Desk, one
from services.referral.store import incidents

PAGE = 100
MOST = 10
"""How many cases that stayed are named."""
STAYED = {
    "switched_on": "whose incident is switched on again",
    "not_held": "which the incident does not hold any more",
    "gone": "which is not there any more",
}


async def show(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        about = await _incident(tx, visit)
        held = await incidents.held(tx, PAGE, about)
        number = await incidents.count_held(tx, about)
        seen = [audit.seen(visit.signed_in, "incident_holds_seen", "case", each.case_id) for each in held]
        await audit.record(tx, seen or [audit.seen(visit.signed_in, "incident_holds_seen", "list", None)])
    reasons = desk.books.transitions.reasons["incident_lifted"]
    return visit.render(
        "case_ui/lifting.html",
        status=422 if errors else 200,
        held=[(each, _others(each)) for each in held],
        number=number,
        about=about,
        here=_here(visit),
        asked=reasons.words,
        reasons={reason.code: reason.words for reason in reasons.on(local_day(visit.now))},
        errors=errors,
    )


async def _incident(tx: Tx, visit: Visit) -> str | None:
    """The one incident that the page is narrowed to, by its switching; None for all of them."""
    if "switch" not in visit.query:
        return None
    switch_id = _id(visit.query["switch"])
    found = await incidents.get(tx, switch_id) if switch_id else None
    if found is None:
        raise HTTPException(404)
    return found.incident_id


def _here(visit: Visit) -> str:
    switch_id = _id(visit.query.get("switch", ""))
    return "/operations/incidents/held" + (f"?switch={switch_id}" if switch_id else "")


def _others(each: incidents.StillHeld) -> str:
    """The other holds of a case, in words: they stay."""
    return "; ".join(words.HOLDS.get(hold, words.words(hold)) for hold in each.holds if hold != switching.HOLD)


async def lift(visit: Visit, desk: Desk) -> Response:
    """Lifts the hold from the cases that are ticked, or from all that were listed."""
    chosen = visit.form.get("listed" if one(visit, "which") == "all" else "case", [])[:PAGE]
    ids = [found for text in chosen if (found := _id(text))]
    reason, known = one(visit, "reason"), desk.books.transitions.reasons["incident_lifted"]
    errors = [] if ids else [FieldError("case", "Tick the cases from which the hold is lifted")]
    if reason not in {each.code for each in known.on(local_day(visit.now))}:
        errors.append(FieldError("reason", "Choose why the hold may be lifted"))
    if errors:
        return await show(visit, desk, errors)
    try:
        async with visit.begin() as tx:
            done = await switching.lift(tx, visit.signed_in, ids, reason, visit.now)
    except Refused:
        return await show(visit, desk, [FieldError("reason", "Choose why the hold may be lifted")])
    said = f"Lifted from {plural(done.lifted, 'case')}." if done.lifted else "No hold was lifted."
    sent = " Nothing was sent: each waits for a human as any other." if done.lifted else ""
    return visit.redirect(_here(visit), flash=f"{said}{_stayed(done.stayed)}{sent}", done=bool(done.lifted))


def _stayed(stayed: Sequence[tuple[str, str]]) -> str:
    """ " 2 stayed: 7KQ4M-2XRCT, whose incident is switched on again; 9TC23-TFVRL, which is not held any more." """
    if not stayed:
        return ""
    listed = [f"{reference or 'one'}, {STAYED[why]}" for reference, why in stayed[:MOST]]
    more = f"; and {len(stayed) - MOST} more" if len(stayed) > MOST else ""
    return f" {len(stayed)} stayed: {'; '.join(listed)}{more}."


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
