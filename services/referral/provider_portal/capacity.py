"""How a provider's lists stand: said by its manager, gone by from the next case on."""

from datetime import date

from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import books as stocked
from services.referral.actions import providing
from services.referral.domain.books import Books

STATES = {
    "open": "Open",
    "limited": "Open, few places",
    "waiting_list": "Waiting list",
    "closed": "Closed",
    "paused": "Paused",
    "needs_assessment_first": "We assess first",
}


async def show_capacity(visit: Visit, books: Books, errors: list[FieldError] | None = None) -> Response:
    viewer = visit.signed_in
    async with visit.begin() as tx:
        now = await stocked.current(tx, books)
        await audit.record(tx, [audit.seen(viewer, "portal.capacity_seen", "provider", viewer.organisation_id)])
    mine = [c for c in now.directory.by_id.values() if c.provider.provider_id == viewer.organisation_id]
    return visit.render(
        "provider_portal/capacity.html",
        status=422 if errors else 200,
        contracts=sorted(mine, key=lambda c: (c.line, c.title)),
        states=STATES,
        state_items=[{"value": code, "text": words} for code, words in STATES.items()],
        errors=errors or [],
    )


async def say_capacity(visit: Visit, books: Books) -> Response:
    contract = books.directory.by_id.get(visit.id("contract_id"))
    if contract is None or contract.provider.provider_id != visit.signed_in.organisation_id:
        return visit.not_found()
    state, until = (visit.form.get("state") or [""])[0], (visit.form.get("until") or [""])[0]
    errors = [] if state in STATES else [FieldError("state", "Choose how the list stands")]
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        errors.append(FieldError("until", "Write the day as 2026-12-24, or leave it empty"))
    if errors:
        return await show_capacity(visit, books, errors)
    try:
        async with visit.begin() as tx:
            await providing.say_capacity(tx, visit.signed_in, contract, state, visit.now, until=last)
    except Refused:
        return visit.not_found()
    return visit.redirect("/portal/capacity", flash="Your list was changed. Referrals go by it from now on.")
