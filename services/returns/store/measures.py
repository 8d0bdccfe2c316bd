"""Figures and the lists behind them: both come from one query, so a list adds up to its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.returns.domain.definition import SPLITS
from services.returns.domain.period import Period

_NAMES = (
    (":start", "$1::timestamptz"),
    (":end", "$2::timestamptz"),
    (":cut_off", "$3::timestamptz"),
    (":position", "$4::bigint"),
    (":positive", "$5::text[]"),
)
_BOUND = "select $1::timestamptz, $2::timestamptz, $3::timestamptz, $4::bigint, $5::text[]"
_COUNT = f"""
with bound as ({_BOUND}), listed as materialized (
{{query}})
select measure, split, category, count(distinct unit) as value
  from listed l
 cross join lateral (values ('total', 'all'), {", ".join(f"('{split}', l.{split})" for split in SPLITS)},
                            (l.other_split, l.other_category)) as s(split, category)
 where split is not null and category is not null
 group by measure, split, category
"""
_CHOSEN = """
with bound as ({bound}), listed as materialized (
{query}), chosen as (
select distinct on (unit) unit, case_id, crime_id, local_authority, offence_group
  from listed l
 where measure = any($6::text[]) and {condition}
 order by unit
)
"""
_LIST = _CHOSEN + "select *, count(*) over () as total from chosen order by crime_id, case_id, unit limit $8 offset $9"
_CONDITIONS = {"total": "$7::text is not null"} | {split: f"l.{split} = $7" for split in SPLITS}


@dataclass(frozen=True, slots=True)
class CutOff:
    """An instant of the events' own time, and the archive position frozen with it."""

    at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """One figure: the measures it counts, and its place in a split that the definition names."""

    measures: Sequence[str]
    split: str
    category: str


@dataclass(frozen=True, slots=True)
class Behind:
    """One unit behind a figure: a crime, a person's first case, a referral, a leg or a clock."""

    unit: UUID
    case_id: UUID | None
    crime_id: UUID | None
    local_authority: str | None
    offence_group: str | None


async def prepare(tx: Tx, minutes: int | None = None) -> None:
    """Makes ready for whole-set queries, for this transaction alone; `minutes` is how long one statement may take.

    How many rows a `distinct on` over a set leaves is beyond the planner's guess; where it guesses one, a nested loop
    over fifteen thousand took two minutes. Hash and merge joins are never far from the best here.
    """
    await tx.execute("set local enable_nestloop = off")
    await tx.execute("set local work_mem = '64MB'")
    if minutes is not None:
        await tx.execute(f"set local statement_timeout = '{minutes}min'")


def statement(template: str, query: str, **parts: str) -> str:
    """A whole statement around a query file, its named parameters numbered."""
    for name, number in _NAMES:
        query = query.replace(name, number)
    return template.format(query=query.rstrip().rstrip(";"), **parts)


def counting(query: str) -> str:
    return statement(_COUNT, query)


def listing(query: str, split: str) -> str:
    condition = _CONDITIONS.get(split, "l.other_split is not null and l.other_category = $7")
    return statement(_LIST, query, bound=_BOUND, condition=condition)


async def count(
    tx: Tx, query: str, period: Period, cut_off: CutOff, positive: Sequence[str]
) -> dict[tuple[str, str, str], int]:
    """(measure, split, category) -> distinct units, for every measure that the query file lists."""
    rows = await tx.fetch(
        counting(query), period.start, period.end, cut_off.at, cut_off.position, list(positive), timeout=600
    )
    return {(row["measure"], row["split"], row["category"]): row["value"] for row in rows}


async def behind(
    tx: Tx,
    query: str,
    period: Period,
    cut_off: CutOff,
    positive: Sequence[str],
    chosen: Chosen,
    *,
    limit: int,
    offset: int,
) -> tuple[list[Behind], int]:
    """A page of the units behind one figure, and how many this viewer may see in all."""
    rows: list[Any] = await tx.fetch(
        listing(query, chosen.split),
        period.start,
        period.end,
        cut_off.at,
        cut_off.position,
        list(positive),
        list(chosen.measures),
        chosen.category,
        limit,
        offset,
    )
    fields = ("unit", "case_id", "crime_id", "local_authority", "offence_group")
    return [Behind(*(row[field] for field in fields)) for row in rows], rows[0]["total"] if rows else 0
