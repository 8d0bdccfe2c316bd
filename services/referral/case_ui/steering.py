"""What the leader steers: the switch for major incidents."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.once import sent_id
from kit.web.words import plural
from services.referral.actions import books as stocked
from services.referral.actions import incidents as switching
from services.referral.case_ui import meanwhile
from services.referral.case_ui.room import Desk, one
from services.referral.store import incidents

REFUSALS = {
    "not_an_incident_id": "Enter the police's id of the incident: letters, digits, dashes, at most 40",
    "already_on": "This incident is switched on already",
    "not_on": "Choose an incident that is switched on",
    "no_such_case": "Enter the reference of an open case, like 4K7QC-MXR2P",
    "linked_already": "This case is linked to an incident already",
    "not_linked_here": "This case was not linked here: what the police link stays",
    "missing": "Choose why it is not part of the incident",
}


async def show_incidents(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        held = await incidents.switches(tx)
        still = await incidents.count_held(tx)
        holding = await incidents.held_now(tx, [each.incident_id for each in held])
        await audit.record(tx, [audit.seen(visit.signed_in, "incidents_seen", "incident", None)])
    reasons = desk.books.transitions.reasons["incident_lifted"]
    return visit.render(
        "case_ui/incidents.html",
        status=422 if errors else 200,
        held=held,
        still=still,
        holding=holding,
        switch_id=uuid4(),
        on=[{"value": each.switch_id, "text": each.incident_id} for each in held if each.off_at is None],
        reasons=[
            {"value": "", "text": "Choose"},
            *({"value": each.code, "text": each.words} for each in reasons.on(local_day(visit.now))),
        ],
        errors=errors,
    )


async def switch_on(visit: Visit, desk: Desk) -> Response:
    switch_id = sent_id(visit, "switch_id")
    if switch_id is None:
        return await show_incidents(visit, desk, [FieldError("incident_id", "Enter the id again")])
    try:
        async with visit.begin() as tx:
            about = (switch_id, one(visit, "incident_id").strip())
            made = await switching.switch_on(tx, visit.signed_in, *about, visit.now)
            known = await incidents.known(tx)
    except Refused as refused:
        return await show_incidents(visit, desk, [FieldError("incident_id", REFUSALS.get(refused.code, refused.code))])
    if not made.cases:
        return visit.redirect("/operations/incidents", flash=_nobody(made.incident_id, known), done=False)
    flash = f"Switched on. Cases held: {made.cases}. Nothing leaves for them by itself."
    return visit.redirect("/operations/incidents", flash=flash)


def _nobody(incident_id: str, known: Mapping[str, int]) -> str:
    """That the police linked no open case to an id, with the ids to which they did."""
    others = [f"{one} ({plural(number, 'case')})" for one, number in known.items() if number and one != incident_id]
    said = (
        f"It is switched on, and holds nobody: the police have linked no open case to {incident_id}. Is the id right?"
    )
    return f"{said} Linked now: {', '.join(others[:10])}." if others else f"{said} No open case is linked to any id."


async def switch_off(visit: Visit, desk: Desk) -> Response:
    try:
        async with visit.begin() as tx:
            await switching.switch_off(tx, visit.signed_in, visit.id("switch_id"), visit.now)
    except Refused:
        async with visit.begin() as tx:
            held = await incidents.get(tx, visit.id("switch_id"))
        if held is None:
            return visit.not_found()
        if held.off_by != visit.signed_in.user_id:
            by = meanwhile.who(visit, held.off_by, held.off_at)
            return visit.conflict(f"It was switched off {by}.", "/operations/incidents")
    return visit.redirect("/operations/incidents", flash="Switched off. The holds stay until somebody has looked.")


async def link(visit: Visit, desk: Desk) -> Response:
    try:
        async with visit.begin() as tx:
            books = await stocked.current(tx, desk.books)
            about = (_id(one(visit, "switch")) or uuid4(), one(visit, "reference"))
            case = await switching.link(tx, visit.signed_in, *about, books, visit.now)
    except Refused as refused:
        return await show_incidents(visit, desk, [FieldError(refused.field, REFUSALS[refused.code])])
    flash = f"{case.reference} is linked. It is held, and nothing leaves for it by itself."
    return visit.redirect("/operations/incidents", flash=flash)


async def unlink(visit: Visit, desk: Desk) -> Response:
    try:
        async with visit.begin() as tx:
            books = await stocked.current(tx, desk.books)
            about = (one(visit, "linked"), one(visit, "reason"))
            case = await switching.unlink(tx, visit.signed_in, *about, books, visit.now)
    except Refused as refused:
        return await show_incidents(visit, desk, [FieldError(refused.field, REFUSALS[refused.code])])
    return visit.redirect("/operations/incidents", flash=f"{case.reference} is linked to no incident any more.")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
