"""One process of one service: `python -m services.<name> web | worker | migrate | reconcile | parked ...`."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
import uvicorn
import uvloop
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kit import telemetry
from kit.config import Settings
from kit.database import TRANSIENT, Database, connect
from kit.inbox import Inbox, orders
from kit.listening import listening
from kit.migrate import HERE, migrate
from kit.outbox import Relay
from kit.service import operating
from kit.service.consuming import OVERLAP, Lane
from kit.service.declared import Service
from kit.service.equipping import context_of
from kit.service.timing import ALWAYS, keep
from kit.service.watching import Watch

log = structlog.get_logger(__name__)


def main(service: Service) -> None:
    """Runs the process that the command line names; ends with exit code 2 on a word it does not know."""
    words = sys.argv[1:] or ["help"]
    settings = Settings()
    telemetry.start(settings, service.name, words[0])
    runs: dict[str, Callable[[], Awaitable[int]]] = {
        "web": lambda: web(service, settings),
        "worker": lambda: worker(service, settings),
        "migrate": lambda: migrated(service, settings),
        "reconcile": lambda: operating.reconcile(service, settings),
        "parked": lambda: operating.parked(service, settings, words[1:]),
    }
    run = runs.get(words[0])
    if run is None and service.command is None:
        print(f"python -m services.{service.name} web | worker | migrate | reconcile | parked ...", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    chosen = run or (lambda: operating.command(service, settings, words))
    sys.exit(uvloop.run(_exit_code(chosen)))


async def _exit_code(run: Callable[[], Awaitable[int]]) -> int:
    return await run()


async def migrated(service: Service, settings: Settings) -> int:
    """Brings the service's database up to date."""
    await migrate(settings, service.name, [HERE / "service", service.migrations], service.database)
    if service.after_migrate is not None:
        database = await connect(settings, service.database, f"{service.name}_migrate", size=1)
        async with database.begin() as tx:
            await tx.execute(f"set local role {service.name}_owner")
            await service.after_migrate(tx)
        await database.close()
    return 0


async def worker(service: Service, settings: Settings) -> int:
    """Consumes, relays and keeps time until told to stop; ends non-zero when it is stuck."""
    size = OVERLAP * len(service.topics) + 6
    database = await connect(settings, service.database, f"{service.name}_worker", size=size)
    context = await context_of(service, settings, database)
    collect_rarely()
    producer = await _producer(settings)
    relay = Relay(database, producer, service.owns, f"handrail/{service.name}")
    watch = Watch(database, service.name, list(service.topics), settings.kafka, settings.watchdog_seconds)
    inbox = Inbox(database, service.name, listening(service.listens), context)
    broker = KafkaBroker(settings.kafka, logger=None)
    timers = (*ALWAYS, *service.every)
    wakes = {every.name: asyncio.Event() for every in timers if every.after_batch}

    def applied() -> None:
        for event in (relay.wake, *wakes.values()):
            event.set()

    lanes = [Lane(topic, service.name, inbox, database, applied) for topic in service.topics]
    for lane in lanes:
        lane.subscribe(broker, service.batch, settings.session_seconds)
    await broker.start()
    jobs = [relay.run(), watch.run(), _guard(lanes), _serve_probes(database, settings)]
    jobs.append(orders.carry_out(database, inbox, relay.wake.set))
    jobs += [
        keep(database, every, lambda: watch.applied_until, context, relay.wake.set, wakes.get(every.name))
        for every in timers
    ]
    try:
        return await until_stopped(jobs)
    finally:
        await broker.stop()
        await producer.stop()


def collect_rarely() -> None:
    """Batches make many objects and hardly a cycle: looking for cycles at Python's own pace takes a worker a fifth of
    its time. What was loaded at start is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


async def _producer(settings: Settings) -> AIOKafkaProducer:
    while True:
        producer = AIOKafkaProducer(
            bootstrap_servers=settings.kafka,
            enable_idempotence=True,
            acks="all",
            compression_type="lz4",
            linger_ms=2,
            max_batch_size=256 * 1024,
        )
        try:
            await producer.start()
        except KafkaError as outage:
            log.warning("kafka_waits", error=type(outage).__name__)
            await producer.stop()
            await asyncio.sleep(1)
        else:
            return producer


async def _guard(lanes: Sequence[Lane]) -> None:
    while not any(lane.broken for lane in lanes):
        await asyncio.sleep(0.5)
    log.error("lane_broken")
    raise SystemExit(4)


async def until_stopped(jobs: Sequence[Awaitable[Any]]) -> int:
    """Runs all jobs until a signal (0) or until one of them ends (its exit code, or 1)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    tasks = [asyncio.ensure_future(_contained(job)) for job in jobs]
    stopping = asyncio.ensure_future(stop.wait())
    done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if stopping in done:
        return 0
    stopping.cancel()
    return max(task.result() for task in done)


async def _contained(job: Awaitable[Any]) -> int:
    try:
        await job
    except SystemExit as end:
        return int(end.code or 1)
    except Exception as failure:
        log.error("job_failed", error=type(failure).__name__)
        return 1
    return 1


async def _serve_probes(database: Database, settings: Settings) -> None:
    await serve(Starlette(routes=probes(database)), settings)


def probes(database: Database) -> list[Route]:
    """`/livez` answers while the event loop turns, `/readyz` when the database does; `/metrics` is for Prometheus."""

    async def ready(_: Request) -> Response:
        try:
            await database.pool.fetchval("select 1", timeout=3)
        except TRANSIENT:
            return PlainTextResponse("database", 503)
        return PlainTextResponse("ready")

    async def live(_: Request) -> Response:
        return PlainTextResponse("live")

    async def measured(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/livez", live), Route("/readyz", ready), Route("/metrics", measured)]


async def serve(app: Starlette, settings: Settings) -> None:
    """Serves `app` where the settings say, on loopback unless told otherwise, until cancelled."""
    config = uvicorn.Config(
        app,
        host=settings.bind,
        port=settings.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        forwarded_allow_ips=settings.gateway,
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(asyncio.CancelledError):
        await server._serve()  # without uvicorn's own signal handling: ours stops all jobs together


async def web(service: Service, settings: Settings) -> int:
    """Serves the service's pages until told to stop. Kafka may be away: pages still work."""
    from kit.web.app import make_app  # workers must not pay for templates

    hub = await connect(settings, service.database, f"{service.name}_hub", size=8)
    portal = await connect(settings, service.database, f"{service.name}_portal", size=6) if service.portal else None
    access = await connect(settings, "access", "access_web", size=4)
    context = await context_of(service, settings, hub)
    app = make_app(
        service.name,
        settings,
        service.pages(context),
        databases={"hub": hub} | ({"portal": portal} if portal else {}),
        templates=service.templates or Path(),
        access=access,
        sealer=context.sealer,
        navigation=service.navigation,
        extra=probes(hub),
    )
    return await until_stopped([serve(app, settings)])
