"""What a provider recorded of its support: assessments of need, outcomes and the end report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain.support import Answer
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class Assessment:
    """Need at the start or at the end; the first also says what was done at once."""

    assessment_id: UUID
    leg_id: UUID
    case_id: UUID
    provider_id: UUID
    stage: str
    risk: str | None
    safety_act: str | None
    needs: tuple[str, ...]
    agreed: str | None
    at: datetime
    by_id: UUID


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of the national list; `line_id` where it was pasted from the provider's own system."""

    outcome_id: UUID
    leg_id: UUID
    case_id: UUID
    provider_id: UUID
    code: str
    change: str
    line_id: str | None
    at: datetime
    by_id: UUID


@dataclass(frozen=True, slots=True)
class EndReport:
    leg_id: UUID
    case_id: UUID
    provider_id: UUID
    how: str
    reason: str
    next_step: str
    next_line: str | None
    at: datetime
    by_id: UUID


async def _add(tx: Tx, table: str, row: Assessment | Outcome | EndReport) -> bool:
    done = await tx.execute(insert(table, type(row), "on conflict do nothing"), *values(row))
    return bool(done == "INSERT 0 1")


async def add_assessment(tx: Tx, row: Assessment, answers: Sequence[Answer]) -> bool:
    """Keeps an assessment with its scores; False when it was kept before."""
    if not await _add(tx, "assessment", row):
        return False
    await tx.executemany(
        "insert into need_score (assessment_id, leg_id, case_id, provider_id, domain, score, why_not)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        [(row.assessment_id, row.leg_id, row.case_id, row.provider_id, a.domain, a.score, a.why_not) for a in answers],
    )
    return True


async def latest(tx: Tx, leg_id: UUID) -> dict[str, Assessment]:
    """The last assessment of each stage of a leg."""
    rows = await tx.fetch(
        f"select distinct on (stage) {columns(Assessment)} from assessment where leg_id = $1"
        " order by stage, at desc, assessment_id",
        leg_id,
    )
    return {one.stage: one for one in read(Assessment, rows)}


async def tell_hub(tx: Tx, leg_id: UUID) -> None:
    """Has the hub's worker look at the referral of a leg again."""
    await tx.execute("update referral set settled = false where leg_id = $1", leg_id)


async def scores(tx: Tx, assessment_id: UUID) -> list[Answer]:
    rows = await tx.fetch("select domain, score, why_not from need_score where assessment_id = $1", assessment_id)
    return read(Answer, rows)


_REACHED = """
select exists (select 1 from contact_attempt a join leg l on l.referral_id = a.referral_id
                and l.provider_id = a.provider_id where l.leg_id = $1 and a.referral_id = $2 and a.reached)
    or exists (select 1 from assessment where leg_id = $1 and stage = 'start')
    or exists (select 1 from appointment where leg_id = $1 and state in ('attended', 'late'))
"""


async def was_reached(tx: Tx, leg_id: UUID, referral_id: UUID) -> bool:
    """Whether the leg's provider spoke to the person, assessed them at the start, or met them."""
    return bool(await tx.fetchval(_REACHED, leg_id, referral_id))


async def add_outcome(tx: Tx, row: Outcome) -> bool:
    """Keeps an outcome; False when it, or a line with its id, was kept before."""
    return await _add(tx, "outcome", row)


async def outcomes(tx: Tx, leg_id: UUID) -> list[Outcome]:
    """What is said of each outcome of a leg: the last answer stands."""
    rows = await tx.fetch(
        f"select distinct on (code) {columns(Outcome)} from outcome where leg_id = $1"
        " order by code, at desc, outcome_id",
        leg_id,
    )
    return read(Outcome, rows)


async def add_end_report(tx: Tx, row: EndReport) -> bool:
    return await _add(tx, "end_report", row)


async def end_report(tx: Tx, leg_id: UUID) -> EndReport | None:
    row = await tx.fetchrow(f"select {columns(EndReport)} from end_report where leg_id = $1", leg_id)
    return read_one(EndReport, row)
