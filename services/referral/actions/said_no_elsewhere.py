"""The person said no to the police in a case, and an older one goes on by a yes: somebody asks them again before more
is sent in it. What was sent stays; nothing more leaves by itself."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing, raising
from services.referral.actions.rerouting import rerun
from services.referral.domain.books import Books
from services.referral.store import noes, tasks
from services.referral.store import persons as persons_store
from services.referral.store.cases import known_since
from services.referral.store.tasks import Task, task_id

TASK = "said_no_elsewhere"


async def tell(tx: Tx, refused: Sequence[UUID], books: Books, now: datetime, by: UUID | None = None) -> int:
    """In each of the cases of `refused` the police tell that the person says no: the older ones of theirs that are open
    under a yes are decided again, and somebody asks the same day; once for each no. Returns how many."""
    if not refused:
        return 0
    async with persons_store.seen_whole(tx):
        found = await noes.older(tx, refused)
        for case_id, because in found:
            since = await known_since(tx, case_id, now, raising.NEWS)
            await rerun(tx, case_id, books, since, by=by)
            about, due = task_id(TASK, case_id, because), filing.end_of_day(since)
            await tasks.add_unless_open(tx, Task(about, TASK, due, since, case_id=case_id))
    return len(found)


async def of_joined(tx: Tx, people: Collection[UUID], books: Books, now: datetime, by: UUID) -> int:
    """These records were found to be of one person: a no in a case of one counts in the older ones of the others."""
    async with persons_store.seen_whole(tx):
        refused = await noes.to_police(tx, people)
    return await tell(tx, refused, books, now, by)
