"""The life of a referral from its receipt to acceptance or its end, and the capacity of contracts."""

from typing import ClassVar
from uuid import UUID

from contracts import vocabulary as v
from contracts.case_fact import CaseFact
from contracts.envelope import Announcement
from contracts.referral.cases import Count
from contracts.tolerant import AreaCode, Bool, Code, Day, Many, Timestamp


class ReferralFact(CaseFact):
    """A referral is a case offered to a line; a leg is one provider tried for it."""

    referral_id: UUID
    leg_id: UUID | None = None
    line: v.ServiceLine
    provider_id: UUID | None = None
    contract_id: UUID | None = None
    automatic: bool = False


class ReferralReceived(ReferralFact):
    TYPE: ClassVar[str] = "referral.received.v1"
    source: v.ReferralSource = "police"
    urgent: Bool = False
    follows: UUID | None = None
    """The closed referral that this one continues."""


class ReferralTriaged(ReferralFact):
    TYPE: ClassVar[str] = "referral.triaged.v1"
    urgent: Bool = False
    needs: Many[v.Need] = ()


class ReferralContacting(ReferralFact):
    TYPE: ClassVar[str] = "referral.contacting.v1"


class ReferralSent(ReferralFact):
    """The pack left for a provider. `leg_number` counts from 1: the first leg of a referral is the one counted sent.
    `accept_by`: the limit to accept, counted from `happened_at`; a provider that could first see it later, as where a
    past month was fed, has longer."""

    TYPE: ClassVar[str] = "referral.sent.v1"
    leg_id: UUID
    provider_id: UUID
    contract_id: UUID
    leg_number: Count = 1
    gate: v.Gate | None = None
    urgent: Bool = False
    accept_by: Timestamp | None = None
    pack_sha256: Code | None = None


class ReferralViewed(ReferralFact):
    TYPE: ClassVar[str] = "referral.viewed.v1"


class ReferralInformationRequested(ReferralFact):
    TYPE: ClassVar[str] = "referral.information-requested.v1"
    question_code: Code | None = None


class ReferralInformationSupplied(ReferralFact):
    TYPE: ClassVar[str] = "referral.information-supplied.v1"
    question_code: Code | None = None


class ReferralAccepted(ReferralFact):
    TYPE: ClassVar[str] = "referral.accepted.v1"


class ReferralWaitlisted(ReferralFact):
    TYPE: ClassVar[str] = "referral.waitlisted.v1"
    reason_code: Code | None = None
    expected_on: Day | None = None


class ReferralDeclined(ReferralFact):
    """State `declined_by_provider`. `next_leg_id` is set when another provider was tried at once."""

    TYPE: ClassVar[str] = "referral.declined.v1"
    reason_code: Code | None = None
    reason_codes: Many[Code] = ()
    better_line: v.ServiceLine | None = None
    next_leg_id: UUID | None = None
    appointments_cancelled: Count | None = None


class ReferralWithdrawn(ReferralFact):
    """`appointments_cancelled`: how many appointments to come were cancelled with it, here and in its neighbours."""

    TYPE: ClassVar[str] = "referral.withdrawn.v1"
    reason_code: Code | None = None
    appointments_cancelled: Count | None = None


class ReferralNotReached(ReferralFact):
    """State `unreachable`."""

    TYPE: ClassVar[str] = "referral.not-reached.v1"
    reason_code: Code | None = None
    attempts: Count | None = None
    appointments_cancelled: Count | None = None


class ReferralDeclinedByVictim(ReferralFact):
    TYPE: ClassVar[str] = "referral.declined-by-victim.v1"
    reason_code: Code | None = None
    appointments_cancelled: Count | None = None


class CapacityChanged(Announcement):
    """A contract's list opened, closed or changed. Its subject is the contract."""

    TYPE: ClassVar[str] = "capacity.changed.v1"
    subject_kind: Code = "contract"
    contract_id: UUID
    provider_id: UUID
    line: v.ServiceLine
    state: v.ListState
    places: Count | None = None
    waiting: Count | None = None
    until: Day | None = None
    areas: Many[AreaCode] = ()
    funding: v.FundingStream | None = None
    posts_fte: float | None = None
    vacancies_fte: float | None = None
