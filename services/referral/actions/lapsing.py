"""An agreement has run out: its provider sees the person no more, and sees them again when they have agreed again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import books, filing, narrow, telling_providers
from services.referral.actions.gating import ALWAYS
from services.referral.store import cases, consent, lapsing, referrals, tasks
from services.referral.store.alerts import OpenLeg
from services.referral.store.consent import Consent
from services.referral.store.referrals import Leg
from services.referral.store.tasks import Task, task_id

BATCH = 100
TASK = "agreement_ended"
WITH_PROVIDER = ("sent", "accepted", "waitlisted")


async def close(tx: Tx, moment: Moment, context: Context) -> int:
    """Ends the access that stood on agreements that have run out, each with a task to ask again and a word to the
    provider to look; returns how many agreements. Nothing is withdrawn: what becomes of the referral is for a human to
    decide. Of what has ended already the pack alone is closed, for good."""
    found = await lapsing.run_out(tx, moment.now, BATCH)
    closed = [
        leg for case in sorted({held.case_id for held in found}) for leg in await _close_case(tx, case, moment.now)
    ]
    if closed:
        over = [(OpenLeg(leg.leg_id, leg.case_id, leg.contract_id), f"{TASK}/{moment.now.date()}") for leg in closed]
        await telling_providers.alert(tx, context.sealer, over, await books.current(tx, context.facts), moment.now)
    await lapsing.done(tx, [held.consent_id for held in found], moment.now)
    return len(found)


async def _close_case(tx: Tx, case_id: UUID, now: datetime) -> list[Leg]:
    """Closes what stood on what has run out; the legs that their providers had until now."""
    if await cases.load(tx, case_id) is None:
        return []
    held = await consent.of_case(tx, case_id)
    over = [one for one in held if one.expires_at is not None and one.expires_at <= now]
    by_it = [leg for leg in await referrals.legs_of_case(tx, case_id) if leg.gate == "agreement" and lets(over, leg)]
    stood = [leg for leg in by_it if not carried(held, leg, now)]
    await _bind(tx, held, [leg for leg in by_it if leg not in stood], now)
    legs = [leg for leg in stood if leg.state in WITH_PROVIDER]
    packs = [leg for leg in stood if leg.state == "ended" and leg.pack_closed_at is None]
    await lapsing.close_packs(tx, [leg.leg_id for leg in packs], now)
    if packs:
        await audit.record(tx, [audit.Entry(None, "system", None, "leg.pack_closed", "case", case_id)])
    if not legs:
        return []
    await lapsing.close(tx, [leg.leg_id for leg in legs], now)
    due = filing.end_of_day(now)
    await tasks.add(
        tx,
        [
            Task(task_id(TASK, leg.leg_id, now.date()), TASK, due, now, case_id=case_id, referral_id=leg.referral_id)
            for leg in legs
        ],
    )
    await audit.record(tx, [audit.Entry(None, "system", None, "leg.closed_to_provider", "case", case_id)])
    return legs


async def open_again(tx: Tx, viewer: Viewer, case_id: UUID, now: datetime) -> int:
    """Something that lets legs be with their providers was recorded: those that it carries are seen again."""
    closed = {one.leg_id for one in await lapsing.of_case(tx, case_id)}
    if not closed:
        return 0
    held = await consent.of_case(tx, case_id)
    legs = [leg for leg in await referrals.legs_of_case(tx, case_id) if leg.leg_id in closed]
    carried_now = [leg for leg in legs if carried(held, leg, now)]
    await _bind(tx, held, carried_now, now)
    await lapsing.open_again(tx, [leg.leg_id for leg in carried_now])
    for leg in carried_now:
        await tasks.over(tx, leg.referral_id, [TASK], now)
    if carried_now:
        await audit.record(tx, [audit.seen(viewer, "leg.open_to_provider", "case", case_id)])
    return len(carried_now)


async def narrowed(tx: Tx, over: Sequence[Consent], now: datetime) -> None:
    """These agreements of one case ended, and one that shares less stays: what stood on them keeps within it."""
    held = await consent.of_case(tx, over[0].case_id)
    legs = await referrals.legs_of_case(tx, over[0].case_id)
    await _bind(tx, held, [leg for leg in legs if leg.gate == "agreement" and lets(over, leg)], now)


async def _bind(tx: Tx, held: Sequence[Consent], legs: Sequence[Leg], now: datetime) -> None:
    """What the providers of these legs are told keeps within what the person agrees to now; where they were given more
    that they need to reach the person safely, the hub is told."""
    for leg in legs:
        within = _shared(held, leg, now)
        if within is None or not await lapsing.bind(tx, leg.leg_id, within) or leg.state not in WITH_PROVIDER:
            continue
        referral = await referrals.get(tx, leg.referral_id)
        if referral is not None and within:
            await narrow.tell(tx, referral, set(leg.pack_fields or ()) - within, now, leg.leg_id, now.date())


def _shared(held: Sequence[Consent], leg: Leg, now: datetime) -> frozenset[str] | None:
    """The fields that the agreements that count share with the provider of a leg, none where they set no bound; None
    where an override carries it."""
    counting = [one for one in held if one.counts(now)]
    if _overridden(counting, leg):
        return None
    scopes = [one.scope for one in counting if lets([one], leg)]
    return frozenset().union(*scopes) | ALWAYS if all(scopes) else frozenset()


def carried(held: Sequence[Consent], leg: Leg, now: datetime) -> bool:
    """Whether an agreement that counts, or a confirmed override, lets the leg be with its provider."""
    counting = [one for one in held if one.counts(now)]
    return lets(counting, leg) or _overridden(counting, leg)


def _overridden(counting: Sequence[Consent], leg: Leg) -> bool:
    return any(one.gate == "override" and one.line in (None, leg.line) for one in counting)


def lets(held: Sequence[Consent], leg: Leg) -> bool:
    """Whether one of these agreements is to this provider for this line; one that is let again needs no new one."""
    return any(_is_to(one, leg) for one in held if one.gate == "agreement" and one.purpose in ("support", leg.line))


def _is_to(one: Consent, leg: Leg) -> bool:
    if one.contract_id == leg.contract_id:
        return True
    of_line = one.line == leg.line or (one.line is None and one.contract_id is None)
    return of_line and one.provider_id in (None, leg.provider_id)
