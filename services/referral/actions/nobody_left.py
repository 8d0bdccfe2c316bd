"""Everybody who could sign in for a provider has left, and people are with it: nobody reads what is sent there."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from contracts.working_time import local_day
from kit.database import Tx
from services.referral.actions import filing, noticing
from services.referral.domain.books import Books
from services.referral.store import contract_tasks, tasks
from services.referral.store.contract_tasks import NOBODY_LEFT
from services.referral.store.tasks import Task, task_id


async def watch(tx: Tx, books: Books, left: Collection[UUID], now: datetime) -> int:
    """Asks on each contract of the providers that everybody has left (`left`) who takes over the people with it: a task
    of the day, asked again each day while nobody is there, and over once somebody is. Returns how many were made."""
    of_left = [one.contract_id for one in books.directory.contracts if one.provider.provider_id in left]
    await contract_tasks.somebody_there(tx, of_left, now)
    held = await contract_tasks.with_people(tx, of_left) if of_left else set()
    asked = await contract_tasks.told(tx, NOBODY_LEFT, of_left) if held else set()
    due = filing.end_of_day(now)
    made = [
        Task(task_id(NOBODY_LEFT, contract_id, local_day(now)), NOBODY_LEFT, due, now, contract_id=contract_id)
        for contract_id in sorted(held - asked)
    ]
    new = [task for task in made if await tasks.get(tx, task.task_id) is None]
    await tasks.add(tx, new)
    for task in new:
        await noticing.tell_of_task(tx, NOBODY_LEFT, task.task_id, now)
    return len(new)
