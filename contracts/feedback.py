"""What feedback announces: who was asked, what they answered (scores and codes only), what was improved."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts import vocabulary as v
from contracts.case_fact import CaseFact
from contracts.contact import ContactRequested as ContactRequested
from contracts.envelope import Announcement
from contracts.tolerant import LEFT, Bool, Code, Many, Other, Timestamp

Score = Annotated[
    Annotated[int, Field(ge=1, le=5)] | Literal["skipped", "rather_not_say"] | Other,
    LEFT,
]
"""1 (worst) to 5 (best), or why there is none."""


class FeedbackFact(CaseFact):
    invitation_id: UUID | None = None
    referral_id: UUID | None = None
    line: v.ServiceLine | None = None
    provider_id: UUID | None = None
    contract_id: UUID | None = None
    questionnaire: Code | None = None


class FeedbackInvited(FeedbackFact):
    TYPE: ClassVar[str] = "feedback.invited.v1"
    channel: v.Channel
    questionnaire: Code
    request_id: UUID | None = None
    reminder: Bool = False


class FeedbackWithheld(FeedbackFact):
    TYPE: ClassVar[str] = "feedback.withheld.v1"
    reason: v.WithheldReason
    request_id: UUID | None = None


class FeedbackAnswered(FeedbackFact):
    """`scores` by question code: {"listened": 4, "informed": "skipped"}; `choices` are codes picked from lists.
    `concern`: the words that came with it hold a sign of danger; they stay where they were written. `added`: told once
    more, since such words came after the answers were sent; its scores were told before."""

    TYPE: ClassVar[str] = "feedback.answered.v1"
    questionnaire: Code
    response_id: UUID | None = None
    scores: dict[Code, Score] = Field(default_factory=dict)
    choices: dict[Code, Many[Code]] = Field(default_factory=dict)
    channel: v.Channel | None = None
    complete: Bool = True
    wants_contact: Bool = False
    wants_complaint: Bool = False
    concern: Bool = False
    added: Bool = False


class FeedbackComplaintFound(FeedbackFact):
    """A reader found a complaint in what the person wrote. Its words stay where they were written; its days count from
    `written_at`."""

    TYPE: ClassVar[str] = "feedback.complaint-found.v1"
    response_id: UUID
    written_at: Timestamp


class FeedbackWithdrawn(FeedbackFact):
    """The person took their answers back: they count in nothing any more. `concern`: words with a sign of danger were
    among them, which nobody had read."""

    TYPE: ClassVar[str] = "feedback.withdrawn.v1"
    response_id: UUID | None = None
    concern: Bool = False


class ImprovementPublished(Announcement):
    """ "You said, we did." Its subject is the improvement; its words stand on the public page, not here."""

    TYPE: ClassVar[str] = "improvement.published.v1"
    subject_kind: Code = "improvement"
    improvement_id: UUID
    questions: Many[Code] = ()
    line: v.ServiceLine | None = None
    provider_id: UUID | None = None
    period: Code | None = None
