"""The books of the service as they stand now: its reference folder, and what providers say of their lists."""

from datetime import date
from functools import cache

from kit.database import Tx
from services.referral.books import load
from services.referral.domain.books import Books
from services.referral.domain.directory import ListSaid
from services.referral.domain.standards import Standards
from services.referral.domain.transitions import TransitionTable
from services.referral.store import directory

_last: dict[tuple[int, tuple[directory.ContractState, ...]], Books] = {}


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
    """`books` with what providers last said of their lists; the last answer is kept as long as they say nothing new."""
    said = tuple(await directory.states(tx))
    if not said:
        return books
    found = _last.get((id(books), said))
    if found is None:
        _last.clear()
        states = {one.contract_id: ListSaid(one.state, one.places, one.until) for one in said}
        found = _last[id(books), said] = books.with_states(states)
    return found
