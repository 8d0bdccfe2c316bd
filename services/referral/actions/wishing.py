"""What a person said on a neutral page about being reached: ways are shut at once, and a human looks the same day,
since whoever held the link may have been somebody else. What was safe before stays known, as the way to ask."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.code_compliance import ContactWishStated, OwnRightsWordGuessed
from contracts.vocabulary import CHANNELS
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import contacting, filing
from services.referral.actions.beside import GUESSED
from services.referral.desk_books import best_times
from services.referral.domain.later_word import narrowed
from services.referral.domain.safe_contact import Profile, ways_to_ask
from services.referral.store import alarms, contact, mail, tasks, timeline, wishes
from services.referral.store.tasks import Task, task_id
from services.referral.store.wishes import Before

KIND = "contact_wish"
ASKS_HOW = "asks_how"
"""What a provider is told, as the trigger of an alert: the person asks to be asked how they want to be reached."""


async def hear(tx: Tx, wish: ContactWishStated, now: datetime) -> None:
    """Applies a wish once, however often its form was sent. A lock stays a lock, and nothing becomes safe by it."""
    about = task_id(KIND, wish.case_id, wish.wish_id)
    if await tasks.get(tx, about) is not None:
        return
    await tasks.add(tx, [Task(about, KIND, filing.end_of_day(now), now, case_id=wish.case_id)])
    await timeline.heard(tx, [wish])
    person = Viewer(wish.wish_id, "The person", "person", frozenset(), None, wish.wish_id)
    profile = await contacting.profile_of(tx, await contacting.person_of(tx, wish.case_id))
    against = CHANNELS if wish.not_at_all else sorted(set(wish.not_by) & set(CHANNELS))
    open_ones = [kind for kind in against if profile.channel(kind).locked_at is None]
    safe = tuple(kind for kind in sorted(open_ones) if profile.channel(kind).safety == "safe")
    sent = await mail.get(tx, wish.request_id) if wish.request_id else None
    by = sent.channel if sent else None
    said = (wish.best_time if wish.best_time in best_times() else None, wish.call_back)
    await wishes.add(tx, Before(about, wish.case_id, now, safe, by, wish.proved, *said))
    for kind in open_ones:
        await contacting.set_safety(tx, person, wish.case_id, kind, "unsafe", now, spoke=False)
    if wish.best_time in best_times():
        await _narrow(tx, person, wish, profile, now)
    if wish.call_back:
        await alarms.add(tx, [wish.case_id], ASKS_HOW, f"{ASKS_HOW}/{wish.wish_id}", None, now, now)


async def _narrow(tx: Tx, person: Viewer, wish: ContactWishStated, profile: Profile, now: datetime) -> None:
    """The hours that the person called best are the only ones left for a call, a message or a visit: within those that
    were held, and where none of them are left, the way is shut until somebody has asked. Nothing opens by it."""
    hours = best_times()[wish.best_time]
    person_id = await contacting.person_of(tx, wish.case_id)
    kinds = [kind for kind, state in profile.channels.items() if kind != "letter" and state.locked_at is None]
    for kind in sorted(kinds):
        people = [person_id, *await contact.holders(tx, person_id, kind)]
        await contact.set_times(tx, people, kind, None, narrowed(profile.channel(kind), hours))
    told = audit.seen(person, "channel.times_set", "case", wish.case_id, (*sorted(kinds), "hours"))
    await audit.record(tx, [told])


async def guessed(tx: Tx, told: OwnRightsWordGuessed, now: datetime) -> None:
    """Somebody gave too many wrong words behind a link: a human looks the same day, as after a call."""
    about = task_id(GUESSED, told.case_id, local_day(now))
    await tasks.add(tx, [Task(about, GUESSED, filing.end_of_day(now), now, case_id=told.case_id)])
    await timeline.heard(tx, [told])


async def ways(tx: Tx, case_id: UUID) -> Sequence[str]:
    """The ways by which a worker of the hub may ask the person whether it was them who stopped everything."""
    return sorted({kind for one in await wishes.to_ask(tx, case_id) for kind in asked_by(one)})


def asked_by(before: Before) -> tuple[str, ...]:
    """The ways to ask about one wish: none where the person was known by their word."""
    return () if before.proved else ways_to_ask(before.kinds, before.by_channel)
