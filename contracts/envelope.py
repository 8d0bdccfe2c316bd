"""CloudEvents 1.0 in Kafka binary mode: the base of every event, and its headers written and read by hand."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.tolerant import Code, Timestamp


class Fact(BaseModel):
    """The data of an event. Fields it does not know are ignored; nothing in it can be changed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]


class Announcement(Fact):
    """What one of our services announces; `sequence` is dense per subject and owner, given at publication."""

    case_id: UUID | None = None
    subject_kind: Code
    subject_id: UUID
    sequence: int = 0
    happened_at: Timestamp
    actor_role: Code
