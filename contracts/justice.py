"""What police, CPS, courts, Witness Care Unit and probation tell us: milestones of a crime and notices given."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts import vocabulary as v
from contracts.envelope import Fact
from contracts.police import OffenceCode, Part
from contracts.spelling import spelt
from contracts.tolerant import LEFT, Code, LooseDay, Many, Other, Slug, SlugOrNull, Text, TextOrNull, Timestamp, values

_Trigger = Literal[
    "agreed_update_date", "any_contact", "appeal_hearing_listed", "appeal_notified", "appeal_outcome",
    "appellant_bail_decision", "arrest_warrant_issued", "bereaved_request_court_visit", "case_outcome",
    "ccrc_review_or_referral", "complaint_considered", "complaint_final_response", "complaint_misdirected",
    "complaint_received", "conviction", "court_bail_decision", "court_decides_vps_reading",
    "cps_decision_not_to_prosecute", "cps_decision_to_stop_or_alter", "crime_reported",
    "death_by_criminal_conduct_recorded", "decision_not_to_investigate", "deportation_stage",
    "document_needed_for_interview_or_hearing", "escape_notified", "expenses_claim_form_received",
    "first_hearing_listed", "hearing_listed", "hospital_order_made", "interview_arranged", "interview_needed",
    "interview_or_contact_arranged", "investigation_closed", "investigation_opened", "language_need_identified",
    "licence_planning", "medical_exam_proposed", "needs_assessed", "offender_identified_under_18",
    "open_conditions_stage", "out_of_court_disposal_considered", "out_of_court_disposal_given", "parole_decision",
    "parole_review_listed", "police_bail_cancelled", "police_bail_conditions_changed",
    "police_decision_not_to_prosecute", "property_no_longer_required", "rearrest_hearing_outcome",
    "release_consideration", "release_or_recall", "sentence_passed", "special_measures_decision",
    "suspect_arrested", "suspect_charged", "suspect_interviewed_under_caution", "suspect_released_on_police_bail",
    "suspect_released_under_investigation", "suspect_released_without_charge", "update_not_possible",
    "vcs_opt_in", "vcs_referral_received", "victim_asks_sentence_question", "victim_attends_court",
    "victim_attends_to_give_evidence", "victim_reports_change_of_needs", "victim_requests_further_vps",
    "victim_required_to_give_evidence", "victim_vcs_choice", "vps_copy_requested", "vps_requested", "vps_taken",
    "witness_requirement_notified_by_cps", "youth_sentence",
    "order_made", "order_varied", "order_breached", "order_ended",
    "pre_recorded_evidence_asked", "pre_recorded_evidence_granted", "pre_recorded_evidence_used",
]  # fmt: skip
Trigger = Annotated[_Trigger | Annotated[Other, spelt("trigger", *values(_Trigger))], LEFT]
"""Trigger events of the Code's catalogue, and ours for orders and pre-recorded evidence."""
TRIGGERS = values(Trigger)

Plea = Annotated[Literal["guilty", "not_guilty", "mixed", "none_entered"] | Other, LEFT]
VcsChoice = Annotated[Literal["opted_in", "opted_out", "undecided"] | Other, LEFT]
Months = Annotated[float, Field(ge=0, le=1200)]


class Details(Part):
    """What is particular to one kind of milestone: coded, all optional."""

    order_kind: SlugOrNull = None
    conditions: Many[Slug] = ()
    hearing_id: TextOrNull = None
    hearing_at: Timestamp | None = None
    court_code: SlugOrNull = None
    plea: Plea | None = None
    witness_required: bool | None = None
    special_measures: bool | Many[Slug] | None = None
    offender_age_band: v.AgeBand | None = None
    sentence_months: Months | None = None
    sentence_kind: SlugOrNull = None
    offence_code: OffenceCode | None = None
    disposal: SlugOrNull = None
    bail_ends_on: LooseDay | None = None
    agreed_interval_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    vcs_choice: VcsChoice | None = None


NO_DETAILS = Details()


class MilestoneReached(Fact):
    """Something happened in the life of a crime. `victim_ref` null concerns every victim; the same `milestone_id` sent
    again with `received_by_wcu_at` re-plans the clocks that it started."""

    TYPE: ClassVar[str] = "justice.milestone.reached.v1"

    milestone_id: Text
    crime_id: UUID
    victim_ref: TextOrNull = None
    trigger: Trigger
    happened_at: Timestamp
    received_by_wcu_at: Timestamp | None = None
    details: Details | None = None


class NoticeGiven(Fact):
    """Somebody did what the Code asks: evidence for an entitlement. Without `milestone_id` it meets the oldest running
    clock of that entitlement that had started."""

    TYPE: ClassVar[str] = "justice.notice.given.v1"

    notice_id: Text
    crime_id: UUID
    victim_ref: TextOrNull = None
    entitlement: Code
    milestone_id: TextOrNull = None
    given_at: Timestamp
    channel: v.Channel | None = None
    given_by: SlugOrNull = None
    outcome: v.NoticeOutcome = "delivered"
    reason_code: SlugOrNull = None
