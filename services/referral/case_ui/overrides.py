"""Sharing without the person's agreement, for a lawful reason: asked by one, confirmed by another."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.vocabulary import SERVICE_LINES
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import plural, time_words, when
from services.referral.actions import books as stocked
from services.referral.actions import consenting, watching_looks
from services.referral.case_ui import words
from services.referral.case_ui.going import titled
from services.referral.case_ui.room import Desk, error_of, frame, one, opened
from services.referral.domain.directory import Contract
from services.referral.domain.referral import ReferralState
from services.referral.domain.shown import JUST_NOW
from services.referral.drafting import told_id
from services.referral.said import FIELDS
from services.referral.store import cases, consent, referrals, workers
from services.referral.store.consent import Consent
from services.referral.store.workers import Member

ASKED = "This is asked already for this service and reason, or confirmed: see under “Agreements”"
STANDS = "Not confirmed. Still counting on this case: {}. What it allows may be shared: end it under “Agreements”"
NOT_CONFIRMED = "Not confirmed. Nothing is shared on it now."
UNSAID = "Choose “Confirm” or “Do not confirm” for the override. Nothing was changed"


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        top = await frame(tx, visit, case, "Agreements")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("consent",))])
    today = local_day(visit.now)
    reasons = desk.books.transitions.reasons["override"]
    lines = [line for line in SERVICE_LINES if line != "other"]
    lines.sort(key=lambda line: line not in case.lines)
    return visit.render(
        "case_ui/override.html",
        status=422 if errors else 200,
        **top,
        lines=[{"value": "", "text": "Choose a service"}, *({"value": x, "text": words.words(x)} for x in lines)],
        asked=reasons.words,
        reasons={reason.code: reason.words for reason in reasons.on(today)},
        hours=desk.books.standards_on(today).override_confirm_hours,
        imminent=case.risk_grade == "imminent",
        consent_id=uuid4(),
        errors=errors,
    )


async def take(visit: Visit, desk: Desk) -> Response:
    line, reason, consent_id = one(visit, "line"), one(visit, "reason"), told_id(visit, "consent_id")
    errors = [] if line in SERVICE_LINES else [FieldError("line", "Choose the service that has to know")]
    errors += [] if reason else [FieldError("reason", "Choose the lawful reason")]
    if errors or consent_id is None:
        return await ask(visit, desk, errors or [FieldError("line", "Choose the service again")])
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            await consenting.ask_override(tx, visit.signed_in, consent_id, case.case_id, line, reason, visit.now)
    except Refused as refused:
        if refused.code == "asked_already":
            return await ask(visit, desk, [FieldError("line", ASKED)])
        return await ask(visit, desk, [error_of(refused, "reason")])
    flash = "Asked. Somebody else has to confirm it before anything is shared."
    if case.risk_grade == "imminent":
        by = visit.now + timedelta(hours=desk.books.standards_on(local_day(visit.now)).override_confirm_hours)
        flash = f"You may share it at once, since the risk is imminent. Somebody else must confirm it by {when(by)}."
    return visit.redirect(f"/cases/{visit.params['case_id']}/agreements", flash=flash)


async def waiting(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    """The queue of overrides that wait for a second person."""
    standards = desk.books.standards_on(local_day(visit.now))
    async with visit.begin() as tx:
        held = await consent.unconfirmed(tx)
        people = await workers.everybody(tx)
        contracts = (await stocked.current(tx, desk.books)).directory.contracts
        found: list[dict[str, Any]] = []
        for each in held:
            case = await cases.get(tx, each.case_id)
            if case is not None:
                late = standards.override_late(each.taken_at, visit.now)
                shared = [r.line for r in await referrals.of_case(tx, each.case_id) if _shared(r, each)]
                mine = each.asked_by == visit.signed_in.user_id
                told: dict[str, Any] = {"by": _name(people, each.asked_by), "gives": _gives(contracts, each.line)}
                told |= {"alone": mine and case.restricted and not _others(people, each.asked_by)}
                found.append({"held": each, "case": case, "mine": mine, "late": late, "shared": shared, **told})
        seen = [audit.seen(visit.signed_in, "overrides_seen", "case", each["case"].case_id) for each in found]
        await audit.record(tx, seen or [audit.seen(visit.signed_in, "overrides_seen", "list", None)])
    found.sort(key=lambda each: (each["case"].risk_grade != "imminent", not each["late"], each["held"].taken_at))
    return visit.render(
        "case_ui/overrides.html",
        status=422 if errors else 200,
        found=found,
        hours=standards.override_confirm_hours,
        reasons=desk.books.transitions.reasons["override"],
        words=words.words,
        errors=errors,
    )


def _name(people: Sequence[Member], user_id: UUID | None) -> str:
    return next((one.name for one in people if one.worker_id == user_id), "a colleague")


def _others(people: Sequence[Member], asked_by: UUID | None) -> bool:
    """Whether somebody else is here who may see restricted people."""
    able = [one for one in people if one.left_at is None and one.role in workers.SEE_RESTRICTED]
    return any(one.worker_id != asked_by for one in able)


def _gives(contracts: Sequence[Contract], line: str | None) -> list[str]:
    """What a provider of this service may be given on it, whichever is chosen."""
    packs = {field for contract in contracts if line in (None, contract.line) for field in contract.pack}
    return [words_of for code, words_of in FIELDS.items() if code in packs]


def lets_share(agreements: Sequence[Consent], now: datetime) -> list[str]:
    """The services to which a confirmed override lets a case be shared now, in words."""
    found = {one.line for one in agreements if one.gate == "override" and one.confirmed_at and one.counts(now)}
    return sorted(words.words(line) if line else "any service" for line in found)


def _shared(referral: ReferralState, held: Consent) -> bool:
    """Whether something is with a provider on this override already, before a second person has looked."""
    return (
        referral.gate == "override"
        and referral.ended_at is None
        and referral.sent_at is not None
        and referral.sent_at >= held.taken_at
        and held.line in (None, referral.line)
    )


async def decide(visit: Visit, desk: Desk) -> Response:
    """A second person confirms, or says no."""
    says = one(visit, "says")
    if says not in ("yes", "no"):
        return await waiting(visit, desk, [FieldError(f"says-{visit.id('consent_id')}", UNSAID)])
    flash = "Confirmed. It may be shared now." if says == "yes" else NOT_CONFIRMED
    try:
        async with visit.begin() as tx:
            held = await consent.load(tx, visit.id("consent_id"))
            case = await cases.get(tx, held.case_id) if held else None
            if held is None or case is None:
                raise HTTPException(404)
            if held.confirmed_at is not None or held.withdrawn_at is not None:
                return _decided(visit, held, says, flash)
            about = (tx, visit.signed_in, held.consent_id, visit.now)
            if says == "yes":
                await consenting.confirm_override(*about)
                await watching_looks.second(tx, visit.sealer, visit.signed_in, case, visit.now)
            else:
                had = await consenting.refuse_override(*about)
                flash = " ".join([_had(desk, one, visit) for one in had]) or flash
            others = await _standing(tx, visit, held) if says == "no" else 0
    except Refused as refused:
        return await waiting(visit, desk, [error_of(refused, "")])
    if others:
        stands = plural(others, "other override")
        return visit.redirect("/cases/overrides", flash=STANDS.format(stands), done=False)
    return visit.redirect("/cases/overrides", flash=flash, done=says == "yes")


def _had(desk: Desk, one: ReferralState, visit: Visit) -> str:
    """Who had what was not confirmed, and for how long."""
    opened = " and has opened it" if one.viewed_at else ", not opened"
    to = titled(desk.books, one.contract_id) if one.contract_id else "A provider"
    return (
        f"Not confirmed, but it had left: {to} had it from {when(one.sent_at)} to {time_words(visit.now)}{opened}."
        " A task asks that what it was given is deleted."
    )


async def _standing(tx: Tx, visit: Visit, held: Consent) -> int:
    """How many overrides of the case count though this one was not confirmed."""
    found = await consent.of_case(tx, held.case_id)
    return sum(one.gate == "override" and one.counts(visit.now) for one in found)


def _decided(visit: Visit, held: Consent, says: str, flash: str) -> Response:
    """An override that waits no more: the same press again is answered as the first, any other is told what it is."""
    mine, refused = held.confirmed_by == visit.signed_in.user_id, held.reason == "not_confirmed"
    now = held.withdrawn_at is not None and visit.now - held.withdrawn_at <= JUST_NOW
    if (says == "yes" and mine and held.withdrawn_at is None) or (says == "no" and refused and now):
        return visit.redirect("/cases/overrides", flash=flash, done=says == "yes")
    if held.withdrawn_at is not None:
        said = f"It was {'not confirmed' if refused else 'ended'}, on {when(held.withdrawn_at)}."
    else:
        said = f"It was confirmed by {'you' if mine else 'a colleague'} on {when(held.confirmed_at)}."
    return visit.conflict(said, f"/cases/{held.case_id}/agreements")
