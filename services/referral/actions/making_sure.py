"""Whether somebody who was said to have died did: the hub makes sure, and takes it back where it was a mistake."""

from datetime import datetime
from uuid import UUID

from contracts.referral import PersonDeathRecorded
from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import filing, raising
from services.referral.actions.alarming import ALIVE, DEAD, TO_LIVING, last_said
from services.referral.actions.announcing import announce
from services.referral.store import cases, contact, deaths, tasks
from services.referral.store.cases import Case

DIED, MISTAKEN = "died", "mistaken"


async def tell(tx: Tx, viewer: Viewer, case: Case, said_at: datetime, how: str, now: datetime) -> None:
    """Tells every case of the person that they died, or that they live. Their ways stay locked until somebody has
    spoken to them: of whom it was a mistake nobody is asked any more to make sure, and somebody speaks to them."""
    person_id = await contact.person_of(tx, case.case_id)
    found: list[UUID] = await cases.of_person(tx, person_id, closed=True) if person_id else [case.case_id]
    told = [
        PersonDeathRecorded(
            case_id=each, happened_at=now, actor_role=viewer.role, said_at=said_at, taken_back=how == MISTAKEN
        )
        for each in found
    ]
    await announce(tx, told, viewer.user_id)
    if how == MISTAKEN:
        await raising.alert(tx, found, ALIVE, now.isoformat(), now, now, review=False)
        await tasks.over_of_cases(tx, found, DEAD, MISTAKEN, now)
        still_open = await cases.of_person(tx, person_id, closed=False) if person_id else found
        await raising.ask(tx, still_open, TO_LIVING, filing.end_of_day(now), now, now.isoformat())
        if person_id is not None:
            await deaths.over(tx, person_id, viewer.user_id, now)
    await audit.record(tx, [audit.seen(viewer, f"death.{how}", "case", case.case_id)])


async def take_back(tx: Tx, viewer: Viewer, case: Case, now: datetime) -> None:
    """It was a mistake that the person died. Refused: `case_id` not_from_here where nothing says that they did."""
    last = last_said(await cases.alerts(tx, case.case_id))
    if last is None or last.trigger != DEAD:
        raise Refused("case_id", "not_from_here")
    await tell(tx, viewer, case, last.happened_at, MISTAKEN, now)
