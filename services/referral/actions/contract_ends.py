"""A contract ends while people are with it: the hub has a task the same day, and its provider is told; once it is over,
the task is asked again each day until nobody is with a provider who is no longer paid."""

from datetime import datetime, timedelta
from uuid import uuid5

from contracts.identity import NS
from contracts.working_time import local_day
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import filing
from services.referral.actions.books import current
from services.referral.actions.telling_providers import CONTRACT
from services.referral.domain.directory import Contract
from services.referral.store import contract_tasks, provider_mail, tasks
from services.referral.store.provider_mail import ToProvider
from services.referral.store.tasks import Task, task_id

ENDS, OVER = "contract_ends", "contract_over"
SOON = timedelta(days=28)
"""So long before its last day the hub is asked who goes where, though nobody pressed anything (ours)."""
TOLD_FOR = timedelta(days=3)


async def entered(tx: Tx, viewer: Viewer, before: Contract | None, after: Contract, now: datetime) -> None:
    """Follows a new last day of a contract: a task the same day where it comes sooner, none where it goes on; its
    provider is told of either. Nobody is told where nobody is with it."""
    if before is None or before.ends == after.ends:
        return
    sooner = after.ends < before.ends
    if not sooner:
        await contract_tasks.put_back(tx, after.contract_id, viewer.user_id, now)
    leg = await contract_tasks.a_leg(tx, after.contract_id)
    if leg is None:
        return
    if sooner:
        await tasks.add(tx, [_ends(after, now)])
    mail_id = uuid5(NS, f"contract-mail/{after.contract_id}/{after.ends}/{now.isoformat()}")
    about = (mail_id, after.provider.provider_id, after.contract_id, leg.case_id, leg.leg_id, None)
    told = ToProvider(*about, CONTRACT, None, viewer.user_id, now, now + TOLD_FOR, next_at=now)
    await provider_mail.add(tx, [told])


def _ends(contract: Contract, now: datetime) -> Task:
    about = task_id(ENDS, contract.contract_id, contract.ends)
    return Task(about, ENDS, filing.end_of_day(now), now, contract_id=contract.contract_id)


async def watch(tx: Tx, moment: Moment, context: Context) -> int:
    """Makes the tasks of contracts that end soon or are over while people are with them, and ends those of the others;
    returns how many were made."""
    now, today = moment.now, local_day(moment.now)
    await contract_tasks.over(tx, now)
    books = await current(tx, context.facts)
    ending = [one for one in books.directory.contracts if one.starts <= today and one.ends <= today + SOON]
    held = await contract_tasks.with_people(tx, [one.contract_id for one in ending]) if ending else set()
    found = [one for one in ending if one.contract_id in held]
    past = [one for one in found if one.ends < today]
    told = await contract_tasks.told(tx, OVER, [one.contract_id for one in past]) if past else set()
    made = [_ends(one, now) for one in found if one.ends >= today]
    made += [
        Task(task_id(OVER, one.contract_id, today), OVER, filing.end_of_day(now), now, contract_id=one.contract_id)
        for one in past
        if one.contract_id not in told
    ]
    await tasks.add(tx, made)
    return len(made)
