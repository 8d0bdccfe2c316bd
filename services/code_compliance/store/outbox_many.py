"""Announcements by the thousand are copied into the outbox; otherwise as `kit.outbox`."""

import secrets
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from operator import itemgetter
from uuid import UUID

from opentelemetry.propagate import inject

from kit.database import Tx
from kit.outbox import Cause, Written, add_written

FEW = 50
_SUBJECT = itemgetter(1)
# Locks the subjects before anything is numbered, as kit.announce does.
_COUNT_UP = """
insert into kit.sequence as s (subject_id, last) select * from unnest($1::uuid[], $2::bigint[])
on conflict (subject_id) do update set last = s.last + excluded.last
returning subject_id, last, (hashtext(subject_id::text) & 15)::smallint as shard, clock_timestamp() as at
"""
_COLUMNS = (
    *("shard", "subject_id", "sequence", "event_id", "type", "time", "data", "correlation", "causation"),
    *("traceparent", "added_at"),
)


async def add_many(
    tx: Tx,
    announcements: Sequence[tuple[str, UUID, datetime, str]],
    *,
    caused_by: "Sequence[Cause | None] | None" = None,
) -> None:
    """As `add_written`, for a worker that may have thousands, each as the parts of a `Written`: many are copied in, at
    the price of a round trip more."""
    if len(announcements) <= FEW:
        await add_written(tx, list(map(Written._make, announcements)), caused_by=caused_by)
        return
    carrier: dict[str, str] = {}
    inject(carrier)
    here = carrier.get("traceparent")
    number = Counter(map(_SUBJECT, announcements))
    subjects = sorted(number)  # whoever writes of several takes them in one order
    rows = await tx.fetch(_COUNT_UP, subjects, [number[subject] for subject in subjects])
    places = {subject: (shard, at, count(last - number[subject] + 1)) for subject, last, shard, at in rows}
    records = []
    causes: Sequence[Cause | None] = caused_by or [None] * len(announcements)
    for (kind, subject, happened_at, data), cause, name in zip(announcements, causes, _ids(len(causes)), strict=True):
        shard, at, sequence = places[subject]
        about = (cause.correlation_id, cause.id, cause.traceparent or here) if cause else (None, None, here)
        records.append((shard, subject, next(sequence), name, kind, happened_at, data, *about, at))
    await tx.copy_records_to_table("outbox", schema_name="kit", columns=_COLUMNS, records=records)


def _ids(how_many: int) -> list[str]:
    """As many of `contracts.identity.uuid7`, as text, made together."""
    millis = f"{time.time_ns() // 1_000_000:012x}"
    head, noise = f"{millis[:8]}-{millis[8:]}-7", secrets.token_hex(10 * how_many)
    return [
        f"{head}{noise[n : n + 3]}-{'89ab'[int(noise[n + 3], 16) & 3]}{noise[n + 4 : n + 7]}-{noise[n + 7 : n + 19]}"
        for n in range(0, 20 * how_many, 20)
    ]
