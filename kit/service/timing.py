"""Things that fall due: each is run by one worker at a time, in a transaction of its own."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

import structlog

from kit import audit, clock, telemetry
from kit.database import Database, Tx
from kit.listening import Context
from kit.service.declared import Every, Moment
from kit.web import attempts

log = structlog.get_logger(__name__)
_RAN = "insert into kit.schedule (name, last_run) values ($1, now()) on conflict (name) do update set last_run = now()"


async def run_once(database: Database, every: Every, moment: Moment, context: Context) -> int:
    """Runs one thing that falls due; 0 when another worker is at it."""
    async with database.begin() as tx:
        if not await tx.fetchval("select pg_try_advisory_xact_lock(hashtext('every'), hashtext($1))", every.name):
            return 0
        done = await every.run(tx, moment, context)
        await tx.execute(_RAN, every.name)
    if done:
        telemetry.FALLEN_DUE.add(done, {"name": every.name})
    return done


async def keep(
    database: Database,
    every: Every,
    applied_until: Callable[[], datetime | None],
    context: Context,
    done: Callable[[], None],
    wake: asyncio.Event | None = None,
) -> NoReturn:
    """Runs one thing at its pace, at once when it is woken and while it is full; a failure is logged and it waits
    longer."""
    pause = every.seconds
    while True:
        started = time.monotonic()
        try:
            count = await run_once(database, every, Moment(clock.now(), applied_until()), context)
            pause = 0.0 if count >= every.full else every.seconds
            if count:
                done()
        except Exception as failure:
            log.warning("every_failed", name=every.name, error=type(failure).__name__)
            pause = min(max(pause, 0.5) * 2, 30.0)
        await _rest(max(0.0, pause - (time.monotonic() - started)), wake)


async def _rest(seconds: float, wake: asyncio.Event | None) -> None:
    if wake is None or not seconds:
        await asyncio.sleep(seconds)
        return
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(wake.wait(), seconds)
    wake.clear()


async def _chain(tx: Tx, _: Moment, __: Context) -> int:
    return await audit.chain(tx)


async def _publish_head(tx: Tx, _: Moment, context: Context) -> int:
    await audit.publish_head(tx, context.settings.data / "audit-heads" / f"{context.service}.log")
    return 0


AUDIT = (Every("audit_chain", 1.0, _chain, full=5000), Every("audit_head", 60.0, _publish_head))
ALWAYS = (*AUDIT, Every("attempts_over", 600.0, attempts.forget))
