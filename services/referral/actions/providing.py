"""The provider's side of a referral: view, accept, decline, ask, start, complete. What follows is the worker's."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.referral import CapacityChanged
from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions.announcing import announce
from services.referral.actions.books import table
from services.referral.actions.settling import OF_LEG
from services.referral.domain.directory import Contract
from services.referral.domain.referral import ReferralState
from services.referral.store import directory, referrals
from services.referral.store.referrals import Leg

ANSWERS = frozenset({"accept", "waitlist", "decline"})


async def step(tx: Tx, viewer: Viewer, referral_id: UUID, verb: str, now: datetime, **answer: Any) -> ReferralState:
    """One step of the transition table on one's own referral; Refused when it is not one's own, or not allowed."""
    held = await referrals.load(tx, referral_id)
    leg = await referrals.leg(tx, held.leg_id) if held is not None and held.leg_id is not None else None
    if held is None or leg is None or leg.provider_id != viewer.organisation_id:
        raise Refused("referral_id", "not_found")
    after, events = table().apply(held, verb, viewer.role, now, **answer)
    await referrals.save(tx, replace(after, settled=after.state == held.state))
    await referrals.save_leg(tx, _leg_after(leg, after, verb, now, answer), by_provider=True)
    await announce(tx, events, viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, f"referral.{verb}", "case", after.case_id, ("referral",))])
    return after


def _leg_after(leg: Leg, referral: ReferralState, verb: str, now: datetime, answer: dict[str, Any]) -> Leg:
    state = OF_LEG.get(referral.state, leg.state)
    changed = replace(leg, state=state, viewed_at=leg.viewed_at or now)
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


async def pause(tx: Tx, viewer: Viewer, referral_id: UUID, reason: str, now: datetime) -> ReferralState:
    return await step(tx, viewer, referral_id, "pause", now, reason_code=reason)


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
