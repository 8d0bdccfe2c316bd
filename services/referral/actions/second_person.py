"""What a second person answered reaches who asked for it: told at once, and what may be done now is a task."""

from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing, noticing
from services.referral.domain.referral import ReferralState
from services.referral.store import cases, referrals, tasks
from services.referral.store.consent import Consent
from services.referral.store.hold_ends import HoldEnd
from services.referral.store.tasks import Task, task_id

CONFIRMED, NOT_CONFIRMED = "override_confirmed", "override_refused"
HOLD_ENDED, HOLD_STAYS = "hold_end_agreed", "hold_end_refused"
TO_SEND = (CONFIRMED, HOLD_ENDED)
"""Tasks that are over once something has left for a provider."""


async def override_answered(tx: Tx, held: Consent, now: datetime, *, confirmed: bool) -> None:
    """An override is asked for where minutes count: once confirmed, what it allows is sent within the hour. One that is
    not confirmed asks for another way the same day."""
    kind = CONFIRMED if confirmed else NOT_CONFIRMED
    await _tell(tx, kind, held.case_id, held.taken_by, now)
    if confirmed and await _left(tx, held):
        return
    due = filing.today_or_at_once(now, at_once=confirmed)
    await tasks.add(tx, [Task(task_id(kind, held.consent_id), kind, due, now, case_id=held.case_id)])


async def _tell(tx: Tx, kind: str, case_id: UUID, asked_by: UUID | None, now: datetime) -> None:
    """Tells whoever asked, then whoever looks after the case, then the roles."""
    case = await cases.get(tx, case_id)
    if case is not None:
        await noticing.tell_first(tx, kind, case, [asked_by, case.assigned_to], now)


async def _left(tx: Tx, held: Consent) -> bool:
    """Whether something has left on this override already, as it may where the risk is imminent."""
    found = await referrals.of_case(tx, held.case_id)
    mine = [one for one in found if one.gate == "override" and held.line in (None, one.line)]
    return any(one.sent_at is not None and one.sent_at >= held.taken_at for one in mine)


async def hold_answered(tx: Tx, held: HoldEnd, now: datetime, *, agreed: bool) -> None:
    """The end of a hold sends nothing by itself: what the case, decided again, needs is done the same day, within the
    hour where life is at risk."""
    case, kind = await cases.get(tx, held.case_id), HOLD_ENDED if agreed else HOLD_STAYS
    await _tell(tx, kind, held.case_id, held.asked_by, now)
    if agreed and case is not None and case.state == "waiting":
        due = filing.today_or_at_once(now, at_once=case.priority == 0)
        await tasks.add(tx, [Task(task_id(kind, held.end_id), kind, due, now, case_id=held.case_id)])


async def follow(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """What was waited for has left: on an override that was confirmed, or after the end of a hold."""
    if referral.state == "sent":
        for kind in TO_SEND:
            if kind == HOLD_ENDED or referral.gate == "override":
                await tasks.over_of_case(tx, referral.case_id, kind, None, now)
