"""A lock of a channel is carried on to every record of the person, and told to every case of theirs: whoever locked it,
a provider above all, sees only some of them."""

from contracts.referral import ContactSafetyChanged
from kit import audit
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions.announcing import announce
from services.referral.store import cases, contact, locks
from services.referral.store.locks import Lock

AT_ONCE = 100


async def carry_on(tx: Tx, moment: Moment, context: Context) -> int:
    """Carries on the locks that wait, each once; returns how many. One that was lifted meanwhile goes no further."""
    found = await locks.waiting(tx, AT_ONCE)
    for lock in found:
        if lock.stands:
            await locks.lock_others(tx, lock)
            await _tell_others(tx, lock)
    if found:
        await locks.carried_on(tx, [lock.number for lock in found], moment.now)
    return len(found)


async def _tell_others(tx: Tx, lock: Lock) -> None:
    """Tells the cases that were not told by whoever locked it, closed ones too: what was sent may still be opened."""
    others = [one for one in await cases.of_person(tx, lock.person_id, closed=True) if one not in lock.told]
    safe = [one.kind for one in await contact.channels(tx, lock.person_id) if one.safety == "safe" and not one.locked]
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
