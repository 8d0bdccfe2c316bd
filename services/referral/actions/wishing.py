"""What a person said on a neutral page about being reached: ways are shut at once, and a human looks the same day,
since whoever held the link may have been somebody else."""

from datetime import datetime

from contracts.code_compliance import ContactWishStated
from contracts.vocabulary import CHANNELS
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import contacting, filing
from services.referral.store import tasks, timeline
from services.referral.store.tasks import Task, task_id

KIND = "contact_wish"


async def hear(tx: Tx, wish: ContactWishStated, now: datetime) -> None:
    """Applies a wish once, however often its form was sent. A lock stays a lock, and nothing becomes safe by it."""
    about = task_id(KIND, wish.case_id, wish.wish_id)
    if await tasks.get(tx, about) is not None:
        return
    await tasks.add(tx, [Task(about, KIND, filing.end_of_day(now), now, case_id=wish.case_id)])
    await timeline.heard(tx, [wish])
    person = Viewer(wish.wish_id, "The person", "person", frozenset(), None, wish.wish_id)
    profile = await contacting.profile_of(tx, await contacting.person_of(tx, wish.case_id))
    for kind in CHANNELS if wish.not_at_all else sorted(set(wish.not_by) & set(CHANNELS)):
        if profile.channel(kind).locked_at is None:
            await contacting.set_safety(tx, person, wish.case_id, kind, "unsafe", now, spoke=False)
