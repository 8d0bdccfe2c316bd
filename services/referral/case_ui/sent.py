"""What was just sent, and the way back while nothing has left."""

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from services.referral.actions import consenting, referring
from services.referral.case_ui import naming
from services.referral.case_ui.referring import stocked_desk
from services.referral.case_ui.room import Desk, frame, opened
from services.referral.domain.referral import leg_id as leg_id_of
from services.referral.store import referrals
from services.referral.store.cases import Case
from services.referral.store.referrals import Leg


async def _leg(tx: Tx, visit: Visit, case: Case) -> Leg | None:
    """The leg of the address, which belongs to the case of the address; None for one that was undone."""
    leg_id = visit.id("leg_id")
    leg = await referrals.leg(tx, leg_id)
    if leg is not None and leg.case_id == case.case_id:
        return leg
    legs = await referrals.legs_of_case(tx, case.case_id)
    for held in await referrals.of_case(tx, case.case_id):
        if leg_id == leg_id_of(held.referral_id, 1 + sum(leg.referral_id == held.referral_id for leg in legs)):
            return None
    raise HTTPException(404)


async def show(visit: Visit, desk: Desk) -> Response:
    """What was just sent, with the way back while there is one."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        leg = await _leg(tx, visit, case)
        if leg is None:
            return visit.redirect(f"/cases/{case.case_id}/referrals", flash="It was undone. Nothing was sent.")
        top = await frame(tx, visit, case, "Referrals")
        desk = await stocked_desk(tx, desk)
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("referral",))])
    contract = desk.books.directory.by_id[leg.contract_id]
    seconds = desk.books.on(local_day(visit.now)).policy.undo_seconds
    unread = await naming.unread(visit, contract)
    return visit.render("case_ui/sent.html", **top, leg=leg, contract=contract, undo_seconds=seconds, unread=unread)


async def undo(visit: Visit, desk: Desk) -> Response:
    back = f"/cases/{visit.params['case_id']}/referrals"
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            leg = await _leg(tx, visit, case)
            if leg is not None:
                await referring.undo(tx, visit.signed_in, leg.leg_id, visit.now)
                await consenting.undone(tx, visit.signed_in, _act(desk, leg), visit.now)
    except Refused:
        return visit.redirect(back, flash="Too late to undo: it has left.", done=False)
    return visit.redirect(back, flash="Undone. Nothing was sent.")


def _act(desk: Desk, leg: Leg) -> consenting.Act:
    """The act that let a leg leave, as what it recorded beside is found."""
    seconds = desk.books.on(local_day(leg.release_at)).policy.undo_seconds if leg.release_at else 0
    at = leg.release_at - timedelta(seconds=seconds) if leg.release_at else None
    return consenting.Act(leg.case_id, leg.contract_id, leg.sent_by, at)
