"""What stands in one case of a person and matters in every other one of theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.cases import Case
from services.referral.store.rows import RECORDS, read

SIGNS = {
    "one_chance": "'honour_based_abuse' = any({0}.lines)",
    "high_risk": "('high_risk' = any({0}.holds) or {0}.priority = 0"
    " and coalesce({0}.risk_grade in ('high', 'imminent'), false))",
}
"""SQL over a case: what makes one dangerous to the person in whatever else is done for them."""


@dataclass(frozen=True, slots=True)
class Other:
    """An open case of the person of whom another case, `because`, tells."""

    case_id: UUID
    because: UUID
    state: str
    opened_at: datetime


async def around(tx: Tx, case: Case) -> frozenset[str]:
    """Which of SIGNS other open cases of the person have, among those the viewer may see."""
    signs = ", ".join(f"bool_or({sql.format('c')}) as {name}" for name, sql in SIGNS.items())
    row = await tx.fetchrow(
        f"select {signs} from case_file c where person_id = {RECORDS} and case_id <> $2 and state <> 'closed'",
        case.person_id,
        case.case_id,
    )
    return frozenset(name for name in SIGNS if row is not None and row[name])


async def with_signs(tx: Tx, people: Collection[UUID]) -> list[tuple[UUID, str]]:
    """The open cases of these records that have one of SIGNS, with which."""
    signs = ", ".join(f"({sql.format('c')}) as {name}" for name, sql in SIGNS.items())
    asked = f"select case_id, {signs} from case_file c where person_id = any($1::uuid[]) and state <> 'closed'"
    rows = await tx.fetch(f"{asked} order by case_id", list(people))
    return [(row["case_id"], name) for row in rows for name in SIGNS if row[name]]


async def others(tx: Tx, cases: Sequence[UUID], sign: str) -> list[Other]:
    """The other open cases of these cases' people, by every record of theirs, that do not have the sign themselves."""
    rows = await tx.fetch(
        f"""
select distinct on (o.case_id) o.case_id, d.case_id as because, o.state, o.opened_at
  from case_file d
 cross join lateral (select d.person_id as record union all
                     select other_id from linked_person where person_id = d.person_id) r
  join case_file o on o.person_id = r.record and o.case_id <> d.case_id and o.state <> 'closed'
 where d.case_id = any($1::uuid[]) and not ({SIGNS[sign].format("o")})
 order by o.case_id, d.case_id
""",
        list(cases),
    )
    return read(Other, rows)
