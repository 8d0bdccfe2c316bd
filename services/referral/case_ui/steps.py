"""Steps of the transition table that the hub takes on a referral: at once, or with a reason."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral import stale_steps
from services.referral.actions import referring
from services.referral.case_ui.room import STALE, Desk, error_of, frame, one, opened
from services.referral.domain.referral import ReferralState
from services.referral.domain.transitions import Transition
from services.referral.said import DONE
from services.referral.store import appointments, referrals

BY_ITSELF = frozenset({"not_confirmed", "override_over"})
"""Reasons that follow from how an override ended: nobody chooses them."""
ELSEWHERE = frozenset({"send", "record_attempt", "transfer"})


def possible(visit: Visit, desk: Desk, referral: ReferralState) -> list[Transition]:
    """What this viewer may do now, but for what has pages of its own."""
    if not visit.may("referral.write"):
        return []
    rows = desk.books.transitions.possible(referral.state, visit.signed_in.role)
    return [row for row in rows if row.verb not in ELSEWHERE]


async def held(tx: Tx, visit: Visit) -> ReferralState:
    """The referral of the address, which belongs to the case of the address."""
    found = await referrals.get(tx, visit.id("referral_id"))
    if found is None or found.case_id != visit.id("case_id"):
        raise HTTPException(404)
    return found


async def locked(tx: Tx, visit: Visit) -> ReferralState:
    """The same, its row held until the transaction ends."""
    found = await held(tx, visit)
    return await referrals.load(tx, found.referral_id) or found


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        referral = await held(tx, visit)
        booked = await appointments.to_come(tx, [referral.leg_id] if referral.leg_id else [], visit.now)
        top = await frame(tx, visit, case, "Referrals")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("referral",))])
        said = await stale_steps.told(tx, desk.books, case.case_id, referral.referral_id, referral.state)
    row = next((row for row in possible(visit, desk, referral) if row.verb == visit.params["verb"]), None)
    if row is None:
        return visit.conflict(said, f"/cases/{case.case_id}/referrals")
    now = stale_steps.stood(referral)
    reasons = (
        {r.code: r.words for r in row.reasons.on(local_day(visit.now)) if r.code not in BY_ITSELF}
        if row.reasons
        else {}
    )
    return visit.render(
        "case_ui/step.html",
        status=422 if errors else 200,
        **top,
        referral=referral,
        step=row,
        booked=booked if row.to and not desk.books.transitions.states[row.to].open else (),
        stood=stale_steps.carried(visit, now),
        reasons=reasons,
        errors=errors,
    )


async def take(visit: Visit, desk: Desk) -> Response:
    verb, reason = str(visit.params["verb"]), one(visit, "reason_code")
    try:
        async with visit.begin() as tx:
            await opened(tx, visit)
            referral = await locked(tx, visit)
            row = next((row for row in possible(visit, desk, referral) if row.verb == verb), None)
            now, ids = stale_steps.stood(referral), (referral.case_id, referral.referral_id)
            if row is None or stale_steps.differs(visit, now):
                about = (referral.case_id, referral.referral_id, verb, referral.state)
                return await stale_steps.answer(tx, visit, desk.books, *about, f"/cases/{referral.case_id}/referrals")
            answer = {"reason_code": reason or None} if row.reasons else {}
            await referring.step(tx, visit.signed_in, referral.referral_id, verb, visit.now, **answer)
            await stale_steps.taken(tx, visit, referral.referral_id, verb)
    except Refused as refused:
        if refused.code in STALE:
            async with visit.begin() as tx:
                kept = await stale_steps.heard(tx, visit, *ids)
                said = await stale_steps.told(tx, desk.books, *ids, referral.state)
            return visit.conflict(said, f"/cases/{ids[0]}/referrals", kept=kept)
        field = "reason_code" if refused.field == "attempts" else refused.field  # of how they were tried
        return await ask(visit, desk, [error_of(refused, field)])
    return visit.redirect(f"/cases/{visit.params['case_id']}/referrals", flash=DONE[row.verb])
