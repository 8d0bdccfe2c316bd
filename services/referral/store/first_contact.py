"""The hub's own assessments at first contact; the newest counts, and earlier ones stay."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class HubAssessment:
    """`needs`: area of life to a score of 1 to 5, or to the code of why there is none."""

    assessment_id: UUID
    case_id: UUID
    needs: dict[str, Any]
    communication: tuple[str, ...]
    dash_score: int | None
    risk: str
    agreed: str
    lists: str
    by_id: UUID
    by_role: str
    at: datetime
    said_needs: tuple[str, ...] = ()
    said_of_themselves: tuple[str, ...] = ()
    said_danger: tuple[str, ...] = ()
    same_household: str = "not_asked"


async def add(tx: Tx, made: HubAssessment) -> bool:
    """Keeps an assessment; False when it is there already."""
    asked = insert("hub_assessment", HubAssessment, "on conflict (assessment_id) do nothing returning assessment_id")
    return await tx.fetchval(asked, *values(made)) is not None


async def latest(tx: Tx, case_id: UUID) -> HubAssessment | None:
    asked = f"select {columns(HubAssessment)} from hub_assessment where case_id = $1 order by at desc limit 1"
    return read_one(HubAssessment, await tx.fetchrow(asked, case_id))


async def of_case(tx: Tx, case_id: UUID, as_of: datetime | None = None) -> list[HubAssessment]:
    """Every assessment of a case that was made by `as_of`, newest first."""
    asked = f"select {columns(HubAssessment)} from hub_assessment where case_id = $1"
    asked += " and ($2::timestamptz is null or at <= $2) order by at desc limit 200"
    return read(HubAssessment, await tx.fetch(asked, case_id, as_of))
