"""Referring: a case's referrals and legs, the choice of a contract and why, the pack, the send and its undo."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.vocabulary import SERVICE_LINES
from contracts.working_time import end_of_day, local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import books as stocked
from services.referral.actions import consenting, gating, packing, referring
from services.referral.case_ui import going, steps, why, whynot, words
from services.referral.case_ui.room import STALE, Desk, error_of, frame, one, opened
from services.referral.desk_books import first_contact as lists
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.facts import CaseFacts, facts_of
from services.referral.domain.matching import Checked, explain
from services.referral.domain.referral import ReferralState
from services.referral.domain.rules import months_before
from services.referral.domain.transitions import Transition
from services.referral.store import beside, cases, consent, first_contact, lapsing, referrals
from services.referral.store.cases import Case
from services.referral.store.consent import Consent
from services.referral.store.referrals import Leg

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
        routings = await cases.routings(tx, case.case_id)
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
    except Refused:
        return await show(visit, desk, [FieldError("line", "There is an open referral to this service already")])
    return visit.redirect(f"/cases/{case.case_id}/referrals", flash="The referral is open. Triage it, then send it.")


async def _facts(tx: Tx, case: Case) -> CaseFacts | None:
    routings = await cases.routings(tx, case.case_id)
    return facts_of(routings[0].facts["case"]) if routings else None


def _contract(visit: Visit, desk: Desk, line: str) -> Contract | None:
    found = desk.books.directory.by_id.get(visit.id("contract_id"))
    return found if found is not None and found.line == line else None


async def check(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    """What the provider would be given, before it goes."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        referral = await steps.held(tx, visit)
        contract = _contract(visit, await stocked_desk(tx, desk), referral.line)
        if contract is None:
            return visit.not_found()
        scope = gating.scope_of(await consent.of_case(tx, case.case_id), contract, visit.now)
        pack = gating.within(await packing.contents(tx, visit.sealer, case, contract), scope)
        assessed = await first_contact.latest(tx, case.case_id)
        facts = await _facts(tx, case)
        other = contract.provider.provider_id in await beside.also_with(tx, case.case_id)
        books: Books = await stocked.current(tx, desk.books)
        top = await frame(tx, visit, case, "Referrals")
        fields = tuple(sorted(pack))
        await audit.record(tx, [audit.seen(visit.signed_in, "pack_previewed", "case", case.case_id, fields)])
    return visit.render(
        "case_ui/check.html",
        status=422 if errors else 200,
        **top,
        referral=referral,
        contract=contract,
        other=whynot.OTHER_PARTY if other else None,
        kept_apart=whynot.KEPT_APART,
        fields=[words.words(name) for name in pack],
        assessed=assessed,
        unassessed=[{"value": code, "text": text} for code, text in {"": "Choose", **lists().unassessed}.items()],
        rules=_rules(facts, referral.line, contract, books, visit) if facts else (),
        errors=errors,
    )


def _rules(facts: CaseFacts, line: str, contract: Contract, books: Books, visit: Visit) -> Sequence[Checked]:
    """Every rule on this contract, passed or failed, in words."""
    found = explain(facts, line, books.directory, local_day(visit.now))
    return next((each.checks for each in found if each.contract.contract_id == contract.contract_id), ())


async def better_idea(visit: Visit, desk: Desk) -> Response:
    """Follows a provider's better idea: a referral to that line, triaged, and the check before it goes."""
    contract = desk.books.directory.by_id.get(visit.id("contract_id"))
    if contract is None:
        return visit.not_found()
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        await steps.held(tx, visit)
        found = next((r for r in await referrals.of_case(tx, case.case_id) if _goes_on(r, contract.line)), None)
        if found is None:
            found = await referring.offer_line(tx, visit.signed_in, case.case_id, contract.line, visit.now)
        if found.state == "received":
            await referring.triage(tx, visit.signed_in, found.referral_id, visit.now)
    return visit.redirect(f"/cases/{case.case_id}/referrals/{found.referral_id}/contracts/{contract.contract_id}")


