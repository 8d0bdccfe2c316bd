"""The provider's side of a referral: view, accept, decline, ask, start, complete. What follows is the worker's."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.referral import CapacityChanged
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import cancelling, urgent_waits, waiting_word
from services.referral.actions.announcing import announce
from services.referral.actions.books import standards, table
from services.referral.actions.settling import OF_LEG
from services.referral.domain.directory import Contract
from services.referral.domain.referral import ReferralState
from services.referral.store import directory, life, noes, referrals, unsure
from services.referral.store.life import CheckIn, LimitRest
from services.referral.store.referrals import Leg

ANSWERS = frozenset({"accept", "waitlist", "decline"})
FOLLOWED = frozenset({"view", "check_in", "keep_on_hold", "ask"})
"""Steps that keep the state and make or end a task."""
AFTER_NO = "start_after_no"
"""The list of reasons of which a start needs one once the person said no to this provider."""
RESTS = {"ask": "accept", "pause": "support"}
"""Which limit rests from this step on."""


async def step(tx: Tx, viewer: Viewer, referral_id: UUID, verb: str, now: datetime, **answer: Any) -> ReferralState:
    """One step of the transition table on one's own referral; Refused when it is not one's own, or not allowed."""
    held = await referrals.load(tx, referral_id)
    leg = await referrals.leg(tx, held.leg_id) if held is not None and held.leg_id is not None else None
    if held is None or leg is None or leg.provider_id != viewer.organisation_id:
        raise Refused("referral_id", "not_found")
    if verb == "not_reached":
        answer |= {"no_way": await unsure.no_way(tx, leg.person_id)}
    after, events = table().apply(held, verb, viewer.role, now, **answer)
    if verb == "start" and await noes.to_provider(tx, held.case_id, referral_id, leg.leg_id) is not None:
        _check_reason(AFTER_NO, local_day(now), answer)
    await urgent_waits.check_day(tx, leg.leg_id, verb, local_day(now), answer)
    _check_days(verb, local_day(now), answer)
    said_no = verb == "record_attempt" and answer.get("outcome") == "declined"
    quiet = after.state == held.state and verb not in FOLLOWED and not said_no
    await referrals.save(tx, replace(after, settled=quiet))
    await referrals.save_leg(tx, _leg_after(leg, after, verb, now, answer), by_provider=True)
    events = await cancelling.follow(tx, viewer, held, after, verb, events, now)
    await _keep(tx, viewer, after, verb, now, answer)
    await announce(tx, events, viewer.user_id)
    why = answer.get("reason_code") if verb == "start" else None
    await audit.record(tx, [audit.seen(viewer, f"referral.{verb}", "case", after.case_id, ("referral",), why)])
    return after


def _check_reason(listed: str, today: date, answer: dict[str, Any]) -> None:
    if answer.get("reason_code") not in {one.code for one in table().reasons[listed].on(today)}:
        raise Refused("reason_code", "missing")


def _check_days(verb: str, today: date, answer: dict[str, Any]) -> None:
    """A hold and a wait end on a day to come, within the standard; Refused otherwise."""
    limits = standards(today)
    soon = today + timedelta(days=limits.check_in_days_unreached)
    unreached = verb == "check_in" and answer.get("reason_code") == waiting_word.NOT_REACHED
    if unreached and soon < answer["check_in_on"] <= today + timedelta(days=limits.check_in_days_at_most):
        raise Refused("check_in_on", "unreached_too_far")
    for name, most in (("until", limits.hold_days_at_most), ("check_in_on", limits.check_in_days_at_most)):
        day = answer.get(name) if verb in ("pause", "keep_on_hold", "waitlist", "check_in") else None
        if day is not None and not today < day <= today + timedelta(days=most):
            raise Refused(name, "not_within_the_standard")


async def _keep(
    tx: Tx, viewer: Viewer, referral: ReferralState, verb: str, now: datetime, answer: dict[str, Any]
) -> None:
    """Rests of limits, and check-ins, as rows of their own."""
    about, case, leg = referral.referral_id, referral.case_id, referral.leg_id
    if verb in RESTS:
        await life.begin_rest(tx, LimitRest(about, case, leg, RESTS[verb], answer["reason_code"], now))
    if verb == "resume" or referral.ended_at is not None:
        await life.end_rest(tx, about, "support", now)
    if verb in ANSWERS:
        await life.end_rest(tx, about, "accept", now)
    if verb == "check_in" and leg is not None:
        outcome, next_on = answer["reason_code"], answer["check_in_on"]
        made = CheckIn(answer["check_in_id"], about, case, leg, outcome, next_on, now, viewer.user_id, viewer.role)
        await life.add_check_in(tx, made)


def _leg_after(leg: Leg, referral: ReferralState, verb: str, now: datetime, answer: dict[str, Any]) -> Leg:
    moved = leg.moved(OF_LEG.get(referral.state, leg.state), now)
    changed = replace(moved, viewed_at=leg.viewed_at or now)
    if verb in ANSWERS:
        changed = replace(changed, answered_at=now)
    if verb == "decline":
        changed = replace(changed, decline_reason=answer["reason_code"], better_line=answer.get("better_line"))
    return changed


async def view(tx: Tx, viewer: Viewer, referral_id: UUID, now: datetime) -> None:
    """Notes that the provider opened the referral, the first time; no step where that says nothing new."""
    held = await referrals.get(tx, referral_id)
    if held is not None and held.state == "sent" and held.viewed_at is None:
        await step(tx, viewer, referral_id, "view", now)


async def accept(tx: Tx, viewer: Viewer, referral_id: UUID, now: datetime) -> ReferralState:
    return await step(tx, viewer, referral_id, "accept", now)


async def decline(
    tx: Tx, viewer: Viewer, referral_id: UUID, reason: str, now: datetime, better_line: str | None = None
) -> ReferralState:
    """The provider cannot take the person, for a coded reason and with a better idea where there is one."""
    return await step(tx, viewer, referral_id, "decline", now, reason_code=reason, better_line=better_line)


async def start(tx: Tx, viewer: Viewer, referral_id: UUID, now: datetime) -> ReferralState:
    return await step(tx, viewer, referral_id, "start", now)


async def pause(tx: Tx, viewer: Viewer, referral_id: UUID, reason: str, until: date, now: datetime) -> ReferralState:
    """Support rests, for a coded reason; on `until` somebody looks at the hold again."""
    return await step(tx, viewer, referral_id, "pause", now, reason_code=reason, until=until)


async def resume(tx: Tx, viewer: Viewer, referral_id: UUID, now: datetime) -> ReferralState:
    return await step(tx, viewer, referral_id, "resume", now)


async def complete(tx: Tx, viewer: Viewer, referral_id: UUID, now: datetime, **outcome: Any) -> ReferralState:
    """Support is completed; `outcome`: outcomes, contacts, needs_met, feedback_wanted as in support.completed."""
    return await step(tx, viewer, referral_id, "complete", now, **outcome)


async def assign(tx: Tx, viewer: Viewer, leg_id: UUID, worker: UUID | None) -> None:
    """Gives one's provider's referral to a worker, or to nobody."""
    leg = await referrals.leg(tx, leg_id)
    if leg is None:
        raise Refused("leg_id", "not_found")
    await referrals.save_leg(tx, replace(leg, assigned_to=worker), by_provider=True)
    await audit.record(tx, [audit.seen(viewer, "referral.assigned", "case", leg.case_id, ("assigned_to",))])


async def say_capacity(
    tx: Tx,
    viewer: Viewer,
    contract: Contract,
    state: str,
    now: datetime,
    *,
    places: int | None = None,
    waiting: int | None = None,
    until: date | None = None,
) -> None:
    """A provider says how its list stands; routing goes by it from the next case on."""
    if contract.provider.provider_id != viewer.organisation_id:
        raise Refused("contract_id", "not_found")
    said = directory.ContractState(
        contract.contract_id, contract.provider.provider_id, state, places, waiting, until, now, viewer.user_id
    )
    await directory.say(tx, said)
    told = CapacityChanged(
        subject_id=contract.contract_id,
        contract_id=contract.contract_id,
        provider_id=contract.provider.provider_id,
        line=contract.line,
        state=state,
        places=places,
        waiting=waiting,
        until=until,
        areas=tuple(sorted(contract.areas)),
        happened_at=now,
        actor_role=viewer.role,
    )
    await announce(tx, [told], viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, "capacity.said", "contract", contract.contract_id, ("state",))])
