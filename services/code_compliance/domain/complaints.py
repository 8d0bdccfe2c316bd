"""A complaint under Right 12: its clocks, and which steps may follow."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.code_compliance import ComplaintAcknowledged, ComplaintAnswered, ComplaintFact, ComplaintReceived
from contracts.refused import Refused
from contracts.working_time import Calendar, due, local_day

OPEN = frozenset({"received", "acknowledged"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """`answer_by` is the day that the person was told; sealed words are kept apart (see the store).
    `response_id`: the answers to our questions in which it was written, where its words stay. `danger`: what was said
    holds a sign of danger, so it is read first."""

    complaint_id: UUID
    reference: str
    case_id: UUID | None
    agency: str
    source: str
    state: str
    received_at: datetime
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    answer_by: datetime
    answered_at: datetime | None
    outcome: str | None
    learning: str | None
    ombudsman_told: bool
    entered_by: UUID | None
    entered_at: datetime
    version: int = 1
    response_id: UUID | None = None
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done with a complaint."""

    kind: str
    at: datetime
    code: str | None = None
    until: datetime | None = None


def days_for(received_at: datetime, days: int, calendar: Calendar) -> datetime:
    """The last instant of so many working days."""
    return due(received_at, days, "working_days", calendar)


def acknowledged(complaint: Complaint, at: datetime, now: datetime) -> tuple[Complaint, Step]:
    """The acknowledgement, with the day of an answer; refuses a second one and a day out of order."""
    if complaint.state != "received":
        raise Refused("", "acknowledged_before")
    _in_order(complaint, at, now)
    return replace(complaint, state="acknowledged", acknowledged_at=at), Step(
        "acknowledged", at, until=complaint.answer_by
    )


def extended(complaint: Complaint, until: datetime, reason: str, now: datetime) -> tuple[Complaint, Step]:
    """Another day for the answer; refuses an earlier one."""
    _open(complaint)
    if until <= complaint.answer_by:
        raise Refused("until", "not_later")
    return replace(complaint, answer_by=until), Step("extended", now, reason, until)


def redirected(
    complaint: Complaint, agency: str, days: int, calendar: Calendar, now: datetime
) -> tuple[Complaint, Step]:
    """Passes it to whom it concerns; the answer is due by their standard from today."""
    _open(complaint)
    if agency == complaint.agency:
        raise Refused("agency", "same_agency")
    until = days_for(now, days, calendar)
    return replace(complaint, agency=agency, answer_by=until), Step("redirected", now, agency, until)


def answered(
    complaint: Complaint, outcome: str, learning: str, ombudsman_told: bool, at: datetime, now: datetime
) -> tuple[Complaint, Step]:
    """The answer. A complaint that nobody acknowledged is acknowledged by it."""
    _open(complaint)
    _in_order(complaint, at, now)
    state = "withdrawn" if outcome == "withdrawn" else "answered"
    done = replace(
        complaint,
        state=state,
        answered_at=at,
        acknowledged_at=complaint.acknowledged_at or at,
        outcome=outcome,
        learning=learning,
        ombudsman_told=ombudsman_told,
    )
    return done, Step(state, at, outcome)


def _open(complaint: Complaint) -> None:
    if complaint.state not in OPEN:
        raise Refused("", "closed")


def _in_order(complaint: Complaint, at: datetime, now: datetime) -> None:
    if at > now:
        raise Refused("on", "in_the_future")
    if local_day(at) < local_day(complaint.received_at):
        raise Refused("on", "before_it_came")


def told(
    complaint: Complaint,
    step: Step,
    entitlement: str | None,
    now: datetime,
    actor_role: str,
    named: str | None = None,
) -> ComplaintFact | None:
    """What is announced of a step: ids, days and codes; nothing of an extension or a redirection. `named`: a short
    reference that stands in the words."""
    about = {
        "subject_id": complaint.complaint_id,
        "complaint_id": complaint.complaint_id,
        "case_id": complaint.case_id,
        "entitlement": entitlement,
        "duty_holder": None if complaint.agency == "unknown" else complaint.agency,
        "happened_at": now,
        "actor_role": actor_role,
    }
    if step.kind == "received":
        return ComplaintReceived(
            **about,
            received_at=complaint.received_at,
            source=complaint.source,
            due_at=complaint.acknowledge_by,
            concern=complaint.danger,
            named=named,
        )
    if step.kind == "acknowledged":
        return ComplaintAcknowledged(**about, in_time=step.at <= complaint.acknowledge_by, due_at=complaint.answer_by)
    if step.kind in ("answered", "withdrawn"):
        in_time = step.at <= complaint.answer_by
        return ComplaintAnswered(**about, in_time=in_time, due_at=complaint.answer_by, outcome=complaint.outcome)
    return None
