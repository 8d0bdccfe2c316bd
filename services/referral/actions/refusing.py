"""The police tell that a person says no to sharing after all, or yes again: who got them by the police's word alone
does not see them while it is no; and so it is with a no that the person told the hub themselves. Nothing is withdrawn
by it: what becomes of each referral is for a human to decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.database import Tx
from services.referral.actions import filing, gating
from services.referral.actions.lapsing import WITH_PROVIDER, carried
from services.referral.domain.referral import ReferralState
from services.referral.store import consent, contact, lapsing, referrals, support, tasks
from services.referral.store.contact import Attempt
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
    await _close(tx, case_id, legs, now)
    due = filing.end_of_day(now)
    await tasks.add(tx, [Task(task_id(TASK, case_id, now), TASK, due, now, case_id=case_id)])


async def _close(tx: Tx, case_id: UUID, legs: Sequence[Leg], now: datetime) -> None:
    """Who has the person by the police's word alone, and has not begun to help, does not see them any more."""
    begun = {one.leg_id for one in await referrals.of_case(tx, case_id) if one.state in BEGUN}
    held = await consent.of_case(tx, case_id)
    alone = [leg for leg in legs if leg.gate == "police_share" and not carried(held, leg, now)]
    to_wait = [leg.leg_id for leg in alone if _is_to_wait(leg, begun)]
    ended = [leg.leg_id for leg in alone if leg.state == "ended"]
    if not to_wait and not ended:
        return
    await lapsing.close(tx, to_wait, now)
    await lapsing.close_packs(tx, ended, now)
    await audit.record(tx, [audit.Entry(None, "system", None, "leg.closed_to_provider", "case", case_id)])


async def told_hub(tx: Tx, case_id: UUID, about: UUID, now: datetime) -> None:
    """The person told a worker of the hub that they want no support (`about`: when they did): it is to be recorded on
    each referral the same day, and until then nobody calls them for support."""
    task = task_id(gating.TO_RECORD, case_id, about)
    await tasks.add(tx, [Task(task, gating.TO_RECORD, filing.end_of_day(now), now, case_id=case_id)])
    await _close(tx, case_id, await referrals.legs_of_case(tx, case_id), now)


async def told_provider(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """The person told the provider who has, or had, the referral that they do not want its support: by an attempt, at
    the first assessment or in what it declined for. The hub is to record it the same day, once for each time."""
    if referral.leg_id is None:
        return
    tried = await contact.attempts(tx, referral.case_id)
    if referral.ended_at is not None:
        await _told_late(tx, referral, tried, now)
        return
    mine = [one for one in tried if (one.referral_id, one.provider_id) == (referral.referral_id, referral.provider_id)]
    times = [one.attempt_id for one in mine if one.outcome == "declined"]
    first = (await support.latest(tx, referral.leg_id)).get("start")
    if first is not None and first.agreed == "yes" and _is_last(first.at, mine) and not declined_for_it(referral):
        await tasks.over(tx, referral.referral_id, (gating.TO_RECORD,), now)  # what they said last counts
        return
    times += [first.assessment_id] if first is not None and first.agreed == "no" else []
    times += [referral.leg_id] if declined_for_it(referral) else []
    kind, about = gating.TO_RECORD, {"case_id": referral.case_id, "referral_id": referral.referral_id}
    due = filing.end_of_day(now)
    await tasks.add(tx, [Task(task_id(kind, referral.case_id, one), kind, due, now, **about) for one in times])


def _is_last(said: datetime, tried: Sequence[Attempt]) -> bool:
    return not any(one.outcome == "declined" and one.at > said for one in tried)


async def _told_late(tx: Tx, referral: ReferralState, tried: Sequence[Attempt], now: datetime) -> None:
    """The person said no to a provider that did not know yet that the referral had ended: it counts as if they had told
    the hub."""
    for one in tried:
        late = one.referral_id == referral.referral_id and referral.ended_at is not None and one.at > referral.ended_at
        new = late and one.outcome == "declined" and one.provider_id is not None
        if new and await tasks.get(tx, task_id(gating.TO_RECORD, referral.case_id, one.attempt_id)) is None:
            await told_hub(tx, referral.case_id, one.attempt_id, now)


def declined_for_it(referral: ReferralState) -> bool:
    """Whether the provider declined since the person does not want this: nobody else is to be tried before they are
    asked."""
    return referral.state == "declined_by_provider" and referral.reason == "victim_declined"


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
