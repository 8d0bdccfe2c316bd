"""What the police and the courts tell of a crime after it was recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from contracts.justice import MilestoneReached
from contracts.spelling import Unfamiliar
from kit.database import Tx
from services.referral.store.rows import read

ALERTING = (
    *("suspect_released_on_police_bail", "suspect_released_under_investigation", "suspect_released_without_charge"),
    *("police_bail_conditions_changed", "police_bail_cancelled", "court_bail_decision", "appellant_bail_decision"),
    *("release_or_recall", "escape_notified", "order_made", "order_varied", "order_breached", "order_ended"),
    *("open_conditions_stage", "parole_decision", "arrest_warrant_issued", "rearrest_hearing_outcome"),
)
"""Triggers of which every open leg and the lead worker hear at once, and after which the risk is looked at again: the
suspect or offender is out, may be soon, or is looked for."""
UNKNOWN = "unknown_step"
"""As which a step is alerted that was told by a word that our lists do not know: it may be any of those."""

_ALERTS = (*ALERTING, UNKNOWN)


def step_of(milestone: MilestoneReached) -> str:
    """The step as it counts here."""
    return UNKNOWN if isinstance(milestone.trigger, Unfamiliar) else milestone.trigger


def alerts_somebody(milestone: MilestoneReached) -> bool:
    """Whether whoever helps must hear of it at once."""
    return step_of(milestone) in _ALERTS


_TELL = """
with told as (
    select c.case_id, m.crime_id, m.victim_ref, m.milestone_id, m.trigger, m.received_at, m.data,
           least(m.happened_at, m.received_at) as happened_at
      from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[],
                                      $6::timestamptz[], $7::text[])
        as m(crime_id, victim_ref, milestone_id, trigger, happened_at, received_at, data)
      join case_file c on c.crime_id = m.crime_id and (m.victim_ref is null or c.victim_ref = m.victim_ref
           or (m.trigger = any($8) and not exists (
               select 1 from case_file x where x.crime_id = m.crime_id and x.victim_ref = m.victim_ref)))
), alerted as (
    insert into alert (case_id, milestone_id, trigger, happened_at, received_at)
    select distinct on (1, 2) case_id, milestone_id, trigger, happened_at, received_at from told where trigger = any($8)
     order by 1, 2
    on conflict (case_id, milestone_id) do nothing returning case_id, received_at
), held as (
    select case_id from case_file where case_id in (select case_id from told where trigger = any($8))
     order by case_id for update
), marked as (
    update case_file c set review_since = a.received_at
      from (select case_id, min(received_at) as received_at from alerted group by 1) a join held using (case_id)
     where c.case_id = a.case_id and c.state <> 'closed' and c.review_since is null
)
insert into case_event (case_id, happened_at, type, actor_role, data, ours)
select case_id, happened_at, 'justice.milestone.reached.v1', 'justice', data::json, false from told
"""


async def known_crimes(tx: Tx, crimes: Sequence[UUID]) -> set[UUID]:
    """Those of these crimes that we have heard of."""
    rows = await tx.fetch("select crime_id from crime where crime_id = any($1::uuid[])", list(crimes))
    return {row["crime_id"] for row in rows}


async def with_cases(tx: Tx, crimes: Collection[UUID]) -> set[UUID]:
    """Those of these crimes in which we know of somebody."""
    rows = await tx.fetch("select distinct crime_id from case_file where crime_id = any($1::uuid[])", list(crimes))
    return {row["crime_id"] for row in rows}


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody of whom a crime made a case."""

    case_id: UUID
    person_id: UUID
    victim_ref: str | None
    kind: str
    state: str


async def people_of(tx: Tx, crime_id: UUID) -> list[Named]:
    """Everybody of a crime, the bereaved among them."""
    asked = "select case_id, person_id, victim_ref, kind, state from case_file where crime_id = $1 order by case_id"
    return read(Named, await tx.fetch(asked, crime_id))


