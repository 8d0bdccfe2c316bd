"""Legs whose provider is silent, and what falls due on a day: a hold's review, a check-in, an agreement's end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.domain.facts import CaseFacts, facts_of
from services.referral.domain.silent import Before
from services.referral.store.life import SilenceStep
from services.referral.store.rows import columns, read

BEFORE_ANSWER = ("not_opened", "not_answered")
# `offset 0`: a leg's referral is found by its key, also while PostgreSQL still believes that there are few of them.
_SILENT = """
select l.leg_id, l.referral_id, l.case_id, l.contract_id, l.line, coalesce(l.out_at, l.sent_at) as since, l.viewed_at,
       r.urgent or c.priority = 0 as urgent, c.holds,
       array(select s.kind || '/' || s.step from silence_step s where s.leg_id = l.leg_id) as taken
  from leg l
 cross join lateral (select * from referral f where f.referral_id = l.referral_id offset 0) r
  join case_file c on c.case_id = l.case_id
 where l.state = 'sent' and not l.silence_over and l.sent_at <= $1 and r.leg_id = l.leg_id
   and r.state = 'sent' and r.asked_at is null
   and (not l.automatic or l.pack is not null) and coalesce(l.out_at, l.sent_at) <= $1 and l.lapsed_at is null
   and l.died_at is null
 order by r.urgent desc, since, l.leg_id limit $2
"""
# What its provider could see, has not opened, and should have by now: of a `Before`.
UNOPENED = """
  from leg l
 cross join lateral (select * from referral f where f.referral_id = l.referral_id offset 0) r
  join case_file c on c.case_id = l.case_id
 cross join lateral (select coalesce(l.out_at, l.sent_at) as since,
                            r.urgent or c.priority = 0 or c.holds && $3::text[] as by_clock) s
  left join unnest($4::uuid[], $5::timestamptz[]) as k(contract_id, before) on k.contract_id = l.contract_id
 where l.state = 'sent' and l.viewed_at is null and l.lapsed_at is null and l.died_at is null
   and (not l.automatic or l.pack is not null)
   and s.since <= case when s.by_clock then $1::timestamptz else coalesce(k.before, $2::timestamptz) end
"""
_RESTS = "select leg_id, since, until from limit_rest where leg_id = any($1::uuid[]) and what = 'accept' order by since"
_TRIED = "select referral_id, contract_id from leg where referral_id = any($1::uuid[])"
_FACTS = """
select distinct on (case_id) case_id, facts -> 'case' as facts from routing where case_id = any($1::uuid[])
 order by 1, run desc
"""


@dataclass(frozen=True, slots=True)
class Silent:
    """A leg that is with a provider who has not answered; `since`: when they could first see it. `taken`: "kind/step"
    of the steps taken already."""

    leg_id: UUID
    referral_id: UUID
    case_id: UUID
    contract_id: UUID
    line: str
    since: datetime
    viewed_at: datetime | None
    urgent: bool
    holds: tuple[str, ...]
    taken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unopened:
    """Referrals that a provider has not opened, those that count by the clock apart; `since`: the first of them."""

    provider_id: UUID
    by_clock: bool
    legs: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Falling:
    """A referral of which something falls due on `on`."""

    referral_id: UUID
    case_id: UUID
    on: date


@dataclass(frozen=True, slots=True)
class Ending:
    """An agreement that ends soon, or has ended, in a case that is open."""

    consent_id: UUID
    case_id: UUID
    expires_at: datetime


async def silent(tx: Tx, sent_before: datetime, limit: int) -> list[Silent]:
    """Legs without an answer that their provider could see before an instant; urgent ones first, then the oldest. While
    a question to the hub is open nobody is silent but the hub."""
    return read(Silent, await tx.fetch(_SILENT, sent_before, limit))


async def unopened(tx: Tx, before: Before, limit: int = 50) -> list[Unopened]:
    """Providers that have not opened what they should have by now: what is urgent first, then the longest silent."""
    asked = f"select l.provider_id, s.by_clock, count(*)::int as legs, min(s.since) as since {UNOPENED}"
    return read(
        Unopened, await tx.fetch(f"{asked} group by 1, 2 order by 2 desc, 4, 1 limit $6", *values(before), limit)
    )


def values(before: Before) -> tuple[Any, ...]:
    """The arguments of `UNOPENED`."""
    return before.by_clock, before.working, sorted(before.one_chance), list(before.closed), list(before.closed.values())


async def rests_of(tx: Tx, legs: Sequence[UUID]) -> dict[UUID, list[tuple[datetime, datetime | None]]]:
    """When the limit to accept rested, by leg."""
    found: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    for row in await tx.fetch(_RESTS, list(legs)):
        found.setdefault(row["leg_id"], []).append((row["since"], row["until"]))
    return found


async def tried(tx: Tx, referrals: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The contracts that were tried, by referral."""
    found: dict[UUID, set[UUID]] = {}
    for row in await tx.fetch(_TRIED, list(referrals)):
        found.setdefault(row["referral_id"], set()).add(row["contract_id"])
    return found


