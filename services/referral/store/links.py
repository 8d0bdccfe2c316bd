"""One-time links for providers that work without accounts. A link is found by its secret alone."""

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read, read_one


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
    made_by: UUID
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: UUID | None = None
    session_sha256: bytes | None = None
    session_until: datetime | None = None

    def may_open(self, now: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and now < self.expires_at

    def is_in_session(self, now: datetime) -> bool:
        return self.revoked_at is None and self.session_until is not None and now < self.session_until


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def add(tx: Tx, link: Link) -> bool:
    """Keeps a new link; False when it was made before."""
    names = [field.name for field in fields(Link)]
    places = ", ".join(f"${n}" for n in range(1, len(names) + 1))
    done = await tx.execute(
        f"insert into leg_link ({', '.join(names)}) values ({places}) on conflict (link_id) do nothing",
        *(getattr(link, name) for name in names),
    )
    return bool(done == "INSERT 0 1")


async def of_leg(tx: Tx, leg_id: UUID) -> list[Link]:
    """The links of a leg, the newest first; for the hub."""
    rows = await tx.fetch(
        f"select {columns(Link)} from leg_link where leg_id = $1 order by made_at desc, link_id", leg_id
    )
    return read(Link, rows)


async def revoke(tx: Tx, leg_id: UUID, by: UUID, now: datetime) -> int:
    """Takes back every link of a leg, with its session; how many there were."""
    rows = await tx.fetch(
        "update leg_link set revoked_at = $3, revoked_by = $2 where leg_id = $1 and revoked_at is null"
        " returning link_id",
        leg_id,
        by,
        now,
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


async def close(tx: Tx, link: Link, now: datetime) -> None:
    await tx.execute("update leg_link set session_until = $2 where link_id = $1", link.link_id, now)


async def narrow(tx: Tx, link: Link) -> None:
    """From here on `tx` sees the one leg of the link and what belongs to it."""
    await tx.execute("select set_config('app.leg_id', $1, true)", str(link.leg_id))
