"""Appointments of a provider with a person, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.portal import PROVIDER, by_index
from services.referral.store.queues import PAGE, PAGE_AT_MOST, PAGES_AT_MOST
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class Appointment:
    """`state`: booked, attended, late, missed, moved or cancelled; `whose` reason and which, where it was not kept."""

    appointment_id: UUID
    leg_id: UUID
    case_id: UUID
    provider_id: UUID
    starts_at: datetime
    way: str
    state: str
    booked_at: datetime
    booked_by: UUID
    whose: str | None = None
    reason: str | None = None
    follows: UUID | None = None
    recorded_at: datetime | None = None
    recorded_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """An appointment that is booked, with its referral."""

    appointment_id: UUID
    referral_id: UUID
    reference: str
    line: str
    starts_at: datetime
    way: str
    assigned_to: UUID | None
    person_id: UUID


@dataclass(frozen=True, slots=True)
class UpcomingPage:
    """A page of what is booked; `further`: there is another one."""

    rows: list[Upcoming]
    page: int
    further: bool


async def add(tx: Tx, row: Appointment) -> bool:
    """Books an appointment; False when it was booked before."""
    done = await tx.execute(insert("appointment", Appointment, "on conflict do nothing"), *values(row))
    return bool(done == "INSERT 0 1")


async def of_leg(tx: Tx, leg_id: UUID) -> list[Appointment]:
    """The appointments of a leg, the latest first."""
    rows = await tx.fetch(
        f"select {columns(Appointment)} from appointment where leg_id = $1 order by starts_at desc, appointment_id",
        leg_id,
    )
    return read(Appointment, rows)


async def load(tx: Tx, appointment_id: UUID, leg_id: UUID) -> Appointment | None:
    """One appointment of a leg, its row locked."""
    row = await tx.fetchrow(
        f"select {columns(Appointment)} from appointment where appointment_id = $1 and leg_id = $2 for update",
        appointment_id,
        leg_id,
    )
    return read_one(Appointment, row)


async def to_come_of(tx: Tx, legs: Sequence[UUID], now: datetime) -> list[Upcoming]:
    """What is booked to come under these legs, soonest first."""
    rows = await tx.fetch(
        "select a.appointment_id, l.referral_id, l.reference, l.line, a.starts_at, a.way, l.assigned_to, l.person_id"
        " from appointment a join leg l on l.leg_id = a.leg_id"
        " where a.leg_id = any($1) and a.state = 'booked' and a.starts_at > $2 order by a.starts_at, a.appointment_id",
        list(legs),
        now,
    )
    return read(Upcoming, rows)


async def at_once(tx: Tx, row: Appointment) -> bool:
    """Whether the viewer's provider has something else booked with this person at the same moment; the case is held, so
    that two who book at once are one after the other. What `row` follows is moved by it."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"appointment/{row.case_id}")
    asked = (
        "select exists (select 1 from appointment where case_id = $1 and starts_at = $2 and state = 'booked'"
        " and appointment_id <> $3 and appointment_id is distinct from $4)"
    )
    return bool(await tx.fetchval(asked, row.case_id, row.starts_at, row.appointment_id, row.follows))


async def record(tx: Tx, row: Appointment) -> None:
    """Writes what became of an appointment."""
    await tx.execute(
        "update appointment set state = $2, whose = $3, reason = $4, recorded_at = $5, recorded_by = $6"
        " where appointment_id = $1",
        row.appointment_id,
        row.state,
        row.whose,
        row.reason,
        row.recorded_at,
        row.recorded_by,
    )


_CANCEL = """
update appointment set state = 'cancelled', whose = $2, reason = $3, recorded_by = $4, recorded_at = $5
 where leg_id = $1 and state = 'booked' and starts_at > $5 returning appointment_id
"""


async def cancel(tx: Tx, leg_id: UUID, whose: str, reason: str, by: UUID | None, now: datetime) -> list[UUID]:
    """Cancels what is booked to come under a leg; returns which."""
    return [row["appointment_id"] for row in await tx.fetch(_CANCEL, leg_id, whose, reason, by, now)]


async def to_come(tx: Tx, legs: Sequence[UUID], now: datetime) -> list[datetime]:
    """When appointments are booked to come under these legs, the soonest first."""
    rows = await tx.fetch(
        "select starts_at from appointment where leg_id = any($1) and state = 'booked' and starts_at > $2"
        " order by starts_at, appointment_id",
        list(legs),
        now,
    )
    return [row["starts_at"] for row in rows]


# Appointments are followed in their order by an index alone; of one worker, those of the worker's legs, which another
# index tells. What is shown of a leg is read for the rows of the page. Which rows row-level security leaves cannot be
# guessed: `offset 0` holds the planner to it, and `is true` keeps it from seeking each leg by itself.
_OPEN_OF = f"""
select l.leg_id from leg l
 where l.provider_id = {PROVIDER} and l.state in ('accepted', 'waitlisted') and l.assigned_to = $1
"""
_UPCOMING = f"""
select a.appointment_id, l.referral_id, l.reference, l.line, a.starts_at, a.way, l.assigned_to, l.person_id
  from appointment a cross join lateral (
       select l.referral_id, l.reference, l.line, l.assigned_to, l.person_id from leg l
        where l.leg_id = a.leg_id and l.state in ('accepted', 'waitlisted') offset 0) l
 where a.provider_id = {PROVIDER} and a.state = 'booked' and ($1::uuid[] is null or a.leg_id = any($1)) is true
 order by a.starts_at, a.appointment_id limit $2 offset $3
"""


async def upcoming(tx: Tx, worker: UUID | None, page: int = 1, size: int = PAGE) -> UpcomingPage:
    """What is booked by the viewer's provider, soonest first; of one worker's referrals where one is given."""
    size, page = min(max(size, 1), PAGE_AT_MOST), min(max(page, 1), PAGES_AT_MOST)
    await by_index(tx)
    legs = [row["leg_id"] for row in await tx.fetch(_OPEN_OF, worker)] if worker else None
    rows = await tx.fetch(_UPCOMING, legs, size + 1, (page - 1) * size)
    return UpcomingPage(read(Upcoming, rows[:size]), page, len(rows) > size)