async def facts(tx: Tx, cases: Collection[UUID]) -> dict[UUID, CaseFacts]:
    """The facts that each case was last decided on."""
    return {row["case_id"]: facts_of(row["facts"]) for row in await tx.fetch(_FACTS, list(cases))}


async def taken(tx: Tx, steps: Sequence[SilenceStep]) -> None:
    """Keeps the steps taken, anew where the limit is a new one; a leg that has had the last one before its provider has
    answered is not looked at again."""
    names = columns(SilenceStep)
    rows: list[tuple[Any, ...]] = [tuple(getattr(step, name) for name in names.split(", ")) for step in steps]
    await tx.executemany(
        f"insert into silence_step ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (leg_id, kind, step)"
        " do update set clock = excluded.clock, standards = excluded.standards, at = excluded.at",
        rows,
    )
    await tx.execute(
        "update leg set nudged_at = coalesce(nudged_at, $2), silence_over = silence_over or leg_id = any($3::uuid[])"
        " where leg_id = any($1::uuid[])",
        [step.leg_id for step in steps],
        steps[0].at if steps else None,
        [step.leg_id for step in steps if step.step == "next_provider" and step.kind in BEFORE_ANSWER],
    )


async def reviews(tx: Tx, today: date, limit: int) -> list[Falling]:
    """Holds whose day of review has come and that have no open task of it."""
    return await _falling(tx, "on_hold", "review_on", "review_hold", today, limit)


async def check_ins(tx: Tx, today: date, limit: int) -> list[Falling]:
    """People who wait and are to be spoken to today or were to be before."""
    return await _falling(tx, "waitlisted", "check_in_on", "check_in", today, limit)


async def _falling(tx: Tx, state: str, day: str, kind: str, today: date, limit: int) -> list[Falling]:
    rows = await tx.fetch(
        f'select referral_id, case_id, {day} as "on" from referral r where state = $1 and {day} <= $2'
        " and not exists (select 1 from task t where t.referral_id = r.referral_id and t.kind = $3"
        f" and (t.created_at at time zone 'Europe/London')::date >= r.{day})"
        " and not exists (select 1 from leg l where l.leg_id = r.leg_id and l.died_at is not null)"
        f" order by {day}, referral_id limit $4",
        state,
        today,
        kind,
        limit,
    )
    return read(Falling, rows)


_LONGER = """
select n.case_id from consent n
 where n.case_id = a.case_id and n.gate = 'agreement' and n.withdrawn_at is null and n.purpose = a.purpose
   and (n.line is null or n.line is not distinct from a.line)
   and (n.provider_id is null or n.provider_id is not distinct from a.provider_id)
   and (n.contract_id is null or n.contract_id is not distinct from a.contract_id)
   and (n.expires_at is null or n.expires_at > a.expires_at)
"""
"""Agreements to the same, or to more, that last longer than the agreement `a`: the person was asked again."""


async def outlasted(tx: Tx, case_id: UUID) -> list[UUID]:
    """The agreements of a case that end, and in whose place one stands that lasts longer."""
    asked = (
        f"select a.consent_id from consent a where a.case_id = $1 and a.expires_at is not null and exists ({_LONGER})"
    )
    return [row["consent_id"] for row in await tx.fetch(asked, case_id)]


async def ending(tx: Tx, since: datetime, until: datetime, limit: int) -> list[Ending]:
    """Agreements that end between two instants, in cases with an open referral, in whose place none stands that lasts
    longer, and that have no task of it yet."""
    rows = await tx.fetch(
        "select a.consent_id, a.case_id, a.expires_at from consent a where a.withdrawn_at is null"
        " and a.expires_at between $1 and $2 and a.gate = 'agreement'"
        " and exists (select 1 from referral r where r.case_id = a.case_id and r.ended_at is null)"
        f" and not exists ({_LONGER})"
        " and not exists (select 1 from task t where t.case_id = a.case_id and t.kind = 'agreement_ending'"
        " and t.created_at >= a.taken_at)"
        " order by a.expires_at, a.consent_id limit $3",
        since,
        until,
        limit,
    )
    return read(Ending, rows)
