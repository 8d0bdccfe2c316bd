"""What people said no to in their cases, the agreements that they took back among it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
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
# A no that a provider heard stands from that very moment, though its task is written a moment later.
_TO_RECORD = """
select {of} from case_file c {joined}
 where {of} = any($1::uuid[])
   and (exists (select 1 from task t where t.case_id = c.case_id and t.kind = 'said_no_to_support'
                                       and t.done_at is null)
        or exists (select 1 from referral h join contact_attempt a on a.case_id = h.case_id
                                                                   and a.referral_id = h.referral_id
                    where h.case_id = c.case_id and not h.settled and a.outcome = 'declined' and a.at >= h.updated_at))
"""
_OF_CASES = _TO_RECORD.format(of="c.case_id", joined="")
_OF_REFERRALS = _TO_RECORD.format(of="r.referral_id", joined="join referral r on r.case_id = c.case_id")
_LAST_WORD = """
select at, no from (
    select at, outcome = 'declined' as no from contact_attempt where case_id = $1 and referral_id = $2 and reached
    union all
    (select at, agreed = 'no' from assessment where leg_id = $3 and stage = 'start' order by at desc limit 1)
    union all
    select started_at, false from referral where referral_id = $2 and started_at is not null
) word order by at desc, no desc limit 1
"""


_OLDER = """
select distinct on (o.case_id) o.case_id, d.case_id as because
  from case_file d
 cross join lateral (select d.person_id as record union all
                     select other_id from linked_person where person_id = d.person_id) r
  join case_file o on o.person_id = r.record and o.reported_at < d.reported_at and o.kind <> 'business'
   and o.share = 'agreed' and o.state in ('waiting', 'active')
 where d.case_id = any($1::uuid[]) and 'share_refused' = any(d.holds)
   and not exists (select 1 from consent a where a.case_id = o.case_id and a.gate = 'agreement'
                      and a.withdrawn_at is null and a.taken_at > d.reported_at)
 order by o.case_id, d.reported_at desc, d.case_id
"""


_NEWER = """
select o.case_id, d.case_id as because
  from case_file o
 cross join lateral (select o.person_id as record union all
                     select other_id from linked_person where person_id = o.person_id) r
  join case_file d on d.person_id = r.record and d.reported_at > o.reported_at and 'share_refused' = any(d.holds)
 where o.case_id = any($1::uuid[]) and o.kind <> 'business'
 order by o.case_id, d.case_id
"""


async def newer(tx: Tx, case_ids: Sequence[UUID]) -> list[No]:
    """What the persons of these cases said no to to the police in a newer case, as a no of these; by every record of
    theirs, and of no business."""
    pairs = [(row["case_id"], row["because"]) for row in await tx.fetch(_NEWER, list(case_ids))]
    told = await consent.noes(tx, sorted({because for _, because in pairs})) if pairs else []
    return [replace(no, case_id=one) for one, because in pairs for no in told if no.to_police and no.case_id == because]


async def older(tx: Tx, refused: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """The cases, open under a yes, of people who said no to the police in a newer one of `refused`, each with that one;
    by every record of theirs. Not where the person told us a yes since, and of no business: each crime is its own."""
    return [(row["case_id"], row["because"]) for row in await tx.fetch(_OLDER, list(refused))]


async def to_police(tx: Tx, people: Collection[UUID]) -> list[UUID]:
    """The cases of these records in which the police's last word is that the person says no."""
    asked = (
        "select case_id from case_file where person_id = any($1::uuid[]) and 'share_refused' = any(holds) order by 1"
    )
    return [row["case_id"] for row in await tx.fetch(asked, list(people))]


async def of_cases(tx: Tx, case_ids: Sequence[UUID]) -> list[No]:
    """Every no of these cases, in no order."""
    if not case_ids:
        return []
    return [*await consent.noes(tx, case_ids), *read(No, await tx.fetch(_TAKEN_BACK, list(case_ids)))]


async def to_record(tx: Tx, case_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these cases in which a no to support was heard and is not recorded yet: nobody calls the person for
    support until somebody has decided what follows."""
    return {row["case_id"] for row in await tx.fetch(_OF_CASES, list(case_ids))}


async def shut(tx: Tx, referral_ids: Sequence[UUID]) -> set[UUID]:
    """The same by referral."""
    return {row["referral_id"] for row in await tx.fetch(_OF_REFERRALS, list(referral_ids))} if referral_ids else set()


async def to_provider(tx: Tx, case_id: UUID, referral_id: UUID, leg_id: UUID) -> datetime | None:
    """When the person said no to the viewer's provider, as the last word that was had of them on this referral; None
    where it is another, or support began since."""
    last = await tx.fetchrow(_LAST_WORD, case_id, referral_id, leg_id)
    return last["at"] if last is not None and last["no"] else None
