"""How a provider's list stands, as it told the hub by telephone or mail: it counts from now on, above what was answered
by a link before."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.words import date_words, when
from services.referral import stale_steps
from services.referral.actions import capacity
from services.referral.directory_ui.room import LINE_NAMES, STATES, now
from services.referral.domain import shown
from services.referral.domain.books import Books
from services.referral.domain.directory import GOOD_FOR_DAYS, Contract
from services.referral.store import directory
from services.referral.store.directory import ContractState

SAYABLE = {code: text for code, text in STATES.items() if code != "unknown"}
LONGEST = timedelta(days=92)
"""What was said on the telephone counts no longer: a contract that stays shut is changed (ours)."""


class Told(BaseModel):
    """What a provider said of its list."""

    state: Annotated[
        Literal["open", "limited", "waiting_list", "closed", "paused", "needs_assessment_first"],
        Say("Choose how the list stands"),
    ]
    said_by: Annotated[Literal["provider_manager", "provider_worker", "provider_mail"], Say("Choose who said it")]
    places: Annotated[int | None, Say("Enter a whole number, or leave it empty")] = Field(default=None, ge=0, le=9_999)
    until: Annotated[date | None, Say("Enter the last day", wrong="The last day must be a real date")] = None


async def _of(visit: Visit, books: Books) -> tuple[Contract, ContractState | None]:
    async with visit.begin() as tx:
        contract = (await now(tx, books)).directory.by_id.get(visit.id("contract_id"))
        said = next((one for one in await directory.states(tx) if one.contract_id == visit.id("contract_id")), None)
        await audit.record(tx, [audit.seen(visit.signed_in, "contract_seen", "contract", visit.id("contract_id"))])
    if contract is None:
        raise HTTPException(404)
    return contract, said


def _mark(said: ContractState | None) -> str:
    return shown.mark(said.changed_at, said.state, said.places, said.until) if said else "none"


async def ask(visit: Visit, books: Books, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    contract, said = await _of(visit, books)
    return visit.render(
        "directory_ui/told.html",
        status=status if errors else 200,
        contract=contract,
        line=LINE_NAMES[contract.line],
        state=STATES[contract.state_on(local_day(visit.now))],
        said=said,
        stood=_mark(said) if status == 409 else stale_steps.carried(visit, _mark(said)),
        states=SAYABLE,
        by=capacity.SAID_BY,
        days=GOOD_FOR_DAYS,
        errors=errors,
        values=visit.form,
    )


def _changed(said: ContractState | None) -> str:
    stands = f" on {when(said.changed_at)}: it is “{STATES.get(said.state, said.state)}” now" if said else ""
    return f"It was said how this list stands since you opened this{stands}. Nothing was saved. Look, then save again"


async def say(visit: Visit, books: Books) -> Response:
    contract, _ = await _of(visit, books)
    told, errors = parse(Told, visit.form)
    today = local_day(visit.now)
    if told is not None and told.until is not None and not today <= told.until <= today + LONGEST:
        last = date_words(today + LONGEST)
        errors = [FieldError("until", f"The last day must be today or later, and on {last} at the latest")]
    if told is None or errors:
        return await ask(visit, books, errors)
    flash = "It is written down, and counts from now on."
    async with visit.begin() as tx:
        await directory.lock(tx)
        held = next((one for one in await directory.states(tx) if one.contract_id == contract.contract_id), None)
        wanted = (told.state, told.places, told.until, told.said_by)
        again = held is not None and (held.state, held.places, held.until, held.said_by) == wanted
        stale = stale_steps.differs(visit, _mark(held))
        if not stale:
            about = (told.state, told.said_by, visit.now)
            await capacity.tell(tx, visit.signed_in, contract, *about, places=told.places, until=told.until)
    if stale and not again:
        return await ask(visit, books, [FieldError("state", _changed(held))], 409)
    return visit.redirect("/directory/capacity", flash=flash)
