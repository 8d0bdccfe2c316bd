"""Messages are tried: one key however often, each claimed and settled in transactions of its own, so that nothing is
held open while a carrier thinks; and a sweeper takes up what a worker that is gone had begun."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import structlog

from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.carrying import Carrier, NoAnswer, NotTaken, Rejected, carrier_of
from services.referral.domain.mailing import Message, pause

AT_ONCE = 20
LEASE = timedelta(minutes=15)
"""After so long a worker that is at a message counts as gone; longer than any answer is awaited."""
PATIENCE = 20.0
"""Seconds for which one round waits; a conversation that takes longer goes on beside the next round."""
log = structlog.get_logger(__name__)


class Posted(Protocol):
    """How a message of any kind stands."""

    @property
    def state(self) -> str: ...
    @property
    def tries(self) -> int: ...
    @property
    def next_at(self) -> datetime | None: ...
    @property
    def sending_since(self) -> datetime | None: ...
    @property
    def why(self) -> str | None: ...


M = TypeVar("M", bound=Posted)


@dataclass(frozen=True, slots=True)
class Kind(Generic[M]):
    """One kind of message: where it is kept, what is looked at before it leaves, and what is written of its end.

    `claim` gives the marked row and the message, or None where it may not leave now. `wait` takes the tries so far,
    when to try again and why. `said` is the line of the log for one that failed by our own fault.
    """

    said: str
    due: Callable[[Tx, datetime, datetime, int], Awaitable[list[UUID]]]
    load: Callable[[Tx, UUID], Awaitable[M | None]]
    claim: Callable[[Tx, M, datetime, Context, Carrier], Awaitable[tuple[M, Message] | None]]
    wait: Callable[[Tx, M, int, datetime, str | None], Awaitable[None]]
    left: Callable[[Tx, M, datetime], Awaitable[None]]
    fail: Callable[[Tx, M, str | None, datetime], Awaitable[None]]
    going: set["asyncio.Task[None]"] = field(default_factory=set)


async def send_due(kind: Kind[M], tx: Tx, moment: Moment, context: Context, carrier: Carrier | None) -> int:
    """Tries every message of a kind whose time has come; returns how many."""
    room = AT_ONCE - len(kind.going)
    ids = await kind.due(tx, moment.now, moment.now - LEASE, room) if room > 0 else []
    if not ids:
        return 0
    chosen = carrier or carrier_of(context.settings)
    for one in ids:
        task = asyncio.ensure_future(_try(kind, one, moment.now, context, chosen))
        kind.going.add(task)
        task.add_done_callback(lambda ended: _ended(kind, ended))
    await asyncio.wait(set(kind.going), timeout=PATIENCE)
    return len(ids)


def _ended(kind: Kind[M], task: "asyncio.Task[None]") -> None:
    kind.going.discard(task)
    if not task.cancelled() and task.exception() is not None:
        log.warning(kind.said, error=type(task.exception()).__name__)


async def _try(kind: Kind[M], one: UUID, now: datetime, context: Context, carrier: Carrier) -> None:
    """One message; what fails by our own fault waits too, so that it is not in the way of the others."""
    try:
        await carry(kind, one, now, context, carrier)
    except Exception:
        async with context.database.begin() as tx:
            held = await kind.load(tx, one)
            if held is not None and held.state == "waiting":
                await kind.wait(tx, held, held.tries + 1, now + pause(held.tries + 1), "defect")
        raise


async def carry(kind: Kind[M], one: UUID, now: datetime, context: Context, carrier: Carrier) -> None:
    """Claims a message that is due, gives it to the carrier and settles what came of it; one that another worker has
    begun meanwhile is left to it."""
    async with context.database.begin() as tx:
        held = await kind.load(tx, one)
        claimed = await kind.claim(tx, held, now, context, carrier) if held and _is_due(held, now) else None
    if claimed is None or held is None:
        return
    after, message = claimed
    outcome, why = await _carried(carrier, message, in_doubt=held.state == "sending" or held.why == "no_answer")
    async with context.database.begin() as tx:
        settled = await kind.load(tx, one)
        if settled is None or settled.sending_since != after.sending_since:
            return
        if outcome == "sent":
            await kind.left(tx, settled, now)
        elif outcome == "failed":
            await kind.fail(tx, settled, why, now)
        else:
            await kind.wait(tx, settled, settled.tries, now + pause(settled.tries), why)


def _is_due(held: Posted, now: datetime) -> bool:
    if held.state == "waiting":
        return held.next_at is not None and held.next_at <= now
    return held.state == "sending" and held.sending_since is not None and held.sending_since < now - LEASE


async def _carried(carrier: Carrier, message: Message, *, in_doubt: bool) -> tuple[str, str | None]:
    """What came of it, with the code of why. Where an earlier try is in doubt the carrier is asked first."""
    try:
        if not (in_doubt and await carrier.has(message.key)):
            await carrier.carry(message)
    except NotTaken:
        return "waiting", "not_taken"
    except NoAnswer:
        return "waiting", "no_answer"
    except Rejected:
        return "failed", "rejected"
    return "sent", None
