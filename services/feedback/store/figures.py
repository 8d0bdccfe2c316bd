"""Counts for staff, as far as the viewer may see the cases behind them, and the words to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx

_STATES = "select state, count(*) as number from feedback_window group by state"
_REASONS = """
select reason, count(*) as number from feedback_window where state = 'withheld' group by reason order by 2 desc, 1
"""
_MEANS = """
select a.question, count(a.score) as scored, avg(a.score)::float8 as mean,
       count(*) filter (where a.instead = 'skipped') as skipped,
       count(*) filter (where a.instead = 'rather_not_say') as rather_not
  from answer a join response r using (response_id)
 where r.sent_at is not null and r.withdrawn_at is null group by a.question
"""
_RESPONSES = """
select count(*) filter (where withdrawn_at is null) as answered,
       count(*) filter (where withdrawn_at is not null) as taken_back
  from response where sent_at is not null
"""
_TO_READ = """
select r.response_id, r.case_id, r.sent_at, r.words_danger as danger, w.line
  from response r join feedback_window w using (window_id)
 where r.words is not null and r.sent_at is not null and r.read_at is null
 order by r.words_danger desc, r.sent_at, r.response_id limit $1
"""
_WORDS = """
select r.response_id, r.window_id, r.case_id, r.sent_at, r.words, r.words_danger as danger, r.words_shared as shared,
       r.read_at, coalesce(r.read_outcomes, array[r.read_outcome]) as read_outcomes, w.line
  from response r join feedback_window w using (window_id)
 where r.response_id = $1 and r.words is not null and r.sent_at is not null
"""
_READ = """
update response set read_by = $2, read_at = $3, read_outcome = $4, read_outcomes = $5
 where response_id = $1 and read_at is null returning true
"""


@dataclass(frozen=True, slots=True)
class Mean:
    """One question: how many scores, their mean, and how many gave none and why."""

    question: str
    scored: int
    mean: float | None
    skipped: int
    rather_not: int


@dataclass(frozen=True, slots=True)
class Figures:
    states: dict[str, int]
    reasons: tuple[tuple[str, int], ...]
    means: dict[str, Mean]
    answered: int
    taken_back: int

    @property
    def windows(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that wait for a reader; `danger`: they hold a sign for which they come first."""

    response_id: UUID
    case_id: UUID
    sent_at: datetime
    danger: bool
    line: str


@dataclass(frozen=True, slots=True)
class Words:
    response_id: UUID
    window_id: UUID
    case_id: UUID
    sent_at: datetime
    words: bytes
    danger: bool
    shared: bool
    read_at: datetime | None
    read_outcomes: Sequence[str | None]
    line: str


async def figures(tx: Tx) -> Figures:
    counted = await tx.fetchrow(_RESPONSES)
    assert counted is not None
    return Figures(
        {row["state"]: row["number"] for row in await tx.fetch(_STATES)},
        tuple((row["reason"], row["number"]) for row in await tx.fetch(_REASONS)),
        {row["question"]: Mean(**row) for row in await tx.fetch(_MEANS)},
        counted["answered"],
        counted["taken_back"],
    )


async def to_read(tx: Tx, limit: int = 100) -> list[Unread]:
    """Words that nobody has read, those with a sign of danger first, then the oldest."""
    return [Unread(**row) for row in await tx.fetch(_TO_READ, limit)]


async def words(tx: Tx, response_id: UUID) -> Words | None:
    row = await tx.fetchrow(_WORDS, response_id)
    return Words(**row) if row else None


async def mark_read(tx: Tx, response_id: UUID, by: UUID, now: datetime, outcomes: Sequence[str]) -> bool:
    """Who read the words and all that came of it; the first reader stays, and False for whoever comes later."""
    first = next((one for one in ("safeguarding", "no_action") if one in outcomes), "passed_on")
    return bool(await tx.fetchval(_READ, response_id, by, now, first, list(outcomes)))
