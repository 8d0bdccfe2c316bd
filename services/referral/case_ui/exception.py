"""An exception from a rule of a contract that stands in a person's way: who granted it, then it can be sent."""

from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.once import sent_id
from services.referral.actions import excepting, telling
from services.referral.case_ui import steps
from services.referral.case_ui.referring import stocked_desk
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.case_ui.said_no import SaidNo, said_no
from services.referral.domain.matching import ASKS_THE_PERSON, EXCEPTABLE, RULED_OUT, Checked, Explained, explain
from services.referral.store.cases import Case


def lead(base: str, referral_id: UUID, no: SaidNo) -> Callable[[Explained], tuple[str, str] | None]:
    """Where the one change that would open a contract is written down, with what the link says."""

    def leads(each: Explained) -> tuple[str, str] | None:
        failed = [check.rule for check in each.checks if not check.passed]
        if each.change in ASKS_THE_PERSON:
            return f"{base}/told", "Write down what they say"
        if len(failed) == 1 and failed[0] in EXCEPTABLE and _may_be_granted(failed[0], each, no):
            there = f"{base}/referrals/{referral_id}/contracts/{each.contract.contract_id}/exception"
            return there, "Write down that an exception was granted"
        return None

    return leads


def _may_be_granted(rule: str, each: Explained, no: SaidNo) -> bool:
    return rule != RULED_OUT or no.exceptable(each.contract)


async def _standing(tx: Tx, visit: Visit, desk: Desk, case: Case) -> tuple[Explained, Checked] | None:
    """The contract of the address with the first rule in the way; None where none is, or where one is of which nobody
    may grant an exception. That it is ruled out may be excepted whatever else stands in the way: nothing else lets a
    human send there."""
    referral = await steps.held(tx, visit)
    facts = await telling.known(tx, case)
    books = (await stocked_desk(tx, desk)).books
    allowed = await excepting.granted(tx, case.case_id)
    day = local_day(visit.now)
    found = explain(facts, referral.line, books.directory, day, allowed) if facts else ()
    no = await said_no(tx, case, visit.now)
    each = next((one for one in no.mark(found) if one.contract.contract_id == visit.id("contract_id")), None)
    failed = [check for check in each.checks if not check.passed] if each else []
    failed = [check for check in failed if check.rule == RULED_OUT] or failed
    if each is None or not failed or not EXCEPTABLE.issuperset(check.rule for check in failed):
        return None
    return (each, failed[0]) if _may_be_granted(failed[0].rule, each, no) else None


def _send(visit: Visit) -> str:
    ids = visit.params
    return f"/cases/{ids['case_id']}/referrals/{ids['referral_id']}/contracts/{ids['contract_id']}"


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        standing = await _standing(tx, visit, desk, case)
        top = await frame(tx, visit, case, "Referrals")
        await audit.record(tx, [audit.seen(visit.signed_in, "contracts_seen", "case", case.case_id)])
    if standing is None:
        return visit.conflict("No rule stands in the way now of which an exception may be granted.", _send(visit))
    each, check = standing
    reasons = desk.books.transitions.reasons[excepting.WORDS]
    return visit.render(
        "case_ui/exception.html",
        status=422 if errors else 200,
        **top,
        contract=each.contract,
        check=check,
        back=_send(visit).rsplit("/", 1)[0],
        asked=reasons.words,
        reasons={reason.code: reason.words for reason in reasons.on(local_day(visit.now))},
        exception_id=uuid4(),
        errors=errors,
    )


async def take(visit: Visit, desk: Desk) -> Response:
    made = sent_id(visit, "exception_id")
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            standing = await _standing(tx, visit, desk, case)
            if standing is not None:
                if standing[1].rule != one(visit, "rule") or made is None:
                    return visit.conflict("Another rule stands in the way now.", _send(visit))
                about = (case, made, visit.id("contract_id"), standing[1].rule, one(visit, "granted_by"))
                await excepting.grant(tx, visit.signed_in, *about, visit.now)
    except Refused:
        return await ask(visit, desk, [FieldError("granted_by", "Choose who granted the exception")])
    return visit.redirect(_send(visit), flash="The exception is written down. Look at what would be sent.")
