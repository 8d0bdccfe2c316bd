"""Windows, their requests for contact, and what is known of the people whom they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

import asyncpg

from kit.database import Tx
from services.feedback.domain.quiet import Known, may_be_child
from services.feedback.domain.window import SAFE_AGAIN, Window


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for contact: what it was answered, None while it was not; `used`: the link that went was opened."""

    request_id: UUID
    window_id: UUID
    answer: str | None
    used: bool


NAMES = tuple(field.name for field in fields(Window))
_COLUMNS = ", ".join(NAMES)
_OPEN = f"""
insert into feedback_window as w ({_COLUMNS})
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
                     $8::timestamptz[], $9::timestamptz[], $10::boolean[], $11::uuid[], $12::uuid[], $13::text[],
                     $14::text[], $15::int[], $16::text[], $17::int[])
on conflict (window_id) do update set heard = w.heard + 1
"""
_SAVE = """
update feedback_window w set state = n.state, reason = n.reason, decide_at = n.decide_at, attempt = n.attempt,
       channel = n.channel, told = n.told
  from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::int[], $6::text[], $7::int[])
    as n(window_id, state, reason, decide_at, attempt, channel, told)
 where w.window_id = n.window_id
"""
_DUE = f"""
with due as (
    select {_COLUMNS} from feedback_window
     where decide_at <= $1 and state in ('open', 'withheld')
     order by decide_at, window_id limit $2 for update skip locked
)
"""
_RESTING = f"""
with due as (
    select {", ".join(f"w.{name}" for name in NAMES)} from feedback_window w join contact_request r using (window_id)
     where r.answer = 'sent' and r.waits_until > $1 and w.state = 'invited' and w.token_used_at is null
     order by w.window_id limit $2 for update of w skip locked
)
"""
_WITH_KNOWN = """
select d.*, c.person_id, c.age_band, c.age_held, c.share_refused, c.agreed, c.removed, person.*,
       courts.hearings, asked.asked,
       person.refused or exists (select from stopped s join feedback_case p using (case_id)
                                  where p.person_id = c.person_id) as said_no
  from due d
  join feedback_case c using (case_id)
 cross join lateral (
    select coalesce(bool_or(not p.agreed), false) as refused, bool_or(p.major_incident) as major_incident,
           bool_or(p.died) as died,
           array_agg(p.death_on) filter (where p.death_on is not null) as deaths,
           array_agg(p.safeguarding_on) filter (where p.safeguarding_on is not null) as safeguarding,
           array_agg(p.marac_on) filter (where p.marac_on is not null) as maracs,
           array_agg(p.marac_referred_on) filter (where p.marac_referred_on is not null and p.marac_on is null)
               as marac_referrals,
           array_agg(p.incident_on) filter (where p.case_id <> d.case_id) as incidents
      from feedback_case p where p.person_id = c.person_id) person
 cross join lateral (
    select array_agg(distinct (h.at at time zone 'Europe/London')::date) as hearings
      from feedback_case p join hearing h on h.about in (p.crime_id, p.case_id)
     where p.person_id = c.person_id) courts
 cross join lateral (
    select array_agg((r.asked_at at time zone 'Europe/London')::date) as asked
      from feedback_case p join feedback_window x using (case_id) join contact_request r using (window_id)
     where p.person_id = c.person_id and x.window_id <> d.window_id and coalesce(r.answer, 'sent') = 'sent') asked
 order by d.decide_at, d.window_id
"""
_REST = """
update contact_request r set waits_until = n.until from unnest($1::uuid[], $2::timestamptz[]) as n(request_id, until)
 where r.request_id = n.request_id
"""
_ASK = """
insert into contact_request (request_id, window_id, asked_at, not_after)
select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
"""
_ASKED = """
select r.request_id, r.window_id, r.answer, w.token_used_at is not null as used
  from contact_request r join feedback_window w using (window_id)
 where r.request_id = any($1::uuid[]) order by w.window_id for update of w, r
"""
_ANSWER = """
update contact_request r set answer = n.answer, reason = n.reason, answered_at = n.at
  from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) as n(request_id, answer, reason, at)
 where r.request_id = n.request_id
"""
_LOAD = f"select {_COLUMNS} from feedback_window where window_id = any($1::uuid[]) order by window_id for update"
_TOKENS = """
update feedback_window w set token_sha256 = n.token, token_until = n.until, token_used_at = null, revoked_at = null
  from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as n(window_id, token, until)
 where w.window_id = n.window_id
"""
_REVOKE = """
update feedback_window w set revoked_at = n.at
  from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as n(case_id, channel, at)
  join feedback_case told on told.case_id = n.case_id
  join feedback_case c on c.person_id = told.person_id
 where w.case_id = c.case_id and w.channel = n.channel and w.revoked_at is null and w.state = 'invited'
"""
_KILL = """
update feedback_window w set revoked_at = n.at
  from unnest($1::uuid[], $2::timestamptz[]) as n(case_id, at)
 where w.case_id = n.case_id and w.revoked_at is null and w.state = 'invited'
"""
_UNDECIDED = f"""
select {_COLUMNS} from feedback_window
 where case_id = any($1::uuid[]) and state in ('open', 'withheld') and decide_at is not null
 order by window_id for update
"""
_SAFE_AGAIN = f"""
select {", ".join(f"w.{name}" for name in NAMES)} from feedback_window w
  join feedback_case c using (case_id)
 where c.person_id in (select person_id from feedback_case where case_id = any($1::uuid[]))
   and w.state = 'withheld' and w.reason = any($2::text[]) and w.decide_at is null
 order by w.window_id for update of w
"""
_LATE = "select request_id from contact_request where answer is null and not_after < $1 order by 1 limit $2"


