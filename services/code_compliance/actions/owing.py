"""Complaints as what they are under Right 12: duties of the case that they are about, met by their steps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kit.access import Viewer
from kit.database import Tx
from services.code_compliance.actions.deciding import Because, decide_afresh
from services.code_compliance.domain.complaints import Complaint
from services.code_compliance.domain.complaints_owed import acts, happened
from services.code_compliance.domain.facts import Case
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.reference.complaints import right_12
from services.code_compliance.store import cases, told


async def tell_case(
    tx: Tx, viewer: Viewer, complaint: Complaint, redirected_at: datetime | None, rules: Rulebook, now: datetime
) -> None:
    """Tells the case of a complaint, where it is known, what happened with it and what was done; safe to repeat."""
    if complaint.case_id is None:
        return
    held = await cases.load(tx, cases=[complaint.case_id], lock=True)
    names = right_12()
    for case in held:
        milestones = happened(complaint, redirected_at, names, now)
        await told.keep_milestones(tx, [(case.life, each) for each in milestones])
        evidence = acts(complaint, redirected_at, names, viewer.user_id, now)
        await told.keep_evidence(tx, [(None, each) for each in evidence])
    await _afresh(tx, viewer, held, rules, now)


async def leave_case(tx: Tx, viewer: Viewer, complaint: Complaint, other: UUID, rules: Rulebook, now: datetime) -> None:
    """Takes it back from a case that it turned out not to be about: what it raised there applies no longer."""
    assert complaint.case_id is not None
    held = await cases.load(tx, cases=[complaint.case_id], lock=True)
    for case in held:
        milestones = [replace(each, case_id=other) for each in happened(complaint, None, right_12(), now)]
        await told.keep_milestones(tx, [(case.life, each) for each in milestones])
    await _afresh(tx, viewer, held, rules, now)


async def _afresh(tx: Tx, viewer: Viewer, held: Sequence[Case], rules: Rulebook, now: datetime) -> None:
    await decide_afresh(tx, held, {case.case_id: Because(now, actor_role=viewer.role) for case in held}, rules)
