"""An agreement that leaves out what a provider needs: without the risk, or a way to reach somebody at high risk,
nothing goes by a press alone, and the hub brings the two together where the provider cannot."""

from collections.abc import Collection
from datetime import datetime

from kit.database import Tx
from services.referral.actions import filing, gating
from services.referral.domain.directory import Contract
from services.referral.domain.referral import ReferralState
from services.referral.store import consent, tasks
from services.referral.store.cases import Case
from services.referral.store.referrals import Leg
from services.referral.store.tasks import Task, task_id

NO_WAY, NO_RISK = "narrow_no_way", "narrow_no_risk"
LIST = "sent_narrow"
"""The list of reasons for which it is sent all the same."""
NEEDED = frozenset({"channels", "risk"})
"""What nobody at high risk is sent without, unless somebody says why."""


def asks_why(case: Case, left: Collection[str]) -> bool:
    """Whether somebody has to say why a person at high risk is sent without what their agreement leaves out."""
    return filing.is_grave(case) and not NEEDED.isdisjoint(left)


async def watch(tx: Tx, held: ReferralState, leg: Leg, contract: Contract, now: datetime) -> None:
    """What left by an agreement that shares no way to reach the person, or no risk where it is urgent, is a task for
    the hub: within the limit of life safety where it is urgent, else the same day."""
    if leg.gate != "agreement":
        return
    agreed, noes = await consent.of_case(tx, leg.case_id), await consent.noes(tx, [leg.case_id])
    scope = gating.scope_of(agreed, contract, now, noes)
    left = set(contract.pack).difference(scope) if scope is not None else set()
    await tell(tx, held, left, now, leg.leg_id)


async def tell(tx: Tx, held: ReferralState, left: Collection[str], now: datetime, *about: object) -> None:
    """Makes the task of what an agreement does not share, where it is the ways to reach the person or their risk; once
    `about` the same."""
    kind = NO_WAY if "channels" in left else NO_RISK if "risk" in left and held.urgent else None
    if kind is not None:
        due = filing.today_or_at_once(now, at_once=held.urgent)
        task = Task(task_id(kind, *about), kind, due, now, case_id=held.case_id, referral_id=held.referral_id)
        await tasks.add(tx, [task])
