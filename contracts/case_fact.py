"""The base of every announcement about a case."""

from typing import Any
from uuid import UUID

from pydantic import Field

from contracts.envelope import Announcement
from contracts.tolerant import Code


def _subject(data: dict[str, Any]) -> Any:
    return data["case_id"]


class CaseFact(Announcement):
    """Its subject is the case: `subject_id` is filled with `case_id` when it is not given."""

    case_id: UUID
    subject_kind: Code = "case"
    subject_id: UUID = Field(default_factory=_subject)
