"""Applying a batch: lock the watermarks, drop what is known, decide, write, move on, all in one transaction."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from contracts.refused import Refused
from kit.database import TRANSIENT, Database, Tx
from kit.inbox import parking
from kit.inbox.parking import HeldKey, held_key
from kit.inbox.reading import Unheard, Unusable, read
from kit.listening import Context, Handler, Listening
from kit.received import Received, Record

log = structlog.get_logger(__name__)
TRIES = 3
RESULTS = ("received", "applied", "duplicates", "ignored", "parked", "held")

_LOCK = """
select topic, partition, next_offset from kit.watermark
 where consumer = $1 and (topic, partition) in (select * from unnest($2::text[], $3::int[]))
 order by topic, partition for update
"""
_BORN = """
insert into kit.watermark (consumer, topic, partition)
select $1, t, p from unnest($2::text[], $3::int[]) as n(t, p) on conflict do nothing
"""
_NEW = """
insert into kit.inbox (event, type, topic, partition, "offset", body)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])
on conflict do nothing returning event
"""
_BODIES = "select event, body from kit.inbox where event = any($1::uuid[]) and body is not null"
_MOVE = """
update kit.watermark w set next_offset = n.next_offset, received = w.received + n.received,
       applied = w.applied + n.applied, duplicates = w.duplicates + n.duplicates, ignored = w.ignored + n.ignored,
       parked = w.parked + n.parked, held = w.held + n.held, moved_at = now()
  from unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
              $9::bigint[], $10::bigint[])
    as n(topic, partition, next_offset, received, applied, duplicates, ignored, parked, held)
 where w.consumer = $1 and w.topic = n.topic and w.partition = n.partition
