"""What persons decided of clocks, and how clocks stood before: pauses, and the history that nothing overwrites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.code_compliance.domain.entitlements import Clock, Key
from services.code_compliance.domain.pauses import Pause
from services.code_compliance.domain.warned import Warned

_PAUSES = """
select pause_id, case_id, entitlement, occurrence, paused_from, paused_until, reason_code, entered_by, entered_at,
       resumed_by, resumed_at, expected_end, ends_by_itself
  from pause where case_id = any($1::uuid[]) order by paused_from, pause_id
"""
_PAUSE = """
insert into pause (pause_id, case_id, entitlement, occurrence, paused_from, paused_until, reason_code, entered_by,
                   entered_at, resumed_by, resumed_at, expected_end, ends_by_itself)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (pause_id) do nothing
"""
_RESUME = """
update pause set paused_until = $2, resumed_by = $3, resumed_at = $4
 where pause_id = $1 and paused_until is null returning pause_id
"""
_OVER = """
select pause_id, case_id, expected_end from pause
 where paused_until is null and ends_by_itself and expected_end <= $1 order by expected_end, pause_id limit $2
"""
_NEAR = """
with near as (
    update pause set told_at = $1 where pause_id in (
        select pause_id from pause
         where paused_until is null and told_at is null and expected_end <= $2
         order by expected_end, pause_id limit $3 for update skip locked)
    returning case_id, entitlement, occurrence
)
select e.case_id, c.crime_id, e.entitlement, e.occurrence, e.milestone_id, e.enhanced, e.code_version, e.due_at
  from near join entitlement e using (case_id, entitlement, occurrence) join code_case c using (case_id)
 order by e.case_id, e.entitlement, e.occurrence
"""
_ENDING = """
select p.case_id, p.entitlement, p.occurrence, p.paused_from, p.expected_end, p.ends_by_itself, p.reason_code, p.told_at
  from pause p join entitlement e using (case_id, entitlement, occurrence)
 where p.paused_until is null and p.expected_end <= $1 and e.paused_since is not null
 order by p.expected_end, p.pause_id limit $2
"""
_ANSWER = """
insert into suggestion_answer (case_id, suggestion_id, answer, entered_by, entered_at)
values ($1, $2, $3, $4, $5) on conflict (case_id, suggestion_id) do nothing returning suggestion_id
"""
_ANSWERED = "select suggestion_id from suggestion_answer where case_id = $1"
_REMEMBER = """
insert into clock_history (case_id, entitlement, occurrence, changed_at, why, state, due_at, settled_at, source,
                           evidence_id)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::timestamptz[],
                     $8::timestamptz[], $9::text[], $10::text[])
"""
_HISTORY = """
select entitlement, occurrence, changed_at, why, state, due_at, settled_at, source, evidence_id
  from clock_history where case_id = $1 order by number
"""


@dataclass(frozen=True, slots=True)
class Former:
    """How a clock stood until `changed_at`, and what changed it then."""

    entitlement: str
    occurrence: str
    changed_at: datetime
    why: str
    state: str
    due_at: datetime | None
    settled_at: datetime | None
    source: str | None
    evidence_id: str | None


@dataclass(frozen=True, slots=True)
class EndingPause:
    """An open pause whose expected end is near or past."""

    case_id: UUID
    entitlement: str
    occurrence: str
    start: datetime
    expected_end: datetime
    ends_by_itself: bool
    reason_code: str
    told_at: datetime | None


async def pauses(tx: Tx, case_ids: Sequence[UUID]) -> dict[UUID, list[Pause]]:
    """The pauses of each case's clocks, oldest first."""
    found: dict[UUID, list[Pause]] = {}
    for row in await tx.fetch(_PAUSES, list(case_ids)):
        found.setdefault(row["case_id"], []).append(Pause(*row.values()))
    return found


async def keep_pause(tx: Tx, pause: Pause) -> None:
    """Writes a new pause; one that is there already stays as it is."""
    await tx.execute(
        _PAUSE,
        *(pause.pause_id, pause.case_id, pause.entitlement, pause.occurrence, pause.start, pause.end),
        *(pause.reason_code, pause.entered_by, pause.entered_at, pause.resumed_by, pause.resumed_at),
        *(pause.expected_end, pause.ends_by_itself),
    )


async def end_pause(tx: Tx, pause_id: UUID, end: datetime, by: UUID | None, now: datetime) -> bool:
    """Ends an open pause (`by` None: by itself); False when somebody had ended it before."""
    return await tx.fetchval(_RESUME, pause_id, end, by, now) is not None


async def over(tx: Tx, now: datetime, limit: int) -> list[tuple[UUID, UUID, datetime]]:
    """Open pauses that end by themselves and whose day has come: (pause, case, when it ends)."""
    return [tuple(row.values()) for row in await tx.fetch(_OVER, now, limit)]


async def tell_near(tx: Tx, now: datetime, until: datetime, limit: int) -> list[Warned]:
    """Notes that a role was told of pauses expected to end by an instant, each once; returns their clocks."""
    return [Warned(*row.values()) for row in await tx.fetch(_NEAR, now, until, limit)]


async def ending(tx: Tx, until: datetime, limit: int) -> list[EndingPause]:
    """Open pauses that are expected to end by an instant, or should have ended, soonest first."""
    return [EndingPause(*row.values()) for row in await tx.fetch(_ENDING, until, limit)]


async def keep_answer(tx: Tx, case_id: UUID, suggestion_id: UUID, answer: str, by: UUID, now: datetime) -> bool:
    """Keeps a worker's answer to a suggestion; False when there was one."""
    return await tx.fetchval(_ANSWER, case_id, suggestion_id, answer, by, now) is not None


async def answered(tx: Tx, case_id: UUID) -> frozenset[UUID]:
    """The suggestions of a case that a worker has answered."""
    return frozenset(row["suggestion_id"] for row in await tx.fetch(_ANSWERED, case_id))


async def remember(tx: Tx, former: Sequence[tuple[UUID, Clock, datetime, str]]) -> None:
    """Keeps how clocks stood before a change: (case, clock as it was, when it changed, why)."""
    if former:
        await tx.execute(
            _REMEMBER,
            [case_id for case_id, _, _, _ in former],
            [clock.entitlement for _, clock, _, _ in former],
            [clock.occurrence for _, clock, _, _ in former],
            [at for _, _, at, _ in former],
            [why for _, _, _, why in former],
            [clock.state for _, clock, _, _ in former],
            [clock.due_at for _, clock, _, _ in former],
            [clock.settled_at for _, clock, _, _ in former],
            [clock.source for _, clock, _, _ in former],
            [clock.evidence_id for _, clock, _, _ in former],
        )


async def history(tx: Tx, case_id: UUID) -> dict[Key, list[Former]]:
    """How each clock of a case stood before, oldest first."""
    found: dict[Key, list[Former]] = {}
    for row in await tx.fetch(_HISTORY, case_id):
        found.setdefault((row["entitlement"], row["occurrence"]), []).append(Former(*row.values()))
    return found
