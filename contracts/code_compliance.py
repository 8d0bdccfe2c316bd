"""What code_compliance announces: entitlements of the Victims' Code, their clocks, and complaints."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts import vocabulary as v
from contracts.case_fact import CaseFact
from contracts.contact import ContactRequested as ContactRequested
from contracts.envelope import Announcement
from contracts.justice import Trigger
from contracts.tolerant import LEFT, Bool, Code, Many, Other, Text, Timestamp

Right = Annotated[int, Field(ge=1, le=12)]
Limit = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
ClockKind = Annotated[Literal["fixed", "agreed_interval", "before_event", "qualitative", "none"] | Other, LEFT]


class EntitlementFact(CaseFact):
    """One duty owed to one case. `clock_id` tells apart the clocks of a duty that repeats."""

    crime_id: UUID | None = None
    clock_id: UUID | None = None
    entitlement: Code
    right: Right | None = None
    duty_holder: v.DutyHolder | None = None
    trigger: Trigger | None = None
    milestone_id: Text | None = None
    enhanced: bool = False
    catalogue_version: Code | None = None


class EntitlementDue(EntitlementFact):
    """The duty arose; its clock runs to `due_at` (null: the Code gives no number, elapsed time is reported).
    `covered`: a feed or import of the agency covers this duty and period, so that silence can be called a breach."""

    TYPE: ClassVar[str] = "entitlement.due.v1"
    trigger: Trigger
    started_at: Timestamp
    due_at: Timestamp | None = None
    kind: ClockKind = "fixed"
    limit: Limit | None = None
    unit: v.Unit | None = None
    enhanced_categories: Many[v.EnhancedCategory] = ()
    late_recorded: Bool = False
    calendar_version: Code | None = None
    covered: bool | None = None


class EntitlementMet(EntitlementFact):
    """Evidence shows the duty met. `evidence_entered_late`: in time, but we learned of it after the due day."""

    TYPE: ClassVar[str] = "entitlement.met.v1"
    met_at: Timestamp
    in_time: bool
    source: v.EvidenceSource
    due_at: Timestamp | None = None
    evidence_id: Text | None = None
    evidence_recorded_at: Timestamp | None = None
    evidence_entered_late: Bool = False
    channel: v.Channel | None = None
    was_breached: Bool = False


class EntitlementBreached(EntitlementFact):
    """Past due, with everything applied that had been heard by then, on a duty that a feed covers."""

    TYPE: ClassVar[str] = "entitlement.breached.v1"
    due_at: Timestamp


class EntitlementExcepted(EntitlementFact):
    """The clock ended without being met or breached; `state` says which way. `not_evidenced`: past due, no feed covers
    that duty and period, so it is in no rate and nobody is blamed."""

    TYPE: ClassVar[str] = "entitlement.excepted.v1"
    state: Annotated[
        Literal["excepted_with_reason", "unable_to_contact", "not_applicable", "not_evidenced"] | Other, LEFT
    ] = "excepted_with_reason"
    reason_code: Code | None = None
    due_at: Timestamp | None = None
    source: v.EvidenceSource | None = None


class EntitlementDeclined(EntitlementFact):
    """The person did not want it."""

    TYPE: ClassVar[str] = "entitlement.declined.v1"
    reason_code: Code | None = None
    declined_at: Timestamp | None = None
    due_at: Timestamp | None = None
    source: v.EvidenceSource | None = None


class EntitlementWarned(EntitlementFact):
    """Said once to a role: a share of the clock's time has passed and nothing has stopped it (`fraction`), or the day
    is near on which its pause was expected to end (`about`: pause_ends)."""

    TYPE: ClassVar[str] = "entitlement.warned.v1"
    role: Code
    about: Annotated[Literal["time_passed", "pause_ends"] | Other, LEFT] = "time_passed"
    fraction: Share | None = None
    due_at: Timestamp | None = None


class ClockPaused(EntitlementFact):
    TYPE: ClassVar[str] = "clock.paused.v1"
    reason_code: Code
    due_at: Timestamp | None = None


class ClockResumed(EntitlementFact):
    TYPE: ClassVar[str] = "clock.resumed.v1"
    reason_code: Code | None = None
    due_at: Timestamp | None = None


class ClockReplanned(EntitlementFact):
    """A clock got another start, limit or calendar. It is the same clock, and the last of these counts."""

    TYPE: ClassVar[str] = "clock.replanned.v1"
    reason_code: Code
    started_at: Timestamp | None = None
    due_at: Timestamp | None = None
    previous_due_at: Timestamp | None = None
    limit: Limit | None = None
    unit: v.Unit | None = None
    enhanced_categories: Many[v.EnhancedCategory] = ()
    late_recorded: Bool = False
    calendar_version: Code | None = None


class EnhancedRightsChanged(CaseFact):
    """The categories of enhanced rights that hold for somebody are others than before, by the facts or by a person's
    decision (`by_a_person`, with its `reason_code`). For every agency that owes this person a duty."""

    TYPE: ClassVar[str] = "enhanced-rights.changed.v1"
    crime_id: UUID | None = None
    categories: Many[v.EnhancedCategory] = ()
    previous_categories: Many[v.EnhancedCategory] = ()
    reasons: Many[Code] = ()
    by_a_person: Bool = False
    reason_code: Code | None = None


class RelatedClockFact(CaseFact):
    """A time limit beside the Code for one case (review, sentence, compensation, parole, court to Witness Care Unit):
    no entitlement, in none of its rates. `clock` is its id in the catalogue; `unverified`: recalled, not read."""

    crime_id: UUID | None = None
    clock_id: UUID
    clock: Code
    due_at: Timestamp | None = None
    catalogue_version: Code | None = None
    unverified: Bool = False


class RelatedClockDue(RelatedClockFact):
    """It began, or got another day; the last of these counts. `last_at`: up to when it may still be allowed."""

    TYPE: ClassVar[str] = "related-clock.due.v1"
    started_at: Timestamp
    last_at: Timestamp | None = None
    calendar_version: Code | None = None
    replanned: Bool = False


class RelatedClockWarned(RelatedClockFact):
    """Said once to a role: a share of its time has passed and the act has not been told of."""

    TYPE: ClassVar[str] = "related-clock.warned.v1"
    role: Code
    fraction: Share | None = None


class RelatedClockOver(RelatedClockFact):
    """Its last day passed without the act being told of. Nobody is in breach of the Code by that."""

    TYPE: ClassVar[str] = "related-clock.over.v1"
    due_at: Timestamp


class RelatedClockEnded(RelatedClockFact):
    """The act was done, in time or late, or the limit does not apply any longer."""

    TYPE: ClassVar[str] = "related-clock.ended.v1"
    outcome: Annotated[Literal["done", "applies_no_longer"] | Other, LEFT]
    done_at: Timestamp | None = None
    in_time: bool | None = None


BestTime = Annotated[Literal["any", "morning", "afternoon", "evening"] | Other, LEFT]


class ContactWishStated(CaseFact):
    """The person said, on a neutral page, how, when and whether to be reached. It shuts ways and opens none: whoever
    holds the link may not be the person, so a human looks at it. `wish_id`: the same form sent twice; `request_id`: by
    which link it was said; `proved`: with the code word agreed with the person."""

    TYPE: ClassVar[str] = "contact-wish.stated.v1"
    wish_id: UUID
    not_by: Many[v.Channel] = ()
    not_at_all: Bool = False
    best_time: BestTime = "any"
    call_back: Bool = False
    request_id: UUID | None = None
    proved: Bool = False


class OwnRightsWordGuessed(CaseFact):
    """Too many wrong code words were given behind a person's link, which is shut: somebody else may hold it."""

    TYPE: ClassVar[str] = "own-rights-word.guessed.v1"
    request_id: UUID


class ComplaintFact(Announcement):
    """A complaint under Right 12. Its subject is the complaint."""

    subject_kind: Code = "complaint"
    complaint_id: UUID
    entitlement: Code | None = None
    duty_holder: v.DutyHolder | None = None
    due_at: Timestamp | None = None


class ComplaintReceived(ComplaintFact):
    """`concern`: its words hold a sign of danger; they stay where they were written. `named`: the short reference that
    stands in them, where nobody has yet said whose case it is."""

    TYPE: ClassVar[str] = "complaint.received.v1"
    received_at: Timestamp
    source: v.ReferralSource | None = None
    concern: Bool = False
    named: Code | None = None


class ComplaintAcknowledged(ComplaintFact):
    TYPE: ClassVar[str] = "complaint.acknowledged.v1"
    in_time: bool | None = None


class ComplaintAnswered(ComplaintFact):
    TYPE: ClassVar[str] = "complaint.answered.v1"
    in_time: bool | None = None
    outcome: Annotated[Literal["upheld", "partly_upheld", "not_upheld", "withdrawn"] | Other, LEFT]