async def tell(tx: Tx, milestones: Sequence[MilestoneReached], received: Sequence[datetime]) -> None:
    """Puts milestones on the timelines of their cases; those that alert mark the risk for review, and so does a step
    by a word that we do not know. An alert of somebody
    whom the crime does not name is told to everybody whom it does; what is told of a day to come is news of today."""
    if milestones:
        await tx.execute(
            _TELL,
            [m.crime_id for m in milestones],
            [m.victim_ref for m in milestones],
            [m.milestone_id for m in milestones],
            [step_of(m) for m in milestones],
            [m.happened_at for m in milestones],
            list(received),
            [_kept(m) for m in milestones],
            _ALERTS,
        )


def _kept(milestone: MilestoneReached) -> str:
    """What the timeline keeps of it; a step that our lists do not know as it was told."""
    data = milestone.model_dump(mode="json", exclude={"crime_id", "victim_ref"}, exclude_none=True)
    told = milestone.trigger
    return orjson.dumps(data | ({"trigger_told": told.told} if isinstance(told, Unfamiliar) else {})).decode()


async def concerned(tx: Tx, milestone: MilestoneReached) -> list[UUID]:
    """The open cases that a milestone is of: everybody of the crime, where it names nobody whom we know there."""
    rows = await tx.fetch(
        "select case_id, victim_ref from case_file where crime_id = $1 and state <> 'closed' order by 1",
        milestone.crime_id,
    )
    named = [row["case_id"] for row in rows if row["victim_ref"] == milestone.victim_ref]
    return named or [row["case_id"] for row in rows]


async def without_line(tx: Tx, milestone: MilestoneReached, line: str) -> list[UUID]:
    """The open cases that a milestone is of and that do not have this line, by id. One that names nobody is of whoever
    was harmed and is named still: of no bereaved relative."""
    rows = await tx.fetch(
        "select case_id from case_file where crime_id = $1 and state <> 'closed' and not ($3 = any(lines))"
        " and (victim_ref = $2 or ($2 is null and kind <> 'bereaved' and not removed)) order by case_id",
        *(milestone.crime_id, milestone.victim_ref, line),
    )
    return [row["case_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Untold:
    """An alert of which nobody was told yet. `to_review`: the case still waits for somebody to look at the risk;
    `heard_from`: the leg whose provider said so; `history`: it was loaded as part of the past; `line`: the one whose
    providers alone are told."""

    case_id: UUID
    milestone_id: str
    received_at: datetime
    to_review: bool
    heard_from: UUID | None
    trigger: str
    history: bool
    line: str | None = None


@dataclass(frozen=True, slots=True)
class OpenLeg:
    """A leg that is with its provider."""

    leg_id: UUID
    case_id: UUID
    contract_id: UUID
    line: str | None = None


_TAKE = """
with taken as (
    select case_id, milestone_id, received_at, heard_from, trigger, history, line from alert where told_at is null
     order by received_at, case_id, milestone_id limit $2 for update skip locked
), told as (
    update alert a set told_at = $1 from taken s where a.case_id = s.case_id and a.milestone_id = s.milestone_id
)
select s.case_id, s.milestone_id, s.received_at, s.heard_from, s.trigger, s.history, s.line,
       c.review_since is not null and c.state <> 'closed' as to_review
  from taken s join case_file c using (case_id) order by s.received_at, s.case_id, s.milestone_id
"""
_OPEN_LEGS = """
select leg_id, case_id, contract_id, line from leg
 where case_id = any($1::uuid[]) and state in ('sent', 'accepted', 'waitlisted') and lapsed_at is null
 order by case_id, leg_id
"""


async def take_untold(tx: Tx, now: datetime, limit: int) -> list[Untold]:
    """Alerts that are to be told now, the oldest first; each is given out once."""
    return read(Untold, await tx.fetch(_TAKE, now, limit))


async def open_legs(tx: Tx, cases: Sequence[UUID]) -> list[OpenLeg]:
    """The legs of these cases that are with a provider, whatever it may see of them."""
    return read(OpenLeg, await tx.fetch(_OPEN_LEGS, list(cases)))
