"""Four mistakes that others have made, planted on purpose, and a crash at the worst moment for each."""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any

from kit import outbox
from kit.inbox.applying import Counts, Inbox
from kit.outbox import Relay
from kit.received import Record

_crash_in = 0


def crash_when_due() -> None:
    """Ends the process at once on the call that `LEDGER_CRASH` names."""
    global _crash_in
    _crash_in -= 1
    if _crash_in == 0:
        os._exit(9)


def plant(name: str, crash: int) -> None:
    """Changes the kit of this process as the mutant `name` has it; an empty name changes only the crash."""
    global _crash_in
    _crash_in = crash
    plants: dict[str, Callable[[], None]] = {
        "": crash_between_effect_and_commit,
        "no_inbox_check": no_inbox_check,
        "offset_before_commit": offset_before_commit,
        "removed_before_publish": removed_before_publish,
        "sequence_cursor": sequence_cursor,
    }
    plants[name]()


def crash_between_effect_and_commit() -> None:
    real = Inbox._move

    async def move(self: Inbox, tx: Any, counts: Counts) -> None:
        await real(self, tx, counts)
        crash_when_due()

    Inbox._move = move  # type: ignore[method-assign]


def no_inbox_check() -> None:
    async def unknown(self: Inbox, tx: Any, events: Sequence[Any], counts: Counts) -> list[Any]:
        return list(events)

    Inbox._unknown = unknown  # type: ignore[method-assign]


def offset_before_commit() -> None:
    real = Inbox._settle

    async def once(self: Inbox, records: Sequence[Record], *, careful: bool) -> Counts:
        async with self._database.begin() as tx:
            counts = Counts()
            fresh = await self._above_watermark(tx, records, counts)
            await self._move(tx, counts)
        crash_when_due()
        async with self._database.begin() as tx:
            await real(self, tx, await self._sort(tx, fresh, counts), counts, careful=careful)
        return counts

    Inbox._once = once  # type: ignore[method-assign]


def removed_before_publish() -> None:
    async def relay_once(self: Relay, connection: Any, shards: Sequence[int] = tuple(range(16))) -> int:
        rows = await connection.fetch(outbox._TAKE, list(shards), self._batch)
        if rows:
            crash_when_due()
        await asyncio.gather(*[await self._send(row) for row in rows])
        return len(rows)

    Relay.relay_once = relay_once  # type: ignore[method-assign]


def sequence_cursor() -> None:
    last = 0

    async def relay_once(self: Relay, connection: Any, shards: Sequence[int] = tuple(range(16))) -> int:
        nonlocal last
        rows = await connection.fetch(
            "select * from kit.outbox where seq > $1 order by seq limit $2", last, self._batch
        )
        await asyncio.gather(*[await self._send(row) for row in rows])
        last = max([last, *(row["seq"] for row in rows)])
        return len(rows)

    Relay.relay_once = relay_once  # type: ignore[method-assign]
