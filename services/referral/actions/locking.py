"""A lock of a channel is carried on to every record of the person, and told to every case of theirs: whoever locked it,
a provider above all, sees only some of them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from contracts.referral import ContactSafetyChanged
from kit import audit
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import filing, maybe_known, told_channels
from services.referral.actions.announcing import announce
from services.referral.domain.safe_contact import NOT_FOR_ONE_CHANCE, ONE_CHANCE
from services.referral.store import beside, cases, contact, locks, tasks
from services.referral.store.locks import Lock, Waiting
from services.referral.store.tasks import Task, task_id

AT_ONCE = 100
BY_RULE, ELSEWHERE = "system", "locked_elsewhere"
FOUND_OUT = frozenset({"someone_else_answered", "said_unsafe", "message_left"})
"""Why a channel was locked by who has just heard that it is not the person alone who is reached on it."""


async def carry_on(tx: Tx, moment: Moment, context: Context) -> int:
    """Carries on the locks that wait, each once; returns how many. One that was lifted meanwhile goes no further."""
    for lock in await locks.said(tx, AT_ONCE):
        await contact.lock(tx, lock.person_id, lock.kind, lock.why, lock.locked_by, lock.by_role, lock.locked_at)
        await locks.remember(tx, lock)
        await locks.add(tx, lock)
    found = await locks.waiting(tx, AT_ONCE)
    for lock in found:
        if lock.stands:
            await locks.lock_others(tx, lock)
            await locks.follow(tx, [lock.person_id], moment.now)
            await _tell_others(tx, lock)
            await _look_at_the_risk(tx, lock, moment.now)
    if found:
        stand = {lock.person_id for lock in found if lock.stands}
        unsure = await locks.make_unsure(tx, stand, moment.now)
        await told_channels.tell(tx, dict.fromkeys(unsure, "unknown"), moment.now, ELSEWHERE, BY_RULE)
        await maybe_known.shut(tx, stand, moment.now)
        await locks.carried_on(tx, [lock.number for lock in found], moment.now)
    return len(found)


async def _look_at_the_risk(tx: Tx, lock: Waiting, now: datetime) -> None:
    """Somebody else has the person's phone in hand, or their post: a human looks the same day, on one case."""
    if lock.why not in FOUND_OUT or not (found := await cases.of_person(tx, lock.person_id, closed=False)):
        return
    about = next((one for one in lock.told if one in found), found[0])
    task = task_id("review_risk", about, "lock", lock.locked_at.isoformat())
    await tasks.add(tx, [Task(task, "review_risk", filing.end_of_day(now), now, case_id=about)])
    await beside.mark_for_review(tx, [about], now)


async def one_chance(tx: Tx, people: Mapping[UUID, datetime]) -> None:
    """Shuts for good what is never used in honour-based abuse, in every record of these people; tells every case."""
    for person_id in sorted(people):
        for kind in NOT_FOR_ONE_CHANCE:
            lock = Lock(person_id, kind, ONE_CHANCE, None, BY_RULE, people[person_id], ())
            await contact.lock(tx, person_id, kind, ONE_CHANCE, None, BY_RULE, people[person_id])
            await locks.lock_others(tx, lock)
            await _tell_others(tx, lock)


async def _tell_others(tx: Tx, lock: Lock) -> None:
    """Tells the cases that were not told by whoever locked it, closed ones too: what was sent may still be opened."""
    others = [one for one in await cases.of_person(tx, lock.person_id, closed=True) if one not in lock.told]
    safe = [one.kind for one in await contact.channels(tx, lock.person_id) if one.is_safe]
    told = [
        ContactSafetyChanged(
            case_id=case_id,
            channel=lock.kind,
            safety="unsafe",
            locked=True,
            reason_code=lock.why,
            channels_safe=tuple(safe),
            happened_at=lock.locked_at,
            actor_role=lock.by_role,
        )
        for case_id in others
    ]
    await announce(tx, told, lock.locked_by)
    entries = [
        audit.Entry(None, "system", None, "channel.locked", "case", case_id, (lock.kind,), lock.why)
        for case_id in others
    ]
    await audit.record(tx, entries)
