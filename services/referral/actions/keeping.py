"""Keeping the directory beside its contracts: providers from a day on, planned closures, and who is sent to by itself,
which needs a reason and a second person. Nothing that is over is rewritten."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.identity import provider_id
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.desk_books import keeping_reasons
from services.referral.domain.books import Books
from services.referral.domain.versions import providers_of
from services.referral.store import directory, keeping
from services.referral.store.keeping import Change

LONGEST_CLOSURE = 60
"""Days. A contract that is away for longer is to be ended or paused, so that it is seen."""


async def enter_provider(
    tx: Tx,
    viewer: Viewer,
    books: Books,
    change_id: UUID,
    entry: Mapping[str, Any],
    day: date,
    now: datetime,
    *,
    new: bool,
    seen: str = "",
) -> bool:
    """Enters a provider as it is from a day on; False when this very change is there already. Refused for a day that
    is over, for a name in use or not known, and where somebody has entered something after `seen`, the entry that the
    form was made from ("" for none)."""
    await directory.lock(tx)
    subject = provider_id(entry["slug"])
    if day < local_day(now):
        raise Refused("effective_from", "in_the_past")
    if await keeping.get(tx, change_id) is not None:
        return False
    known = entry["slug"] in providers_of(books.directory) or bool(await keeping.of_kind(tx, "provider", subject, 1))
    if known is new:
        raise Refused("slug", "already_used" if new else "not_found")
    if seen != last_entry(await keeping.of_kind(tx, "provider", subject)):
        raise Refused("change_id", "stale")
    return await _add(
        tx, viewer, Change(change_id, "provider", subject, day, None, dict(entry), None, viewer.user_id, now)
    )


def last_entry(changes: Sequence[Change]) -> str:
    """The newest entry that stands, of changes that come newest first; "" for none."""
    return next((str(one.change_id) for one in changes if one.cancelled_at is None), "")


async def enter_closure(
    tx: Tx, viewer: Viewer, change_id: UUID, contract_id: UUID, first: date, last: date, now: datetime
) -> bool:
    """Enters days on which a contract takes nobody new. Refused for days that are over, that end before they begin, or
    that are too many for a closure."""
    if first < local_day(now):
        raise Refused("first", "in_the_past")
    if last < first:
        raise Refused("last", "before_the_first")
    if (last - first).days >= LONGEST_CLOSURE:
        raise Refused("last", "too_long")
    return await _add(tx, viewer, Change(change_id, "closure", contract_id, first, last, {}, None, viewer.user_id, now))


async def propose_automatic(
    tx: Tx,
    viewer: Viewer,
    books: Books,
    change_id: UUID,
    line: str,
    area: str,
    contract_id: UUID | None,
    day: date,
    reason: str,
    now: datetime,
) -> bool:
    """Asks for another contract, or for a human, to have the cases of a line and an area. Counts once somebody else has
    agreed. Refused for a day that is over, a contract of another line or area, and a reason that is not in the list."""
    if day < local_day(now):
        raise Refused("effective_from", "in_the_past")
    if reason not in keeping_reasons():
        raise Refused("reason", "not_in_the_list")
    contract = books.directory.by_id.get(contract_id) if contract_id else None
    if contract_id is not None and (contract is None or contract.line != line or area not in contract.areas):
        raise Refused("contract", "not_of_this_line")
    entry = {"line": line, "area": area, "contract_id": str(contract_id) if contract_id else None}
    subject = contract_id or UUID(int=0)
    return await _add(
        tx, viewer, Change(change_id, "automatic", subject, day, None, entry, reason, viewer.user_id, now)
    )


async def _add(tx: Tx, viewer: Viewer, change: Change) -> bool:
    added = await keeping.add(tx, change)
    if added:
        action = f"directory.{change.kind}_entered"
        await audit.record(tx, [audit.seen(viewer, action, change.kind, change.subject_id, (), change.reason)])
    return added


async def decide(tx: Tx, viewer: Viewer, change_id: UUID, now: datetime, *, agrees: bool) -> Change:
    """The second person's word on who is sent to by itself. Refused: not_found, already_decided, second_person_needed,
    and too_late where its day went by before anybody agreed: what was decided on it is not rewritten."""
    held = await keeping.get(tx, change_id)
    if held is None or held.kind != "automatic":
        raise Refused("change", "not_found")
    if held.confirmed_at or held.refused_at or held.cancelled_at:
        raise Refused("change", "already_decided")
    if held.made_by == viewer.user_id:
        raise Refused("change", "second_person_needed")
    if agrees and held.effective_from < local_day(now):
        raise Refused("change", "too_late")
    await (keeping.confirm if agrees else keeping.refuse)(tx, change_id, viewer.user_id, now)
    action = "directory.automatic_agreed" if agrees else "directory.automatic_refused"
    await audit.record(tx, [audit.seen(viewer, action, "automatic", held.subject_id, (), held.reason)])
    return held


async def cancel(tx: Tx, viewer: Viewer, books: Books, change_id: UUID, now: datetime) -> Change:
    """Takes back what has not begun. A closure that is under way ends yesterday: what went by stays closed. Refused
    where it counts already, and for the only entry of a new provider, on which contracts may stand."""
    held = await keeping.get(tx, change_id)
    today = local_day(now)
    if held is None or held.cancelled_at or held.refused_at:
        raise Refused("change", "too_late")
    waits = held.kind == "automatic" and held.confirmed_at is None
    if held.effective_from > today or waits:
        if held.kind == "provider" and await _is_only_entry(tx, books, held):
            raise Refused("change", "only_entry")
        await keeping.cancel(tx, change_id, viewer.user_id, now)
    elif held.kind == "closure" and held.until_day is not None and held.until_day >= today:
        yesterday = today - timedelta(days=1)
        if held.effective_from > yesterday:
            await keeping.cancel(tx, change_id, viewer.user_id, now)
        else:
            await keeping.shorten(tx, change_id, yesterday)
    else:
        raise Refused("change", "too_late")
    await audit.record(tx, [audit.seen(viewer, f"directory.{held.kind}_cancelled", held.kind, held.subject_id)])
    return held


async def _is_only_entry(tx: Tx, books: Books, held: Change) -> bool:
    if str(held.entry.get("slug")) in providers_of((books.start or books).directory):
        return False
    return sum(not one.cancelled_at for one in await keeping.of_kind(tx, "provider", held.subject_id)) == 1
