"""Who is looking: sessions, roles and what a role may do."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from kit.database import Database

SESSION_LENGTH = timedelta(hours=10)

_VIEWER = """
select u.user_id, u.name, m.role, m.organisation_id, s.session_id, s.opened_at, s.expires_at,
       s.refresh is not null as renews,
       (select array_agg(permission) from role_permission p where p.role = m.role) as permissions
  from session s join app_user u using (user_id) join membership m using (user_id)
 where s.token_sha256 = $1 and s.expires_at > now() and u.active
   and m.ended_at is null and m.organisation_id is not distinct from s.organisation_id
"""
_OPEN = """
insert into session (token_sha256, user_id, session_id, expires_at, strength, refresh, organisation_id)
select $1, user_id, $2, now() + $3, $4, $6, organisation_id from app_user join membership using (user_id)
 where subject = $5 and active and ended_at is null order by since, organisation_id limit 1
returning user_id
"""
_MEMBERS = """
select u.user_id, u.name, m.role, u.active and m.ended_at is null as active
  from app_user u join membership m using (user_id)
"""
_LEFT = """
select m.organisation_id from membership m join app_user u using (user_id)
 where m.organisation_id = any($1::uuid[]) group by 1 having not bool_or(u.active and m.ended_at is null)
"""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in worker, for one request: who, in which role, for which organisation."""

    user_id: UUID
    name: str
    role: str
    permissions: frozenset[str]
    organisation_id: UUID | None
    session_id: UUID
    opened_at: datetime | None = None
    ends_at: datetime | None = None
    renews: bool = False

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def may_see_restricted(self) -> bool:
        return "restricted.read" in self.permissions


@dataclass(frozen=True, slots=True)
class Member:
    """A user of one organisation, or of none."""

    user_id: UUID
    name: str
    role: str
    active: bool


async def members(access: Database) -> list[Member]:
    """The users whose role is held in no organisation, those who left included, by name."""
    rows = await access.pool.fetch(f"{_MEMBERS} where m.organisation_id is null order by u.name, u.user_id")
    return [Member(**row) for row in rows]


async def left_by_all(access: Database, organisations: Collection[UUID]) -> set[UUID]:
    """Those of these organisations that had somebody who could sign in, and have nobody now."""
    return {row["organisation_id"] for row in await access.pool.fetch(_LEFT, list(organisations))}


def digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


async def viewer_of(access: Database, cookie: str) -> Viewer | None:
    """The viewer of a session cookie; None when it is unknown, over, or its owner has left, if only the organisation
    that it is for: a session never goes on for another one by itself."""
    row = await access.pool.fetchrow(_VIEWER, digest(cookie))
    if row is None:
        return None
    return Viewer(
        user_id=row["user_id"],
        name=row["name"],
        role=row["role"],
        permissions=frozenset(row["permissions"] or ()),
        organisation_id=row["organisation_id"],
        session_id=row["session_id"],
        opened_at=row["opened_at"],
        ends_at=row["expires_at"],
        renews=row["renews"],
    )


async def open_session(
    access: Database,
    subject: str,
    strength: str | None = None,
    refresh: str | None = None,
    length: timedelta = SESSION_LENGTH,
) -> str | None:
    """A new session's cookie value; None when `subject` is no active user here. `refresh`: what the identity provider
    gave to ask it again with, sealed; `length` is the default only for who comes by no provider, while developing."""
    cookie = secrets.token_urlsafe(32)
    found = await access.pool.fetchval(_OPEN, digest(cookie), uuid4(), length, strength, subject, refresh)
    return cookie if found else None


async def colleagues(access: Database, organisation_id: UUID | None) -> list[Member]:
    """Everybody active in an organisation, by name; nobody where there is none."""
    rows = await access.pool.fetch(
        f"{_MEMBERS} where m.organisation_id = $1 and m.ended_at is null and u.active order by 2, 1", organisation_id
    )
    return [Member(**row) for row in rows]


async def close_session(access: Database, cookie: str) -> None:
    await access.pool.execute("delete from session where token_sha256 = $1", digest(cookie))
