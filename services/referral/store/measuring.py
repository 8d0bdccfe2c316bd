"""A provider's legs of a quarter against the standards of its contracts, counted where they lie: the rule of
`domain.performance`, which a test holds it to. A leg whose limit rested or ended by a death, or a time of which lies
outside the days that are given, is left to that rule itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.domain.by_day import ByDay, Days
from services.referral.domain.performance import Quarter, Tally
from services.referral.store.portal import PROVIDER, by_index
from services.referral.store.portal_due import SINCE

PAGES_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What a count needs beside the legs: a quarter, its days, what stands for them by contract, and the present."""

    quarter: Quarter
    days: Days
    by_contract: Mapping[UUID, ByDay]
    now: datetime

    @property
    def arguments(self) -> list[Any]:
        held = list(self.by_contract.values())
        flat = [list(chain.from_iterable(getattr(one, name) for one in held)) for name in _BY_DAY]
        return [
            self.quarter.begins,
            self.quarter.ends,
            self.days.starts[0],
            self.days.starts[-1] + timedelta(days=1),
            self.days.seconds,
            list(self.by_contract),
            [*(one.urgent for one in held), *(one.urgent_contact for one in held)],
            *flat,
            self.now.timestamp(),
        ]


_BY_DAY = ("answer", "contact", "opens", "closes", "before")
_HELD = f"""
given as materialized (
    select contract_id, (place - 1) * cardinality($5::float8[]) as before_it, ($7::float8[])[place] as urgent,
           ($7::float8[])[place + cardinality($6::uuid[])] as urgent_contact
      from unnest($6::uuid[]) with ordinality as g(contract_id, place)
), held as materialized (
    select l.leg_id, l.sent_at, l.contract_id, g.before_it, l.state, case when l.urgent then g.urgent end as urgent,
           case when l.urgent then g.urgent_contact end as urgent_contact,
           date_part('epoch', {SINCE}) as since, date_part('epoch', coalesce(l.viewed_at, l.answered_at)) as opened,
           date_part('epoch', l.answered_at) as answered, date_part('epoch', l.contacted_at) as contacted,
           l.rested or l.died_at is not null or {SINCE} < $3
               or greatest({SINCE}, l.viewed_at, l.answered_at, l.contacted_at) >= $4 as by_itself
      from leg l join given g on g.contract_id = l.contract_id
     where l.provider_id = {PROVIDER} and l.sent_at >= $1 and l.sent_at < $2 and {SINCE} is not null
), seen as materialized (
    select *, (before_it + width_bucket(since, $5::float8[]))::int as day from held where not by_itself
)"""


def _office(at: str, day: str) -> str:
    """SQL: the office's seconds from the first day until an instant of a day."""
    opens, closes, before = (f"(${number}::float8[])[{day}]" for number in (10, 11, 12))
    return f"({before} + greatest(least({at}, {closes}) - {opens}, 0))"


_BEGUN = _office("since", "day")
_DONE = f"""{_HELD}, late as materialized (
    select *, least(($8::float8[])[day], since + urgent) as answer_late,
           least(($9::float8[])[day], since + urgent_contact) as contact_late, {_BEGUN} as begun
      from seen
), done as materialized (
    select leg_id, sent_at, contract_id, measure, at, begun,
           (before_it + greatest(1, width_bucket(at, $5::float8[])))::int as day,
           case when at < late then 'met' when at is not null then 'missed' when not applies then null
                when $13::float8 < late then 'running' else 'missed' end as result
      from late, lateral (values ('open', opened, answer_late, state not in ('withdrawn', 'ended')),
                                 ('answer', answered, answer_late, state not in ('withdrawn', 'ended')),
                                 ('contact', contacted, contact_late, state = 'accepted'))
           as m(measure, at, late, applies)
)"""
_TALLIES = f"""
with {_DONE}
select contract_id, measure, count(*) as legs, count(*) filter (where result = 'met') as met,
       count(*) filter (where result = 'missed') as missed, count(*) filter (where result = 'running') as running,
       array_agg(greatest(0, floor(({_office("at", "day")} - begun) / 60))::int) filter (where at is not null) as taken,
       null::uuid[] as by_itself
  from done group by 1, 2
union all
select null, null, null, null, null, null, null, array_agg(leg_id) from held where by_itself
"""
_BY_ITSELF = f"with {_HELD} select leg_id from held where by_itself"
_BEHIND = f"""
with {_DONE}, found as materialized (
    select array(select leg_id from (select leg_id, sent_at from done where measure = $14 and result = $15
                                     union all
                                     select leg_id, sent_at from held where leg_id = any($16::uuid[])) so
                  order by sent_at, leg_id) as ids
)
select cardinality(ids) as counted, ids[$17:$18] as ids from found
"""


async def tallies(tx: Tx, measured: Measured) -> tuple[dict[tuple[UUID, str], Tally], list[UUID]]:
    """By contract and measure, none where there is no such leg; and the legs that are left to the rule itself."""
    await by_index(tx)
    counted: dict[tuple[UUID, str], Tally] = {}
    left: list[UUID] = []
    for row in await tx.fetch(_TALLIES, *measured.arguments):
        if row["contract_id"] is None:
            left = row["by_itself"] or []
        else:
            some = (row["legs"], row["met"], row["missed"], row["running"], row["taken"] or ())
            counted[row["contract_id"], row["measure"]] = Tally(*some)
    return counted, left


async def by_itself(tx: Tx, measured: Measured) -> list[UUID]:
    """The legs that are left to the rule itself."""
    await by_index(tx)
    return [row["leg_id"] for row in await tx.fetch(_BY_ITSELF, *measured.arguments[:7])]


async def behind(
    tx: Tx, measured: Measured, measure: str, result: str, also: Sequence[UUID], page: int, size: int
) -> tuple[int, list[UUID]]:
    """How many legs stand so in a measure, and those of a page, the first one first; `also`: of which the rule itself
    says so."""
    await by_index(tx)
    page = min(max(page, 1), PAGES_AT_MOST)
    asked = (measure, result, also, (page - 1) * size + 1, page * size)
    row = await tx.fetchrow(_BEHIND, *measured.arguments, *asked)
    return (row["counted"], row["ids"]) if row else (0, [])
