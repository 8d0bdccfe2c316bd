"""The service over its real path (Kafka, decode, apply, publish), one worker, beside referral's worker in one run."""

import asyncio
from time import monotonic
from typing import Any

from faststream.kafka import KafkaBroker

from bench import events, pipelines
from bench.stand import Stand, each
from contracts.topics import CODE_EVENTS, POLICE_CRIMES
from handrail.publishing import producer
from kit.database import Database, connect
from kit.inbox import Inbox
from kit.listening import Context, listening
from kit.migrate import HERE, migrate
from kit.outbox import Relay
from kit.service.consuming import Lane
from services.code_compliance.__main__ import SERVICE

NAME = SERVICE.name
_ANNOUNCED = "select coalesce(sum(last), 0)::bigint from kit.sequence"


async def keeping_up(stand: Stand, count: int) -> dict[str, Any]:
    """Both workers, one after the other, over the same events: events a second until all are applied, and until all
    that they announce is acknowledged."""
    await stand.prepare()
    await migrate(stand.settings, NAME, [HERE / "service", SERVICE.migrations])
    told = events.make(stand.settings, count)
    await events.send(stand.settings, told)
    theirs = await pipelines.run(stand, "ours", pipelines.ours, told)
    mine = await _consumed(stand, told)
    referral = {"applied": round(theirs.applied_per_second), "published": round(theirs.per_second), "cpu": theirs.cpu}
    held = mine["parked"] == 0 and theirs.checked is not None and theirs.checked.good
    return {"events": count, "crimes": told.crimes, NAME: mine, "referral": referral, "held": held}


async def _consumed(stand: Stand, told: events.Events) -> dict[str, Any]:
    name = await stand.fresh(NAME)
    database = await connect(stand.settings, name, f"{NAME}_worker", size=10)
    heard = listening(SERVICE.listens)
    context = Context(stand.settings, NAME, None, database, heard.models, SERVICE.load())  # type: ignore[arg-type]
    count = len(told.sent)
    async with producer(stand.settings.kafka) as client:
        relay = Relay(database, client, CODE_EVENTS, f"handrail/{NAME}")
        began: list[float] = []
        inbox = pipelines.Noticing(Inbox(database, NAME, heard, context), lambda: began.append(monotonic()))
        lane = Lane(POLICE_CRIMES, NAME, inbox, database, relay.wake.set)  # type: ignore[arg-type]
        broker = KafkaBroker(stand.settings.kafka, logger=None)
        lane.subscribe(broker, SERVICE.batch, stand.settings.session_seconds)
        job = asyncio.create_task(relay.run())
        before = stand.spent()
        try:
            await broker.start()
            applied = await pipelines.until(database, pipelines.APPLIED, lambda number: number >= count)
            finished = await pipelines.until(database, pipelines.OUTBOX, lambda number: number == 0)
            cost = each(before, stand.spent(), count)
        finally:
            await broker.stop()
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)
    found = {
        "applied": round(count / (applied - began[0])),
        "published": round(count / (finished - began[0])),
        "cpu": cost,
        "announcements_an_event": round(await database.pool.fetchval(_ANNOUNCED) / count, 1),
        "parked": await _parked(database),
    }
    await database.close()
    return found


async def _parked(database: Database) -> int:
    return int(await database.pool.fetchval("select coalesce(sum(parked + held), 0) from kit.watermark"))
