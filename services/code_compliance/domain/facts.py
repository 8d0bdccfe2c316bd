"""What has been told about a case: the case itself, milestones of its crime, and evidence."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.justice import NO_DETAILS, Details
from services.code_compliance.domain.circumstances import Circumstances
from services.code_compliance.domain.enhanced import Override, Reason


@dataclass(frozen=True, slots=True)
class Case:
    """One person in one crime, or somebody who came by themselves (`crime_id` None).

    `reported_at` is the report, or the first contact; `received_at` when the hub first had usable details under a
    lawful share; `refused` whether the person ever said no to it; `stands_for`, for somebody bereaved, the id that the
    case of the deceased would have; `overrides` what workers decided about enhanced rights;
    `died_at` since when the hub has it that the person died.
    """

    case_id: UUID
    crime_id: UUID | None
    stands_for: UUID | None
    circumstances: Circumstances
    reasons: tuple[Reason, ...]
    reported_at: datetime
    recorded_at: datetime
    first_heard_at: datetime
    received_at: datetime | None = None
    refused: bool = False
    revision: int = 1
    removed: bool = False
    overrides: tuple[Override, ...] = ()
    died_at: datetime | None = None

    @property
    def life(self) -> UUID:
        """What milestones are told of: the crime, or the case itself where nothing was reported."""
        return self.crime_id or self.case_id


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that happened in the life of a crime, or of a case where nothing was reported (`Case.life`); `case_id`
    None concerns everybody in it. One that a worker
    entered says who (`entered_by`) and who had said so (`source`)."""

    milestone_id: str
    case_id: UUID | None
    trigger: str
    happened_at: datetime
    heard_at: datetime
    received_by_wcu_at: datetime | None = None
    details: Details = field(default=NO_DETAILS)
    entered_by: UUID | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A dated act that speaks for a duty: a notice, an entry by staff, or what the policy derives from other facts.

    `entitlement` is None for acts of our own (`act` says which; `line` of a referral); `source` who said so.
    """

    id: str
    act: str
    outcome: str
    at: datetime
    recorded_at: datetime
    source: str
    case_id: UUID | None = None
    entitlement: str | None = None
    milestone_id: str | None = None
    line: str | None = None
    channel: str | None = None
    reason_code: str | None = None
    entered_by: UUID | None = None
    derived: bool = False
