"""Two records of one person with two numbers: a worker decides which is the person's now, and the other is retired."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import contacting, sealing
from services.referral.actions.books import table
from services.referral.store import locks, numbers
from services.referral.store.numbers import Number

NONE = "none"


def differing(held: Sequence[Number], person_id: UUID) -> dict[str, list[Number]]:
    """The kinds of channel on which the records of a person have different numbers, or others have one and this record
    has none; with what each has."""
    found: dict[str, list[Number]] = {}
    for one in held:
        found.setdefault(one.kind, []).append(one)
    return {kind: rows for kind, rows in found.items() if _differ(rows, person_id)}


def _differ(rows: Sequence[Number], person_id: UUID) -> bool:
    return len({one.value_index for one in rows}) > 1 or all(one.person_id != person_id for one in rows)


async def in_clear(sealer: Sealer, held: Sequence[Number]) -> dict[tuple[UUID, str], str]:
    """Numbers and addresses opened, by record and kind; one that does not open is left out."""
    found = {}
    for one in held:
        opened = await sealing.open_every_channel(sealer, one.person_id, {one.kind: one.value} if one.value else {})
        if one.kind in opened:
            found[one.person_id, one.kind] = opened[one.kind]
    return found


def masked(kind: str, value: str | None) -> str:
    """As much of a number or address as tells it from another: never enough to use it."""
    if not value:
        return "not readable"
    if kind == "email":
        return f"begins with {value[0]}, {len(value.partition('@')[0])} characters before the @"
    return f"ends in {''.join(value.split())[-3:]}"


async def decide(
    tx: Tx, viewer: Viewer, sealer: Sealer, case_id: UUID, kind: str, keep: str, reason: str, now: datetime
) -> int:
    """Keeps the number of one record for every record of the person (`keep`: its person's id, or "none"), and retires
    the others, for a coded reason. Nothing becomes safe by it, and no lock is lifted: somebody has to speak to the
    person on the number that is left. Returns how many records changed. Refused where nothing differs any more.
    """
    if reason not in {one.code for one in table().reasons["number_retired"].on(local_day(now))}:
        raise Refused("reason", "missing")
    person_id = await contacting.person_of(tx, case_id)
    await numbers.lock(tx, person_id, kind)
    rows = differing(await numbers.held(tx, person_id), person_id).get(kind)
    if not rows:
        raise Refused("kind", "nothing_differs")
    kept = next((one for one in rows if str(one.person_id) == keep), None)
    if kept is None and keep != NONE:
        raise Refused("keep", "missing")
    text = (await in_clear(sealer, [kept])).get((kept.person_id, kind)) if kept else None
    if kept is not None and text is None:
        raise Refused("keep", "not_readable")
    index = kept.value_index if kept else None
    others = [one for one in rows if one.value_index != index]
    gone = [one.person_id for one in others]
    by = (viewer.user_id, viewer.role, now)
    await numbers.retire(tx, gone, kind, index, reason, *by)
    lacking = [] if any(one.person_id == person_id for one in rows) else [person_id]
    for person in lacking:
        await numbers.borrow(tx, person, kind, index, reason, *by)
    for person in (*gone, *lacking):
        value = await _sealed(sealer, person, kind, text) if text else None
        await numbers.put(tx, person, kind, value, index, *by)
    await locks.follow(tx, [person_id], now)
    await numbers.make_unsure(tx, person_id, kind, viewer.user_id, viewer.role, now)
    await contacting.tell_now(tx, viewer, person_id, kind, now)
    entries = [audit.seen(viewer, "channel.number_retired", "person", person, (kind,), reason) for person in gone]
    await audit.record(tx, [audit.seen(viewer, "channel.number_decided", "case", case_id, (kind,), reason), *entries])
    return len(gone) + len(lacking)


async def _sealed(sealer: Sealer, person_id: UUID, kind: str, text: str) -> bytes:
    return await sealing.close_text(sealer, person_id, text, sealing.place("channel", kind, person_id))


async def give_back(tx: Tx, viewer: Viewer, people: Collection[UUID], now: datetime) -> None:
    """Records that may not be of one person any more have their own numbers again: nobody is reached on another's."""
    restored = await numbers.restore(tx, sorted(people), now)
    await locks.follow(tx, sorted(people), now)
    for person_id, kind in restored:
        await contacting.tell_now(tx, viewer, person_id, kind, now)


def shown(held: Sequence[Number], clear: Mapping[tuple[UUID, str], str], kind: str) -> list[tuple[Number, str]]:
    """What each record has on a kind, masked."""
    return [(one, masked(kind, clear.get((one.person_id, kind)))) for one in held if one.kind == kind]
