"""What a provider's performance and its monitoring return are drawn from, and the returns that were signed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.domain.answering import Rest
from services.referral.domain.monitoring import Line
from services.referral.domain.performance import Quarter, Tried
from services.referral.store.portal import PROVIDER, by_index
from services.referral.store.portal_due import SINCE
from services.referral.store.rows import changed, columns, read, read_one


@dataclass(frozen=True, slots=True)
class PostSpend:
    """Posts and money of one funding strand in a quarter, as the provider's manager said."""

    provider_id: UUID
    period: str
    strand: str
    posts: Decimal
    vacancies: Decimal
    waiting: int
    spend: Decimal
    said_at: datetime
    said_by: UUID


@dataclass(frozen=True, slots=True)
class Signed:
    """A monitoring return as it was signed; `signed_name` is sealed."""

    return_id: UUID
    provider_id: UUID
    period: str
    number: int
    file: bytes
    sha256: str
    signed_at: datetime
    signed_by: UUID
    signed_name: bytes


async def tried(tx: Tx, quarter: Quarter, among: Sequence[UUID] | None = None) -> list[Tried]:
    """The legs that left for the viewer's provider in a quarter, the first one first; only these, where they are
    named."""
    await by_index(tx)
    rows = await tx.fetch(_TRIED, quarter.begins, quarter.ends, among)
    rests: dict[UUID, tuple[Rest, ...]] = {}
    for row in await tx.fetch(_RESTS, quarter.begins, quarter.ends, among):
        rests[row["leg_id"]] = (*rests.get(row["leg_id"], ()), Rest(row["since"], row["until"]))
    return [changed(leg, rests=rests[leg.leg_id]) if leg.leg_id in rests else leg for leg in read(Tried, rows)]


_TRIED = f"""
select l.leg_id, l.referral_id, l.reference, l.contract_id, l.state, l.urgent, l.sent_at, {SINCE} as since, l.viewed_at,
       l.answered_at, l.contacted_at, l.died_at
  from leg l
 where l.provider_id = {PROVIDER} and l.sent_at >= $1 and l.sent_at < $2
   and {SINCE} is not null and ($3::uuid[] is null or l.leg_id = any($3))
 order by l.sent_at, l.leg_id
"""
_RESTS = f"""
select x.leg_id, x.since, x.until from leg l join limit_rest x on x.leg_id = l.leg_id and x.what = 'accept'
 where l.provider_id = {PROVIDER} and l.sent_at >= $1 and l.sent_at < $2 and l.rested
   and ($3::uuid[] is null or l.leg_id = any($3))
 order by x.since
"""
_RECEIVED = f"select count(*) from leg l where l.provider_id = {PROVIDER} and l.sent_at >= $1 and l.sent_at < $2"
_WAITING = f"""
select count(*) from leg l
 where l.provider_id = {PROVIDER} and l.state in ('sent', 'accepted', 'waitlisted') and l.sent_at < $1
   and l.leg_id not in (select s.leg_id from leg_steps s
                         where s.provider_id = {PROVIDER} and s.counted_until = 'infinity')
"""
# When what is counted here happened to a leg stands in one index, with what row-level security asks of the leg
# (`migrations/0075`): an entry of a timeline is seen by who sees its leg, and that would be asked of each. What began
# after the quarter is left out first, of which there is much when the quarter is an old one.
_IN = "{0} >= $1 and {0} < $2"
_STEPS = f"""
select case when {_IN.format("s.declined_at")} then coalesce(s.decline_reason, 'not_said') end as declined,
       case when s.over_how = 'support.ended-early.v1' and {_IN.format("s.over_at")}
            then coalesce(s.end_reason, 'not_said') end as early,
       count(*) as legs,
       count(*) filter (where {_IN.format("s.accepted_at[1]")} or cardinality(s.accepted_at) > 1
           and exists (select from unnest(s.accepted_at) a(at) where {_IN.format("a.at")})) as accepted,
       count(*) filter (where {_IN.format("s.started_at")}) as started,
       count(*) filter (where s.over_how = 'support.completed.v1' and {_IN.format("s.over_at")}) as completed,
       count(*) filter (where s.started_at < $2 and (s.over_at is null or s.over_at >= $1)) as in_support
  from leg_steps s
 where s.provider_id = {PROVIDER} and s.counted_until >= $1
   and (least(s.accepted_at[1], s.declined_at, s.started_at, s.over_at) < $2 or cardinality(s.accepted_at) > 1)
 group by 1, 2
"""
_OUTCOMES = f"""
select code || ':' || change as category, count(*) as n
  from (select distinct on (leg_id, code) code, change from outcome
         where provider_id = {PROVIDER} and at >= $1 and at < $2 order by leg_id, code, at desc, outcome_id) last
 group by 1
"""
_APPOINTMENTS = f"""
select state || coalesce(':' || whose, '') as category, count(*) as n from appointment
 where provider_id = {PROVIDER} and state <> 'booked' and starts_at >= $1 and starts_at < $2 group by 1
"""
_DISTANCE = f"""
select e.domain || ':' || case when s.score is null or e.score is null then 'not_scored_twice'
         when e.score > s.score then 'better' when e.score < s.score then 'worse' else 'same' end as category,
       count(*) as n
  from (select distinct on (leg_id) assessment_id, leg_id from assessment
         where provider_id = {PROVIDER} and stage = 'end' and at >= $1 and at < $2
         order by leg_id, at desc, assessment_id) last
  join need_score e on e.assessment_id = last.assessment_id
  left join lateral (select a.assessment_id from assessment a where a.leg_id = last.leg_id and a.stage = 'start'
                      order by a.at desc, a.assessment_id limit 1) first on true
  left join need_score s on s.assessment_id = first.assessment_id and s.domain = e.domain
 group by 1
"""
_TOTALS = {
    "accepted": ("accepted", "all"),
    "started": ("support_started", "all"),
    "completed": ("ended", "completed"),
}


