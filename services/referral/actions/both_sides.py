"""Counter-allegations: somebody was sent to a provider that is helping the other party; the two must be kept apart."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.database import Tx
from services.referral.actions import filing
from services.referral.domain import persons
from services.referral.domain.persons import may_be_hurt
from services.referral.store import beside, other_party, tasks
from services.referral.store import persons as persons_store
from services.referral.store.batches import Changes
from services.referral.store.beside import BothSides
from services.referral.store.tasks import Task, task_id

TASK = "counter_allegation"


async def watch(tx: Tx, legs: Sequence[UUID], now: datetime) -> int:
    """Brings those of these legs, just sent, before a human whose provider is helping the other party; returns how
    many. Where it touches safety it is due at once, and the risk of the case is to be reviewed."""
    found = await beside.both_sides(tx, legs)
    hurt = [one for one in found if may_be_hurt(one.priority, one.lines, domestic=one.domestic)]
    today = filing.end_of_day(now)
    wanted = [_task(TASK, one, now if one in hurt else today, now) for one in found]
    await other_party.keep_apart(tx, sorted({leg for one in found for leg in (one.leg_id, *one.others)}), now)
    await tasks.add(tx, wanted + [_task("review_risk", one, today, now) for one in hurt])
    if found:
        await beside.mark_for_review(tx, [one.case_id for one in hurt], now)
        seen = [audit.Entry(None, "system", None, "case.both_sides", "case", one.case_id) for one in found]
        await audit.record(tx, seen)
    return len(found)


async def linked_late(tx: Tx, changes: Changes, now: datetime) -> int:
    """Where these crimes name as a suspect somebody whose provider was sent the victim before anybody knew: both sides'
    cases come before a human. Returns how many legs."""
    named = {persons.person_id(row.force, row.suspect_ref) for row in changes.suspects.values()}
    if not named or not await other_party.helped_by(tx, named):
        return 0
    crimes = {row.crime_id for row in changes.suspects.values()}
    victims = [case.case_id for case in changes.cases.values() if case.crime_id in crimes]
    everybody = await persons_store.with_linked(tx, named)
    return await watch(tx, await other_party.open_legs(tx, victims, everybody), now)


def _task(kind: str, one: BothSides, due: datetime, now: datetime) -> Task:
    return Task(task_id(kind, one.leg_id), kind, due, now, case_id=one.case_id, referral_id=one.referral_id)
