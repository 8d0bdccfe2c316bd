"""What the hub tells of danger is kept, so that the pages of the Code show the marks that its own have."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.marks import HIGH_RISK
from contracts.referral import (
    CaseFacts,
    CaseRouted,
    ConsentGiven,
    ConsentWithdrawn,
    ContactSafetyChanged,
    PersonDeathRecorded,
)
from kit.database import Tx
from kit.inbox import Received
from kit.listening import Context
from services.code_compliance.domain.marked import BY_DEATH, HELPS
from services.code_compliance.store import marked


async def of_facts(tx: Tx, facts: Sequence[CaseFacts]) -> None:
    await marked.keep_facts(tx, {d.case_id: (d.share, d.risk_grade, d.happened_at) for d in facts})


async def on_routed(tx: Tx, events: Sequence[Received[CaseRouted]], context: Context) -> None:
    """Holds as they stand; that the risk was found high is never forgotten."""
    high = {e.data.case_id for e in events if HIGH_RISK in e.data.holds}
    await marked.keep_holds(tx, {e.data.case_id: e.data.holds for e in events}, high)


async def on_agreed(tx: Tx, events: Sequence[Received[ConsentGiven | ConsentWithdrawn]], context: Context) -> None:
    """Whether somebody who said no agreed to be helped since; an agreement that was taken back ends that."""
    told: dict[UUID, datetime | None] = {}
    for event in events:
        data = event.data
        if isinstance(data, ConsentWithdrawn) and (data.purpose is None or data.purpose in HELPS):
            told[data.case_id] = None
        elif isinstance(data, ConsentGiven) and data.gate == "agreement" and data.purpose in HELPS:
            told[data.case_id] = data.happened_at
    await marked.agreed(tx, told)


async def of_safety(tx: Tx, told: Sequence[ContactSafetyChanged]) -> None:
    """That somebody died shuts every way to reach them; only who has spoken to them since opens one."""
    died = [one for one in told if one.locked and one.reason_code == BY_DEATH]
    await marked.died(tx, {one.case_id: one.happened_at for one in died})
    safe = [one for one in told if one.safety == "safe" and not one.locked]
    await marked.spoken_to(tx, {one.case_id: one.happened_at for one in safe})


async def taken_back(tx: Tx, told: Sequence[PersonDeathRecorded]) -> None:
    """It was a mistake that these people died."""
    await marked.alive(tx, {one.case_id: one.happened_at for one in told})
