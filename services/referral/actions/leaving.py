"""The one worker named for a restricted person has left the provider: the leader is asked to name another."""

from uuid import UUID

from kit.access import colleagues
from kit.database import Database, Tx, connect
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import named_workers
from services.referral.store import named_worker

USERS = "access"
"""The database of who may sign in."""


async def watch(tx: Tx, moment: Moment, context: Context) -> int:
    """Looks in the list of users whether those who are named can still sign in; returns how many cannot. What it finds
    is a task of the leader the same minute, whether or not anybody opens a page."""
    named = await named_worker.of_everybody(tx)
    if not named:
        return 0
    access = await connect(context.settings, USERS, "access_web", size=1)
    try:
        active = await at_work(access, {leg.provider_id for leg in named})
    finally:
        await access.close()
    gone = await named_workers.leavers(tx, None, active)
    if gone:
        await named_workers.ask(tx, moment, context)
    return gone


async def at_work(access: Database, providers: set[UUID]) -> dict[UUID, set[UUID]]:
    """Who can sign in at each of these providers."""
    return {one: {each.user_id for each in await colleagues(access, one)} for one in providers}
