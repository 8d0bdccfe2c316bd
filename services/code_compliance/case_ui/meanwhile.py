"""A page older than what happened: the viewer's own press again, or what somebody else did, in words."""

from datetime import datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from kit.web.app import Visit
from kit.web.words import when
from services.code_compliance.case_ui.people import named

JUST_NOW = timedelta(minutes=2)
"""How long the same form of the same viewer counts as pressed again."""


def is_again(visit: Visit, user: UUID | None, at: datetime | None) -> bool:
    """Whether the viewer did it just now."""
    return user == visit.signed_in.user_id and at is not None and visit.now - at <= JUST_NOW


async def by(visit: Visit, user: UUID | None, at: datetime | None) -> str:
    """ "by you on Thursday 28 December 2023 at 4:42pm"."""
    return f"by {(await named(visit))(user)} on {when(at)}"


async def changed(visit: Visit, what: str, user: UUID | None, at: datetime | None, to: str) -> Response:
    """409 with what was done, by whom and when. `what`: "The action was done"; `to`: where it is seen."""
    return visit.conflict(f"{what} {await by(visit, user, at)}.", to)
