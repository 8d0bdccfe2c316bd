"""Cases as far as asking needs them, hearings, and who said no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.database import Tx


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says of a case; days in London."""

    case_id: UUID
    crime_id: UUID | None
    person_id: UUID
    age_band: str
    share_refused: bool
    restricted: bool
    incident_on: date
    death_on: date | None
    safeguarding_on: date | None
    marac_on: date | None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What routing says of a case, where it bears on asking."""

    case_id: UUID
    age_held: bool
    major_incident: bool
    safeguarding_on: date | None
    marac_referred_on: date | None


@dataclass(frozen=True, slots=True)
class Hearing:
    """`about`: the case that it concerns, or the crime where it concerns everybody harmed by it."""

    about: UUID
    hearing_id: str
    at: datetime


_SAVE = """
insert into feedback_case as c (case_id, crime_id, person_id, age_band, share_refused, restricted, incident_on,
                                death_on, safeguarding_on, marac_on, removed)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::boolean[], $6::boolean[], $7::date[],
                     $8::date[], $9::date[], $10::date[], $11::boolean[])
on conflict (case_id) do update
   set crime_id = excluded.crime_id, person_id = excluded.person_id, age_band = excluded.age_band,
       share_refused = excluded.share_refused, restricted = excluded.restricted, incident_on = excluded.incident_on,
       death_on = excluded.death_on, safeguarding_on = greatest(c.safeguarding_on, excluded.safeguarding_on),
       marac_on = coalesce(excluded.marac_on, c.marac_on), removed = excluded.removed
"""
_HOLD = """
update feedback_case c
   set age_held = c.age_held or h.age_held, major_incident = c.major_incident or h.major_incident,
       safeguarding_on = greatest(c.safeguarding_on, h.safeguarding_on),
       marac_referred_on = greatest(c.marac_referred_on, h.marac_referred_on)
  from unnest($1::uuid[], $2::boolean[], $3::boolean[], $4::date[], $5::date[])
    as h(case_id, age_held, major_incident, safeguarding_on, marac_referred_on)
 where c.case_id = h.case_id
"""
_AGREE = """
update feedback_case c set agreed = a.agreed from unnest($1::uuid[], $2::boolean[]) as a(case_id, agreed)
 where c.case_id = a.case_id
"""
_DIED = """
update feedback_case c set died = d.died from unnest($1::uuid[], $2::boolean[]) as d(case_id, died)
 where c.case_id = d.case_id
"""
_HEARINGS = """
insert into hearing (about, hearing_id, at) select * from unnest($1::uuid[], $2::text[], $3::timestamptz[])
on conflict (about, hearing_id) do update set at = excluded.at
"""
_STOP = "insert into stopped (case_id, at) values ($1, $2) on conflict do nothing"
_KNOWN = "select case_id from feedback_case where case_id = any($1::uuid[])"


async def save(tx: Tx, cases: Sequence[Told]) -> None:
    """Writes cases, new or changed, one row each."""
    if cases:
        await tx.execute(
            _SAVE,
            [c.case_id for c in cases],
            [c.crime_id for c in cases],
            [c.person_id for c in cases],
            [c.age_band for c in cases],
            [c.share_refused for c in cases],
            [c.restricted for c in cases],
            [c.incident_on for c in cases],
            [c.death_on for c in cases],
            [c.safeguarding_on for c in cases],
            [c.marac_on for c in cases],
            [c.removed for c in cases],
        )


async def hold(tx: Tx, held: Sequence[Held]) -> None:
    """Adds what routing found; like routing itself it never takes away."""
    if held:
        await tx.execute(
            _HOLD,
            [h.case_id for h in held],
            [h.age_held for h in held],
            [h.major_incident for h in held],
            [h.safeguarding_on for h in held],
            [h.marac_referred_on for h in held],
        )


async def agree(tx: Tx, agreed: dict[UUID, bool]) -> None:
    """Writes what people said to being asked."""
    if agreed:
        await tx.execute(_AGREE, list(agreed), list(agreed.values()))


async def died(tx: Tx, died: dict[UUID, bool]) -> None:
    """Writes whether the people of these cases died."""
    if died:
        await tx.execute(_DIED, list(died), list(died.values()))


async def keep_hearings(tx: Tx, hearings: Sequence[Hearing]) -> None:
    """Keeps hearings; one listed again has its new day."""
    last = list({(h.about, h.hearing_id): h for h in hearings}.values())
    if last:
        await tx.execute(_HEARINGS, [h.about for h in last], [h.hearing_id for h in last], [h.at for h in last])


async def known(tx: Tx, case_ids: Sequence[UUID]) -> set[UUID]:
    return {row["case_id"] for row in await tx.fetch(_KNOWN, list(case_ids))}


async def stop(tx: Tx, case_id: UUID, now: datetime) -> None:
    """The person said no for ever."""
    await tx.execute(_STOP, case_id, now)
