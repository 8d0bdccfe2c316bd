"""The hub's side of a referral: triage, send with a ten-second undo, withdraw; each a step of the transition table."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.sealing import Sealer
from kit.service import Moment
from services.referral.actions import books as stocked
from services.referral.actions import (
    both_sides,
    cancelling,
    filing,
    gating,
    narrow,
    packing,
    ruling_out,
    settling,
    specialist,
    telling_providers,
)
from services.referral.actions.announcing import announce
from services.referral.actions.books import table
from services.referral.domain import transitions
from services.referral.domain.answering import NEVER, due_at
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.referral import ReferralState
from services.referral.domain.referral import leg_id as leg_id_of
from services.referral.store import cases, consent, life, referrals, tasks, unsure
from services.referral.store.referrals import Leg
from services.referral.store.tasks import Task, task_id

FREE = frozenset({"triaged", "contacting", "declined_by_provider"})
"""States in which no provider has the referral."""
SEND_STOPPED = "send_stopped"


async def step(tx: Tx, viewer: Viewer, referral_id: UUID, verb: str, now: datetime, **answer: Any) -> ReferralState:
    """Takes one step of the transition table, saves and announces it; Refused when the table does not allow it."""
    held = await referrals.load(tx, referral_id)
    if held is None:
        raise Refused("referral_id", "not_found")
    case = await cases.load(tx, held.case_id)  # before its events are numbered, as the consumers do
    if verb == "not_reached" and case is not None:
        answer |= {"no_way": await unsure.no_way(tx, case.person_id)}
    after, events = table().apply(held, verb, viewer.role, now, **answer)
    to_follow = verb == "withdraw" and ruling_out.speaks_of_it(after) is not None
    await referrals.save(tx, replace(after, settled=not to_follow))
    events = await cancelling.follow(tx, viewer, held, after, verb, events, now)
    if verb == "supply" or after.ended_at is not None:
        await life.end_rest(tx, referral_id, "accept", now)
    if after.ended_at is not None:
        await life.end_rest(tx, referral_id, "support", now)
    await announce(tx, events, viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, f"referral.{verb}", "case", after.case_id, ("referral",))])
    await settling.follow(tx, after, now)
    return after


async def triage(tx: Tx, viewer: Viewer, referral_id: UUID, now: datetime) -> ReferralState:
    """A human has looked at what was received and says that it is to go on."""
    return await step(tx, viewer, referral_id, "triage", now)


async def offer_line(tx: Tx, viewer: Viewer, case_id: UUID, line: str, now: datetime) -> ReferralState:
    """Opens a referral to a line, recommended or chosen; where an earlier one is closed, the new one follows it."""
    case = await cases.load(tx, case_id)
    if case is None:
        raise Refused("case_id", "not_found")
    await specialist.check(tx, case, line)
    earlier = [r for r in await referrals.of_case(tx, case_id) if r.line == line]
    if any(r.ended_at is None for r in earlier):
        raise Refused("line", "already_open")
    follows = earlier[-1].referral_id if earlier else None
    state, events = transitions.receive(
        case_id, line, len(earlier) + 1, viewer.role, now, source=case.source, follows=follows
    )
    state = replace(state, urgent=case.priority == filing.LIFE_SAFETY)
    await referrals.add(tx, state)
    await announce(tx, events, viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, "referral.received", "case", case_id, ("referral",))])
    await settling.follow(tx, state, now)
    return state


async def send(
    tx: Tx,
    viewer: Viewer,
    referral_id: UUID,
    contract_id: UUID,
    books: Books,
    sealer: Sealer,
    now: datetime,
    *,
    assigned_to: UUID | None = None,
    undo: bool = True,
) -> Leg:
    """Sends a referral to one contract: its pack is frozen now, and it leaves after the time to `undo`, or at once.

    Refused where the gate is shut (`gating.gate`), where a leg is under way, and for a restricted person without the
    provider's worker who is named for them (`assigned_to`).
    """
    held = await referrals.load(tx, referral_id)
    case = await cases.load(tx, held.case_id) if held else None
    contract = books.directory.by_id.get(contract_id)
    if held is None or case is None:
        raise Refused("referral_id", "not_found")
    if contract is None or contract.line != held.line:
        raise Refused("contract_id", "not_of_this_line")
    if case.restricted and assigned_to is None:
        raise Refused("worker", "needs_a_named_worker")
    opened_by = await gating.gate(tx, case, held.line, contract, books, now)
    table().allowed(held, "send", viewer.role)
    legs = await referrals.legs(tx, referral_id)
    silent = held.state == "sent" and held.leg_id is not None and await life.is_silent(tx, held.leg_id)
    busy = [leg for leg in legs if leg.state in ("leaving", "sent", "accepted", "waitlisted")]
    if any(not silent or leg.state != "sent" for leg in busy):
        raise Refused("referral_id", "already_with_a_provider")
    if silent and any(leg.contract_id == contract_id for leg in busy):
        raise Refused("contract_id", "is_the_silent_one")
    leg = Leg(
        leg_id=leg_id_of(referral_id, len(legs) + 1),
        referral_id=referral_id,
        case_id=case.case_id,
        person_id=case.person_id,
        number=len(legs) + 1,
        reference=case.reference,
        line=held.line,
        provider_id=contract.provider.provider_id,
        contract_id=contract_id,
        state="leaving",
        automatic=False,
        restricted=case.restricted,
        gate=opened_by,
        release_at=now + timedelta(seconds=books.on(local_day(now)).policy.undo_seconds if undo else 0),
        sent_by=viewer.user_id,
        assigned_to=assigned_to,
    )
    await _add(tx, viewer, leg, books, now)
    agreed, noes = await consent.of_case(tx, case.case_id), await gating.said_no(tx, [case.case_id])
    scope = gating.scope_of(agreed, contract, now, noes) if opened_by == "agreement" else None
    pack = gating.within(await packing.contents(tx, sealer, case, contract), scope)
    await packing.freeze(tx, sealer, leg.leg_id, leg.person_id, pack, scope or ())
    await audit.record(tx, [audit.seen(viewer, "referral.send", "case", case.case_id, tuple(sorted(pack)))])
    return leg


async def _add(tx: Tx, viewer: Viewer, leg: Leg, books: Books, now: datetime) -> None:
    """Adds a leg, with when somebody chose to send it: before the time to undo it, also where that has run out."""
    await referrals.add_leg(tx, leg)
    if viewer.user_id is not None:
        undone = timedelta(seconds=books.on(local_day(now)).policy.undo_seconds)
        await referrals.chosen(tx, leg.leg_id, (leg.release_at or now) - undone)


async def undo(tx: Tx, viewer: Viewer, leg_id: UUID, now: datetime) -> None:
    """Takes a send back while there is time to undo it; Refused when it is too late."""
    leg = await referrals.leg(tx, leg_id)
    in_time = leg is not None and leg.release_at is not None and leg.release_at > now
    if leg is None or not in_time or not await referrals.remove_leaving_leg(tx, leg_id):
        raise Refused("leg_id", "too_late")
    await audit.record(tx, [audit.seen(viewer, "referral.undone", "case", leg.case_id, ("referral",))])


async def release(tx: Tx, moment: Moment, context: Context) -> int:
    """Lets leave what was sent by people and not undone; returns how many."""
    leaving = await referrals.leaving(tx, moment.now)
    books = await stocked.current(tx, context.facts) if leaving else context.facts
    for leg, held in leaving:
        await cases.load(tx, leg.case_id)  # before its events are numbered, as the consumers do
        contract = books.directory.by_id[leg.contract_id]
        if not await _may_leave(tx, held, leg, contract, books, moment.now):
            continue
        closed = books.closed.get(leg.contract_id, NEVER)
        by = due_at(contract.standards, "answer", moment.now, urgent=held.urgent, closed=closed)
        state, events = table().apply(
            held,
            "send",
            "system",
            moment.now,
            silent=held.state == "sent",
            leg_id=leg.leg_id,
            provider_id=leg.provider_id,
            contract_id=leg.contract_id,
            leg_number=leg.number,
            gate=leg.gate,
            accept_by=by,
            pack_sha256=leg.pack_sha256,
        )
        await referrals.save(tx, replace(state, settled=True))
        await referrals.save_leg(tx, replace(leg, state="sent", sent_at=moment.now, out_at=moment.now))
        await narrow.watch(tx, state, leg, contract, moment.now)
        await telling_providers.link_of_send(tx, context.sealer, leg, books, moment.now)
        await _leave_behind(tx, held, moment.now)
        await announce(tx, events, leg.sent_by)
        await settling.follow(tx, state, moment.now)
    await both_sides.watch(tx, [leg.leg_id for leg, _ in leaving], moment.now)
    return len(leaving)


async def _may_leave(tx: Tx, held: ReferralState, leg: Leg, contract: Contract, books: Books, now: datetime) -> bool:
    """Whether a leg may still leave: nobody took the referral on meanwhile, and what let it go still counts. Whoever
    sent it believes that it left: where that is over somebody is told."""
    free = held.state in FREE
    if held.state == "sent" and held.leg_id is not None:
        free = await life.is_silent(tx, held.leg_id)
    case = await cases.load(tx, held.case_id)
    if contract.most_open and contract.places == 0:
        contract = replace(contract, places=None)  # full with this very leg
    try:
        if free and case is not None:
            await gating.gate(tx, case, held.line, contract, books, now)
            return True
    except Refused:
        about = task_id(SEND_STOPPED, leg.leg_id, now.isoformat())
        due = filing.today_or_at_once(now, at_once=held.urgent)
        stopped = Task(about, SEND_STOPPED, due, now, case_id=held.case_id, referral_id=held.referral_id)
        await tasks.add(tx, [stopped])
    await referrals.remove_leaving_leg(tx, leg.leg_id)
    return False


async def _leave_behind(tx: Tx, before: ReferralState, now: datetime) -> None:
    """Ends the leg of the provider who was silent, and what was to be done about it."""
    silent = await referrals.leg(tx, before.leg_id) if before.state == "sent" and before.leg_id else None
    if silent is not None:
        await referrals.save_leg(tx, replace(silent.moved("withdrawn", now), answered_at=now))
        await life.end_rest(tx, before.referral_id, "accept", now)
    await life.close_proposals(tx, before.referral_id, now)
    await tasks.over(tx, before.referral_id, ("offer_next_provider", "ring_duty_line"), now)


async def withdraw(tx: Tx, viewer: Viewer, referral_id: UUID, reason: str, now: datetime) -> ReferralState:
    """Takes a referral back from wherever it is; its open leg ends."""
    return await step(tx, viewer, referral_id, "withdraw", now, reason_code=reason)
