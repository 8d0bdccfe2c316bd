"""Who is behind a number, in codes."""

from collections.abc import Sequence

from kit.database import Tx
from services.code_compliance.domain.profiles import Profile

_KEEP = """
insert into case_profile as p (case_id, reference, area, offence_group, age_band, sex, ethnicity, disability)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
on conflict (case_id) do update
   set area = excluded.area, offence_group = excluded.offence_group, age_band = excluded.age_band, sex = excluded.sex,
       ethnicity = excluded.ethnicity, disability = excluded.disability
 where (p.area, p.offence_group, p.age_band, p.sex, p.ethnicity, p.disability) is distinct from
       (excluded.area, excluded.offence_group, excluded.age_band, excluded.sex, excluded.ethnicity, excluded.disability)
"""


async def keep(tx: Tx, profiles: Sequence[Profile]) -> None:
    """Writes profiles, new or held; of a case told twice the last telling counts."""
    last = list({p.case_id: p for p in profiles}.values())
    if last:
        await tx.execute(
            _KEEP,
            [p.case_id for p in last],
            [p.reference for p in last],
            [p.area for p in last],
            [p.offence_group for p in last],
            [p.age_band for p in last],
            [p.sex for p in last],
            [p.ethnicity for p in last],
            [p.disability for p in last],
        )
