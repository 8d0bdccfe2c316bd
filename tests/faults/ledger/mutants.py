"""Four mistakes that others have made, planted on purpose, and a crash at the worst moment for each."""

import asyncio
import os
from collections.abc import Callable, Sequence
from types import SimpleNamespace
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
        **HONEST,
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


def crash_after_commit() -> None:
    """The batch is committed, and Kafka is not told."""
    real = Inbox.apply

    async def apply(self: Inbox, records: Sequence[Record]) -> Counts:
        counts = await real(self, records)
        crash_when_due()
        return counts

    Inbox.apply = apply  # type: ignore[method-assign]


def crash_between_parking_and_commit() -> None:
    real = Inbox._settle

    async def settle(self: Inbox, tx: Any, batch: Any, counts: Counts, *, careful: bool) -> None:
        await real(self, tx, batch, counts, careful=careful)
        if batch.unusable:
            crash_when_due()

    Inbox._settle = settle  # type: ignore[method-assign]


def crash_with_announcements_taken() -> None:
    """They are taken from the outbox, and none is sent."""
    real = Relay._send

    async def send(self: Relay, row: Any) -> Any:
        crash_when_due()
        return await real(self, row)

    Relay._send = send  # type: ignore[method-assign]


def crash_with_announcements_sent() -> None:
    """Kafka has them, and the outbox is not rid of them: they are sent again."""
    real = asyncio.gather

    def gather(*waited: Any, **words: Any) -> Any:
        async def then_crash() -> Any:
            found = await real(*waited, **words)
            crash_when_due()
            return found

        return then_crash()

    vars(outbox).update(asyncio=SimpleNamespace(**vars(asyncio) | {"gather": gather}))


HONEST: dict[str, Callable[[], None]] = {
    "committed": crash_after_commit,
    "parked": crash_between_parking_and_commit,
    "taken": crash_with_announcements_taken,
    "sent": crash_with_announcements_sent,
}
"""Points at which a process that makes no mistake may be killed, beside the one before its commit."""


def no_inbox_check() -> None:
    async def unknown(self: Inbox, tx: Any, batch: Any, counts: Counts) -> list[Any]:
        return list(batch.events)

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
