"""Legs whose provider has answered and then lets a limit pass: first contact, a worker, a check-in, a review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.portal_due import DUE, LIMITS, Limits
from services.referral.store.rows import read

NOT_REACHED, NO_WORKER, CHECK_IN, REVIEW = "not_reached", "no_worker", "check_in_past", "review_past"
NOT_ANSWERED = "not_answered"
_OVER = "((r.{day} + 1)::timestamp at time zone 'Europe/London')"


def _day(kind: str, state: str, day: str, some: str) -> str:
    over = _OVER.format(day=day)
    return (
        f"select r.leg_id, '{kind}' as kind, {over} as since from referral r"
        f" where r.state = '{state}' and r.{day} < $9::date and {some.format('r')}"
    )


def _late(reached: str, some: str = "true") -> str:
    """SQL: what is late of legs in the states `reached` and after; `some`: of which cases, over a leg or referral."""
    return f"""
with {LIMITS},
late as (
    select * from (
        select l.leg_id, case when l.state = 'sent' then '{NOT_ANSWERED}' else '{NOT_REACHED}' end as kind,
               {DUE} as since from leg l join limits d using (contract_id)
         where l.state in ({reached}) and l.contacted_at is null and l.lapsed_at is null and {some.format("l")}
    ) reached where since <= $1
    union all
    select l.leg_id, '{NO_WORKER}', l.answered_at from leg l
     where l.state = 'accepted' and l.contacted_at is null and {some.format("l")}
       and l.assigned_to is null and l.lapsed_at is null and l.contract_id = any($8::uuid[])
    union all {_day(CHECK_IN, "waitlisted", "check_in_on", some)}
    union all {_day(REVIEW, "on_hold", "review_on", some)}
)
select a.leg_id, l.referral_id, l.case_id, l.contract_id, l.provider_id, l.line, a.kind, a.since,
       r.urgent or l.urgent_since is not null or c.priority = 0 as urgent, c.holds,
       array(select s.step from silence_step s
              where s.leg_id = a.leg_id and s.kind = a.kind and s.at >= a.since) as taken
  from late a
 cross join lateral (select * from leg l where l.leg_id = a.leg_id offset 0) l
 cross join lateral (select * from referral f where f.referral_id = l.referral_id offset 0) r
  join case_file c on c.case_id = l.case_id
 where r.leg_id = l.leg_id and r.state in ({reached}, 'on_hold') and l.died_at is null
"""


_LATE = _late("'accepted', 'waitlisted'")
_OF_CASES = _late("'sent', 'accepted', 'waitlisted'", "{}.case_id = any($10::uuid[])")
_TOLD = _late(
    "'accepted', 'waitlisted'",
    f"{{}}.leg_id = any(array(select s.leg_id from silence_step s"
    f" where s.kind in ('{NOT_REACHED}', '{NO_WORKER}', '{CHECK_IN}', '{REVIEW}')))",
)
"""SQL: only of legs whose provider was nudged about such a thing once, which are few of all that are accepted."""
_ORDER = "urgent desc, since, leg_id, kind"
_LAST = f"case kind when '{NOT_REACHED}' then 'next_provider' else 'duty_line' end"
_NEEDED = """
exists (select 1 from leg l join referral r on r.referral_id = l.referral_id and r.leg_id = l.leg_id
         where l.referral_id = t.referral_id and l.state in ('accepted', 'waitlisted') and l.contacted_at is null
           and l.died_at is null and r.state in ('accepted', 'waitlisted') {more})
"""
RING, TRANSFER, NAME = "ring_not_reached", "transfer_not_reached", "ring_no_worker"
"""Kinds of tasks that are over once the person is reached, or died, or once somebody looks after them."""
_TASKS_OVER = f"""
update task t set done_at = $1, done_how = 'done'
 where t.done_at is null and t.kind = any($2::text[]) and not {_NEEDED.format(more="")}
    or t.done_at is null and t.kind = $3 and not {_NEEDED.format(more="and l.assigned_to is null")}
"""


_STANDS = f"""
select exists (
    select 1 from silence_step s join leg l using (leg_id)
      join referral r on r.referral_id = l.referral_id and r.leg_id = l.leg_id
     where s.leg_id = $1 and s.step = 'nudge' and s.at = $2 and l.died_at is null
       and case s.kind
             when '{NOT_REACHED}' then l.state in ('accepted', 'waitlisted') and l.contacted_at is null
             when '{NO_WORKER}' then l.state = 'accepted' and l.contacted_at is null and l.assigned_to is null
             when '{CHECK_IN}' then r.state = 'waitlisted' and r.check_in_on < $3
             when '{REVIEW}' then r.state = 'on_hold' and r.review_on < $3
             else false end)
"""


@dataclass(frozen=True, slots=True)
class Late:
    """A leg that is late with something since `since`. `kind`: not_reached, no_worker (since it was accepted),
    check_in_past or review_past, and not_answered where it is asked for; `taken`: the steps taken since."""

    leg_id: UUID
    referral_id: UUID
    case_id: UUID
    contract_id: UUID
    provider_id: UUID
    line: str
    kind: str
    since: datetime
    urgent: bool
    holds: tuple[str, ...]
    taken: tuple[str, ...]


async def to_come(
    tx: Tx, limits: Limits, with_accounts: Sequence[UUID], now: datetime, today: date, limit: int
) -> list[Late]:
    """What is late at `now` and has not had its last step, urgent first, then the oldest. `with_accounts`: the
    contracts whose providers name a worker for each referral."""
    return await _some(tx, _LATE, f"not {_LAST} = any(taken)", limits, with_accounts, now, today, limit)


async def told(
    tx: Tx, limits: Limits, with_accounts: Sequence[UUID], now: datetime, today: date, limit: int
) -> list[Late]:
    """What is late at `now` of which a step was taken since, as `to_come` has it."""
    return await _some(tx, _TOLD, "taken <> '{}'", limits, with_accounts, now, today, limit)


async def of_cases(
    tx: Tx, limits: Limits, with_accounts: Sequence[UUID], now: datetime, today: date, cases: Sequence[UUID]
) -> list[Late]:
    """What is late of these cases at `now`, and what was not answered in time."""
    asked = f"select * from ({_OF_CASES}) found order by {_ORDER}"
    return read(Late, await tx.fetch(asked, now, *limits.arguments, list(with_accounts), today, list(cases)))


async def _some(
    tx: Tx,
    found: str,
    where: str,
    limits: Limits,
    with_accounts: Sequence[UUID],
    now: datetime,
    today: date,
    limit: int,
) -> list[Late]:
    asked = f"select * from ({found}) found where {where} order by {_ORDER} limit $10"
    return read(Late, await tx.fetch(asked, now, *limits.arguments, list(with_accounts), today, limit))


async def stands(tx: Tx, leg_id: UUID, nudged_at: datetime, today: date) -> bool:
    """Whether a leg is late still with what its provider was nudged about at that moment."""
    return bool(await tx.fetchval(_STANDS, leg_id, nudged_at, today))


async def over(tx: Tx, now: datetime) -> None:
    """Closes the tasks about what was late and is not any more."""
    await tx.execute(_TASKS_OVER, now, [RING, TRANSFER], NAME)
