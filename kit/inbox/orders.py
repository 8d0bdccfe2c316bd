"""What a page asks to have done with a parked record, and the worker that does it: pages have no inbox."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

import structlog

from kit import audit
from kit.database import TRANSIENT, Database, Tx
from kit.inbox import parking
from kit.inbox.applying import Inbox
from kit.inbox.replaying import replay_in

log = structlog.get_logger(__name__)
_ASK = """
insert into kit.parked_order (order_id, parked_id, verb, reason, asked_by, asked_role, asked_at)
select $1, id, $3, $4, $5, $6, $7 from kit.parked where id = $2 and state = 'parked'
on conflict do nothing returning order_id
"""
_KNOWN = "select 1 from kit.parked_order where order_id = $1 or (parked_id = $2 and done_at is null)"
_NEXT = """
select order_id, parked_id, verb, reason, asked_by, asked_role from kit.parked_order
 where done_at is null order by asked_at, order_id limit 1 for update skip locked
"""
_DONE = "update kit.parked_order set done_at = now(), applied = $2, still = $3 where order_id = $1"


@dataclass(frozen=True, slots=True)
class Order:
    """`reason` is a code, and only a discard has one."""

    order_id: UUID
    parked_id: int
    verb: str
    reason: str | None
    asked_by: UUID
    asked_role: str


async def ask(tx: Tx, order: Order, now: datetime) -> bool | None:
    """Keeps an order for the worker. False: it was asked before; None: nothing of that number is parked."""
    found = await tx.fetchval(
        _ASK, order.order_id, order.parked_id, order.verb, order.reason, order.asked_by, order.asked_role, now
    )
    if found:
        return True
    return False if await tx.fetchval(_KNOWN, order.order_id, order.parked_id) else None


async def carry_out_next(database: Database, inbox: Inbox) -> bool:
    """Does the oldest order that nobody is at; False when there is none."""
    async with database.begin() as tx:
        row: Any = await tx.fetchrow(_NEXT)
        if row is None:
            return False
        order = Order(**row)
        if order.verb == "discard":
            await parking.discard(tx, order.parked_id, order.reason or "")
        applied, still = await replay_in(tx, inbox, order.parked_id)
        await tx.execute(_DONE, order.order_id, applied, still)
        action = f"parked.{order.verb}"
        entry = audit.Entry(order.asked_by, order.asked_role, None, action, "parked", order.order_id, (), order.reason)
        await audit.record(tx, [entry])
        return True


async def carry_out(database: Database, inbox: Inbox, done: Callable[[], None], pause: float = 1.0) -> NoReturn:
    """Looks each second; what fails for a while is tried again."""
    while True:
        try:
            while await carry_out_next(database, inbox):
                done()
        except TRANSIENT as outage:
            log.warning("order_waits", error=type(outage).__name__)
        await asyncio.sleep(pause)
