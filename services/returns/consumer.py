"""Hears every type of every topic alike: archived as it came, and a fact row made of it."""

from collections.abc import Sequence
from typing import Any

from contracts.envelope import Fact
from contracts.registry import FACTS
from kit.database import Tx
from kit.inbox import Received
from kit.listening import Context, Handler
from services.returns.domain.facts import Arrived, fact_row, people
from services.returns.store import archive


async def on_any(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """Archives a batch and writes its facts in three statements; restricted cases are noted for the lists."""
    before = await archive.append(tx, [_incoming(event) for event in events])
    arrived = [
        Arrived(position, event.type, event.time, event.source, event.data)
        for position, event in enumerate(events, before + 1)
    ]
    await archive.save_facts(
        tx, [fact_row(event) for event in arrived], [row for event in arrived for row in people(event)]
    )
    await archive.save_restrictions(
        tx,
        [
            (event.data.case_id, event.data.restricted, event.position)  # type: ignore[attr-defined]
            for event in arrived
            if getattr(event.data, "restricted", None) is not None
        ],
    )


def _incoming(event: Received[Any]) -> archive.Incoming:
    return archive.Incoming(
        event_id=event.id,
        source=event.source,
        type=event.type,
        time=event.time,
        topic=event.topic,
        partition=event.partition,
        offset=event.offset,
        key=event.key,
        correlation_id=event.correlation_id,
        value=event.record.value or b"",
    )


LISTENS: dict[type[Fact], Handler] = dict.fromkeys(FACTS.values(), on_any)
