"""How somebody came to us, and the agencies that refer by a credential of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class Intake:
    """What was said when the case was taken in; everything coded. `said_danger`: empty where nobody asked. `crime_id`,
    `beside_case`: the crime, and the case, of which a task asked for the person."""

    case_id: UUID
    source: str
    agency_id: UUID | None
    on_behalf: str | None
    told_police: str
    how_long_ago: str
    said_needs: tuple[str, ...]
    said_of_themselves: tuple[str, ...]
    taken_by: UUID | None
    taken_at: datetime
    fraud_level: str | None = None
    said_danger: tuple[str, ...] = ()
    relationship: str = "not_asked"
    same_household: str = "not_asked"
    crime_id: UUID | None = None
    beside_case: UUID | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The crime and the case of which a task asked for somebody, and whom the crime names as suspects. `protected`: the
    address of that case's person is, and the one who is asked for lives there."""

    crime_id: UUID | None = None
    case_id: UUID | None = None
    kind: str = ""
    restricted: bool = False
    force: str | None = None
    suspect_refs: tuple[str, ...] = ()
    protected: bool = False

    @property
    def same_home(self) -> bool:
        return self.case_id is not None and self.kind == OF_THE_HOME


NOWHERE = Origin()
OF_THE_HOME = "add_children"
"""The task that asks for who lives with the person of a case."""
_ORIGIN = f"""
select coalesce(t.crime_id, c.crime_id) as crime_id, t.case_id, t.kind, coalesce(c.restricted, false) as restricted,
       (select min(s.force) from suspect s where s.crime_id = coalesce(t.crime_id, c.crime_id)) as force,
       array(select s.suspect_ref from suspect s where s.crime_id = coalesce(t.crime_id, c.crime_id) order by 1)
           as suspect_refs,
       t.kind = '{OF_THE_HOME}' and c.person_id is not null and exists (
           select 1 from protected_address a where a.person_id = c.person_id or a.person_id in (
               select l.other_id from linked_person l where l.person_id = c.person_id)) as protected
  from task t left join case_file c on c.case_id = t.case_id where t.task_id = $1
"""


async def origin(tx: Tx, task_id: UUID | None) -> Origin:
    """Where a task comes from; nowhere for none, and for one that the viewer may not see."""
    found = await tx.fetchrow(_ORIGIN, task_id) if task_id else None
    return read_one(Origin, found) or NOWHERE


@dataclass(frozen=True, slots=True)
class Agency:
    agency_id: UUID
    name: str
    source: str
    made_at: datetime
    ended_at: datetime | None
    last_used_at: datetime | None


async def add(tx: Tx, intake: Intake) -> None:
    await tx.execute(insert("intake", Intake), *values(intake))


async def of_case(tx: Tx, case_id: UUID) -> Intake | None:
    return read_one(Intake, await tx.fetchrow(f"select {columns(Intake)} from intake where case_id = $1", case_id))


async def agencies(tx: Tx) -> list[Agency]:
    """Every agency, those in use first, by name."""
    return read(Agency, await tx.fetch(f"select {columns(Agency)} from agency order by ended_at is not null, name, 1"))


async def add_agency(tx: Tx, agency: Agency, credential_sha256: bytes, by: UUID) -> bool:
    """False when the agency is there already."""
    done = await tx.fetchval(
        "insert into agency (agency_id, name, source, credential_sha256, made_by, made_at)"
        " values ($1, $2, $3, $4, $5, $6) on conflict (agency_id) do nothing returning agency_id",
        agency.agency_id,
        agency.name,
        agency.source,
        credential_sha256,
        by,
        agency.made_at,
    )
    return done is not None


async def end_agency(tx: Tx, agency_id: UUID, now: datetime) -> bool:
    """Its credential is refused from now on. False when it was ended before, or is not known."""
    done = await tx.fetchval(
        "update agency set ended_at = $2 where agency_id = $1 and ended_at is null returning agency_id", agency_id, now
    )
    return done is not None


async def agency_of(tx: Tx, credential_sha256: bytes) -> Agency | None:
    """Whose credential this is, while it is in use."""
    row = await tx.fetchrow(
        f"select {columns(Agency)} from agency where credential_sha256 = $1 and ended_at is null", credential_sha256
    )
    return read_one(Agency, row)


async def one_at_a_time(tx: Tx, agency_id: UUID, key_sha256: bytes) -> None:
    """Waits for another call with the same key to end."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{agency_id}/{key_sha256.hex()}")


async def answered(tx: Tx, agency_id: UUID, key_sha256: bytes) -> tuple[bytes, int, dict[str, Any]] | None:
    """What was answered to this key before: the digest of the body, status and answer."""
    row = await tx.fetchrow(
        "select body_sha256, status, answer from agency_call where agency_id = $1 and key_sha256 = $2",
        agency_id,
        key_sha256,
    )
    return (bytes(row["body_sha256"]), row["status"], row["answer"]) if row else None


async def keep_answer(
    tx: Tx, agency_id: UUID, key_sha256: bytes, body_sha256: bytes, status: int, answer: dict[str, Any], now: datetime
) -> None:
    await tx.execute(
        "insert into agency_call (agency_id, key_sha256, body_sha256, status, answer, at)"
        " values ($1, $2, $3, $4, $5, $6)",
        agency_id,
        key_sha256,
        body_sha256,
        status,
        answer,
        now,
    )
    await tx.execute("update agency set last_used_at = $2 where agency_id = $1", agency_id, now)


_UNREACHED = """
select max(reason) filter (where state = 'unreachable' and reason = any($2::text[]))
  from referral where case_id = $1 having bool_and(ended_at is not null)
"""


async def ended_unreached(tx: Tx, case_id: UUID, reasons: Sequence[str]) -> str | None:
    """Which of these reasons ended a case of which nothing is open: nobody could be reached. None where it did not end
    so, and of a case that may not be seen."""
    found: str | None = await tx.fetchval(_UNREACHED, case_id, list(reasons))
    return found
