"""What was said of a bereaved family's liaison officer: while one is with them, nobody reaches the family past them."""

from datetime import datetime

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions.books import table
from services.referral.domain.safe_contact import THROUGH_OFFICER
from services.referral.store import cases, liaison
from services.referral.store.cases import Case
from services.referral.store.liaison import Liaison

WORDS = "liaison_word"


async def say(tx: Tx, viewer: Viewer, case: Case, said: str, shown: str, now: datetime) -> bool:
    """Writes down that the officer agreed to direct contact or has gone, or that contact is through them; False when
    that stands already. Refused without a reason of the list, and when another word came after what was `shown`."""
    if said not in {one.code for one in table().reasons[WORDS].on(local_day(now))}:
        raise Refused("said", "missing")
    await cases.load(tx, case.case_id)
    held = await liaison.of_case(tx, case.case_id)
    if held is None:
        raise Refused("said", "nobody_named")
    if stands(held) == said:
        return False
    if shown != mark(held):
        raise Refused("said", "changed_meanwhile")
    word = Liaison(case.case_id, said == THROUGH_OFFICER, said, viewer.user_id, viewer.role, now)
    await liaison.say(tx, word)
    await audit.record(tx, [audit.seen(viewer, "liaison.said", "case", case.case_id, ("contact",), said)])
    return True


def stands(held: Liaison) -> str:
    """The code of the list that holds now: an officer whom the police named is reached through, until more is said."""
    return THROUGH_OFFICER if held.through else held.said


def mark(held: Liaison) -> str:
    """What a page shows a word by, so that an older page overwrites no newer one."""
    return f"{held.said} {held.at.isoformat()}"
