"""Messages that wait, leave, or are withheld: claimed by one worker at a time, and shown in the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read, read_one

STATES = ("waiting", "sending", "sent", "failed", "withheld")


@dataclass(frozen=True, slots=True)
class Held:
    """A message as it stands; its token is sealed under the key of the person."""

    request_id: UUID
    case_id: UUID
    person_id: UUID
    purpose: str
    template: str
    path: str | None
    channel: str
    token: bytes
    asked_at: datetime
    not_after: datetime
    state: str
    tries: int
    next_at: datetime
    sending_since: datetime | None
    sent_at: datetime | None
    carrier: str | None
    why: str | None


_DUE = """
select request_id from mail
 where (state = 'waiting' and next_at <= $1) or (state = 'sending' and sending_since < $2)
 order by next_at, request_id limit $3
"""


async def due(tx: Tx, now: datetime, given_up: datetime, limit: int) -> list[UUID]:
    """Messages to be tried: those whose time has come, and those whose worker went silent before `given_up`."""
    return [row["request_id"] for row in await tx.fetch(_DUE, now, given_up, limit)]


async def load(tx: Tx, request_id: UUID) -> Held | None:
    """The message, its row locked; None when another worker is at it."""
    asked = f"select {columns(Held)} from mail where request_id = $1 for update skip locked"
    return read_one(Held, await tx.fetchrow(asked, request_id))


async def waiting_of(tx: Tx, requests: Sequence[UUID]) -> list[UUID]:
    """Which of these messages wait to leave."""
    asked = "select request_id from mail where request_id = any($1::uuid[]) and state = 'waiting' order by request_id"
    return [row["request_id"] for row in await tx.fetch(asked, list(requests))] if requests else []


async def get(tx: Tx, request_id: UUID) -> Held | None:
    return read_one(Held, await tx.fetchrow(f"select {columns(Held)} from mail where request_id = $1", request_id))


async def digest(tx: Tx, request_id: UUID) -> str | None:
    """The digest of the token of a message's link."""
    found: str | None = await tx.fetchval("select token_sha256 from mail where request_id = $1", request_id)
    return found


async def save(tx: Tx, mail: Held) -> None:
    """Writes how a message stands."""
    await tx.execute(
        "update mail set state = $2, tries = $3, next_at = $4, sending_since = $5, sent_at = $6, carrier = $7, why = $8"
        " where request_id = $1",
        *(getattr(mail, name) for name in ("request_id", "state", "tries", "next_at", "sending_since")),
        mail.sent_at,
        mail.carrier,
        mail.why,
    )


_OF_MAIL = "request_id, case_id, template, channel, asked_at, not_after, state, tries, next_at, sent_at, carrier, why"


@dataclass(frozen=True, slots=True)
class Listed:
    """A message in the outbox; without a channel where it was refused at once."""

    request_id: UUID
    reference: str | None
    case_id: UUID
    template: str
    channel: str | None
    asked_at: datetime
    not_after: datetime
    state: str
    tries: int
    next_at: datetime
    sent_at: datetime | None
    carrier: str | None
    why: str | None


_LISTED = f"""
select {columns(Listed, "m").replace("m.reference", "c.reference")} from (
    select {_OF_MAIL} from mail
    union all
    select request_id, case_id, template, null, asked_at, not_after, 'withheld', 0, asked_at, null, null, why
      from mail_refused) m join case_file c using (case_id)
 where $1::text is null or m.state = $1 order by m.asked_at desc, m.request_id limit $2 offset $3
"""
_COUNTS = """
select state, sum(count)::int as count from (
    select state, count(*) from mail group by state
    union all select 'withheld', count(*) from mail_refused having count(*) > 0) m group by state
"""


async def outbox(tx: Tx, state: str | None, page: int, size: int = 25) -> Sequence[Listed]:
    """A page of the outbox, newest first: one more than `size` where there are further ones. Pages count from 1."""
    return read(Listed, await tx.fetch(_LISTED, state, size + 1, (page - 1) * size))


async def counts(tx: Tx) -> dict[str, int]:
    """How many messages stand in each state."""
    rows = await tx.fetch(_COUNTS)
    return {row["state"]: row["count"] for row in rows}
