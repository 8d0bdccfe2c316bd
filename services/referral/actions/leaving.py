"""Who has left a provider: the one worker named for a restricted person, so that another is named; or everybody, so
that somebody else helps the people who are with it."""

from uuid import UUID

from kit.access import colleagues, left_by_all
from kit.database import Database, Tx, connect
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import named_workers, nobody_left
from services.referral.actions.books import current
from services.referral.store import named_worker

USERS = "access"
"""The database of who may sign in."""


async def watch(tx: Tx, moment: Moment, context: Context) -> int:
    """Looks in the list of users whether those who are named can still sign in, and whether anybody can of a provider;
    returns how many cannot. What it finds is a task of the leader the same minute, whether or not anybody opens a
    page."""
    named, books = await named_worker.of_everybody(tx), await current(tx, context.facts)
    access = await connect(context.settings, USERS, "access_web", size=1)
    try:
        active = await at_work(access, {leg.provider_id for leg in named})
        empty = await left_by_all(access, {one.provider.provider_id for one in books.directory.contracts})
    finally:
        await access.close()
    gone = await named_workers.leavers(tx, None, active)
    if gone:
        await named_workers.ask(tx, moment, context)
    return gone + await nobody_left.watch(tx, books, empty, moment.now)


async def at_work(access: Database, providers: set[UUID]) -> dict[UUID, set[UUID]]:
    """Who can sign in at each of these providers."""
    return {one: {each.user_id for each in await colleagues(access, one)} for one in providers}
