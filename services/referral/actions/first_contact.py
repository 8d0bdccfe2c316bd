"""The hub's first-contact assessment, before a person refers: coded, once. What it finds adds to the case: a risk that
is higher than anybody knew, a danger, and what the person says would help; and a high risk, or a danger to life, is
reviewed the same day."""

from datetime import datetime

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import filing, gating, refusing, rerouting
from services.referral.actions.asked import told_danger
from services.referral.desk_books import first_contact as lists
from services.referral.domain.assessed import HIGH, with_assessment
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts
from services.referral.domain.routing import priority
from services.referral.store import first_contact, referrals, tasks
from services.referral.store.first_contact import HubAssessment
from services.referral.store.tasks import Task, task_id


async def record(tx: Tx, viewer: Viewer, made: HubAssessment, books: Books, now: datetime) -> bool:
    """Keeps an assessment and decides the case again with what it found; False when it was kept before, Refused when
    another was kept after it.

    Who does not agree to be referred has said no: it is recorded on what is open the same day. At a high risk, or a
    Dash at the threshold, somebody is to review the risk of the case today; so they are where life is in danger, also
    where the case was held for that before and a human ended it.
    """
    if not await first_contact.add(tx, made):
        newest = await first_contact.latest(tx, made.case_id)
        if newest is not None and newest.assessment_id != made.assessment_id:
            raise Refused("assessment_id", "overtaken")
        return False

    danger = told_danger(made.said_danger, made.same_household)

    def found(facts: CaseFacts) -> CaseFacts:
        said = {"needs": made.said_needs, "of_themselves": made.said_of_themselves, "communication": made.communication}
        return with_assessment(facts, dash_score=made.dash_score, risk=made.risk, danger=danger, **said)

    await rerouting.rerun(tx, made.case_id, books, now, change=found, by=viewer.user_id)
    if made.agreed == "no" and any(one.ended_at is None for one in await referrals.of_case(tx, made.case_id)):
        await refusing.told_hub(tx, made.case_id, made.assessment_id, now)
    if made.agreed == "yes":
        await tasks.over_of_hub(tx, made.case_id, gating.TO_RECORD, viewer.user_id, now)
    fields = tuple(sorted(made.needs))
    await audit.record(tx, [audit.seen(viewer, "case.assessed", "case", made.case_id, fields)])
    dash = made.dash_score is not None and made.dash_score >= lists().dash_high
    if dash or made.risk in HIGH or priority(danger) == filing.LIFE_SAFETY:
        kind = "review_risk"
        about = task_id(kind, made.case_id, made.assessment_id)
        await tasks.add_unless_open(tx, Task(about, kind, filing.end_of_day(now), now, case_id=made.case_id))
    return True
