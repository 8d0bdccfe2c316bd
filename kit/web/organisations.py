"""For which organisation somebody looks who belongs to more than one: a session is for one of them at a time."""

from collections.abc import Mapping
from uuid import UUID

from kit.access import Viewer
from kit.database import Database, Tx

_HELD = """
select organisation_id, role from membership
 where user_id = $1 and organisation_id is not null and ended_at is null order by since, organisation_id
"""
_SWITCH = """
update session s set organisation_id = m.organisation_id from membership m
 where s.session_id = $1 and s.organisation_id is not null
   and m.user_id = s.user_id and m.organisation_id = $2 and m.ended_at is null
returning 1
"""
_JOIN = """
insert into membership (user_id, organisation_id, role)
select user_id, $2, $3 from app_user where subject = $1 and active and not exists (
    select 1 from membership m where m.user_id = app_user.user_id and m.organisation_id is null and m.ended_at is null)
    on conflict (user_id, organisation_id)
    do update set role = excluded.role, since = now(), ended_at = null where membership.ended_at is not null
returning user_id
"""
_END = """
update membership m set ended_at = now() from app_user u
 where u.user_id = m.user_id and u.subject = $1 and m.organisation_id = $2 and m.ended_at is null
returning m.user_id
"""
_WHO = """
select u.subject, m.organisation_id, m.role from membership m join app_user u using (user_id)
 where u.active and m.organisation_id is not null and m.ended_at is null order by u.subject, m.since
"""


async def held(access: Database, viewer: Viewer) -> Mapping[UUID, str]:
    """The organisations that the viewer belongs to now, the longest first, with the role held in each."""
    rows = await access.pool.fetch(_HELD, viewer.user_id)
    return {row["organisation_id"]: row["role"] for row in rows}


async def switch(access: Database, viewer: Viewer, organisation_id: UUID) -> bool:
    """From now on the viewer's session is for this organisation. False, and nothing changes, where they do not belong
    to it, and for whoever looks for none: nobody comes from the hub to an organisation, or back."""
    return bool(await access.pool.fetchval(_SWITCH, viewer.session_id, organisation_id))


async def join(users: Tx, subject: str, organisation_id: UUID, role: str) -> UUID | None:
    """Somebody belongs to an organisation from now on: who; None for whoever is nobody here or has left, is of the hub,
    or belongs to it already. Done as the owner of the database: no page may."""
    return await users.fetchval(_JOIN, subject, organisation_id, role)  # type: ignore[no-any-return]


async def end(users: Tx, subject: str, organisation_id: UUID) -> UUID | None:
    """Somebody belongs to an organisation no more, and whatever session is for it is over: who; None where they did
    not. Done as the owner of the database."""
    return await users.fetchval(_END, subject, organisation_id)  # type: ignore[no-any-return]


async def who_belongs(users: Tx) -> list[tuple[str, UUID, str]]:
    """Everybody who can sign in for an organisation, by what the identity provider calls them: where, in which role."""
    return [tuple(row.values()) for row in await users.fetch(_WHO)]