async def open_all(tx: Tx, windows: Sequence[Window]) -> None:
    """Opens windows; one that is there already only counts that it was heard of again."""
    for portion in _once_each(windows):
        await tx.execute(_OPEN, *([getattr(window, name) for window in portion] for name in NAMES))


def _once_each(windows: Sequence[Window]) -> list[list[Window]]:
    """Portions in which no window comes twice: one statement cannot touch a row twice."""
    portions: list[dict[UUID, Window]] = []
    for window in windows:
        place = next((p for p in portions if window.window_id not in p), None)
        if place is None:
            portions.append(place := {})
        place[window.window_id] = window
    return [list(portion.values()) for portion in portions]


async def save(tx: Tx, windows: Sequence[Window]) -> None:
    """Writes how windows stand now."""
    if windows:
        await tx.execute(
            _SAVE,
            [w.window_id for w in windows],
            [w.state for w in windows],
            [w.reason for w in windows],
            [w.decide_at for w in windows],
            [w.attempt for w in windows],
            [w.channel for w in windows],
            [w.told for w in windows],
        )


async def due(tx: Tx, until: datetime, limit: int) -> list[tuple[Window, UUID, Known]]:
    """Windows to be decided, locked, oldest first: each with its person and what is known of them."""
    rows = await tx.fetch(_DUE + _WITH_KNOWN, until, limit)
    return [(window_of(row), row["person_id"], _known(row)) for row in rows]


async def resting(tx: Tx, now: datetime, limit: int) -> list[tuple[Window, Known]]:
    """Windows whose invitation has not left at `now`, locked, each with what is known of its person."""
    return [(window_of(row), _known(row)) for row in await tx.fetch(_RESTING + _WITH_KNOWN, now, limit)]


async def rest(tx: Tx, until: Mapping[UUID, datetime]) -> None:
    """Until when the messages of these requests rest before they leave."""
    if until:
        await tx.execute(_REST, list(until), list(until.values()))


