"""For which organisation somebody looks who belongs to more than one: a session is for one of them at a time."""

from collections.abc import Mapping
from uuid import UUID

from kit.access import Viewer
from kit.database import Database

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


async def held(access: Database, viewer: Viewer) -> Mapping[UUID, str]:
    """The organisations that the viewer belongs to now, the longest first, with the role held in each."""
    rows = await access.pool.fetch(_HELD, viewer.user_id)
    return {row["organisation_id"]: row["role"] for row in rows}


async def switch(access: Database, viewer: Viewer, organisation_id: UUID) -> bool:
    """From now on the viewer's session is for this organisation. False, and nothing changes, where they do not belong
    to it, and for whoever looks for none: nobody comes from the hub to an organisation, or back."""
    return bool(await access.pool.fetchval(_SWITCH, viewer.session_id, organisation_id))
