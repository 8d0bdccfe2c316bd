"""How lists stand this week: who has said so, the link for each who has not, and the page behind that link. Looking at
the page changes nothing: only its form does."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.words import date_words, when
from services.referral.actions import capacity
from services.referral.actions.contract_ends import SOON
from services.referral.directory_ui.by_telephone import LONGEST
from services.referral.directory_ui.room import LINE_NAMES, STATES, now
from services.referral.domain.books import Books
from services.referral.domain.directory import GOOD_FOR_DAYS, Contract
from services.referral.domain.open_referral import published
from services.referral.store import directory
from services.referral.store.directory import Reply

CHOICES = {
    "open": "Yes, we have room",
    "limited": "A few places only",
    "waiting_list": "New people go on our waiting list",
    "needs_assessment_first": "We assess everybody first",
    "paused": "Not now: we are paused, until the day below",
    "closed": "No, we cannot take anybody new now",
}
NOT_TAKEN = "This week's answer is in already: {}. What you sent now was not taken. To change it, ring the hub now."


class Answer(BaseModel):
    """How one list stands this week, as its provider says behind the link."""

    state: Annotated[
        Literal["open", "limited", "waiting_list", "needs_assessment_first", "paused", "closed"],
        Say("Choose how your list stands"),
    ]
    until: Annotated[date | None, Say("Enter the last day", wrong="The last day must be a real date")] = None


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


async def _asked(visit: Visit, books: Books) -> tuple[Contract, str, Reply | None]:
    """The contract and week of a good link, and its answer where it was used; a page that is not there for every
    other."""
    contract_id, week = visit.id("contract_id"), str(visit.params["week"])
    if not capacity.is_good(visit.shop.signer, contract_id, week, str(visit.params["proof"]), visit.now):
        raise HTTPException(404)
    async with visit.begin() as tx:
        contract = (await now(tx, books)).directory.by_id.get(contract_id)
        used = await directory.reply_of(tx, contract_id, week)
    if contract is None:
        raise HTTPException(404)
    return contract, week, used


def _said(reply: Reply) -> str:
    until = f", until {date_words(reply.until)}" if reply.until else ""
    return f"“{CHOICES.get(reply.state, reply.state)}”{until}, given {when(reply.answered_at)}"


async def ask(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    contract, _, used = await _asked(visit, books)
    return visit.render(
        "directory_ui/reply.html",
        status=422 if errors else 200,
        contract=contract,
        used=_said(used) if used else None,
        ends_soon=contract.ends <= local_day(visit.now) + SOON,
        choices=CHOICES,
        days=GOOD_FOR_DAYS,
        errors=errors,
        values=visit.form,
    )


async def answer(visit: Visit, books: Books) -> Response:
    contract, week, _ = await _asked(visit, books)
    path, today = visit.request.url.path, local_day(visit.now)
    given, errors = parse(Answer, visit.form)
    if given is not None and given.until is not None and not today <= given.until <= today + LONGEST:
        last = date_words(today + LONGEST)
        errors = [FieldError("until", f"The last day must be today or later, and on {last} at the latest")]
    elif given is not None and given.state == "paused" and given.until is None:
        errors = [FieldError("until", "Enter the last day on which you are paused")]
    if given is None or errors:
        return await ask(visit, books, errors)
    try:
        async with visit.begin() as tx:
            await capacity.answer(tx, contract, week, given.state, visit.now, given.until)
    except Refused:
        _, _, used = await _asked(visit, books)
        if used is None or (used.state, used.until) != (given.state, given.until):
            return visit.conflict(NOT_TAKEN.format(_said(used) if used else ""), path)
    return visit.redirect(path, flash="Thank you. Referrals go by your answer from now on.")
