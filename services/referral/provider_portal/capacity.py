"""How a provider's lists stand: said by its manager, gone by from the next case on."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.words import date_words, when
from services.referral import stale_steps
from services.referral.actions import books as stocked
from services.referral.actions import providing
from services.referral.domain import shown
from services.referral.domain.books import Books
from services.referral.domain.kept import Closure
from services.referral.store import directory, keeping
from services.referral.store.directory import ContractState

STATES = {
    "open": "Open",
    "limited": "Open, few places",
    "waiting_list": "Waiting list",
    "closed": "Closed",
    "paused": "Paused",
    "needs_assessment_first": "We assess first",
}
DONE = "Your list was changed. Referrals go by it from now on."
Number = Annotated[int | None, Say("Enter a whole number, or leave it empty")]


class ListStands(BaseModel):
    """How one list stands; what is not said stays empty."""

    state: Annotated[
        Literal["open", "limited", "waiting_list", "closed", "paused", "needs_assessment_first"],
        Say("Choose how the list stands"),
    ]
    places: Number = Field(default=None, ge=0, le=9_999)
    waiting: Number = Field(default=None, ge=0, le=9_999)
    until: Annotated[date | None, Say("Enter the last day", wrong="The last day must be a real date")] = None


async def show_capacity(visit: Visit, books: Books) -> Response:
    viewer = visit.signed_in
    async with visit.begin() as tx:
        now = await stocked.current(tx, books)
        closures = (await keeping.kept(tx)).closures
        await audit.record(tx, [audit.seen(viewer, "portal.capacity_seen", "provider", viewer.organisation_id)])
    mine = [c for c in now.directory.contracts if c.provider.provider_id == viewer.organisation_id]
    today = local_day(visit.now)
    coming = {c.contract_id: _days(closures, c.contract_id, today) for c in mine}
    return visit.render("provider_portal/capacity.html", contracts=mine, states=STATES, today=today, coming=coming)


def _days(closures: Sequence[Closure], contract_id: UUID, today: date) -> str:
    """Planned closures of a contract that are not over, in words."""
    mine = [one for one in closures if one.contract_id == contract_id and one.until_day >= today]
    said = (f"{date_words(one.from_day, False)} to {date_words(one.until_day, False)}" for one in mine)
    return "; ".join(said) or "None. Tell the hub before you close"


async def _said(tx: Tx, visit: Visit) -> ContractState | None:
    """What was said last of the list in the address."""
    return next((one for one in await directory.states(tx) if one.contract_id == visit.id("contract_id")), None)


def _mark(said: ContractState | None) -> str:
    return shown.mark(said.changed_at, said.state, said.places, said.waiting, said.until) if said else "none"


def _changed(visit: Visit, said: ContractState | None) -> str:
    """How the list was said to stand since the page was opened, by whom and when."""
    if said is None:
        return "Open the page again, then say how the list stands"
    who = "you" if said.changed_by == visit.signed_in.user_id else "somebody else"
    return (
        f"The list was changed since you opened this page, by {who} on {when(said.changed_at)}: it is"
        f" “{STATES.get(said.state, said.state)}” now. Nothing was saved. Save this only if it is right all the same"
    )


async def ask_capacity(visit: Visit, books: Books, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    async with visit.begin() as tx:
        now = await stocked.current(tx, books)
        said = await _said(tx, visit)
    contract = now.directory.by_id.get(visit.id("contract_id"))
    if contract is None or contract.provider.provider_id != visit.signed_in.organisation_id:
        return visit.not_found()
    return visit.render(
        "provider_portal/stands.html",
        status=status if errors else 200,
        contract=contract,
        stood=_mark(said) if status == 409 else stale_steps.carried(visit, _mark(said)),
        states=STATES,
        errors=errors,
        values=visit.form or {"state": [contract.list_state]},
    )


async def say_capacity(visit: Visit, books: Books) -> Response:
    async with visit.begin() as tx:
        contract = (await stocked.current(tx, books)).directory.by_id.get(visit.id("contract_id"))
    if contract is None or contract.provider.provider_id != visit.signed_in.organisation_id:
        return visit.not_found()
    said, errors = parse(ListStands, visit.form)
    if said is not None and said.until is not None and said.until < local_day(visit.now):
        errors = [FieldError("until", "The last day must be today or later")]
    if said is None or errors:
        return await ask_capacity(visit, books, errors)
    async with visit.begin() as tx:
        await directory.lock(tx)
        held = await _said(tx, visit)
        stale, wanted = stale_steps.differs(visit, _mark(held)), (said.state, said.places, said.waiting, said.until)
        if stale and held is not None and (held.state, held.places, held.waiting, held.until) == wanted:
            return visit.redirect("/portal/capacity", flash=DONE)
        if stale:
            return await ask_capacity(visit, books, [FieldError("state", _changed(visit, held))], 409)
        await providing.say_capacity(
            tx,
            visit.signed_in,
            contract,
            said.state,
            visit.now,
            places=said.places,
            waiting=said.waiting,
            until=said.until,
        )
    return visit.redirect("/portal/capacity", flash=DONE)
