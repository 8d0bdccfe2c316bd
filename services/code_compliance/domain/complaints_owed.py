"""What a complaint raises under Right 12 for the case that it is about, and which of its steps meet that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.code_compliance.domain.complaints import Complaint
from services.code_compliance.domain.facts import Evidence, Milestone


@dataclass(frozen=True, slots=True)
class Right12:
    """Names of the catalogue: `triggers` by what happens to a complaint, `duties` by the step that meets them."""

    triggers: Mapping[str, str]
    duties: Mapping[str, str]


def happened(complaint: Complaint, redirected_at: datetime | None, names: Right12, now: datetime) -> list[Milestone]:
    """What happened with a complaint, as milestones of its case: told again they replace what was told before."""
    at = {"received": complaint.received_at, "redirected": redirected_at}
    at["answered"] = complaint.answered_at if complaint.state == "answered" else None
    return [
        Milestone(
            milestone_id=_name(complaint, what),
            case_id=complaint.case_id,
            trigger=names.triggers[what],
            happened_at=when,
            heard_at=now,
            entered_by=complaint.entered_by,
            source="hub",
        )
        for what, when in at.items()
        if when is not None
    ]


def acts(
    complaint: Complaint, redirected_at: datetime | None, names: Right12, by: UUID, now: datetime
) -> list[Evidence]:
    """What was done with it, as evidence: acknowledged, answered, passed on, the person told of the Ombudsman."""
    ombudsman = complaint.answered_at if complaint.ombudsman_told and complaint.state == "answered" else None
    told = (
        ("acknowledged", "received", complaint.acknowledged_at, "delivered"),
        ("answered", "received", complaint.answered_at, "declined" if complaint.state == "withdrawn" else "delivered"),
        ("redirected", "redirected", redirected_at, "delivered"),
        ("ombudsman", "answered", ombudsman, "delivered"),
    )
    return [
        Evidence(
            id=f"{_name(complaint, 'received')}/{step}",
            act="complaint",
            outcome=outcome,
            at=at,
            recorded_at=now,
            source="hub",
            case_id=complaint.case_id,
            entitlement=names.duties[step],
            milestone_id=_name(complaint, of),
            entered_by=by,
        )
        for step, of, at, outcome in told
        if at is not None
    ]


def _name(complaint: Complaint, what: str) -> str:
    of = {"received": "", "redirected": f"/redirected/{complaint.agency}"}.get(what, f"/{what}")
    return f"complaint/{complaint.complaint_id}{of}"
