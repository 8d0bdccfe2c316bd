"""Hand-over of a contract that is let again: the dry run, who has to be asked, one action, and its undo."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.once import sent_id
from services.referral.actions import books as stocked
from services.referral.actions import handing_over
from services.referral.case_ui import going, handed, words
from services.referral.case_ui.room import Desk, one
from services.referral.case_ui.transfer import _id as id_of
from services.referral.domain.books import Books
from services.referral.store import transfers
from services.referral.store.transfers import Handover

REFUSALS = {
    "not_of_this_line": "Choose a contract of the same service, and another one than the one that ends",
    "not_found": "Choose the contract that ends",
    "nobody_to_hand_over": "Nobody is with this contract now, so there is nothing to hand over",
    "not_everybody_is_seen": "Only somebody who may see restricted people can hand over, so that nobody is left behind",
}
WHY = {
    "said_no": "the person said no since",
    "named_contract": "the agreement is to {title} alone",
    "named_provider": "the agreement names {provider}",
    "named_another": "the agreement names somebody else",
    "never_asked": "no agreement of their own is written down",
}
CHANGED = (
    "The list has changed since you opened the page, and stands anew below. Nobody was handed over. Read it again"
    " before you hand over"
)


async def show(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        held = await transfers.handovers(tx)
        books: Books = await stocked.current(tx, desk.books)
        await audit.record(tx, [audit.seen(visit.signed_in, "handovers_seen", "handover", None)])
    today = local_day(visit.now)
    listed = sorted(books.directory.contracts, key=lambda c: (c.line, c.title, c.starts))
    items = [{"value": "", "text": "Choose a contract"}]
    items += [
        {"value": str(c.contract_id), "text": f"{words.words(c.line)}: {c.title}, {c.provider.name}{_ended(c, today)}"}
        for c in listed
    ]
    return visit.render(
        "case_ui/handovers.html",
        status=422 if errors else 200,
        held=[_row(books, each) for each in held],
        items=items,
        errors=errors,
        values={name: [visit.query.get(name, "")] for name in ("from_contract", "to_contract")},
    )


def _ended(contract: Any, today: Any) -> str:
    return f" (ended {contract.ends:%-d %B %Y})" if contract.ends < today else ""


def _row(books: Books, each: Handover) -> dict[str, Any]:
    state = "Undone" if each.undone_at else "Carried out" if each.done_at else "Goes, and can be undone until then"
    return {
        "handover": each,
        "old": going.titled(books, each.from_contract),
        "new": going.titled(books, each.to_contract),
        "state": state,
    }


async def check(visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    """The dry run: everybody who is with the contract that ends, and what would become of them."""
    given = visit.form and (one(visit, "from_contract"), one(visit, "to_contract"))
    old, new = given or (visit.query.get("from_contract", ""), visit.query.get("to_contract", ""))
    old_id, new_id = id_of(old), id_of(new)
    missing = [] if old_id else [FieldError("from_contract", "Choose the contract that ends")]
    missing += [] if new_id else [FieldError("to_contract", "Choose the contract that takes over")]
    if old_id is None or new_id is None:
        return await show(visit, desk, missing)
    try:
        async with visit.begin() as tx:
            books = await stocked.current(tx, desk.books)
            run = await handing_over.dry_run(tx, old_id, new_id, books, visit.now)
            seen = [audit.seen(visit.signed_in, "handover_listed", "case", p.standing.case_id) for p in run.planned]
            await audit.record(tx, [audit.seen(visit.signed_in, "handover_listed", "contract", old_id), *seen])
    except Refused as refused:
        return await show(visit, desk, [FieldError(refused.field, REFUSALS.get(refused.code, refused.code))])
    return visit.render(
        "case_ui/handover_check.html",
        status=status if errors else 200,
        run=run,
        why={code: said.format(title=run.old.title, provider=run.old.provider.name) for code, said in WHY.items()},
        states=books.transitions.states,
        minutes=books.standards_on(local_day(visit.now)).handover_undo_minutes,
        handover_id=uuid4(),
        errors=errors,
    )


async def carry_out(visit: Visit, desk: Desk) -> Response:
    old, new = id_of(one(visit, "from_contract")), id_of(one(visit, "to_contract"))
    handover_id = sent_id(visit, "handover_id")
    if old is None or new is None or handover_id is None:
        return await check(visit, desk)
    try:
        async with visit.begin() as tx:
            books = await stocked.current(tx, desk.books)
            run = await handing_over.dry_run(tx, old, new, books, visit.now)
            digest = one(visit, "digest")
            made = await handing_over.hand_over(tx, visit.signed_in, handover_id, run, digest, books, visit.now)
    except Refused as refused:
        if refused.code == "list_has_changed":
            return await check(visit, desk, [FieldError("", CHANGED)], 409)
        return await check(visit, desk, [FieldError("", REFUSALS.get(refused.code, refused.code))])
    return visit.redirect(f"/referrals/handover/{made.handover_id}")


async def one_handover(visit: Visit, desk: Desk) -> Response:
    handover_id = visit.id("handover_id")
    async with visit.begin() as tx:
        held = await transfers.handover(tx, handover_id)
        listed = await transfers.of_handover(tx, handover_id)
        seen = [audit.seen(visit.signed_in, "handover_seen", "case", each.case_id) for _, _, each in listed]
        await audit.record(tx, [audit.seen(visit.signed_in, "handover_seen", "handover", handover_id), *seen])
    if held is None:
        return visit.not_found()
    return visit.render(
        "case_ui/handover.html",
        **_row(desk.books, held),
        can_undo=held.undone_at is None and visit.now < held.goes_at,
        numbers=handed.numbers([each for _, _, each in listed]),
        listed=[(reference, each.case_id, handed.outcome(each, shut)) for reference, shut, each in listed],
    )


async def undo(visit: Visit, desk: Desk) -> Response:
    handover_id: UUID = visit.id("handover_id")
    flash, done = "Undone. Nobody was handed over.", True
    try:
        async with visit.begin() as tx:
            held = await transfers.handover(tx, handover_id)
            if held is None:
                return visit.not_found()
            if held.undone_at is None:
                await handing_over.undo(tx, visit.signed_in, handover_id, visit.now)
    except Refused:
        flash, done = "Too late to undo: it was carried out.", False
    return visit.redirect(f"/referrals/handover/{handover_id}", flash=flash, done=done)
