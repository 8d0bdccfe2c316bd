"""Counts for oversight: kept ready by month, counted afresh where something changed, read by period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.database import Tx
from services.code_compliance.domain.oversight import COLUMNS, IN_THE_RATE
from services.code_compliance.domain.periods import Period, bounds

CLOCKS_A_SECOND = 5000
"""A month rests after it was counted, a second for so many clocks in it: some thirty times what it took a processor."""
_TAKE_STALE = """
delete from oversight_stale
 where month = any(array(
    select month from (select distinct month from oversight_stale) as s
     where not exists (
        select from oversight_month m where m.month = s.month and m.counted_at + make_interval(secs => (
            select coalesce(sum(c.number), 0) / $3::int from oversight_count c
             where c.month = s.month and c.split = 'total')) > $2)
     order by month desc limit $1)) returning month
"""
_SORT_IN_MEMORY = "set local work_mem = '64MB'"
_COUNTED = """
select $3::date as month,
       case when grouping(area) = 0 then 'area' when grouping(offence_group) = 0 then 'offence_group'
            when grouping(enhanced) = 0 then 'enhanced' when grouping(age_band) = 0 then 'age_band'
            when grouping(sex) = 0 then 'sex' when grouping(ethnicity) = 0 then 'ethnicity'
            when grouping(disability) = 0 then 'disability' else 'total' end as split,
       coalesce(area, offence_group, enhanced, age_band, sex, ethnicity, disability, 'all') as category,
       entitlement, dated, restricted, state, count(*)::int as number
  from (select e.entitlement, e.state, e.due_at is not null as dated, r.case_id is not null as restricted,
               case when e.enhanced then 'yes' else 'no' end as enhanced,
               coalesce(p.area, 'not_recorded') as area, coalesce(p.offence_group, 'not_recorded') as offence_group,
               coalesce(p.age_band, 'not_recorded') as age_band, coalesce(p.sex, 'not_recorded') as sex,
               coalesce(p.ethnicity, 'not_recorded') as ethnicity,
               coalesce(p.disability, 'not_recorded') as disability
          from entitlement e left join case_profile p using (case_id) left join restricted_case r using (case_id)
         where (e.due_at >= $1 and e.due_at < $2)
            or (e.due_at is null and e.started_at >= $1 and e.started_at < $2)) as each
 group by entitlement, dated, restricted, state,
          grouping sets ((), (area), (offence_group), (enhanced), (age_band), (sex), (ethnicity), (disability))
"""
_COUNT = (
    f"insert into oversight_count (month, split, category, entitlement, dated, restricted, state, number) {_COUNTED}"
)
_SPANS = """
select e.entitlement, r.case_id is not null as restricted,
       (e.started_at at time zone 'Europe/London')::date as began,
       (e.settled_at at time zone 'Europe/London')::date as done, count(*)::int as number
  from entitlement e left join restricted_case r using (case_id)
 where e.state in ('met', 'met_late')
   and ((e.due_at >= $1 and e.due_at < $2) or (e.due_at is null and e.started_at >= $1 and e.started_at < $2))
 group by 1, 2, 3, 4
"""
_KEEP_DAYS = """
insert into oversight_days (month, entitlement, restricted, days, number)
select $1, * from unnest($2::text[], $3::boolean[], $4::int[], $5::int[])
"""
_MARK_COUNTED = """
insert into oversight_month (month, counted_at) values ($1, $2)
on conflict (month) do update set counted_at = excluded.counted_at
"""
_COUNTS = """
select p.first as month, category, entitlement, dated, state, sum(number)::int as number
  from unnest($1::date[], $2::date[]) as p(month, first) join oversight_count c using (month)
 where split = $3 and ($4::text[] is null or entitlement = any($4))
 group by 1, 2, 3, 4, 5
"""
_BY_STATE = ", ".join(f"coalesce(sum(number) filter (where state = '{each}'), 0)::int" for each in COLUMNS)
_TABLE = f"""
select entitlement, category, {_BY_STATE}
  from oversight_count
 where month = any($1::date[]) and split = $2 and dated and ($3::text[] is null or entitlement = any($3))
 group by 1, 2
