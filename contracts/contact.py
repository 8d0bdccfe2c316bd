"""The one event that two services announce: somebody asks referral to contact a person."""

from typing import ClassVar
from uuid import UUID

from contracts import vocabulary as v
from contracts.case_fact import CaseFact
from contracts.tolerant import Code, Timestamp


class ContactRequested(CaseFact):
    """Only referral holds contact details, so only referral sends: it answers contact.sent or contact.withheld."""

    TYPE: ClassVar[str] = "contact.requested.v1"
    request_id: UUID
    purpose: v.ContactPurpose
    template: Code
    not_after: Timestamp
    path: Code | None = None
    """Where on the neutral origin the link leads, without its token: "feedback"."""
