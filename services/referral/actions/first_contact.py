"""The hub's first-contact assessment, before a person refers: coded, once, and a high risk is reviewed the same day."""

from datetime import datetime

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import filing
from services.referral.desk_books import first_contact as lists
from services.referral.store import first_contact, tasks
from services.referral.store.first_contact import HubAssessment
from services.referral.store.tasks import Task, task_id

HIGH = frozenset({"high", "imminent"})


async def record(tx: Tx, viewer: Viewer, made: HubAssessment, now: datetime) -> bool:
    """Keeps an assessment; False when it was kept before, Refused when another was kept after it.

    At a high risk, or a Dash at the threshold, somebody is to review the risk of the case today.
    """
    if not await first_contact.add(tx, made):
        newest = await first_contact.latest(tx, made.case_id)
        if newest is not None and newest.assessment_id != made.assessment_id:
            raise Refused("assessment_id", "overtaken")
        return False
    fields = tuple(sorted(made.needs))
    await audit.record(tx, [audit.seen(viewer, "case.assessed", "case", made.case_id, fields)])
    dash = made.dash_score is not None and made.dash_score >= lists().dash_high
    if dash or made.risk in HIGH:
        kind = "review_risk"
        about = task_id(kind, made.case_id, made.assessment_id)
        await tasks.add(tx, [Task(about, kind, filing.end_of_day(now), now, case_id=made.case_id)])
    return True