"""
_BY_MONTH = """
select month, state, sum(number)::int as number from oversight_count
 where month = any($1::date[]) and split = 'total' and category = 'all' and dated and state = any($3::text[])
   and ($2::text[] is null or entitlement = any($2))
 group by 1, 2
"""
_DAYS = """
select entitlement, days, sum(number)::int as number from oversight_days
 where month = any($1::date[]) and ($2::text[] is null or entitlement = any($2)) group by 1, 2
"""
_FRESHNESS = """
select (select min(month) from oversight_month) as first, (select max(counted_at) from oversight_month) as counted_at,
       (select count(distinct month) from oversight_stale)::int as stale
"""
_MONTHS = """
select month from oversight_month m where exists (select from oversight_count c where c.month = m.month)
 order by month desc limit 40
"""
_COMPARED = f"""
with again as ({_COUNTED}), kept as (select month, split, category, entitlement, dated, restricted, state, number
                                       from oversight_count where month = $3::date)
select (select count(*) from again)::int as expected,
       (select count(*) from (select * from again intersect select * from kept) as same)::int
       - (select count(*) from (select * from kept except select * from again) as extra)::int as found
 where not exists (select 1 from oversight_stale where month = $3::date)
"""
_BEHIND = """
  from entitlement e left join case_profile p using (case_id)
 where e.entitlement = any($1::text[]) and e.state = any($2::text[])
   and ((e.due_at >= $3 and e.due_at < $4) or ($5 and e.due_at is null and e.started_at >= $3 and e.started_at < $4))
   and ($5 or e.due_at is not null)
   and case $6::text when 'total' then true
            when 'area' then coalesce(p.area, 'not_recorded') = $7
            when 'offence_group' then coalesce(p.offence_group, 'not_recorded') = $7
            when 'enhanced' then e.enhanced = ($7::text = 'yes')
            when 'age_band' then coalesce(p.age_band, 'not_recorded') = $7
            when 'sex' then coalesce(p.sex, 'not_recorded') = $7
            when 'ethnicity' then coalesce(p.ethnicity, 'not_recorded') = $7
            else coalesce(p.disability, 'not_recorded') = $7 end
"""
_LISTED = f"""
select e.case_id, e.entitlement, e.occurrence, e.state, e.started_at, e.due_at {_BEHIND}
 order by e.due_at nulls last, e.case_id, e.entitlement, e.occurrence limit $8 offset $9
"""
LISTED_AT_MOST = 10_000
_HOW_MANY = f"select count(*) from (select 1 {_BEHIND} limit {LISTED_AT_MOST + 1}) c"


@dataclass(frozen=True, slots=True)
class Count:
    """How many duties of one kind, in one part of a split, stand in one state; `month` is the first of the period."""

    month: date
    category: str
    entitlement: str
    dated: bool
    state: str
    number: int


@dataclass(frozen=True, slots=True)
class Span:
    """Duties that began on one day and were met on another."""

    entitlement: str
    restricted: bool
    began: date
    done: date
    number: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The clocks behind one number."""

    entitlements: tuple[str, ...]
    states: tuple[str, ...]
    months: tuple[date, ...]
    dated: bool = True
    split: str = "total"
    category: str = "all"