"""
_IGNORED = """
insert into kit.ignored as i (topic, type, count) select * from unnest($1::text[], $2::text[], $3::bigint[])
on conflict (topic, type) do update set count = i.count + excluded.count, last_at = now()
"""


class TryAgain(ConnectionError):
    """A handler failed on one record for no known reason; the batch is tried again before that record parks."""


@dataclass(slots=True)
class Counts:
    """What became of the records of a batch, per (topic, partition), and where each partition stands now."""

    by: dict[tuple[str, int], Counter[str]] = field(default_factory=dict)
    next_offset: dict[tuple[str, int], int] = field(default_factory=dict)
    unheard: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, record: Record, result: str) -> None:
        self.by.setdefault((record.topic, record.partition), Counter())[result] += 1

    def total(self, result: str) -> int:
        return sum(counter[result] for counter in self.by.values())


@dataclass(slots=True)
class Batch:
    """The usable events of a batch in order, what cannot be used, and what waits behind that.

    `held` are keys that something parked holds, as reading goes on; `failed` those whose handler failed."""

    events: list[Received[Any]] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    tail: list[Received[Any]] = field(default_factory=list)
    held: set[HeldKey] = field(default_factory=set)
    failed: set[HeldKey] = field(default_factory=set)

    def aside(self) -> list[Record]:
        return [i.record for i in self.unusable] + [e.record for e in self.tail]

    def fail(self, unusable: Unusable) -> None:
        self.unusable.append(unusable)
        if not parking.alone(unusable.reason, unusable.detail):
            self.held.add(held_key(unusable))


class Inbox:
    """Applies records to one service's database, each event once."""

    def __init__(self, database: Database, consumer: str, listening: Listening, context: Context) -> None:
        self._database = database
        self._consumer = consumer
        self._listening = listening
        self._context = context
        self._tries: Counter[tuple[str, int, int]] = Counter()

    async def apply(self, records: Sequence[Record]) -> Counts:
        """Applies a batch in Kafka's order; when a handler fails, once more with savepoints, so that one record
        cannot stop the others. Raises only what may pass by itself (`kit.database.TRANSIENT`)."""
        try:
            return await self._once(records, careful=False)
        except TRANSIENT:
            raise
        except Exception as failure:
            log.info("batch_again_carefully", error=type(failure).__name__, count=len(records))
            return await self._once(records, careful=True)

    async def _once(self, records: Sequence[Record], *, careful: bool) -> Counts:
        async with self._database.begin() as tx:
            counts = Counts()
            fresh = await self._above_watermark(tx, records, counts)
            batch = await self._sort(tx, fresh, counts)
            await self._settle(tx, batch, counts, careful=careful)
            await self._move(tx, counts)
            return counts

    async def again(self, tx: Tx, records: Sequence[Record]) -> set[tuple[int, int]]:
        """Applies records that were kept; returns (partition, offset) of those that still cannot be applied."""
        counts = Counts()
        batch = await self._sort(tx, records, counts)
        await self._run(tx, batch, counts, careful=True, final=True)
        return {(record.partition, record.offset) for record in batch.aside()}

    async def _above_watermark(self, tx: Tx, records: Sequence[Record], counts: Counts) -> list[Record]:
        partitions = sorted({(r.topic, r.partition) for r in records})
        where = (self._consumer, [t for t, _ in partitions], [p for _, p in partitions])
        rows = await tx.fetch(_LOCK, *where)
        if len(rows) < len(partitions):
            await tx.execute(_BORN, *where)
            rows = await tx.fetch(_LOCK, *where)
        marks = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        fresh = [r for r in records if r.offset >= marks[r.topic, r.partition]]
        for record in fresh:
            counts.add(record, "received")
            marks[record.topic, record.partition] = record.offset + 1
        counts.next_offset = marks
        return fresh

    async def _sort(self, tx: Tx, records: Sequence[Record], counts: Counts) -> Batch:
        found = [read(record, self._listening.models) for record in records]
        batch = Batch(held=await parking.held_keys(tx, [f for f in found if not isinstance(f, Unheard)]))
        for item in found:
            if isinstance(item, Unheard):
                counts.add(item.record, "ignored")
                counts.unheard[item.record.topic, item.type] += 1
            elif isinstance(item, Unusable):
                batch.fail(item)
            elif held_key(item) in batch.held:
                batch.tail.append(item)
            else:
                batch.events.append(item)
        return batch

    async def _settle(self, tx: Tx, batch: Batch, counts: Counts, *, careful: bool) -> None:
        await self._run(tx, batch, counts, careful=careful)
        for unusable in batch.unusable:
            counts.add(unusable.record, "parked")
        for event in batch.tail:
            counts.add(event.record, "held")
        await parking.park(tx, batch.unusable, batch.tail)

    async def _run(self, tx: Tx, batch: Batch, counts: Counts, *, careful: bool, final: bool = False) -> None:
        events = await self._unknown(tx, batch, counts)
        failed: set[tuple[str, int, int]] = set()
        for handler, group in waves(events, self._listening.handlers):
            if careful:
                await self._bisect(tx, handler, group, batch, final)
            else:
                await handler(tx, group, self._context)
        failed = {_place(record) for record in batch.aside()}
        gone = [e.event for e in events if _place(e.record) in failed]
        if gone:
            await tx.execute("delete from kit.inbox where event = any($1::uuid[])", gone)
        for event in events:
            if _place(event.record) not in failed:
                counts.add(event.record, "applied")

    async def _unknown(self, tx: Tx, batch: Batch, counts: Counts) -> list[Received[Any]]:
        """The events that were not applied yet. One whose id was used for other content parks: it has to come under an
        id of its own."""
        events = batch.events
        if not events:
            return []
        first = {event.event: event for event in reversed(events)}
        unique = [(key, event, event.body) for key, event in reversed(first.items())]
        rows = await tx.fetch(
            _NEW,
            [key for key, _, _ in unique],
            [e.type for _, e, _ in unique],
            [e.topic for _, e, _ in unique],
            [e.partition for _, e, _ in unique],
            [e.offset for _, e, _ in unique],
            [body for _, _, body in unique],
        )
        new = {row["event"] for row in rows}
        fresh = {_place(e.record) for key, e, _ in unique if key in new}
        again = [event for event in events if _place(event.record) not in fresh]
        if not again:
            return events
        held = {row["event"]: row["body"] for row in await tx.fetch(_BODIES, [event.event for event in again])}
        for event in again:
            if held.get(event.event, event.body) == event.body:
                counts.add(event.record, "duplicates")
            else:
                batch.fail(Unusable(event.record, "refused", parking.OTHER_CONTENT, event.type))
        return [event for event in events if _place(event.record) in fresh]

    async def _bisect(self, tx: Tx, handler: Any, group: Sequence[Received[Any]], batch: Batch, final: bool) -> None:
        batch.tail += [e for e in group if held_key(e) in batch.failed]
        group = [e for e in group if held_key(e) not in batch.failed]
        if not group:
            return
        try:
            async with tx.transaction():
                await handler(tx, group, self._context)
        except TRANSIENT:
            raise
        except Exception as failure:
            if len(group) > 1:
                middle = len(group) // 2
                await self._bisect(tx, handler, group[:middle], batch, final)
                await self._bisect(tx, handler, group[middle:], batch, final)
            else:
                batch.unusable.append(self._verdict(group[0], failure, final))
                batch.failed.add(held_key(group[0]))

    def _verdict(self, event: Received[Any], failure: Exception, final: bool) -> Unusable:
        place = _place(event.record)
        self._tries[place] += 1
        if not isinstance(failure, Refused) and not final and self._tries[place] < TRIES:
            raise TryAgain(type(failure).__name__) from failure
        self._tries.pop(place, None)
        return parking.why(event, failure)

    async def _move(self, tx: Tx, counts: Counts) -> None:
        places = list(counts.next_offset)
        columns = [[counts.by.get(place, Counter())[result] for place in places] for result in RESULTS]
        offsets = [counts.next_offset[place] for place in places]
        await tx.execute(_MOVE, self._consumer, [t for t, _ in places], [p for _, p in places], offsets, *columns)
        if counts.unheard:
            kinds = sorted(counts.unheard)  # parts of a topic count the same kinds at once: always in one order
            numbers = [counts.unheard[kind] for kind in kinds]
            await tx.execute(_IGNORED, [t for t, _ in kinds], [t for _, t in kinds], numbers)


def _place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def waves(
    events: Sequence[Received[Any]], handlers: Mapping[str, Handler]
) -> Iterator[tuple[Handler, list[Received[Any]]]]:
    """Groups for one handler each, as large as they can be with the order within each key kept."""
    last: dict[tuple[str, str], tuple[int, Handler]] = {}
    groups: dict[tuple[int, Handler], list[Received[Any]]] = {}
    for event in events:
        mine = handlers[event.type]
        number, handler = last.get((event.topic, event.key), (0, mine))
        if handler is not mine:
            number += 1
        last[event.topic, event.key] = number, mine
        groups.setdefault((number, mine), []).append(event)
    for number, handler in sorted(groups, key=lambda group: group[0]):
        yield handler, groups[number, handler]
