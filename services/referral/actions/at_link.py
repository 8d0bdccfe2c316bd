"""What it means for who helps a person that two records are theirs: asked at that moment, not at their next crime."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.database import Tx
from services.referral.actions import both_sides, filing, noticing
from services.referral.store import beside, other_party, persons, ruled_out, tasks
from services.referral.store.ruled_out import Unwanted
from services.referral.store.tasks import Task, task_id

RULED_OUT = "provider_ruled_out"


async def ask(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """Brings before a human what is with a provider that helps the other party too, or that the person does not want,
    by any record of these people. It is looked at whole, whoever decided of the records."""
    async with persons.seen_whole(tx):
        mine = await other_party.open_legs(tx, (), people)
        met = {other for one in await beside.both_sides(tx, mine) for other in one.others}
        if met:
            await both_sides.watch(tx, sorted({*mine, *met}), now)
        await unwanted(tx, people, now)


async def unwanted(tx: Tx, people: Collection[UUID], now: datetime, again: str | None = None) -> int:
    """Referrals of these people that are with a provider whom the person has ruled out: the same day somebody asks
    them, and officers and leaders are told. Once for each leg; where what was ruled out stands `again`, once more for
    what made it stand, if nobody is asked already. Returns how many."""
    found = await ruled_out.still_with(tx, people)
    due, about = filing.end_of_day(now), (again, now.isoformat()) if again else ()
    new = {task_id(RULED_OUT, one.leg_id, *about): one for one in found if not await _asked(tx, one, again)}
    wanted = [
        Task(task, RULED_OUT, due, now, case_id=one.case_id, referral_id=one.referral_id) for task, one in new.items()
    ]
    await tasks.add(tx, wanted)
    if new:
        told = sorted({one.case_id for one in new.values()})
        await noticing.tell_roles(tx, RULED_OUT, told, now)
        await audit.record(tx, [audit.Entry(None, "system", None, "case.provider_unwanted", "case", c) for c in told])
    return len(new)


async def _asked(tx: Tx, one: Unwanted, again: str | None) -> bool:
    """Whether somebody is asked of this leg: now, or (not `again`) ever was."""
    if again is None:
        return await tasks.get(tx, task_id(RULED_OUT, one.leg_id)) is not None
    return any((t.kind, t.referral_id) == (RULED_OUT, one.referral_id) for t in await tasks.of_case(tx, one.case_id))
