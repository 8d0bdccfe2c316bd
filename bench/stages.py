"""Where the processor microseconds of this process go, measured by stage on the same events without a broker."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time_ns
from typing import Any

from aiokafka import AIOKafkaConsumer

from bench.events import Events, records
from bench.pipelines import batches, opened_once
from bench.stand import Stand, each
from contracts.envelope import Announcement
from contracts.topics import POLICE_CRIMES
from kit.inbox import applying
from services.referral.actions import hearing, looking, opening

STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "decode": ((applying, "read"),),
    "decide": ((hearing, "read"), (hearing, "newcomers"), (hearing, "hear")),
    "look": ((looking, "_looked"),),
    "announce": ((Announcement, "model_dump_json"),),
    "unseal": ((opening, "_opened"),),
    "seal": tuple((opening, name) for name in ("close_person", "close_case", "close_channel", "digests")),
}


@contextmanager
def timed(spent: Counter[str]) -> Iterator[None]:
    """Adds up what each stage's functions take, while it lasts."""
    real = [(owner, name, getattr(owner, name)) for parts in STAGES.values() for owner, name in parts]
    for stage, parts in STAGES.items():
        for owner, name in parts:
            setattr(owner, name, _timing(getattr(owner, name), stage, spent))
    try:
        yield
    finally:
        for owner, name, function in real:
            setattr(owner, name, function)


def _timing(function: Callable[..., Any], stage: str, spent: Counter[str]) -> Callable[..., Any]:
    def timing(*args: Any, **options: Any) -> Any:
        began = process_time_ns()
        try:
            return function(*args, **options)
        finally:
            spent[stage] += process_time_ns() - began

    return timing


async def stages(stand: Stand, events: Events) -> dict[str, int]:
    """Microseconds for each event by stage: `write` is everything else of this process, `postgres` the database's."""
    hub = await stand.hub()
    spent: Counter[str] = Counter()
    came = batches(records(events), min(stand.settings.batch, len(events.sent) // 2))
    count = len(events.sent) - len(came[0])
    await hub.inbox.apply(came[0])
    before = stand.spent()
    with timed(spent):
        for batch in came[1:]:
            await hub.inbox.apply(batch)
        await opened_once(hub)
    whole = each(before, stand.spent(), count)
    await hub.close()
    found = {"fetch": await _fetch(stand, len(events.sent))}
    found |= {stage: round(spent[stage] / 1000 / count) for stage in STAGES}
    found["write"] = whole["python"] - sum(found[stage] for stage in STAGES)
    return found | {"postgres": whole["postgres"]}


async def _fetch(stand: Stand, count: int) -> int:
    """What reading the topic alone takes."""
    consumer = AIOKafkaConsumer(
        POLICE_CRIMES,
        bootstrap_servers=stand.settings.kafka,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    before = stand.spent()
    await consumer.start()
    try:
        left = count
        while left > 0:
            left -= sum(map(len, (await consumer.getmany(timeout_ms=200, max_records=1000)).values()))
    finally:
        await consumer.stop()
    return each(before, stand.spent(), count)["python"]
