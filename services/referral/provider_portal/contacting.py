"""Attempts to reach the person, only on a channel that is safe now, and the lock that shuts a channel everywhere."""

from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.once import sent_id
from kit.web.words import when
from services.referral import said
from services.referral.actions import contacting
from services.referral.actions.leg_links import ROLE
from services.referral.domain.books import Books
from services.referral.domain.safe_contact import LOCKING
from services.referral.provider_portal.one import is_another, next_attempt, show_referral
from services.referral.provider_portal.room import LINKED, base, can_try, error_of, limits, moved, one, own
from services.referral.provider_portal.words import ATTEMPTS, CHANNELS
from services.referral.store import contact, portal
from services.referral.store.portal import Offered

ANOTHER = "It is another number or address now. Do not use the one that you were given: ask the hub for the new one"


THE_HUB = "the hub, which is told,"
DONE_BEFORE = "What was done is written down. It opens nothing: do not try again before the hub says so"
LATE = "The referral was withdrawn meanwhile. What you did is kept all the same. Do not try again"
LATE_NO = "The referral was withdrawn meanwhile. That the person said no is kept all the same, and told to the hub"


async def record_attempt(visit: Visit, books: Books) -> Response:
    channel, outcome, attempt = one(visit, "channel"), one(visit, "outcome"), sent_id(visit, "attempt_id")
    sooner, listed = one(visit, "sooner"), books.transitions.reasons["attempt_sooner"]
    errors = [] if channel in CHANNELS else [FieldError("channel", "Choose how you tried to reach the person")]
    errors += [] if outcome in ATTEMPTS else [FieldError("outcome", "Choose what came of it")]
    known = not sooner or sooner in {reason.code for reason in listed.reasons}
    errors += [] if known else [FieldError("sooner", "Choose why from the list")]
    if errors or attempt is None:
        return await show_referral(visit, books, errors or [FieldError("channel", "Choose the channel again")])
    if outcome in LOCKING and not await _may_try(visit, books):
        return await _lock(visit, books, channel, LOCKING[outcome])
    if one(visit, "already") == "yes":
        return await _keep_done(visit, books, attempt, channel, outcome)
    paces, locked = books.standards_on(local_day(visit.now)).attempts, None
    try:
        async with visit.begin() as tx:
            offered = await own(tx, visit, books)
            if not can_try(visit, offered) and may_be_late(visit, offered):
                return await keep_late(tx, visit, offered, attempt, channel, outcome)
            if not can_try(visit, offered):
                return await moved(tx, visit, books, offered)
            if outcome not in LOCKING and await is_another(tx, visit, offered, channel):
                raise Refused("channel", "another_number")
            if attempt not in {held.attempt_id for held in await contact.attempts(tx, offered.case_id)}:
                locked = await contacting.record_attempt(
                    tx,
                    visit.signed_in,
                    attempt,
                    offered.case_id,
                    channel,
                    outcome,
                    visit.now,
                    referral_id=offered.referral_id,
                    for_support=True,
                    pace=paces["life_safety" if offered.urgent else "others", channel],
                    sooner=sooner or None,
                )
    except Refused as refused:
        if refused.code == "too_soon":
            return await show_referral(visit, books, [FieldError("sooner", await _not_before(visit, books, channel))])
        error = FieldError("channel", ANOTHER) if refused.code == "another_number" else error_of(refused, "channel")
        return await show_referral(visit, books, [error])
    told = said.attempted(locked, THE_HUB)
    told += ". Now record that the person said no, as the page says" if outcome == "declined" else ""
    return visit.redirect(base(visit, offered), flash=told)


async def _keep_done(visit: Visit, books: Books, attempt_id: UUID, channel: str, outcome: str) -> Response:
    """Keeps what had been done before the page said not to, or what the person themselves began: a fact that opens
    nothing, and shuts what it must."""
    async with visit.begin() as tx:
        offered = await own(tx, visit, books)
        if not can_try(visit, offered):
            if may_be_late(visit, offered):
                return await keep_late(tx, visit, offered, attempt_id, channel, outcome)
            return await moved(tx, visit, books, offered)
        leg = (offered.leg_id, offered.referral_id, offered.case_id, offered.line)
        locked = await contacting.record_done(tx, visit.signed_in, attempt_id, leg, (channel, outcome), visit.now)
    return visit.redirect(base(visit, offered), flash=said.attempted(locked, THE_HUB) if locked else DONE_BEFORE)


def may_be_late(visit: Visit, offered: Offered) -> bool:
    """Whether the referral was taken back while the worker was with the person, accepted or not: who got in touch
    themselves is heard too."""
    return offered.state == "withdrawn" and visit.may("portal.write")


async def keep_late(tx: Tx, visit: Visit, offered: Offered, attempt_id: UUID, channel: str, outcome: str) -> Response:
    """Keeps what was done and said all the same, and says how the referral stands."""
    leg = (offered.leg_id, offered.referral_id, offered.case_id, offered.line)
    await contacting.record_late(tx, visit.signed_in, attempt_id, leg, (channel, outcome), visit.now)
    return visit.redirect(base(visit, offered), flash=LATE_NO if outcome == "declined" else LATE)


async def _not_before(visit: Visit, books: Books, channel: str) -> str:
    async with visit.begin() as tx:
        offered = await own(tx, visit, books)
        tried = await contact.attempts(tx, offered.case_id)
        person_id = await contacting.person_of(tx, offered.case_id)
        profile = await contacting.profile_for_provider(tx, offered.case_id, person_id)
    at = next_attempt(visit, books, offered, profile, tried, channel)
    return f"The next attempt may be made on {when(at)}. If it cannot wait, choose why"


async def lock(visit: Visit, books: Books) -> Response:
    """Shuts a channel. It is never refused because the referral stands otherwise now: whoever held the number and rang
    is heard, also when the referral has ended since, or its agreement has run out."""
    channel = one(visit, "channel")
    if channel not in CHANNELS:
        return await show_referral(visit, books, [FieldError("channel", "Choose the channel to lock")])
    return await _lock(visit, books, channel, LOCKING["someone_else_answered"])


async def _lock(visit: Visit, books: Books, channel: str, why: str) -> Response:
    referral_id = visit.id("referral_id")
    async with visit.begin() as tx:
        offered = await portal.one(tx, referral_id, limits(visit, books))
        if offered is not None and offered.kind is not None:
            await contacting.lock_channel(tx, visit.signed_in, offered.case_id, channel, why, visit.now)
        else:
            await _from_afar(tx, visit, referral_id, channel, why)
    there = base(visit, offered) if offered is not None else LINKED if visit.signed_in.role == ROLE else "/portal"
    return visit.redirect(there, flash="The channel is locked everywhere. Nobody can use it now.")


async def _from_afar(tx: Tx, visit: Visit, referral_id: UUID, channel: str, why: str) -> None:
    try:
        await contacting.lock_from_afar(tx, visit.signed_in, referral_id, channel, why, visit.now)
    except Refused as refused:
        raise HTTPException(404) from refused


async def _may_try(visit: Visit, books: Books) -> bool:
    async with visit.begin() as tx:
        offered = await portal.one(tx, visit.id("referral_id"), limits(visit, books))
    return offered is not None and can_try(visit, offered)
