"""What people said no to in their cases, the agreements that they took back among it."""

from collections.abc import Sequence
from uuid import UUID

from kit.database import Tx
from services.referral.store import consent
from services.referral.store.consent import No
from services.referral.store.rows import read

# What a worker undid was not the person's word.
_TAKEN_BACK = """
select c.case_id, coalesce(c.line, (select l.line from leg l where l.case_id = c.case_id
          and l.contract_id = c.contract_id limit 1)) as line, c.withdrawn_at as at, false as to_police,
       true as taken_back
  from consent c
 where c.case_id = any($1::uuid[]) and c.gate = 'agreement' and c.purpose <> 'feedback' and c.withdrawn_at is not null
   and c.reason is distinct from 'send_undone'
"""


async def of_cases(tx: Tx, case_ids: Sequence[UUID]) -> list[No]:
    """Every no of these cases, in no order."""
    if not case_ids:
        return []
    return [*await consent.noes(tx, case_ids), *read(No, await tx.fetch(_TAKEN_BACK, list(case_ids)))]
