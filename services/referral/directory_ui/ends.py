"""The end of a contract: who is with it and could take over is shown first, it is confirmed apart, and a last day that
was entered by mistake is put back where it was entered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import sent_id
from services.referral.actions import contracting
from services.referral.directory_ui import contracts, meanwhile
from services.referral.directory_ui.room import one
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.entries import entry_of
from services.referral.domain.versions import ended
from services.referral.store import directory

LATER = "later"
TO_COME = "A change is entered for a day to come: take it back first, above under “Changes”, then end it"
NOT_DECIDED = "Not decided yet: it stays a task of the hub"


class LastDay(BaseModel):
    """When a contract ends."""

    last_day: Annotated[date, Say("Enter the last day", wrong="The last day must be a real date")]


async def end(visit: Visit, books: Books) -> Response:
    """Ends a contract on a day. While people are with it, that is asked apart, with who takes over."""
    contract, versions, stands = await contracts.found(visit, books)
    said, errors = parse(LastDay, visit.form)
    today = local_day(visit.now)
    known = contracts.last_known(books, versions, contract)
    if any(each.effective_from > today for each in versions):
        errors = [FieldError("last_day", TO_COME)]
    elif said is not None and (said.last_day < today or said.last_day < known.starts):
        errors = [FieldError("last_day", "The last day must be today or later, and after the first day")]
    elif said is not None and said.last_day > known.ends:
        ends = f"{known.ends.day} {known.ends:%B %Y}"
        how = (
            "put the old day back below, or change the contract"
            if contracts.before_end(books, versions)
            else "change the contract"
        )
        errors = [FieldError("last_day", f"It ends on {ends} already: to prolong it, {how}")]
    if said is None or errors:
        return await contracts.show_one(visit, books, errors)
    async with visit.begin() as tx:
        held = await directory.with_provider(tx, contract.contract_id)
    takers = _takers(stands, contract, said.last_day)
    if held and one(visit, "sure") != "yes":
        unsure = [FieldError("sure", "Say that the last day is right")] if one(visit, "asked") else []
        return _ask(visit, contract, said.last_day, held, takers, unsure)
    try:
        async with visit.begin() as tx:
            about = (books, ended(known, said.last_day), today, _id(visit), visit.now)
            await contracting.enter(tx, visit.signed_in, *about, kind="ended", seen=one(visit, "seen"))
    except Refused:
        return await _changed(visit, books)
    return _ends(visit, contract, held=bool(held), to=one(visit, "to"), takers=takers)


def _ask(
    visit: Visit,
    contract: Contract,
    day: date,
    held: dict[str, int],
    takers: Sequence[Contract],
    errors: Sequence[FieldError],
) -> Response:
    listed = [{"value": str(c.contract_id), "text": f"{c.title}, {c.provider.name}"} for c in takers]
    return visit.render(
        "directory_ui/end_check.html",
        status=422 if errors else 200,
        contract=contract,
        day=day,
        held=sum(held.values()),
        takers=[{"value": LATER, "text": NOT_DECIDED}, *listed],
        version_id=one(visit, "version_id"),
        seen=one(visit, "seen"),
        errors=errors,
        values=visit.form,
    )


def _takers(stands: Books, contract: Contract, last_day: date) -> list[Contract]:
    """Contracts of the same line that go on after it."""
    listed = [c for c in stands.directory.contracts if c.line == contract.line and c.ends > last_day]
    return sorted((c for c in listed if c.contract_id != contract.contract_id), key=lambda c: (c.title, c.starts))


def _ends(visit: Visit, contract: Contract, *, held: bool, to: str, takers: Sequence[Contract]) -> Response:
    """On to the hand-over where somebody takes over."""
    if not held:
        return visit.redirect(f"/directory/contracts/{contract.contract_id}", flash="The last day is entered.")
    flash = "The last day is entered, its provider is told, and the hub has a task for today."
    if to in {str(c.contract_id) for c in takers}:
        check = f"/referrals/handover/check?from_contract={contract.contract_id}&to_contract={to}"
        return visit.redirect(check, flash=f"{flash} Nobody is handed over yet: look at the list, then do so.")
    return visit.redirect(f"/directory/contracts/{contract.contract_id}", flash=flash)


async def put_back(visit: Visit, books: Books) -> Response:
    """The day that stood before counts again from today; the change that ended it stays among the changes."""
    contract, versions, _ = await contracts.found(visit, books)
    again = any(each.version_id == _id(visit) for each in versions)
    day, today = contracts.before_end(books, versions), local_day(visit.now)
    if not again and (day is None or day < today):
        return await _changed(visit, books)
    try:
        async with visit.begin() as tx:
            if not again and day is not None:
                entry = entry_of(replace(contracts.last_known(books, versions, contract), ends=day))
                about = (books, entry, today, _id(visit), visit.now)
                await contracting.enter(tx, visit.signed_in, *about, kind="changed", seen=one(visit, "seen"))
            await audit.record(tx, [audit.seen(visit.signed_in, "contract.put_back", "contract", contract.contract_id)])
    except Refused:
        return await _changed(visit, books)
    flash = "The old last day is back. Its provider is told where people are with it."
    return visit.redirect(f"/directory/contracts/{contract.contract_id}", flash=flash)


async def _changed(visit: Visit, books: Books) -> Response:
    _, versions, _ = await contracts.found(visit, books)
    return await contracts.show_one(visit, books, [FieldError("", meanwhile.of_contract(visit, books, versions))], 409)


def _id(visit: Visit) -> UUID:
    made = sent_id(visit, "version_id")
    if made is None:
        raise HTTPException(400)
    return made
