"""Transfer of one referral: to whom, why, and whether the person agreed; with a way back before anything ends."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import plural
from services.referral.actions import books as stocked
from services.referral.actions import consenting, transferring
from services.referral.case_ui.going import TRANSFERABLE
from services.referral.case_ui.referring import agreement
from services.referral.case_ui.room import STALE, Desk, error_of, frame, one, opened
from services.referral.case_ui.steps import held
from services.referral.domain.facts import facts_of
from services.referral.domain.matching import explain
from services.referral.store import cases

AGREED = {"yes": "Yes, they told me", "no": "No, or not asked"}


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        referral = await held(tx, visit)
        books = await stocked.current(tx, desk.books)
        routings = await cases.routings(tx, case.case_id)
        top = await frame(tx, visit, case, "Referrals")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("referral",))])
    if referral.state not in TRANSFERABLE:
        return visit.conflict()
    facts = facts_of(routings[0].facts["case"]) if routings else None
    found = explain(facts, referral.line, books.directory, local_day(visit.now)) if facts else ()
    fitting = [e.contract for e in found if e.fits and e.contract.contract_id != referral.contract_id]
    choices = {str(contract.contract_id): f"{contract.title}, {contract.provider.name}" for contract in fitting}
    reasons = books.transitions.reasons["transfer"]
    return visit.render(
        "case_ui/transfer.html",
        status=422 if errors else 200,
        **top,
        referral=referral,
        choices=choices,
        asked=reasons.words,
        reasons={reason.code: reason.words for reason in reasons.on(local_day(visit.now))},
        agreed=AGREED,
        step_id=uuid4(),
        undo_seconds=books.on(local_day(visit.now)).policy.undo_seconds,
        errors=[error if choices else FieldError("", error.message) for error in errors],
        values=visit.form or {"contract": [visit.query.get("contract", "")]},
    )


async def take(visit: Visit, desk: Desk) -> Response:
    chosen, step_id = _id(one(visit, "contract")), _id(one(visit, "step_id"))
    contract = desk.books.directory.by_id.get(chosen) if chosen else None
    errors = [] if contract else [FieldError("contract", "Choose who takes over")]
    errors += [] if one(visit, "reason_code") else [FieldError("reason_code", "Choose the reason")]
    asked = one(visit, "agreed")
    errors += [] if asked in AGREED else [FieldError("agreed", "Choose whether the person agreed to this provider")]
    if errors or contract is None or step_id is None:
        return await ask(visit, desk, errors or [FieldError("contract", "Choose who takes over again")])
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            referral = await held(tx, visit)
            if asked == "yes":
                await consenting.record(tx, visit.signed_in, agreement(visit, desk, case, contract), visit.now)
            books = await stocked.current(tx, desk.books)
            about = (step_id, referral.referral_id, contract.contract_id)
            await transferring.transfer(tx, visit.signed_in, *about, one(visit, "reason_code"), books, visit.now)
    except Refused as refused:
        if refused.code in STALE:
            return visit.conflict()
        return await ask(
            visit, desk, [error_of(refused, "agreed" if refused.field == "contract_id" else "reason_code")]
        )
    seconds = desk.books.on(local_day(visit.now)).policy.undo_seconds
    flash = f"The transfer goes in {plural(seconds, 'second')}. Until then you can undo it below."
    return visit.redirect(f"/cases/{visit.params['case_id']}/referrals", flash=flash)


async def undo(visit: Visit, desk: Desk) -> Response:
    back = f"/cases/{visit.params['case_id']}/referrals"
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            await transferring.undo(tx, visit.signed_in, visit.id("transfer_id"), case.case_id, visit.now)
    except Refused:
        return visit.redirect(back, flash="Too late to undo: the transfer was carried out.")
    return visit.redirect(back, flash="Undone. Nothing was transferred.")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
