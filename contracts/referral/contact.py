"""Contact with the person, whether it is safe, and what they agreed to."""

from typing import ClassVar
from uuid import UUID

from contracts import vocabulary as v
from contracts.case_fact import CaseFact
from contracts.tolerant import Bool, Code, Many, Timestamp


class ContactAttempted(CaseFact):
    """Somebody tried to reach the person. `reached`: the person themselves; `for_support`: meant as support."""

    TYPE: ClassVar[str] = "contact.attempted.v1"
    attempt_id: UUID | None = None
    referral_id: UUID | None = None
    line: v.ServiceLine | None = None
    provider_id: UUID | None = None
    channel: v.Channel
    outcome: v.ContactOutcome
    reached: Bool = False
    for_support: Bool = False
    first: Bool = False


class ContactSent(CaseFact):
    """A message asked for by `contact.requested` leaves. The hash is of the link's token, which is nowhere else.
    `waits_until`: when its channel is safe next, where it is not so now; the check is made again then.
    `word_proof`: keyed digest of the code word agreed with the person, bound to the request; null where none is.
    `other_proofs`: of each further word, where records that were found to be of one person have several; any opens."""

    TYPE: ClassVar[str] = "contact.sent.v1"
    request_id: UUID
    channel: v.Channel
    token_sha256: Code | None = None
    purpose: v.ContactPurpose | None = None
    template: Code | None = None
    waits_until: Timestamp | None = None
    word_proof: Code | None = None
    other_proofs: Many[Code] = ()


class ContactWithheld(CaseFact):
    TYPE: ClassVar[str] = "contact.withheld.v1"
    request_id: UUID
    reason: v.WithheldReason
    purpose: v.ContactPurpose | None = None
    template: Code | None = None


class ContactWordChanged(CaseFact):
    """The person's code words are others since a message with a link left: its page asks those that are so now.
    `word_proof` and `other_proofs` as in `contact.sent`, bound to the same request."""

    TYPE: ClassVar[str] = "contact-word.changed.v1"
    request_id: UUID
    word_proof: Code
    other_proofs: Many[Code] = ()


class ContactSafetyChanged(CaseFact):
    """A channel became safe, unsafe or unknown. A lock is lifted only by somebody who has spoken to the person."""

    TYPE: ClassVar[str] = "contact-safety.changed.v1"
    channel: v.Channel
    safety: v.Safety
    locked: Bool = False
    reason_code: Code | None = None
    channels_safe: Many[v.Channel] = ()


class ConsentGiven(CaseFact):
    """The person's agreement for one recipient and purpose, or a lawful override of its absence (`gate`)."""

    TYPE: ClassVar[str] = "consent.given.v1"
    consent_id: UUID
    purpose: Code
    gate: v.Gate = "agreement"
    line: v.ServiceLine | None = None
    provider_id: UUID | None = None
    contract_id: UUID | None = None
    scope: Many[Code] = ()
    how: v.Channel | None = None
    given_by: v.ShareBy | None = None
    expires_at: Timestamp | None = None
    reason_code: Code | None = None


class ConsentWithdrawn(CaseFact):
    TYPE: ClassVar[str] = "consent.withdrawn.v1"
    consent_id: UUID
    purpose: Code | None = None
    provider_id: UUID | None = None
    reason_code: Code | None = None
