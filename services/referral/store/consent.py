"""What a person agreed to, for whom; and lawful overrides, which need a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class Consent:
    """An agreement (`gate` agreement) or an override (asked by one, confirmed by another)."""

    consent_id: UUID
    person_id: UUID
    case_id: UUID
    purpose: str
    given_by: str
    taken_at: datetime
    gate: str = "agreement"
    line: str | None = None
    provider_id: UUID | None = None
    contract_id: UUID | None = None
    scope: tuple[str, ...] = ()
    how: str | None = None
    taken_by: UUID | None = None
    expires_at: datetime | None = None
    withdrawn_at: datetime | None = None
    reason: str | None = None
    asked_by: UUID | None = None
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether something may leave on it now."""
        if self.withdrawn_at is not None or (self.expires_at is not None and self.expires_at <= now):
            return False
        return self.gate != "override" or self.confirmed_at is not None


@dataclass(frozen=True, slots=True)
class No:
    """The person said no: to a `line`, or to support as such (None); `to_police`: a no to sharing that stands;
    `taken_back`: it took back an agreement."""

    case_id: UUID
    line: str | None
    at: datetime
    to_police: bool = False
    taken_back: bool = False


_SELECT = f"select {columns(Consent)} from consent"
# A refusal of which the police told stands since the first decision under it: it is their latest word on sharing.
_NOES = """
select r.case_id, r.line, r.ended_at as at, false as to_police from referral r
 where r.case_id = any($1::uuid[]) and r.ended_at is not null
   and (r.state = 'declined_by_victim'
        or r.state = 'ended_early' and r.reason = 'person_ended'
        or r.state = 'withdrawn' and r.reason = 'person_asked'
           and not exists (select 1 from transfer t where t.referral_id = r.referral_id and t.undone_at is null))
union all
select a.case_id, case when a.provider_id is null then null else r.line end, a.at, false
  from contact_attempt a left join referral r on r.referral_id = a.referral_id
 where a.case_id = any($1::uuid[]) and a.outcome = 'declined'
union all
select h.case_id, null, h.at, false from hub_assessment h where h.case_id = any($1::uuid[]) and h.agreed = 'no'
union all
select l.case_id, l.line, s.at, false from leg l join assessment s on s.leg_id = l.leg_id and s.agreed = 'no'
 where l.case_id = any($1::uuid[])
union all
select l.case_id, l.line, l.answered_at, false from leg l
 where l.case_id = any($1::uuid[]) and l.decline_reason = 'victim_declined' and l.answered_at is not null
union all
select c.case_id, null, min(d.decided_at), true from case_file c join routing d on d.case_id = c.case_id
 where c.case_id = any($1::uuid[]) and 'share_refused' = any(c.holds) and d.run > coalesce(
       (select max(run) from routing b where b.case_id = c.case_id and not ('share_refused' = any(b.holds))), 0)
 group by 1
 order by at
"""


async def of_case(tx: Tx, case_id: UUID) -> list[Consent]:
    """Agreements and overrides of a case, newest first."""
    return read(Consent, await tx.fetch(f"{_SELECT} where case_id = $1 order by taken_at desc, consent_id", case_id))


async def noes(tx: Tx, case_ids: Sequence[UUID]) -> list[No]:
    """What the persons of these cases said no to, to the hub or to a provider, the first of them first; who asked for
    another provider said none. What the police told and have taken back since is no no."""
    return read(No, await tx.fetch(_NOES, list(case_ids)))


async def load(tx: Tx, consent_id: UUID) -> Consent | None:
    return read_one(Consent, await tx.fetchrow(f"{_SELECT} where consent_id = $1 for update", consent_id))


async def add(tx: Tx, consent: Consent) -> None:
    await tx.execute(insert("consent", Consent), *values(consent))


async def withdraw(tx: Tx, consent_id: UUID, now: datetime, reason: str) -> None:
    await tx.execute("update consent set withdrawn_at = $2, reason = $3 where consent_id = $1", consent_id, now, reason)


async def withdrawn_by(tx: Tx, held: Consent) -> UUID | None:
    """Who withdrew it; None where it stands, or where it ended in another way."""
    by: UUID | None = await tx.fetchval(
        "select actor_id from case_event where case_id = $1 and type = 'consent.withdrawn.v1'"
        " and data ->> 'consent_id' = $2 order by id limit 1",
        held.case_id,
        str(held.consent_id),
    )
    return by


async def confirm(tx: Tx, consent_id: UUID, by: UUID, now: datetime) -> None:
    """The second person confirms an override."""
    await tx.execute(
        "update consent set confirmed_by = $2, confirmed_at = $3 where consent_id = $1", consent_id, by, now
    )


async def unconfirmed(tx: Tx, limit: int = 100) -> list[Consent]:
    """Overrides that wait for a second person, oldest first."""
    rows = await tx.fetch(
        f"{_SELECT} where gate = 'override' and confirmed_at is null and withdrawn_at is null"
        " order by taken_at, consent_id limit $1",
        limit,
    )
    return read(Consent, rows)


async def overdue(tx: Tx, asked_before: datetime, limit: int) -> list[Consent]:
    """Overrides that no second person has looked at since before an instant, and that have no task of it yet."""
    rows = await tx.fetch(
        f"{_SELECT} a where gate = 'override' and confirmed_at is null and withdrawn_at is null and taken_at <= $1"
        " and not exists (select 1 from task t where t.case_id = a.case_id and t.kind = 'override_unconfirmed'"
        " and t.created_at >= a.taken_at) order by taken_at, consent_id limit $2",
        asked_before,
        limit,
    )
    return read(Consent, rows)


async def first_end(tx: Tx, case_id: UUID, now: datetime, until: datetime) -> datetime | None:
    """When the first of a case's agreements ends, where it does so soon."""
    found: datetime | None = await tx.fetchval(
        "select min(expires_at) from consent where case_id = $1 and withdrawn_at is null"
        " and expires_at between $2 and $3",
        case_id,
        now,
        until,
    )
    return found


async def overridden(tx: Tx, case_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    """Those of these cases that may be shared without agreement, as a second person has confirmed."""
    rows = await tx.fetch(
        "select distinct case_id from consent where case_id = any($1::uuid[]) and gate = 'override'"
        " and confirmed_at is not null and withdrawn_at is null and (expires_at is null or expires_at > $2)",
        list(case_ids),
        now,
    )
    return {row["case_id"] for row in rows}


async def taken_back_since(tx: Tx, case_id: UUID, since: datetime, undone: str) -> bool:
    """Whether the person of a case took back an agreement to be helped, or said no to it, from an instant on; what a
    worker undid is not held to be their word."""
    withdrawn = await tx.fetchval(
        "select exists (select 1 from consent where case_id = $1 and gate = 'agreement' and purpose <> 'feedback'"
        " and withdrawn_at >= $2 and reason is distinct from $3)",
        case_id,
        since,
        undone,
    )
    return bool(withdrawn) or any(no.at >= since for no in await noes(tx, [case_id]))
