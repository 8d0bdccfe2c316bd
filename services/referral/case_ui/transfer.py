"""Transfer of one referral: to whom, why, and whether the person agreed; with a way back before anything ends."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.once import bound
from kit.web.words import plural, time_words, when
from services.referral import stale_steps
from services.referral.actions import books as stocked
from services.referral.actions import consenting, excepting, fitting, specialist, transferring
from services.referral.case_ui import come_since, naming
from services.referral.case_ui.going import TRANSFERABLE, titled
from services.referral.case_ui.room import STALE, Desk, error_of, frame, one, opened
from services.referral.case_ui.said_no import MAYBE_KNOWN, SaidNo, said_no
from services.referral.case_ui.sending import agree
from services.referral.case_ui.steps import held, locked
from services.referral.case_ui.whynot import other_party
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.facts import facts_of
from services.referral.domain.matching import explain, works_in
from services.referral.domain.referral import ReferralState
from services.referral.drafting import told_id
from services.referral.store import appointments, beside, cases, transfers
from services.referral.store.transfers import Transfer

AGREED = {"yes": "Yes, they told me", "no": "No, or not asked"}
CAME_SINCE = (
    "This has changed since you opened the page: {}. Nothing was transferred. Transfer it if it is right all the same"
)
CARRIED_OUT = "The transfer was carried out."


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        referral = await held(tx, visit)
        booked = await appointments.to_come(tx, [referral.leg_id] if referral.leg_id else [], visit.now)
        books = await stocked.current(tx, desk.books)
        routings = await cases.routings(tx, case.case_id)
        again = await transferring.let_again(tx, books, referral.contract_id, local_day(visit.now))
        granted, no = await excepting.granted(tx, case.case_id), await said_no(tx, case, visit.now)
        other = await beside.also_with(tx, case.case_id)
        against = come_since.carried(visit, await come_since.stands(tx, case), anew=status == 409)
        top = await frame(tx, visit, case, "Referrals")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("referral",))])
        said = await stale_steps.told(tx, books, case.case_id, referral.referral_id, referral.state)
    if referral.state not in TRANSFERABLE:
        return visit.conflict(said, _back(visit))
    facts = facts_of(routings[0].facts["case"]) if routings else None
    found = no.mark(explain(facts, referral.line, books.directory, local_day(visit.now), granted)) if facts else ()
    fitting = [e.contract for e in found if e.fits and e.contract.contract_id != referral.contract_id]
    choices = {str(contract.contract_id): f"{contract.title}, {contract.provider.name}" for contract in fitting}
    of_line = [e for e in found if e.contract.line == referral.line and not e.fits]
    unwanted = {f"{e.contract.provider.name}: {why}" for e in of_line if (why := no.ruled(e.contract))}
    named = await naming.of_all(visit, case, fitting)
    reasons = books.transitions.reasons["transfer"]
    return visit.render(
        "case_ui/transfer.html",
        status=status if errors else 200,
        **top,
        referral=referral,
        has_now=titled(books, referral.contract_id) if referral.contract_id else None,
        choices=choices,
        maybe={str(one.contract_id): said for one in fitting if (said := _against(one, no, other))},
        who=MAYBE_KNOWN if no.undecided else "",
        unwanted=sorted(unwanted),
        booked=booked,
        named=naming.items(named) if named else (),
        asked=reasons.words,
        reasons={
            reason.code: reason.words
            for reason in reasons.on(local_day(visit.now))
            if again or reason.code != transferring.RELET
        },
        agreed=AGREED,
        step_id=uuid4(),
        against=against,
        stood=stale_steps.carried(visit, stale_steps.stood(referral)),
        undo_seconds=books.on(local_day(visit.now)).policy.undo_seconds,
        errors=[error if choices else FieldError("", error.message) for error in errors],
        values=visit.form or {"contract": [visit.query.get("contract", "")]},
    )


def _against(contract: Contract, no: SaidNo, other: Collection[UUID]) -> str:
    """What speaks against whoever could take over, as where a first provider is chosen; empty where nothing does."""
    with_other = other_party(contract, other).words if works_in(contract, other) else None
    return " ".join(said for said in (with_other, no.maybe(contract)) if said)


async def take(visit: Visit, desk: Desk) -> Response:
    chosen, transfer_id = _id(one(visit, "contract")), told_id(visit, "step_id")
    contract = desk.books.directory.by_id.get(chosen) if chosen else None
    errors = [] if contract else [FieldError("contract", "Choose who takes over")]
    errors += [] if one(visit, "reason_code") else [FieldError("reason_code", "Choose the reason")]
    asked = one(visit, "agreed")
    errors += [] if asked in AGREED else [FieldError("agreed", "Choose whether the person agreed to this provider")]
    if errors or contract is None or transfer_id is None:
        return await ask(visit, desk, errors or [FieldError("contract", "Choose who takes over again")])
    try:
        status = 422
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            referral = await locked(tx, visit)
            books = await stocked.current(tx, desk.books)
            moved = await _moved(tx, visit, books, referral, transfer_id)
            if moved is not None:
                return moved
            named = await naming.who(visit, case, contract)
            errors = naming.missing(case, contract, named, one(visit, "worker"))
            if new := come_since.new(visit, await come_since.stands(tx, case)):
                errors, status = [FieldError("", CAME_SINCE.format("; ".join(new)))], 409
            if not errors:
                if asked == "yes":
                    await agree(tx, visit, desk, case, contract, bound(transfer_id, "agreed"))
                about = (transfer_id, referral.referral_id, contract.contract_id, one(visit, "reason_code"))
                worker = naming.id_of(named, one(visit, "worker"))
                await transferring.transfer(tx, visit.signed_in, *about, books, visit.now, assigned_to=worker)
    except Refused as refused:
        if refused.code in STALE:
            return await _look_again(visit, desk)
        if refused.code in (fitting.NOT_TAKEN, specialist.NEEDED):  # the page offers only who takes the person
            return await ask(visit, desk, [error_of(refused, "contract")], 409)
        return await ask(
            visit, desk, [error_of(refused, "agreed" if refused.field == "contract_id" else "reason_code")]
        )
    return await ask(visit, desk, errors, status) if errors else _goes(visit, books)


def _goes(visit: Visit, books: Books) -> Response:
    seconds = books.on(local_day(visit.now)).policy.undo_seconds
    flash = f"The transfer goes in {plural(seconds, 'second')}. Until then you can undo it below."
    return visit.redirect(_back(visit), flash=flash)


def _back(visit: Visit) -> str:
    return f"/cases/{visit.params['case_id']}/referrals"


async def _moved(tx: Tx, visit: Visit, books: Books, referral: ReferralState, transfer_id: UUID) -> Response | None:
    """The answer to a form sent again, or from a page that is older than the referral; None where it still holds."""
    of_this = [one for one in await transfers.of_case(tx, referral.case_id) if one.referral_id == referral.referral_id]
    again = next((one for one in of_this if one.transfer_id == transfer_id), None)
    if again is not None and again.undone_at is None:
        return _goes(visit, books) if again.done_at is None else visit.redirect(_back(visit), flash=CARRIED_OUT)
    going = next((one for one in of_this if one.done_at is None and one.undone_at is None), None)
    if again is None and going is None and not stale_steps.differs(visit, stale_steps.stood(referral)):
        return None
    return visit.conflict(await _told(tx, visit, books, referral, again or going), _back(visit))


async def _told(tx: Tx, visit: Visit, books: Books, referral: ReferralState, other: Transfer | None) -> str:
    """The transfer that was undone or is on its way, else how the referral stands."""
    if other is None:
        return await stale_steps.told(tx, books, referral.case_id, referral.referral_id, referral.state)
    to, who = titled(books, other.contract_id), "you" if other.by_id == visit.signed_in.user_id else "a colleague"
    if other.undone_at is not None:
        return f"The transfer to {to} was undone on {when(other.undone_at)}."
    return f"It goes to {to} at {time_words(other.goes_at)}, as {who} decided. Until then that can be undone."


async def _look_again(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        await opened(tx, visit)
        referral = await held(tx, visit)
        said = await _told(tx, visit, desk.books, referral, None)
    return visit.conflict(said, _back(visit))


async def undo(visit: Visit, desk: Desk) -> Response:
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            of_case = {one.transfer_id: one for one in await transfers.of_case(tx, case.case_id)}
            before = of_case.get(visit.id("transfer_id"))
            if before is None or before.undone_at is None:
                await transferring.undo(tx, visit.signed_in, visit.id("transfer_id"), case.case_id, visit.now)
                if before is not None:
                    act = consenting.Act(case.case_id, before.contract_id, before.by_id, before.at)
                    await consenting.undone(tx, visit.signed_in, act, visit.now)
    except Refused:
        return visit.redirect(_back(visit), flash="Too late to undo: the transfer was carried out.", done=False)
    return visit.redirect(_back(visit), flash="Undone. Nothing was transferred.")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
