"""What stands beside a case: entries, steps of offers, orders that milestones told of, and samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import RECORDS, columns, read


@dataclass(frozen=True, slots=True)
class Entry:
    """A caller who was checked, a call-back, somebody who must not know, or a request for disclosure."""

    entry_id: UUID
    case_id: UUID
    person_id: UUID
    kind: str
    code: str
    body: bytes | None
    due_at: datetime | None
    by_id: UUID
    by_role: str
    at: datetime
    closed_at: datetime | None = None
    closed_how: str | None = None


@dataclass(frozen=True, slots=True)
class CallBack:
    """A call that was promised."""

    entry_id: UUID
    case_id: UUID
    reference: str
    due_at: datetime
    code: str
    person_id: UUID


@dataclass(frozen=True, slots=True)
class BothSides:
    """A leg whose provider is helping the other party of its case too."""

    leg_id: UUID
    referral_id: UUID
    case_id: UUID
    priority: int
    domestic: bool
    lines: tuple[str, ...]
    others: tuple[UUID, ...]
    """The legs of the other party that the same provider has."""


@dataclass(frozen=True, slots=True)
class Taken:
    step: str
    said_by: str | None
    by_role: str
    at: datetime
    round: int = 1


_ORDERS = """
select happened_at, data from case_event
 where case_id = $1 and type = 'justice.milestone.reached.v1' and data ->> 'trigger' = any($2::text[])
 order by happened_at desc, id desc limit 50
"""
_OTHER_PARTY = """
 cross join lateral (
    select c.person_id union all select other_id from linked_person where person_id = c.person_id) mine
  join person me on me.person_id = mine.person_id
 cross join lateral (
    select p.person_id from case_file k left join intake i on i.case_id = k.case_id
      join suspect s on s.crime_id = coalesce(k.crime_id, i.crime_id)
      join person p on p.police_ref = s.suspect_ref and p.force = s.force
     where k.person_id = mine.person_id
    union all
    select f.person_id from suspect s join case_file f on f.crime_id = s.crime_id
     where s.suspect_ref = me.police_ref and s.force = me.force
    union all
    select f.person_id from suspect s join intake i on i.crime_id = s.crime_id join case_file f on f.case_id = i.case_id
     where s.suspect_ref = me.police_ref and s.force = me.force
 ) named
 cross join lateral (
    select named.person_id union all select other_id from linked_person where person_id = named.person_id) other
  join case_file o on o.person_id = other.person_id and o.person_id <> c.person_id
   and not exists (select 1 from linked_person me where me.person_id = c.person_id and me.other_id = o.person_id)
  join leg l on l.case_id = o.case_id and l.state in ('sent', 'accepted', 'waitlisted')
"""
"""SQL after a case c: l, the open legs of whoever is a suspect in a crime of its person, and of whoever names them as
one; by every record of the two."""
_ALSO_WITH = f"select distinct l.provider_id from case_file c {_OTHER_PARTY} where c.case_id = $1"
_BOTH_SIDES = f"""
select n.leg_id, n.referral_id, n.case_id, c.priority, c.domestic, c.lines, array_agg(distinct l.leg_id) as others
  from leg n join case_file c on c.case_id = n.case_id {_OTHER_PARTY}
 where n.leg_id = any($1::uuid[]) and n.state in ('sent', 'accepted', 'waitlisted') and l.provider_id = n.provider_id
 group by n.leg_id, n.referral_id, n.case_id, c.priority, c.domestic, c.lines
 order by n.case_id, n.leg_id
"""
_MARK = """
update case_file set review_since = $2 where review_since is null and state <> 'closed' and case_id in (
    select case_id from case_file where case_id = any($1::uuid[]) order by case_id for update skip locked)
"""
_DRAW = """
insert into dip_sample (sample_id, case_id, drawn_by, drawn_at)
select $1::uuid, case_id, $2, $3::timestamptz
  from (select case_id from case_file where updated_at > $3::timestamptz - interval '90 days'
         order by md5(($1::uuid)::text || case_id::text) limit $4) drawn
