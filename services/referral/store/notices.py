"""Notices to roles: what waits for somebody of that role, and which of them a worker has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain.silent import Before
from services.referral.store.rows import columns, read
from services.referral.store.silence import UNOPENED, values

_ME = "(select nullif(current_setting('app.user_id', true), '')::uuid)"
_OPEN = "not exists (select 1 from notice n where n.kind = '{}' and n.case_id = {}.case_id and n.over_at is null)"
CAUSES = {
    "urgent_case": f"""
select c.case_id as about, c.case_id, coalesce(c.urgent_since, c.opened_at) as at from case_file c
 where c.state = 'waiting' and c.priority = 0 and c.assigned_to is null
   and (coalesce(c.urgent_since, c.opened_at) > $1 or c.heard_at > $1 and not c.history)
   and {_OPEN.format("urgent_case", "c")} order by 3, c.case_id limit $2
""",
    "override_waiting": f"""
select s.consent_id as about, s.case_id, s.taken_at as at from consent s
 where s.gate = 'override' and s.confirmed_at is null and s.withdrawn_at is null and s.taken_at > $1
   and {_OPEN.format("override_waiting", "s")} order by s.taken_at, s.consent_id limit $2
""",
}
_OVER = {
    **dict.fromkeys(
        ("urgent_case", "urgent_untaken"),
        """not exists (select 1 from case_file c where c.case_id = n.case_id and c.state = 'waiting'
 and c.priority = 0 and c.assigned_to is null)""",
    ),
    "override_waiting": """not exists (select 1 from consent s where s.case_id = n.case_id and s.gate = 'override'
 and s.confirmed_at is null and s.withdrawn_at is null)""",
    "second_same_surname": "n.at < $1::timestamptz - interval '14 days'",
    "look_same_surname": "n.at < $1::timestamptz - interval '14 days'",
    "person_died": "n.at < $1::timestamptz - interval '14 days'",
    "written_danger": "n.at < $1::timestamptz - interval '14 days'",
    "danger_taken_back": "n.at < $1::timestamptz - interval '14 days'",
    "complaint_danger": "n.at < $1::timestamptz - interval '14 days'",
    "agreement_afraid": "n.at < $1::timestamptz - interval '14 days'",
    "shared_unconfirmed": "n.at < $1::timestamptz - interval '14 days'",
    "provider_ruled_out": "n.at < $1::timestamptz - interval '14 days'",
    **dict.fromkeys(
        ("override_confirmed", "override_refused", "hold_end_agreed", "hold_end_refused"),
        "n.at < $1::timestamptz - interval '3 days'",
    ),
    "look_many": "n.at < $1::timestamptz - interval '14 days'",
    **dict.fromkeys(
        ("risk_to_review", "danger_found", "death_told"),
        """not exists (select 1 from case_file c where c.case_id = n.case_id
 and c.review_since is not null and c.state <> 'closed')""",
    ),
    **dict.fromkeys(
        ("provider_asked", "provider_not_answered"),
        """not exists (select 1 from task t where t.case_id = n.case_id and t.kind = 'answer_provider'
 and t.done_at is null)""",
    ),
    "held_in_danger": """not exists (select 1 from task t where t.case_id = n.case_id and t.kind = 'held_in_danger'
 and t.done_at is null)""",
    "waits_in_danger": """not exists (select 1 from task t where t.case_id = n.case_id and t.kind = 'waits_in_danger'
 and t.done_at is null)""",
    "not_reached": """not exists (select 1 from leg l where l.case_id = n.case_id
 and l.state in ('accepted', 'waitlisted') and l.contacted_at is null)""",
    "silent_provider": """not exists (select 1 from leg l where l.case_id = n.case_id and l.state = 'sent'
 and l.viewed_at is null)""",
}

OF_CLOCKS = ("clock_warned", "limit_warned", "pause_ends")
"""Kinds that the service of the Victims' Code has told of; there are many at a time, so they never stand first."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that somebody should know of: about which thing, in which case, since when."""

    about: UUID
    case_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to a role, or to one worker of it alone, of a case, or of a task of which no case is known."""

    notice_id: UUID
    role: str
    kind: str
    case_id: UUID | None
    at: datetime
    task_id: UUID | None = None
    worker_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as its reader sees it."""

    notice_id: UUID
    kind: str
    case_id: UUID | None
    reference: str | None
    at: datetime
    read: bool
    task_id: UUID | None


async def causes(tx: Tx, kind: str, since: datetime, limit: int) -> list[Cause]:
    """What of this kind has no open notice yet, the oldest first."""
    return read(Cause, await tx.fetch(CAUSES[kind], since, limit))


