"""The books of the service as they stand now: its reference folder, and what providers say of their lists."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from uuid import UUID

from contracts.working_time import local_day
from kit.database import Tx
from services.referral.books import load
from services.referral.domain.books import Books
from services.referral.domain.directory import Directory, ListSaid
from services.referral.domain.entries import document_of, read_directory
from services.referral.domain.standards import Standards
from services.referral.domain.transitions import TransitionTable
from services.referral.store import directory

Said = tuple[directory.ContractState, ...]
Changed = tuple[UUID, ...]
_last: dict[tuple[int, Said, Changed, date], Books] = {}
_MOST = 64


@cache
def _loaded() -> Books:
    return load()


def table() -> TransitionTable:
    """The life of a referral."""
    return _loaded().transitions


def standards(day: date) -> Standards:
    """How long things may rest, as it counts on a day."""
    return _loaded().standards_on(day)


async def current(tx: Tx, books: Books) -> Books:
    """`books` with what was changed by pages and with what providers last said of their lists; kept as long as nothing
    new is said."""
    books = books.start or books
    said, changes = tuple(await directory.states(tx)), await directory.versions(tx)
    if not said and not changes:
        return books
    today = await directory.today(tx) if changes else date.min
    key = (id(books), said, tuple(version.version_id for version in changes), today)
    found = _last.get(key)
    if found is None:
        while len(_last) >= _MOST:
            _last.pop(next(iter(_last)))
        states = {
            one.contract_id: ListSaid(one.state, one.places, one.until, local_day(one.changed_at)) for one in said
        }
        found = _last[key] = books.with_changes(changes, today).with_states(states)
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
