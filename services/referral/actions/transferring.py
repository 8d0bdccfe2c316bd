"""Transfers to another contract: nothing ends before the time to undo has lapsed; then the old referral closes as it is
and another follows it to the new provider."""

from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import contract_ends, fitting, gating, referring, ruling_out, staying
from services.referral.actions.books import current, table
from services.referral.domain.books import Books
from services.referral.store import cases, contract_tasks, referrals, transfers
from services.referral.store.transfers import Transfer

BATCH = 50
RELET = "contract_relet"


async def transfer(
    tx: Tx,
    viewer: Viewer,
    transfer_id: UUID,
    referral_id: UUID,
    contract_id: UUID,
    reason: str,
    books: Books,
    now: datetime,
    *,
    assigned_to: UUID | None = None,
) -> Transfer:
    """Plans the transfer of one referral. Refused where the table, the agreement or another transfer stands against,
    and for a restricted person without the new provider's worker who is named for them (`assigned_to`)."""
    held = await referrals.load(tx, referral_id)
    case = await cases.load(tx, held.case_id) if held else None
    if held is None or case is None:
        raise Refused("referral_id", "not_found")
    row = table().allowed(held, "transfer", viewer.role)
    if row.reasons is None or reason not in {one.code for one in row.reasons.on(local_day(now))}:
        raise Refused("reason_code", "not_in_the_list")
    if reason == RELET and not await let_again(tx, books, held.contract_id, local_day(now)):
        raise Refused("reason_code", "goes_on")
    contract = books.directory.by_id.get(contract_id)
    if contract is None or contract.line != held.line or contract_id == held.contract_id:
        raise Refused("contract_id", "not_of_this_line")
    if case.restricted and assigned_to is None:
        raise Refused("worker", "needs_a_named_worker")
    of_this = [one for one in await transfers.of_case(tx, case.case_id) if one.referral_id == referral_id]
    if any(one.done_at is None and one.undone_at is None for one in of_this):
        raise Refused("referral_id", "already_transferring")
    opened_by = await gating.gate(tx, case, held.line, contract, books, now)
    goes_at = now + timedelta(seconds=books.on(local_day(now)).policy.undo_seconds)
    planned = Transfer(
        *(transfer_id, None, referral_id, case.case_id, contract_id, reason, opened_by),
        *(viewer.user_id, viewer.role, now, goes_at),
        assigned_to=assigned_to,
    )
    await transfers.add(tx, [planned])
    await audit.record(tx, [audit.seen(viewer, "referral.transfer", "case", case.case_id, ("referral",), reason)])
    return planned


async def let_again(tx: Tx, books: Books, contract_id: UUID | None, today: date) -> bool:
    """Whether the contract of a referral ends soon, was given an earlier last day, or was handed over: only then was it
    let again."""
    contract = books.directory.by_id.get(contract_id) if contract_id else None
    if contract is None or contract.ends <= today + contract_ends.SOON:
        return True
    told = await contract_tasks.told(tx, contract_ends.ENDS, [contract.contract_id])
    return bool(told) or await transfers.handed_over(tx, contract.contract_id)


async def undo(tx: Tx, viewer: Viewer, transfer_id: UUID, case_id: UUID, now: datetime) -> None:
    """Takes a transfer back; Refused when it was carried out."""
    if not await transfers.undo(tx, transfer_id, case_id, now):
        raise Refused("transfer_id", "too_late")
    await audit.record(tx, [audit.seen(viewer, "referral.transfer_undone", "case", case_id, ("referral",))])


async def carry_out(tx: Tx, moment: Moment, context: Context) -> int:
    """Carries out what was not undone, each as who decided it; returns how many."""
    waiting = await transfers.due(tx, moment.now, BATCH)
    if not waiting:
        return 0
    books = await current(tx, context.facts)
    for one in waiting:
        new, refused, against = None, None, None
        try:
            async with tx.transaction():
                new = await _go(tx, one, books, context, moment.now)
        except Refused as found:
            against = await staying.against_now(tx, one, books, moment.now) if found.code == fitting.NOT_TAKEN else None
            refused = await staying.stays(tx, one, found.code, books, moment.now)
        await transfers.done(tx, one.transfer_id, moment.now, new, refused, against or ())
    await transfers.finish_handovers(tx, moment.now)
    return len(waiting)


async def _go(tx: Tx, one: Transfer, books: Books, context: Context, now: datetime) -> UUID:
    """The old referral ends, the one that follows is triaged and sent: the time to undo has lapsed for both, or the
    person would be left with nobody."""
    decider = Viewer(one.by_id, "", one.by_role, frozenset(), None, one.transfer_id)
    ended = await referring.step(tx, decider, one.referral_id, "transfer", now, reason_code=one.reason)
    await staying.check(tx, one, books, now)
    new = await referring.offer_line(tx, decider, one.case_id, ended.line, now)
    await referring.triage(tx, decider, new.referral_id, now)
    about = (new.referral_id, one.contract_id, books)
    await referring.send(tx, decider, *about, context.sealer, now, assigned_to=one.assigned_to, undo=False)
    await _rule_out(tx, decider, one, ended.provider_id, books, now)
    return new.referral_id


async def _rule_out(
    tx: Tx, decider: Viewer, one: Transfer, provider_id: UUID | None, books: Books, now: datetime
) -> None:
    """Who had the person is not offered again, where that is why they were transferred."""
    why = ruling_out.TRANSFERRED.get(one.reason)
    case = await cases.load(tx, one.case_id) if why else None
    if why and case is not None and provider_id is not None:
        await ruling_out.rule_out(tx, decider, case, provider_id, books, now, why)