async def load(tx: Tx, window_ids: Sequence[UUID]) -> dict[UUID, Window]:
    """Windows by id, locked."""
    return {row["window_id"]: window_of(row) for row in await tx.fetch(_LOAD, list(window_ids))}


async def ask(tx: Tx, windows: Sequence[Window], now: datetime, not_after: datetime) -> None:
    """Keeps the requests for contact that windows make now."""
    if windows:
        times = [now] * len(windows), [not_after] * len(windows)
        await tx.execute(_ASK, [w.request_id for w in windows], [w.window_id for w in windows], *times)


async def asked(tx: Tx, requests: Sequence[UUID]) -> list[Asked]:
    """Those of these requests that are ours, locked with their windows."""
    return [Asked(**row) for row in await tx.fetch(_ASKED, list(requests))]


async def answer(tx: Tx, answers: Mapping[UUID, tuple[str, str | None, datetime]]) -> None:
    """Writes what became of requests of ours as (answer, reason, when)."""
    told = list(answers.items())
    if told:
        await tx.execute(
            _ANSWER,
            [request_id for request_id, _ in told],
            [what for _, (what, _, _) in told],
            [reason for _, (_, reason, _) in told],
            [at for _, (_, _, at) in told],
        )


async def set_tokens(tx: Tx, tokens: Sequence[tuple[UUID, str | None, datetime]]) -> None:
    """Keeps the digests of links: (window, SHA-256 in hex, until when)."""
    if tokens:
        await tx.execute(_TOKENS, *map(list, zip(*tokens, strict=True)))


async def revoke(tx: Tx, unsafe: Sequence[tuple[UUID, str, datetime]]) -> None:
    """Kills the links and codes that went to (case's person, channel) and were not answered."""
    if unsafe:
        await tx.execute(_REVOKE, *map(list, zip(*unsafe, strict=True)))


async def kill(tx: Tx, cases: Mapping[UUID, datetime]) -> None:
    """Kills every link of these cases that was not answered."""
    if cases:
        await tx.execute(_KILL, list(cases), list(cases.values()))


async def undecided(tx: Tx, case_ids: Sequence[UUID]) -> list[Window]:
    """Windows of these cases that are still to be looked at, locked."""
    return [window_of(row) for row in await tx.fetch(_UNDECIDED, list(case_ids))]


async def withheld_for_safety(tx: Tx, case_ids: Sequence[UUID]) -> list[Window]:
    """Windows of the people of these cases that were withheld because no channel was safe, locked."""
    rows = await tx.fetch(_SAFE_AGAIN, list(case_ids), sorted(SAFE_AGAIN))
    return [window_of(row) for row in rows]


async def withheld_for(tx: Tx, case_ids: Sequence[UUID], reason: str) -> list[Window]:
    """The same for another reason."""
    return [window_of(row) for row in await tx.fetch(_SAFE_AGAIN, list(case_ids), [reason])]


async def late_requests(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Requests that nobody answered in time."""
    return [row["request_id"] for row in await tx.fetch(_LATE, now, limit)]


def window_of(row: asyncpg.Record) -> Window:
    """A window from a row that has all of its columns."""
    return Window(**{name: row[name] for name in NAMES})


def _days(row: asyncpg.Record, name: str) -> tuple[date, ...]:
    return tuple(row[name] or ())


def _known(row: asyncpg.Record) -> Known:
    return Known(
        died=row["died"],
        said_no=row["said_no"] or not row["wanted"],
        share_refused=row["share_refused"],
        child=may_be_child(row["age_band"], row["line"], row["age_held"]),
        agreed=row["agreed"],
        major_incident=row["major_incident"],
        removed=row["removed"],
        deaths=_days(row, "deaths"),
        hearings=_days(row, "hearings"),
        safeguarding=_days(row, "safeguarding"),
        maracs=_days(row, "maracs"),
        marac_referrals=_days(row, "marac_referrals"),
        incidents=_days(row, "incidents"),
        asked=_days(row, "asked"),
    )
