"""The timeline of a case: what was announced or heard about it, as it happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.envelope import Announcement
from kit.database import Tx
from services.referral.store.rows import read

_KEEP = """
insert into case_event (case_id, happened_at, type, referral_id, leg_id, actor_role, actor_id, data, ours)
select case_id, happened_at, type, referral_id, leg_id, actor_role, $7, data::json, $9
  from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $8::text[])
    as e(case_id, happened_at, type, referral_id, leg_id, actor_role, data)
"""
_LIST = """
select id, happened_at, type, referral_id, leg_id, actor_role, actor_id, data from case_event
 where case_id = $1 and ($2::text[] is null or type = any($2)) and ($3::timestamptz is null or happened_at <= $3)
 order by happened_at desc, id desc limit $4
"""
_LOOKS = """
select at, actor_id, actor_role, organisation_id, action, fields, reason from kit.audit
 where subject_id = $1 order by at desc, id desc limit $2
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `data` is the event's, without personal data."""

    id: int
    happened_at: datetime
    type: str
    referral_id: UUID | None
    leg_id: UUID | None
    actor_role: str
    actor_id: UUID | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked at or changed a case, and which fields."""

    at: datetime
    actor_id: UUID | None
    actor_role: str
    organisation_id: UUID | None
    action: str
    fields: tuple[str, ...]
    reason: str | None


async def keep(
    tx: Tx, events: Sequence[Announcement], texts: Sequence[str], actor_id: UUID | None = None, *, ours: bool = True
) -> None:
    """Appends events, each with its JSON, to the timelines of their cases, in order; those of no case are left out."""
    told = [(event, text) for event, text in zip(events, texts, strict=True) if event.case_id is not None]
    if told:
        await tx.execute(
            _KEEP,
            [event.case_id for event, _ in told],
            [event.happened_at for event, _ in told],
            [event.TYPE for event, _ in told],
            [vars(event).get("referral_id") for event, _ in told],
            [vars(event).get("leg_id") for event, _ in told],
            [event.actor_role for event, _ in told],
            actor_id,
            [text for _, text in told],
            ours,
        )


async def heard(tx: Tx, events: Sequence[Announcement]) -> None:
    """Appends what other services announced about cases."""
    await keep(tx, events, [event.model_dump_json(exclude_none=True) for event in events], ours=False)


async def entries(
    tx: Tx, case_id: UUID, types: Sequence[str] | None = None, as_of: datetime | None = None, limit: int = 200
) -> list[Entry]:
    """What happened, newest first; `as_of` shows the case as it was known to stand at that instant."""
    return read(Entry, await tx.fetch(_LIST, case_id, types, as_of, limit))


async def looks(tx: Tx, case_id: UUID, limit: int = 200) -> list[Look]:
    """Who has looked at the case, newest first."""
    return read(Look, await tx.fetch(_LOOKS, case_id, limit))


_OPENED = """
select count(distinct subject_id)::int from kit.audit
 where actor_id = $1 and action = 'details_revealed' and at > $2::timestamptz - interval '24 hours'
"""


async def names_opened(tx: Tx, worker_id: UUID, now: datetime) -> int:
    """Of how many cases this worker has opened the names within a day."""
    return int(await tx.fetchval(_OPENED, worker_id, now))


async def is_told(tx: Tx, case_id: UUID, kind: str, line: str) -> bool:
    """Whether an event of this type was told of a line of the case."""
    asked = "select exists (select from case_event where case_id = $1 and type = $2 and data ->> 'line' = $3)"
    return await tx.fetchval(asked, case_id, kind, line)  # type: ignore[no-any-return]
