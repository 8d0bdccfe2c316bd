"""The books of the service as they stand now: its reference folder, and what providers say of their lists."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from uuid import UUID

from contracts.working_time import local_day
from kit.database import Tx
from services.referral.books import load
from services.referral.domain.books import Books
from services.referral.domain.directory import Directory, ListSaid, full_list
from services.referral.domain.entries import document_of, read_directory
from services.referral.domain.kept import Kept, Limited
from services.referral.domain.standards import Standards
from services.referral.domain.support import SupportLists
from services.referral.domain.transitions import TransitionTable
from services.referral.domain.versions import Version
from services.referral.store import directory, keeping

Said = tuple[directory.ContractState, ...]
Changed = tuple[UUID, ...]
_last: dict[tuple[int, Said, Changed, date, tuple[tuple[UUID, date], ...], frozenset[UUID]], Books] = {}
_MOST = 64


@cache
def _loaded() -> Books:
    return load()


def table() -> TransitionTable:
    """The life of a referral."""
    return _loaded().transitions


def support_lists() -> SupportLists:
    """What a provider records of its support."""
    return _loaded().support


def standards(day: date) -> Standards:
    """How long things may rest, as it counts on a day."""
    return _loaded().standards_on(day)


async def current(tx: Tx, books: Books) -> Books:
    """`books` with what was changed by pages and with what providers last said of their lists; kept as long as nothing
    new is said."""
    books = books.start or books
    said, changes = tuple(await directory.states(tx)), await directory.versions(tx)
    kept = await keeping.kept(tx)
    if not said and not changes and not kept:
        return books
    today = await directory.today(tx) if changes or kept else date.min
    limited = {one.contract_id: one.most_open for one in _limited(books, changes)}
    full = frozenset(one for one, places in (await keeping.left(tx, limited)).items() if places <= 0)
    key = (id(books), said, tuple(version.version_id for version in changes), today, kept.stands, full)
    found = _last.get(key)
    if found is None:
        while len(_last) >= _MOST:
            _last.pop(next(iter(_last)))
        states = {
            one.contract_id: ListSaid(one.state, one.places, one.until, local_day(one.changed_at)) for one in said
        }
        changed = books.with_changes(changes, today, kept)
        states |= _shut(changed.directory, states, kept, full, today)
        found = _last[key] = changed.with_states(states)
    return found


async def to_send_by(tx: Tx, stands: Books) -> tuple[Books, dict[UUID, int]]:
    """The books by which cases are sent by themselves, and how many more referrals those contracts may hold that have a
    limit and have not reached it. Until the transaction ends nothing else is sent to these by itself: what one worker
    counts as free another cannot take. `stands`: the current books."""
    limited = {one.contract_id: one.most_open for one in stands.directory.contracts if one.most_open}
    if not limited:
        return stands, {}
    await keeping.hold(tx, limited)
    left = await keeping.left(tx, limited)
    return await current(tx, stands), {one: places for one, places in left.items() if places > 0}


def _limited(books: Books, changes: Sequence[Version]) -> list[Limited]:
    """Contracts that may hold only so many referrals at once, as they were last entered."""
    found = {
        one.contract_id: Limited(one.contract_id, one.most_open) for one in books.directory.contracts if one.most_open
    }
    for version in changes:
        most = version.entry.get("most_open")
        found.pop(version.contract_id, None)
        if most:
            found[version.contract_id] = Limited(version.contract_id, most)
    return list(found.values())


def _shut(
    held: Directory, states: Mapping[UUID, ListSaid], kept: Kept, full: Collection[UUID], today: date
) -> dict[UUID, ListSaid]:
    """How lists stand whose provider is in a planned closure, or that hold as many as they may."""
    found = {}
    for contract_id in full:
        contract, said = held.by_id.get(contract_id), states.get(contract_id)
        if contract is not None:
            good = said if said and (said.good_until is None or today <= said.good_until) else None
            found[contract_id] = full_list(good or ListSaid(contract.list_state))
    for closure in kept.closures:
        if closure.holds(today) and closure.contract_id in held.by_id:
            found[closure.contract_id] = ListSaid("paused", None, closure.until_day, today)
    return found


async def keep(tx: Tx, books: Books, names: Iterable[str | None], now: datetime) -> None:
    """Keeps the directories on which decisions stand, so that each can be explained as it was."""
    asked = {name for name in names if name}
    for name in sorted(asked - await directory.used(tx, asked)) if asked else ():
        found = books.named(name)
        if found is not None:
            await directory.keep(tx, name, document_of(found), now)


async def as_it_stood(tx: Tx, name: str | None) -> Directory | None:
    """The directory of this name, every contract and list as on that day; None when it was not kept."""
    document = await directory.kept(tx, name) if name else None
    return read_directory(document) if document else None
