"""Referring: a case's referrals and legs, the choice of a contract and why, the pack, the send and its undo."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from contracts.refused import Refused
from contracts.vocabulary import SERVICE_LINES
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral import stale_steps
from services.referral.actions import books as stocked
from services.referral.actions import referring, specialist
from services.referral.case_ui import going, meanwhile, overrides, steps, why, words
from services.referral.case_ui.room import Desk, error_of, frame, one, opened
from services.referral.domain.referral import ReferralState
from services.referral.domain.shown import JUST_NOW
from services.referral.domain.transitions import Transition
from services.referral.store import cases, consent, lapsing, referrals
from services.referral.store.referrals import Leg

UNDER_NO = (
    "The person said no to sharing: nobody contacts them and nothing is sent, unless they agree since or it is shared"
    " without agreement."
)
SENDABLE = ("triaged", "contacting", "declined_by_provider")


async def stocked_desk(tx: Tx, desk: Desk) -> Desk:
    """The desk with the books as they stand at this moment."""
    return replace(desk, books=await stocked.current(tx, desk.books))


async def landing(visit: Visit, desk: Desk) -> Response:
    return visit.redirect("/cases?queue=active")


async def show(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        held = await referrals.of_case(tx, case.case_id)
        legs = await referrals.legs_of_case(tx, case.case_id)
        lived = await going.lived(tx, case.case_id)
        lapsed = {each.leg_id: each.since for each in await lapsing.of_case(tx, case.case_id)}
        routings, agreed = await cases.routings(tx, case.case_id), await consent.of_case(tx, case.case_id)
        top = await frame(tx, visit, case, "Referrals")
        desk = await stocked_desk(tx, desk)
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("referrals",))])
    because = why.recommended(desk.books, routings[0] if routings else None)
    shown = [
        _shown(visit, desk, referral, [leg for leg in legs if leg.referral_id == referral.referral_id], lived)
        | {"why": because.get(referral.line)}
        for referral in held
    ]
    lines = [{"value": "", "text": "Choose a service"}]
    lines += [{"value": line, "text": words.words(line)} for line in SERVICE_LINES if line != "other"]
    return visit.render(
        "case_ui/referrals.html",
        status=422 if errors else 200,
        **top,
        shown=shown,
        lapsed=lapsed,
        may_share=overrides.lets_share(agreed, visit.now),
        lines=lines,
        errors=errors,
    )


def _shown(visit: Visit, desk: Desk, referral: ReferralState, legs: list[Leg], lived: going.Lived) -> dict[str, Any]:
    """A referral with its legs and with what may be done now; while one is leaving, nothing but its undo."""
    directory = desk.books.directory.by_id
    leaving = any(leg.state == "leaving" for leg in legs)
    return {
        "referral": referral,
        "state": desk.books.transitions.states[referral.state],
        "steps": [] if leaving else _buttons(visit, desk, referral),
        "stood": stale_steps.stood(referral),
        "can_send": visit.may("referral.write")
        and (referral.state in SENDABLE or lived.is_silent(referral))
        and not leaving,
        "life": going.shown(desk.books, referral, lived),
        "legs": [
            {
                "leg": leg,
                "contract": directory[leg.contract_id].title if leg.contract_id in directory else "Ended",
                "declined": why.reason(desk.books, leg.decline_reason, "decline"),
                "by_link": leg.contract_id in directory and not directory[leg.contract_id].provider.has_system,
            }
            for leg in legs
        ],
    }


def _buttons(visit: Visit, desk: Desk, referral: ReferralState) -> list[Transition]:
    """The steps that ask for something now: an answer only where a question is open."""
    possible = steps.possible(visit, desk, referral)
    return [row for row in possible if row.verb != "supply" or referral.asked_at is not None]


async def open_line(visit: Visit, desk: Desk) -> Response:
    line = one(visit, "line")
    if line not in SERVICE_LINES:
        return await show(visit, desk, [FieldError("line", "Choose a service")])
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            await referring.offer_line(tx, visit.signed_in, case.case_id, line, visit.now)
    except Refused as refused:
        if refused.code == specialist.NEEDED:
            return await show(visit, desk, [error_of(refused, "line")])
        if not await _just_opened(visit, line):
            return await show(visit, desk, [FieldError("line", "There is an open referral to this service already")])
    flash = UNDER_NO if case.share == "refused" or "share_refused" in case.holds else "Triage it, then send it."
    return visit.redirect(f"/cases/{case.case_id}/referrals", flash=f"The referral is open. {flash}")


async def _just_opened(visit: Visit, line: str) -> bool:
    """Whether the viewer opened it a moment ago: the button was pressed twice."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        held = [each for each in await referrals.of_case(tx, case.case_id) if each.line == line and not each.ended_at]
        mine = meanwhile.is_again(visit, await meanwhile.last(tx, case.case_id, "referral.received"))
    return mine and any(visit.now - each.received_at <= JUST_NOW for each in held)


async def better_idea(visit: Visit, desk: Desk) -> Response:
    """Follows a provider's better idea: a referral to that line, triaged, and the check before it goes."""
    contract = desk.books.directory.by_id.get(visit.id("contract_id"))
    if contract is None:
        return visit.not_found()
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            await steps.held(tx, visit)
            found = next((r for r in await referrals.of_case(tx, case.case_id) if _goes_on(r, contract.line)), None)
            if found is None:
                found = await referring.offer_line(tx, visit.signed_in, case.case_id, contract.line, visit.now)
            if found.state == "received":
                await referring.triage(tx, visit.signed_in, found.referral_id, visit.now)
    except Refused as refused:
        return visit.conflict(f"{error_of(refused, '').message}.", f"/cases/{visit.params['case_id']}/referrals")
    return visit.redirect(f"/cases/{case.case_id}/referrals/{found.referral_id}/contracts/{contract.contract_id}")


def _goes_on(referral: ReferralState, line: str) -> bool:
    return referral.line == line and referral.ended_at is None
