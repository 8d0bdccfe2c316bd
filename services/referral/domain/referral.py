"""A referral as its transitions see it: where it stands and when each step was taken."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5


@dataclass(frozen=True, slots=True)
class ReferralState:
    """A case offered to a service line. Each time is of the first such step, None before it.

    `review_on`: when a hold is looked at again; `check_in_on`: when somebody who waits is next spoken to.
    """

    referral_id: UUID
    case_id: UUID
    line: str
    state: str
    source: str
    automatic: bool
    received_at: datetime
    updated_at: datetime
    urgent: bool = False
    follows: UUID | None = None
    leg_id: UUID | None = None
    provider_id: UUID | None = None
    contract_id: UUID | None = None
    version: int = 1
    triaged_at: datetime | None = None
    first_attempt_at: datetime | None = None
    reached_at: datetime | None = None
    sent_at: datetime | None = None
    viewed_at: datetime | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    accepted_at: datetime | None = None
    started_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    attempts: int = 0
    gate: str | None = None
    settled: bool = True
    review_on: date | None = None
    check_in_on: date | None = None


def referral_id(case_id: UUID, line: str, number: int = 1) -> UUID:
    """The id of the nth referral of a case to a line: a closed one is never reopened, the next one follows it."""
    return uuid5(case_id, f"{line}/{number}")


def leg_id(referral: UUID, number: int) -> UUID:
    return uuid5(referral, f"leg/{number}")
