"""Closing a task: what was done is a coded answer and, on a case, a sealed note."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import barred, making_sure, noting
from services.referral.actions.alarming import DEAD
from services.referral.actions.filing import FAMILY
from services.referral.actions.noting import Written
from services.referral.desk_books import (
    answers_of_alert,
    answers_of_complaint,
    answers_of_contract,
    answers_of_death,
    answers_of_family,
    answers_of_nobody_left,
    answers_without_case,
    task_answers,
)
from services.referral.store import cases, tasks
from services.referral.store.contract_tasks import NOBODY_LEFT


def answers_of(held: tasks.Held) -> Mapping[str, str]:
    """How a task may be closed, in words: of a case, of a contract that ends, of an alert without a case, or of nobody
    who is known yet."""
    if held.case_id:
        return answers_of_death() if held.kind == DEAD else task_answers()
    if held.kind.startswith(tasks.NO_CASE):
        return answers_of_alert()
    if held.kind == FAMILY:
        return answers_of_family()
    if held.complaint_id:
        return answers_of_complaint()
    if held.kind == NOBODY_LEFT:
        return answers_of_nobody_left()
    return answers_of_contract() if held.contract_id else answers_without_case()


TO_SAY = frozenset({"not_needed", "not_possible", "other_agency"})
"""Answers that need words: why, or who does it instead."""


async def close(
    tx: Tx, viewer: Viewer, sealer: Sealer, task_id: UUID, answer: str, text: str, now: datetime, complaints: int = 0
) -> UUID | None:
    """Closes a task; the id of its case. The same answer a second time changes nothing. `complaints`: how many the page
    named, 0 for another task.

    Refused: `task_id` not_found, already_closed or complaint_came; `answer` missing; `text` missing or too_long.
    """
    held = await tasks.load(tx, task_id)
    if held is None:
        raise Refused("task_id", "not_found")
    if held.done_at is not None:
        if (held.done_by, held.done_how) == (viewer.user_id, answer):
            return held.case_id
        raise Refused("task_id", "already_closed")
    if len(held.complaints) > complaints:
        raise Refused("task_id", "complaint_came")
    if answer not in answers_of(held):
        raise Refused("answer", "missing")
    case = await cases.get(tx, held.case_id) if held.case_id else None
    if case is not None and answer in TO_SAY and not text.strip():
        raise Refused("text", "missing")
    note_id = None
    if case is not None and text.strip():
        note_id = uuid5(task_id, "note")
        await noting.add(tx, viewer, sealer, case, note_id, Written(text, "task"), now)
    if not await tasks.close(tx, task_id, viewer.user_id, answer, note_id, now):
        raise Refused("task_id", "already_closed")
    if case is not None and held.kind in tasks.REVIEWS and answer in ("done", "already"):
        await cases.reviewed(tx, case.case_id, answer, now)
    if case is not None and answer == barred.NOT_POSSIBLE:
        await barred.ask_again(tx, case.case_id, held, now)
    if case is not None and held.kind == DEAD:
        await making_sure.tell(tx, viewer, case, held.created_at, answer, now)
    about = ("case", case.case_id) if case else ("task", task_id)
    await audit.record(tx, [audit.seen(viewer, "task.closed", *about, (held.kind,), answer)])
    return held.case_id


RISKS_NOW = {
    "same": "The risk is the same",
    "higher": "The risk is higher, and I have acted on it",
    "lower": "The risk is lower",
}
"""What a review of the risk found."""


async def review(tx: Tx, viewer: Viewer, case_id: UUID, found: str, now: datetime) -> None:
    """The risk of a case was looked at again after an alert; the tasks that ask for it are over.

    Refused: `found` missing; `case_id` not_from_here when nothing waits for a review.
    """
    if found not in RISKS_NOW:
        raise Refused("found", "missing")
    case = await cases.load(tx, case_id)
    if case is None or case.review_since is None:
        raise Refused("case_id", "not_from_here")
    await cases.reviewed(tx, case_id, found, now)
    for kind in tasks.REVIEWS:
        await tasks.over_of_case(tx, case_id, kind, viewer.user_id, now)
    await audit.record(tx, [audit.seen(viewer, "risk.reviewed", "case", case_id, ("risk",), found)])
