"""How lists stand this week: who has said so, the link for each who has not, and the page behind that link. Looking at
the page changes nothing: only its form does."""

from collections.abc import Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import capacity
from services.referral.actions.contract_ends import SOON
from services.referral.directory_ui.room import LINE_NAMES, STATES, now, one
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.open_referral import published
from services.referral.store import directory

CHOICES = {
    "open": "Yes, we have room",
    "limited": "A few places only",
    "closed": "No, we cannot take anybody new now",
}


async def show(visit: Visit, books: Books) -> Response:
    """Who has answered this week, and the link to copy for each contract."""
    today = local_day(visit.now)
    week = capacity.week_of(today)
    async with visit.begin() as tx:
        stands = await now(tx, books)
        said = {each.contract_id: each for each in await directory.states(tx)}
        answered = await directory.answers(tx, week)
        await audit.record(tx, [audit.seen(visit.signed_in, "capacity_links_seen", "directory", None)])

    def row(contract: Contract) -> dict[str, Any]:
        last = said.get(contract.contract_id)
        path = capacity.path_of(visit.shop.signer, contract.contract_id, week)
        return {
            "contract": contract,
            "line": LINE_NAMES[contract.line],
            "state": STATES[contract.state_on(today)],
            "said_at": last.changed_at if last else None,
            "said_by": capacity.SAID_BY.get(last.said_by or "") if last else None,
            "answered_at": answered.get(contract.contract_id),
            "link": visit.settings.public_url.rstrip("/") + path,
        }

    rows = [row(contract) for contract in published(stands.directory.contracts, today)]
    return visit.render(
        "directory_ui/capacity.html",
        week=week,
        silent=[each for each in rows if each["answered_at"] is None],
        heard=[each for each in rows if each["answered_at"] is not None],
    )


async def _asked(visit: Visit, books: Books) -> tuple[Contract, str, bool]:
    """The contract and week of a good link, and whether it was used; a page that is not there for every other."""
    contract_id, week = visit.id("contract_id"), str(visit.params["week"])
    if not capacity.is_good(visit.shop.signer, contract_id, week, str(visit.params["proof"]), visit.now):
        raise HTTPException(404)
    async with visit.begin() as tx:
        contract = (await now(tx, books)).directory.by_id.get(contract_id)
        used = contract_id in await directory.answers(tx, week)
    if contract is None:
        raise HTTPException(404)
    return contract, week, used


async def ask(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    contract, _, used = await _asked(visit, books)
    return visit.render(
        "directory_ui/reply.html",
        status=422 if errors else 200,
        contract=contract,
        used=used,
        ends_soon=contract.ends <= local_day(visit.now) + SOON,
        choices=CHOICES,
        errors=errors,
        values=visit.form,
    )


async def answer(visit: Visit, books: Books) -> Response:
    contract, week, _ = await _asked(visit, books)
    try:
        async with visit.begin() as tx:
            await capacity.answer(tx, contract, week, one(visit, "state"), visit.now)
    except Refused as refused:
        if refused.code == "already_answered":
            return visit.redirect(visit.request.url.path)
        return await ask(visit, books, [FieldError("state", "Choose how your list stands")])
    return visit.redirect(visit.request.url.path, flash="Thank you. Referrals go by your answer from now on.")