def _goes_on(referral: ReferralState, line: str) -> bool:
    return referral.line == line and referral.ended_at is None


async def send(visit: Visit, desk: Desk) -> Response:
    agreed = one(visit, "agreed")
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            unassessed = await first_contact.latest(tx, case.case_id) is None
            if errors := _wrong(visit, agreed, unassessed=unassessed):
                return await check(visit, desk, errors)
            referral = await steps.held(tx, visit)
            contract = _contract(visit, await stocked_desk(tx, desk), referral.line)
            if contract is None:
                return visit.not_found()
            if agreed == "yes":
                await consenting.record(tx, visit.signed_in, agreement(visit, desk, case, contract), visit.now)
            books = await stocked.current(tx, desk.books)
            if unassessed:
                await _say_unassessed(tx, visit, case)
            leg = await referring.send(
                tx, visit.signed_in, referral.referral_id, contract.contract_id, books, visit.sealer, visit.now
            )
    except Refused as refused:
        if refused.code in STALE:
            return visit.conflict()
        return await check(visit, desk, [error_of(refused, "agreed")])
    return visit.redirect(f"/cases/{case.case_id}/legs/{leg.leg_id}/sent")


def _wrong(visit: Visit, agreed: str, *, unassessed: bool) -> list[FieldError]:
    """What has to be put right before it goes. A first-contact assessment comes before a send, or somebody says why it
    does not; nobody is kept from help by it."""
    missing = unassessed and one(visit, "unassessed") not in lists().unassessed
    errors = [FieldError("unassessed", "Choose why it is sent before the assessment")] if missing else []
    if agreed not in ("yes", "no"):
        errors.append(FieldError("agreed", "Choose whether the person agreed to this provider"))
    return errors


async def _say_unassessed(tx: Tx, visit: Visit, case: Case) -> None:
    """Keeps why somebody was referred before a first-contact assessment was recorded."""
    said = one(visit, "unassessed")
    await audit.record(tx, [audit.seen(visit.signed_in, "referral.unassessed", "case", case.case_id, (), said)])


async def _leg(tx: Tx, visit: Visit, case: Case) -> Leg:
    """The leg of the address, which belongs to the case of the address."""
    leg = await referrals.leg(tx, visit.id("leg_id"))
    if leg is None or leg.case_id != case.case_id:
        raise HTTPException(404)
    return leg


async def sent(visit: Visit, desk: Desk) -> Response:
    """What was just sent, with the way back while there is one."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        leg = await _leg(tx, visit, case)
        top = await frame(tx, visit, case, "Referrals")
        desk = await stocked_desk(tx, desk)
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("referral",))])
    contract = desk.books.directory.by_id[leg.contract_id]
    seconds = desk.books.on(local_day(visit.now)).policy.undo_seconds
    return visit.render("case_ui/sent.html", **top, leg=leg, contract=contract, undo_seconds=seconds)


def agreement(visit: Visit, desk: Desk, case: Case, contract: Contract) -> Consent:
    today = local_day(visit.now)
    last = months_before(today, -desk.books.standards_on(today).agreement_months)
    return Consent(
        consent_id=uuid4(),
        person_id=case.person_id,
        case_id=case.case_id,
        purpose="support",
        given_by="self",
        taken_at=visit.now,
        line=contract.line,
        provider_id=contract.provider.provider_id,
        contract_id=contract.contract_id,
        scope=tuple(contract.pack),
        how="told_a_worker",
        taken_by=visit.signed_in.user_id,
        expires_at=end_of_day(last),
    )


async def undo(visit: Visit, desk: Desk) -> Response:
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            leg = await _leg(tx, visit, case)
            await referring.undo(tx, visit.signed_in, leg.leg_id)
    except Refused:
        return visit.redirect(f"/cases/{visit.params['case_id']}/referrals", flash="Too late to undo: it has left.")
    return visit.redirect(f"/cases/{case.case_id}/referrals", flash="Undone. Nothing was sent.")