def _steps(rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """The figures of what happened to legs; of what happened to none there is no line, but for who is in support."""
    found = Counter({_TOTALS[name]: sum(row[name] for row in rows) for name in _TOTALS})
    for row in rows:
        if row["declined"] is not None:
            found["declined", row["declined"]] += row["legs"]
        if row["early"] is not None:
            found["ended", f"early:{row['early']}"] += row["legs"]
    lines = [Line(*name, str(count)) for name, count in found.items() if count]
    return [*lines, Line("in_support", "all", str(sum(row["in_support"] for row in rows)))]


async def drawn(tx: Tx, quarter: Quarter) -> list[Line]:
    """The figures of the viewer's provider in a quarter; those of people waiting are as of now."""
    span = (quarter.begins, quarter.ends)
    await by_index(tx)
    lines = [Line("received", "all", str(await tx.fetchval(_RECEIVED, *span)))]
    waiting = await tx.fetchval(_WAITING, quarter.ends)
    lines.append(Line("waiting", "all", str(waiting)))
    lines += _steps([dict(row) for row in await tx.fetch(_STEPS, *span)])
    for measure, sql in (("outcome", _OUTCOMES), ("appointments", _APPOINTMENTS), ("distance", _DISTANCE)):
        lines += [Line(measure, row["category"], str(row["n"])) for row in await tx.fetch(sql, *span)]
    for one in await said(tx, quarter.name):
        lines += [
            Line("posts", one.strand, str(one.posts)),
            Line("vacancies", one.strand, str(one.vacancies)),
            Line("waiting_of_strand", one.strand, str(one.waiting)),
            Line("spend", one.strand, str(one.spend)),
        ]
    return lines


async def said(tx: Tx, period: str) -> list[PostSpend]:
    """Posts and spend of the viewer's provider in a quarter, by strand."""
    rows = await tx.fetch(f"select {columns(PostSpend)} from post_spend where period = $1 order by strand", period)
    return read(PostSpend, rows)


async def say(tx: Tx, rows: Sequence[PostSpend]) -> None:
    names = [field.name for field in fields(PostSpend)]
    sets = ", ".join(f"{name} = excluded.{name}" for name in names[3:])
    await tx.executemany(
        f"insert into post_spend ({', '.join(names)}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        f" on conflict (provider_id, period, strand) do update set {sets}",
        [tuple(getattr(row, name) for name in names) for row in rows],
    )


async def signed(tx: Tx, period: str | None = None) -> list[Signed]:
    """The returns that the viewer may see, the latest first; of one quarter where it is given."""
    rows = await tx.fetch(
        f"select {columns(Signed)} from monitoring_return where ($1::text is null or period = $1)"
        " order by period desc, signed_at desc, return_id limit 400",
        period,
    )
    return read(Signed, rows)


async def signed_until(tx: Tx, row: Signed) -> list[bytes]:
    """The files that the same provider signed for the same quarter up to this one, oldest first."""
    rows = await tx.fetch(
        "select file from monitoring_return where provider_id = $1 and period = $2 and number <= $3 order by number",
        row.provider_id,
        row.period,
        row.number,
    )
    return [bytes(each["file"]) for each in rows]


async def one_signed(tx: Tx, return_id: UUID) -> Signed | None:
    row = await tx.fetchrow(f"select {columns(Signed)} from monitoring_return where return_id = $1", return_id)
    return read_one(Signed, row)


async def add_signed(tx: Tx, row: Signed) -> bool:
    """Keeps a signed return for ever; False when it was kept before."""
    names = [field.name for field in fields(Signed)]
    done = await tx.execute(
        f"insert into monitoring_return ({', '.join(names)}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " on conflict (return_id) do nothing",
        *(getattr(row, name) for name in names),
    )
    return bool(done == "INSERT 0 1")
