"""Agencies' replies to breaches, and the actions that follow from oversight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.database import Tx

_ADD = """
insert into breach_reply (reply_id, case_id, entitlement, occurrence, agency, reason_code, words, replied_at,
                          entered_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing
"""
_DECIDE = """
update breach_reply set decision = $2, decided_at = $3, decided_by = $4 where reply_id = $1 and decision is null
"""
_OF_CLOCK = """
select reply_id, agency, reason_code, words, replied_at, decision, decided_at, entered_by, decided_by from breach_reply
 where case_id = $1 and entitlement = $2 and occurrence = $3 order by replied_at, reply_id
"""
_OF_CASES = """
select distinct on (case_id, entitlement, occurrence) case_id, entitlement, occurrence, agency, decision
  from breach_reply where case_id = any($1::uuid[])
 order by case_id, entitlement, occurrence, replied_at desc, reply_id
"""
_WAITING = """
select r.case_id, r.entitlement, r.occurrence, r.agency, r.reason_code, r.replied_at from breach_reply r
 where r.decision is null order by r.replied_at, r.reply_id limit $1
"""
_ADD_ACTION = """
insert into oversight_action (action_id, agency, entitlement, what, owner, due_on, entered_at, entered_by)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
"""
_ACTION = "action_id, agency, entitlement, what, owner, due_on, entered_at, done_at, entered_by, done_by"
_ACTIONS = f"""
select {_ACTION}
  from oversight_action
 where (done_at is null) = $1 order by case when done_at is null then due_on end, done_at desc, action_id limit $2
"""


@dataclass(frozen=True, slots=True)
class Reply:
    reply_id: UUID
    agency: str
    reason_code: str
    words: str | None
    replied_at: datetime
    decision: str | None
    decided_at: datetime | None
    entered_by: UUID | None = None
    decided_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply that nobody has decided on."""

    case_id: UUID
    entitlement: str
    occurrence: str
    agency: str
    reason_code: str
    replied_at: datetime


@dataclass(frozen=True, slots=True)
class Action:
    action_id: UUID
    agency: str
    entitlement: str | None
    what: str
    owner: str
    due_on: date
    entered_at: datetime
    done_at: datetime | None
    entered_by: UUID | None = None
    done_by: UUID | None = None


async def add(tx: Tx, reply: Reply, case_id: UUID, key: tuple[str, str], entered_by: UUID) -> None:
    """Keeps a reply; the same form sent twice keeps it once."""
    r = reply
    await tx.execute(_ADD, r.reply_id, case_id, *key, r.agency, r.reason_code, r.words, r.replied_at, entered_by)


async def decide(tx: Tx, reply_id: UUID, decision: str, now: datetime, user: UUID) -> bool:
    """Accepts a reply or not; False when that was decided before."""
    done: str = await tx.execute(_DECIDE, reply_id, decision, now, user)
    return done.endswith(" 1")


async def of_clock(tx: Tx, case_id: UUID, key: tuple[str, str]) -> list[Reply]:
    return [Reply(*row.values()) for row in await tx.fetch(_OF_CLOCK, case_id, *key)]


async def of_cases(tx: Tx, case_ids: Sequence[UUID]) -> dict[tuple[UUID, str, str], tuple[str, str | None]]:
    """The last reply for each clock of these cases: who replied, and what compliance decided (None: nothing yet)."""
    rows = await tx.fetch(_OF_CASES, list(case_ids))
    return {(row["case_id"], row["entitlement"], row["occurrence"]): (row["agency"], row["decision"]) for row in rows}


async def waiting(tx: Tx, limit: int) -> list[Waiting]:
    """Replies that wait for compliance, oldest first."""
    return [Waiting(*row.values()) for row in await tx.fetch(_WAITING, limit)]


async def add_action(tx: Tx, action: Action, entered_by: UUID) -> None:
    a = action
    await tx.execute(
        _ADD_ACTION, a.action_id, a.agency, a.entitlement, a.what, a.owner, a.due_on, a.entered_at, entered_by
    )


async def actions(tx: Tx, *, is_open: bool, limit: int = 200) -> list[Action]:
    """Actions that are open, soonest due first, or done, latest first."""
    return [Action(*row.values()) for row in await tx.fetch(_ACTIONS, is_open, limit)]


async def action(tx: Tx, action_id: UUID) -> Action | None:
    row = await tx.fetchrow(f"select {_ACTION} from oversight_action where action_id = $1", action_id)
    return Action(*row.values()) if row else None


async def finish(tx: Tx, action_id: UUID, now: datetime, user: UUID) -> bool:
    sql = "update oversight_action set done_at = $2, done_by = $3 where action_id = $1 and done_at is null"
    done: str = await tx.execute(sql, action_id, now, user)
    return done.endswith(" 1")