async def silent(tx: Tx, before: Before, since: datetime, limit: int) -> list[Cause]:
    """Legs of silent providers of which there is no open notice yet: what is urgent first, then the oldest."""
    asked = (
        f"select l.leg_id as about, l.case_id, s.since as at {UNOPENED} and s.since > $6"
        f" and {_OPEN.format('silent_provider', 'l')} order by s.by_clock desc, s.since, l.leg_id limit $7"
    )
    return read(Cause, await tx.fetch(asked, *values(before), since, limit))


async def add(tx: Tx, notices: Sequence[Notice]) -> None:
    """Tells them; one that was over is told again, since its cause came back."""
    names = columns(Notice)
    await tx.executemany(
        f"insert into notice ({names}) values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (notice_id) do update set over_at = null where notice.over_at is not null",
        [tuple(getattr(notice, name) for name in names.split(", ")) for notice in notices],
    )


async def tell(tx: Tx, notices: Sequence[Notice]) -> None:
    """Tells them, each as something new: who had read an earlier one of the same id has not read this."""
    told = list({notice.notice_id: notice for notice in notices}.values())
    names = columns(Notice)
    values = [[getattr(notice, name) for notice in told] for name in names.split(", ")]
    await tx.execute("delete from notice_read where notice_id = any($1::uuid[])", values[0])
    await tx.execute(
        f"insert into notice ({names}) select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[],"
        " $5::timestamptz[], $6::uuid[], $7::uuid[]) on conflict (notice_id) do update set kind = excluded.kind,"
        " at = excluded.at, over_at = null",
        *values,
    )


async def over(tx: Tx, notice_ids: Sequence[UUID], now: datetime) -> None:
    """Ends these, as far as they were told."""
    asked = "update notice set over_at = $2 where notice_id = any($1::uuid[]) and over_at is null"
    await tx.execute(asked, list(notice_ids), now)


async def end(tx: Tx, now: datetime) -> int:
    """Ends the notices whose cause went away; returns how many."""
    ended = 0
    for kind, over in _OVER.items():
        asked = f"update notice n set over_at = $1 where n.kind = $2 and n.over_at is null and {over} returning 1"
        ended += len(await tx.fetch(asked, now, kind))
    done = "exists (select 1 from task t where t.task_id = n.task_id and t.done_at is not null)"
    asked = f"update notice n set over_at = $1 where n.task_id is not null and n.over_at is null and {done} returning 1"
    ended += len(await tx.fetch(asked, now))
    return ended


_MINE = f"(n.role = $1 and n.worker_id is null or n.worker_id = {_ME})"
_READ = f"exists (select 1 from notice_read r where r.notice_id = n.notice_id and r.worker_id = {_ME})"


async def unread(tx: Tx, role: str, at_most: int = 100) -> tuple[int, int]:
    """How many open notices to this role the viewer has not read: of the hub's own work, and of clocks that run out.
    Counting stops at `at_most`."""
    one = (
        f"(select count(*)::int from (select 1 from notice n where {_MINE} and n.over_at is null"
        f" and (n.kind = any($3::text[])) = {{}} and not {_READ} limit $2) c)"
    )
    row = await tx.fetchrow(f"select {one.format('false')}, {one.format('true')}", role, at_most, list(OF_CLOCKS))
    assert row is not None
    return row[0], row[1]


async def shown(tx: Tx, role: str, limit: int = 100) -> list[Shown]:
    """Open notices to this role, those of clocks last; unread ones first, newest first."""
    asked = (
        f"select n.notice_id, n.kind, n.case_id, c.reference, n.at, {_READ} as read, n.task_id from notice n"
        f" left join case_file c using (case_id) where {_MINE} and n.over_at is null"
        " and (c.case_id is not null or n.case_id is null)"
        " order by n.kind = any($3::text[]), 6, n.at desc, n.notice_id limit $2"
    )
    return read(Shown, await tx.fetch(asked, role, limit, list(OF_CLOCKS)))


async def mark_read(tx: Tx, worker_id: UUID, role: str, notice_ids: Sequence[UUID], now: datetime) -> None:
    """The worker has read these notices, as far as they are to their role."""
    await tx.execute(
        "insert into notice_read (notice_id, worker_id, read_at) select notice_id, $1, $4 from notice"
        " where notice_id = any($3::uuid[]) and (role = $2 and worker_id is null or worker_id = $1)"
        " on conflict do nothing",
        worker_id,
        role,
        list(notice_ids),
        now,
    )
