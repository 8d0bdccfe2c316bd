"""One-time links for providers that work without accounts. A link is found by its secret alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class Link:
    """Opens one leg once; `session_until`: how long what it was exchanged for lasts."""

    link_id: UUID
    leg_id: UUID
    referral_id: UUID
    case_id: UUID
    provider_id: UUID
    token_sha256: bytes
    made_at: datetime
    made_by: UUID | None
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: UUID | None = None
    session_sha256: bytes | None = None
    session_until: datetime | None = None
    asked_again_at: datetime | None = None

    def may_open(self, now: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and now < self.expires_at

    def is_in_session(self, now: datetime) -> bool:
        return self.revoked_at is None and self.session_until is not None and now < self.session_until


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def add(tx: Tx, link: Link) -> bool:
    """Keeps a new link; False when it was made before."""
    done = await tx.execute(insert("leg_link", Link, "on conflict (link_id) do nothing"), *values(link))
    return bool(done == "INSERT 0 1")


async def of_leg(tx: Tx, leg_id: UUID) -> list[Link]:
    """The links of a leg, the newest first; for the hub."""
    rows = await tx.fetch(
        f"select {columns(Link)} from leg_link where leg_id = $1 order by made_at desc, link_id", leg_id
    )
    return read(Link, rows)


async def revoke(tx: Tx, leg_id: UUID, by: UUID | None, now: datetime, *, opened: bool = True) -> int:
    """Takes back every link of a leg, with its session; how many there were. `opened` false leaves those that somebody
    has open now."""
    rows = await tx.fetch(
        "update leg_link set revoked_at = $3, revoked_by = $2 where leg_id = $1 and revoked_at is null"
        " and ($4 or coalesce(session_until <= $3, true)) returning link_id",
        leg_id,
        by,
        now,
        opened,
    )
    return len(rows)


async def by_secret(tx: Tx, secret: str) -> Link | None:
    """The link whose token or session this is; the rest of `tx` sees that link alone."""
    sought = digest(secret)
    await tx.execute("select set_config('app.link', $1, true)", sought.hex())
    row = await tx.fetchrow(
        f"select {columns(Link)} from leg_link where token_sha256 = $1 or session_sha256 = $1", sought
    )
    return read_one(Link, row)


async def by_session(tx: Tx, session: str) -> Link | None:
    """The link whose session this is, or was; the rest of `tx` sees that link alone."""
    found = await by_secret(tx, session)
    return found if found is not None and found.session_sha256 == digest(session) else None


async def exchange(tx: Tx, link: Link, session: str, until: datetime, now: datetime) -> bool:
    """Exchanges an unused link for a session; False when somebody was quicker, or it was taken back meanwhile."""
    done = await tx.execute(
        "update leg_link set used_at = $3, session_sha256 = $2, session_until = $4"
        " where link_id = $1 and used_at is null and revoked_at is null and expires_at > $3",
        link.link_id,
        digest(session),
        now,
        until,
    )
    return bool(done == "UPDATE 1")


async def ask_again(tx: Tx, link: Link, now: datetime) -> None:
    """Whoever holds the link, open or over, asks for another one."""
    await tx.execute("update leg_link set asked_again_at = $2 where link_id = $1", link.link_id, now)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A leg that wants a link to be mailed: its first, or another one `after` a link whose holder asked."""

    leg_id: UUID
    after: UUID | None


_OPEN = """not l.restricted and l.lapsed_at is null
   and (not l.automatic or l.pack is not null)"""
# An ask is answered by a link that was made after it, and by one that was made just before it and can be opened still.
# Where the hub took back the newest link, and so all of them, nobody is sent another one by asking.
_WANTED = f"""
select l.leg_id, null::uuid as after from leg l
 where l.contract_id = any($1) and l.state = 'sent' and {_OPEN}
   and not exists (select 1 from leg_link k where k.leg_id = l.leg_id)
union all
select distinct on (k.leg_id) k.leg_id, k.link_id as after from leg_link k join leg l on l.leg_id = k.leg_id
 where k.asked_again_at > $2::timestamptz - interval '1 day' and l.contract_id = any($1)
   and l.state in ('sent', 'accepted', 'waitlisted') and {_OPEN}
   and not exists (select 1 from leg_link n where n.leg_id = k.leg_id and n.link_id <> k.link_id
                      and (n.made_at > k.asked_again_at
                           or (n.made_at > k.asked_again_at - interval '10 minutes' and n.used_at is null
                               and n.revoked_at is null and n.expires_at > $2)))
   and (select n.revoked_at from leg_link n where n.leg_id = k.leg_id order by n.made_at desc limit 1) is null
 limit $3
"""


async def wanted(tx: Tx, contracts: Sequence[UUID], now: datetime, limit: int) -> list[Wanted]:
    """The legs of these contracts, whose providers have no accounts, that want a link to be mailed: those sent without
    one, and those of a link whose holder asked for another."""
    return read(Wanted, await tx.fetch(_WANTED, list(contracts), now, limit))


async def end_older(tx: Tx, since: datetime, now: datetime) -> list[UUID]:
    """Ends the sessions of links of which a newer one of the same leg was opened, since an instant; the case of each. A
    channel is locked by whoever remembers the session all the same."""
    rows = await tx.fetch(
        "update leg_link o set session_until = $2 from leg_link n"
        " where n.used_at > $1 and o.leg_id = n.leg_id and o.made_at < n.made_at and o.session_until > $2"
        " returning o.case_id",
        since,
        now,
    )
    return [row["case_id"] for row in rows]


async def close(tx: Tx, link: Link, now: datetime) -> None:
    await tx.execute("update leg_link set session_until = $2 where link_id = $1", link.link_id, now)


async def narrow(tx: Tx, link: Link) -> None:
    """From here on `tx` sees the one leg of the link and what belongs to it."""
    await tx.execute("select set_config('app.leg_id', $1, true)", str(link.leg_id))