@dataclass(frozen=True, slots=True)
class Line:
    """One clock in a list."""

    case_id: UUID
    entitlement: str
    occurrence: str
    state: str
    started_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the counts were last made, and in how many months something has changed since."""

    first: date | None
    counted_at: datetime | None
    stale: int


async def take_stale(tx: Tx, limit: int, now: datetime) -> list[date]:
    """Months in which something changed, newest first, taken off the list; what commits later stands on it again.
    Those of many clocks that were counted just now are left for later: counting never takes a processor for itself."""
    rows = await tx.fetch(_TAKE_STALE, limit, now, CLOCKS_A_SECOND)
    return sorted({row["month"] for row in rows}, reverse=True)


async def count_month(tx: Tx, month: date, now: datetime) -> list[Span]:
    """Counts a month afresh; returns what the spread of working days is made of."""
    start, end = bounds(month)
    await tx.execute(_SORT_IN_MEMORY)
    await tx.execute("delete from oversight_count where month = $1", month)
    await tx.execute(_COUNT, start, end, month)
    await tx.execute(_MARK_COUNTED, month, now)
    return [Span(*row.values()) for row in await tx.fetch(_SPANS, start, end)]


async def keep_days(tx: Tx, month: date, rows: Sequence[tuple[str, bool, int, int]]) -> None:
    """Writes how many duties were met after how many days: (entitlement, restricted, days, number)."""
    await tx.execute("delete from oversight_days where month = $1", month)
    if rows:
        await tx.execute(_KEEP_DAYS, month, *map(list, zip(*rows, strict=True)))


async def counts(
    tx: Tx, periods: Sequence[Period], split: str = "total", entitlements: Sequence[str] | None = None
) -> list[Count]:
    """The counts of each of some periods, of some entitlements (None: of all), by the parts of a split."""
    wanted = None if entitlements is None else list(entitlements)
    months = [(month, period.months[0]) for period in periods for month in period.months]
    rows = await tx.fetch(_COUNTS, [month for month, _ in months], [first for _, first in months], split, wanted)
    return [Count(*row.values()) for row in rows]


async def table(
    tx: Tx, period: Period, split: str, entitlements: Sequence[str] | None = None
) -> dict[tuple[str, str], dict[str, int]]:
    """The numbers of duties with a day in one period by (entitlement, part of the split), each by state: as `counts`,
    but added up in the database, for a file with a line for each."""
    wanted = None if entitlements is None else list(entitlements)
    rows = await tx.fetch(_TABLE, list(period.months), split, wanted)
    return {(row[0], row[1]): dict(zip(COLUMNS, list(row)[2:], strict=True)) for row in rows}


async def by_month(
    tx: Tx, months: Sequence[date], entitlements: Sequence[str] | None = None
) -> list[tuple[date, str, int]]:
    """How many duties with a day stand in each state that counts in a rate, by month."""
    wanted = None if entitlements is None else list(entitlements)
    rows = await tx.fetch(_BY_MONTH, list(months), wanted, list(IN_THE_RATE))
    return [(row["month"], row["state"], row["number"]) for row in rows]


async def days(tx: Tx, months: Sequence[date], entitlements: Sequence[str] | None = None) -> dict[str, dict[int, int]]:
    """For each entitlement: how many were met after how many working days."""
    found: dict[str, dict[int, int]] = {}
    wanted = None if entitlements is None else list(entitlements)
    for row in await tx.fetch(_DAYS, list(months), wanted):
        found.setdefault(row["entitlement"], {})[row["days"]] = row["number"]
    return found


async def freshness(tx: Tx) -> Freshness:
    row = await tx.fetchrow(_FRESHNESS)
    assert row is not None
    return Freshness(*row.values())


async def months(tx: Tx) -> list[date]:
    """The months with anything in them that the viewer may see, newest first."""
    return [row["month"] for row in await tx.fetch(_MONTHS)]


async def listed(tx: Tx, asked: Asked, limit: int, offset: int) -> list[Line]:
    """Some of the clocks behind a number, soonest due first."""
    return [Line(*row.values()) for row in await tx.fetch(_LISTED, *_behind(asked), limit, offset)]


async def how_many(tx: Tx, asked: Asked) -> int:
    """How many clocks are behind a number; counting stops one after LISTED_AT_MOST."""
    return int(await tx.fetchval(_HOW_MANY, *_behind(asked)))


def _behind(asked: Asked) -> tuple[object, ...]:
    start, end = bounds(asked.months[0])[0], bounds(asked.months[-1])[1]
    return (list(asked.entitlements), list(asked.states), start, end, not asked.dated, asked.split, asked.category)


async def counted_months(tx: Tx) -> list[date]:
    """Every month that was ever counted, oldest first."""
    return [row["month"] for row in await tx.fetch("select month from oversight_month order by month")]


async def compared(tx: Tx, month: date) -> tuple[int, int]:
    """A recount of a month against what is kept: (lines that there should be, lines that are so). (0, 0) while
    something in it has changed and is not counted yet."""
    start, end = bounds(month)
    row = await tx.fetchrow(_COMPARED, start, end, month)
    return (row["expected"], row["found"]) if row else (0, 0)
