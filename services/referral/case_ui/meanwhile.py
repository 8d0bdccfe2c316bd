"""What somebody did since a page was opened, in words; and whether it was the viewer's own press a moment ago."""

from datetime import datetime
from uuid import UUID

from kit.database import Tx
from kit.web.app import Visit
from kit.web.words import when
from services.referral import said
from services.referral.domain.shown import JUST_NOW
from services.referral.store import audited
from services.referral.store.audited import Audited


async def last(tx: Tx, subject_id: UUID, action: str) -> Audited | None:
    """Who did this to it last."""
    return await audited.last(tx, subject_id, action)


def is_again(visit: Visit, done: Audited | None, reason: str | None = None) -> bool:
    """Whether the viewer did it just now, with the same reason: the form in hand was pressed twice."""
    mine = done is not None and done.actor_id == visit.signed_in.user_id
    return done is not None and mine and visit.now - done.at <= JUST_NOW and done.reason == reason


def by(visit: Visit, done: Audited | None) -> str:
    """ "by you on Thursday 28 December 2023 at 4:42pm", "by a hub team leader on ...", or "meanwhile"."""
    if done is None:
        return "meanwhile"
    mine = done.actor_id == visit.signed_in.user_id
    return f"by {'you' if mine else said.who(done.actor_role)} on {when(done.at)}"


def who(visit: Visit, user_id: UUID | None, at: datetime | None) -> str:
    """ "by you on ..." or "by a colleague on ..."."""
    return f"by {'you' if user_id == visit.signed_in.user_id else 'a colleague'} on {when(at)}"