on conflict do nothing
"""


async def add(tx: Tx, entry: Entry) -> bool:
    """False when this very entry was added before."""
    done = await tx.fetchval(
        "insert into case_entry (entry_id, case_id, person_id, kind, code, body, due_at, by_id, by_role, at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (entry_id) do nothing returning entry_id",
        *(entry.entry_id, entry.case_id, entry.person_id, entry.kind, entry.code, entry.body, entry.due_at),
        *(entry.by_id, entry.by_role, entry.at),
    )
    return done is not None


async def wrong_words(tx: Tx, person_id: UUID, since: datetime) -> int:
    """How many wrong code words were said of a person since then, in any case of any record of theirs."""
    asked = f"select count(*) from case_entry where person_id = {RECORDS} and kind = 'caller' and code = 'wrong_word'"
    return int(await tx.fetchval(f"{asked} and at > $2", person_id, since))


async def of_case(tx: Tx, case_id: UUID) -> list[Entry]:
    """The entries of a case, newest first."""
    return read(
        Entry,
        await tx.fetch(
            f"select {columns(Entry)} from case_entry where case_id = $1 order by at desc, entry_id", case_id
        ),
    )


async def close(tx: Tx, case_id: UUID, entry_id: UUID, by: UUID, how: str, now: datetime) -> bool:
    """False when it was closed before, or is not of this case."""
    done = await tx.fetchval(
        "update case_entry set closed_at = $4, closed_by = $3, closed_how = $5"
        " where entry_id = $2 and case_id = $1 and closed_at is null returning entry_id",
        case_id,
        entry_id,
        by,
        now,
        how,
    )
    return done is not None


async def call_backs(tx: Tx, limit: int = 100) -> list[CallBack]:
    """Calls promised and not made, the first due first."""
    return read(
        CallBack,
        await tx.fetch(
            "select e.entry_id, e.case_id, c.reference, e.due_at, e.code, c.person_id"
            " from case_entry e join case_file c using (case_id)"
            " where e.kind = 'call_back' and e.closed_at is null and e.due_at is not null"
            " order by e.due_at, e.entry_id limit $1",
            limit,
        ),
    )


async def next_call(tx: Tx, case_id: UUID) -> datetime | None:
    """When the first call that is promised to somebody of a case, and not made, is due."""
    due: datetime | None = await tx.fetchval(
        "select min(due_at) from case_entry where case_id = $1 and kind = 'call_back' and code = 'person'"
        " and closed_at is null",
        case_id,
    )
    return due


async def steps(tx: Tx, case_id: UUID) -> dict[str, list[Taken]]:
    """The steps taken of each offer, in order."""
    found: dict[str, list[Taken]] = {}
    for row in await tx.fetch(
        f"select offer, {columns(Taken)} from offer_step where case_id = $1 order by round, at, step_id", case_id
    ):
        told = dict(row)
        found.setdefault(told.pop("offer"), []).append(Taken(**told))
    return found


async def add_step(tx: Tx, step_id: UUID, case_id: UUID, offer: str, taken: Taken, by: UUID) -> bool:
    done = await tx.fetchval(
        "insert into offer_step (step_id, case_id, offer, step, said_by, by_id, by_role, at, round)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning step_id",
        *(step_id, case_id, offer, taken.step, taken.said_by, by, taken.by_role, taken.at, taken.round),
    )
    return done is not None


_NEWS = f"""
select greatest(
    (select max(opened_at) from case_file where person_id = {RECORDS} and case_id <> $2),
    (select max(n.decided_at) from routing n join routing b on b.case_id = n.case_id and b.run = n.run - 1
      where n.case_id = $2 and (not (n.doors <@ b.doors)
            or exists (select 1 from unnest(n.holds) h where h <> all($3::text[]) and h <> all(b.holds)))),
    (select max(created_at) from task where case_id = $2 and kind = 'review_risk'))
"""


async def news(tx: Tx, person_id: UUID, case_id: UUID, gates: Sequence[str]) -> datetime | None:
    """When something new was last known that asks for care: another incident of the person, a hold (but for `gates`) or
    a door that was not there before, an alert or a danger after which the risk is to be looked at again."""
    found: datetime | None = await tx.fetchval(_NEWS, person_id, case_id, list(gates))
    return found


async def step_known(tx: Tx, step_id: UUID) -> bool:
    return await tx.fetchval("select 1 from offer_step where step_id = $1", step_id) is not None


async def told(tx: Tx, case_id: UUID, triggers: Sequence[str]) -> list[tuple[datetime, dict[str, Any]]]:
    """Milestones of these kinds that were told of the case, newest first."""
    return [(row["happened_at"], row["data"]) for row in await tx.fetch(_ORDERS, case_id, list(triggers))]


async def also_with(tx: Tx, case_id: UUID) -> set[UUID]:
    """Providers who are helping somebody named as a suspect in a crime of this person, or who named them as one."""
    return {row["provider_id"] for row in await tx.fetch(_ALSO_WITH, case_id)}


async def both_sides(tx: Tx, legs: Sequence[UUID]) -> list[BothSides]:
    """Those of these legs whose provider is helping the other party too."""
    return read(BothSides, await tx.fetch(_BOTH_SIDES, list(legs))) if legs else []


async def mark_for_review(tx: Tx, case_ids: Sequence[UUID], now: datetime) -> None:
    """The risk of these cases is to be looked at again; one that somebody is writing is left to its task."""
    if case_ids:
        await tx.execute(_MARK, list(case_ids), now)


async def draw(tx: Tx, sample_id: UUID, by: UUID, now: datetime, number: int) -> None:
    """Draws cases of the last ninety days by chance; the same sample again draws nothing new."""
    if not await tx.fetchval("select 1 from dip_sample where sample_id = $1 limit 1", sample_id):
        await tx.execute(_DRAW, sample_id, by, now, number)


async def samples(tx: Tx) -> list[dict[str, Any]]:
    """Cases drawn, those to be scored first."""
    rows = await tx.fetch(
        "select d.sample_id, d.case_id, c.reference, d.drawn_at, d.scores, d.scored_at from dip_sample d"
        " join case_file c using (case_id) order by d.scored_at is not null, d.drawn_at desc, c.reference limit 100"
    )
    return [dict(row) for row in rows]


async def score(tx: Tx, sample_id: UUID, case_id: UUID, scores: dict[str, int], by: UUID, now: datetime) -> bool | None:
    """None when it was not drawn, False when it was scored before."""
    if not await tx.fetchval("select 1 from dip_sample where sample_id = $1 and case_id = $2", sample_id, case_id):
        return None
    done = await tx.fetchval(
        "update dip_sample set scores = $3, scored_by = $4, scored_at = $5"
        " where sample_id = $1 and case_id = $2 and scored_at is null returning case_id",
        *(sample_id, case_id, scores, by, now),
    )
    return done is not None
