"""What the hub told of danger in cases; a case of which it told none has no row."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.code_compliance.domain.marked import Marked

_FACTS = """
insert into case_mark as m (case_id, share, risk_grade, refused_at)
select n.case_id, n.share, n.risk_grade, case when n.share = 'refused' then n.told_at end
  from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) as n(case_id, share, risk_grade, told_at)
 where n.share = 'refused' or n.risk_grade is not null
    or exists (select 1 from case_mark held where held.case_id = n.case_id)
on conflict (case_id) do update
   set share = excluded.share, risk_grade = excluded.risk_grade,
       refused_at = case when m.share = 'refused' then m.refused_at else excluded.refused_at end
 where (m.share, m.risk_grade) is distinct from (excluded.share, excluded.risk_grade)
"""
_HOLDS = """
insert into case_mark as m (case_id, holds, was_high)
select n.case_id, string_to_array(n.holds, ' '), n.high
  from unnest($1::uuid[], $2::text[], $3::boolean[]) as n(case_id, holds, high)
 where n.holds <> '' or n.high or exists (select 1 from case_mark held where held.case_id = n.case_id)
on conflict (case_id) do update set holds = excluded.holds, was_high = m.was_high or excluded.was_high
"""
_AGREED = """
update case_mark m set agreed_at = n.at from unnest($1::uuid[], $2::timestamptz[]) as n(case_id, at)
 where m.case_id = n.case_id and m.share = 'refused'
"""
_DIED = """
insert into case_mark as m (case_id, death_said_at) select * from unnest($1::uuid[], $2::timestamptz[])
on conflict (case_id) do update set death_said_at = greatest(m.death_said_at, excluded.death_said_at)
"""
_ALIVE = """
insert into case_mark as m (case_id, alive_said_at) select * from unnest($1::uuid[], $2::timestamptz[])
on conflict (case_id) do update set alive_said_at = greatest(m.alive_said_at, excluded.alive_said_at)
"""
_SPOKEN_TO = """
update case_mark m set alive_said_at = greatest(m.alive_said_at, n.at)
  from unnest($1::uuid[], $2::timestamptz[]) as n(case_id, at)
 where m.case_id = n.case_id and m.death_said_at < n.at
"""
_OF_CASE = """
select m.share, m.refused_at, m.agreed_at, m.risk_grade, coalesce(m.holds, '{}') as holds,
       coalesce(m.was_high, false) as was_high, m.death_said_at, m.alive_said_at, c.died_at
  from code_case c left join case_mark m using (case_id) where c.case_id = $1
"""


async def keep_facts(tx: Tx, told: Mapping[UUID, tuple[str, str | None, datetime]]) -> None:
    """How people stand to sharing, the grade of their risk, and when it was told."""
    if told:
        await tx.execute(_FACTS, list(told), *(list(part) for part in zip(*told.values(), strict=True)))


async def keep_holds(tx: Tx, told: Mapping[UUID, Sequence[str]], high: Collection[UUID]) -> None:
    """Why a human decides, and which of these cases were of high risk at any time: that is kept for good."""
    if told:
        holds = [" ".join(each) for each in told.values()]
        await tx.execute(_HOLDS, list(told), holds, [case_id in high for case_id in told])


async def agreed(tx: Tx, told: Mapping[UUID, datetime | None]) -> None:
    """When people who had said no agreed; None where they took an agreement back."""
    if told:
        await tx.execute(_AGREED, list(told), list(told.values()))


async def died(tx: Tx, said: Mapping[UUID, datetime]) -> None:
    if said:
        await tx.execute(_DIED, list(said), list(said.values()))


async def alive(tx: Tx, said: Mapping[UUID, datetime]) -> None:
    """It was taken back that they died."""
    if said:
        await tx.execute(_ALIVE, list(said), list(said.values()))


async def spoken_to(tx: Tx, said: Mapping[UUID, datetime]) -> None:
    """Somebody spoke to the person after it was said that they died; of others nothing is kept."""
    if said:
        await tx.execute(_SPOKEN_TO, list(said), list(said.values()))


async def of_case(tx: Tx, case_id: UUID) -> Marked:
    """The marks of a case that the viewer of the transaction may see."""
    row = await tx.fetchrow(_OF_CASE, case_id)
    return Marked(**{**row, "holds": tuple(row["holds"])}) if row else Marked()
