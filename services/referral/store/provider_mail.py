"""Messages to providers: claimed by one worker at a time, and shown in the outbox beside those to people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class ToProvider:
    """A message as it stands; `token` of the one-time link in it is sealed under the provider's key until it left. One
    that is of no case has neither `case_id` nor `leg_id`."""

    mail_id: UUID
    provider_id: UUID
    contract_id: UUID
    case_id: UUID | None
    leg_id: UUID | None
    link_id: UUID | None
    template: str
    token: bytes | None
    asked_by: UUID | None
    asked_at: datetime
    not_after: datetime
    state: str = "waiting"
    tries: int = 0
    next_at: datetime | None = None
    sending_since: datetime | None = None
    sent_at: datetime | None = None
    carrier: str | None = None
    why: str | None = None


_CHANGING = ("state", "tries", "next_at", "sending_since", "sent_at", "carrier", "why", "token")
_SAVE = "update provider_mail set {} where mail_id = $1".format(
    ", ".join(f"{name} = ${number}" for number, name in enumerate(_CHANGING, 2))
)
_DUE = """
select mail_id from provider_mail
 where (state = 'waiting' and next_at <= $1) or (state = 'sending' and sending_since < $2)
 order by next_at, mail_id limit $3
"""


async def add(tx: Tx, rows: Sequence[ToProvider]) -> None:
    """Keeps messages to be sent; one that is there already stays as it is."""
    asked = insert("provider_mail", ToProvider, "on conflict (mail_id) do nothing")
    await tx.executemany(asked, [values(row) for row in rows])


async def due(tx: Tx, now: datetime, given_up: datetime, limit: int) -> list[UUID]:
    """Messages to be tried: those whose time has come, and those whose worker went silent before `given_up`."""
    return [row["mail_id"] for row in await tx.fetch(_DUE, now, given_up, limit)]


async def load(tx: Tx, mail_id: UUID) -> ToProvider | None:
    """The message, its row locked; None when another worker is at it."""
    asked = f"select {columns(ToProvider)} from provider_mail where mail_id = $1 for update skip locked"
    return read_one(ToProvider, await tx.fetchrow(asked, mail_id))


async def save(tx: Tx, mail: ToProvider) -> None:
    await tx.execute(_SAVE, mail.mail_id, *(getattr(mail, name) for name in _CHANGING))


async def known(tx: Tx, mail_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these messages were asked for."""
    rows = await tx.fetch("select mail_id from provider_mail where mail_id = any($1::uuid[])", list(mail_ids))
    return {row["mail_id"] for row in rows}


async def newest(tx: Tx, limit: int = 25) -> list[ToProvider]:
    """The newest messages to providers that the viewer may see."""
    asked = f"select {columns(ToProvider)} from provider_mail order by asked_at desc, mail_id limit $1"
    return read(ToProvider, await tx.fetch(asked, limit))


async def of_leg(tx: Tx, leg_id: UUID) -> list[ToProvider]:
    asked = f"select {columns(ToProvider)} from provider_mail where leg_id = $1 order by asked_at desc, mail_id"
    return read(ToProvider, await tx.fetch(asked, leg_id))


async def of_case(tx: Tx, case_id: UUID) -> list[ToProvider]:
    asked = f"select {columns(ToProvider)} from provider_mail where case_id = $1 order by asked_at desc, mail_id"
    return read(ToProvider, await tx.fetch(asked, case_id))


@dataclass(frozen=True, slots=True)
class Standing:
    """How the leg of a message stands now, and whether its link may still be opened."""

    state: str
    link_open: bool


async def standing(tx: Tx, mail: ToProvider, now: datetime) -> Standing | None:
    row = await tx.fetchrow(
        "select l.state, exists (select 1 from leg_link k where k.link_id = $2 and k.used_at is null"
        " and k.revoked_at is null and k.expires_at > $3) as link_open from leg l where l.leg_id = $1",
        mail.leg_id,
        mail.link_id,
        now,
    )
    return read_one(Standing, row)
