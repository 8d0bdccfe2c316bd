"""What returns announces: a return is drawn, signed, sealed, and perhaps restated."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts import vocabulary as v
from contracts.envelope import Announcement
from contracts.tolerant import Code, Timestamp

Period = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-Q[1-4]$")]
"""A calendar quarter: 2026-Q3."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ReturnFact(Announcement):
    """Its subject is the return. `archive_position` is frozen together with the instant of the cut-off."""

    subject_kind: Code = "return"
    return_id: UUID
    kind: v.ReturnKind
    period: Period
    cut_off: Timestamp
    definition: Code
    sha256: Sha256 | None = None
    archive_position: Annotated[int, Field(ge=0)] | None = None


class ReturnDrawn(ReturnFact):
    TYPE: ClassVar[str] = "return.drawn.v1"
    rows: Annotated[int, Field(ge=0)] | None = None


class ReturnSigned(ReturnFact):
    TYPE: ClassVar[str] = "return.signed.v1"
    signed_by: UUID | None = None


class ReturnSealed(ReturnFact):
    """The bytes with this hash never change again."""

    TYPE: ClassVar[str] = "return.sealed.v1"
    sha256: Sha256
    signature: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/_=-]{1,200}$")] | None = None


class ReturnRestated(ReturnFact):
    """A new return stands beside the sealed one it restates."""

    TYPE: ClassVar[str] = "return.restated.v1"
    restates: UUID
    reason_code: Code | None = None
