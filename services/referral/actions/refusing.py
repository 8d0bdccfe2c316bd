"""The police tell that a person says no to sharing after all, or yes again: who got them by the police's word alone
does not see them while it is no. Nothing is withdrawn by it: what becomes of each referral is for a human to decide."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.database import Tx
from services.referral.actions import filing
from services.referral.actions.lapsing import WITH_PROVIDER, carried
from services.referral.store import consent, lapsing, referrals, tasks
from services.referral.store.referrals import Leg
from services.referral.store.tasks import Task, task_id

TASK = "said_no_since"
BEGUN = frozenset({"in_support", "on_hold"})
"""Support that has begun rests on what the person and the provider do together: it goes on until a human has asked."""


async def hear(tx: Tx, said: Mapping[UUID, bool], now: datetime) -> None:
    """`said`: the cases in which the police's word on sharing changed, to a no or (True) back to a yes."""
    for case_id in sorted(said):
        await (_said_yes if said[case_id] else _said_no)(tx, case_id, now)


async def _said_no(tx: Tx, case_id: UUID, now: datetime) -> None:
    """Closes what stands on the police's word alone; somebody is to look at all that is open the same day."""
    legs = await referrals.legs_of_case(tx, case_id)
    if not any(leg.state in WITH_PROVIDER for leg in legs):
        return
    begun = {one.leg_id for one in await referrals.of_case(tx, case_id) if one.state in BEGUN}
    held = await consent.of_case(tx, case_id)
    alone = [leg for leg in legs if leg.gate == "police_share" and not carried(held, leg, now)]
    await lapsing.close(tx, [leg.leg_id for leg in alone if _is_to_wait(leg, begun)], now)
    await lapsing.close_packs(tx, [leg.leg_id for leg in alone if leg.state == "ended"], now)
    due = filing.end_of_day(now)
    await tasks.add(tx, [Task(task_id(TASK, case_id, now), TASK, due, now, case_id=case_id)])
    await audit.record(tx, [audit.Entry(None, "system", None, "leg.closed_to_provider", "case", case_id)])


def _is_to_wait(leg: Leg, begun: set[UUID | None]) -> bool:
    return leg.state in WITH_PROVIDER and leg.leg_id not in begun


async def _said_yes(tx: Tx, case_id: UUID, now: datetime) -> None:
    """What was closed by the no alone is open again."""
    closed = {one.leg_id for one in await lapsing.of_case(tx, case_id)}
    legs = [leg.leg_id for leg in await referrals.legs_of_case(tx, case_id) if leg.gate == "police_share"]
    again = [leg_id for leg_id in legs if leg_id in closed]
    if again:
        await lapsing.open_again(tx, again)
        await audit.record(tx, [audit.Entry(None, "system", None, "leg.open_to_provider", "case", case_id)])
    await tasks.over_of_case(tx, case_id, TASK, None, now)
