"""The switch for major incidents, and the cases linked to one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.cases import Case
from services.referral.store.rows import columns, read, read_one


@dataclass(frozen=True, slots=True)
class Switch:
    """`cases`: how many were held when it was switched on."""

    switch_id: UUID
    incident_id: str
    on_at: datetime
    on_by: UUID
    cases: int
    off_at: datetime | None = None
    off_by: UUID | None = None


async def switches(tx: Tx, limit: int = 50) -> list[Switch]:
    """Switchings, those that are on first, then the newest."""
    rows = await tx.fetch(
        f"select {columns(Switch)} from incident_switch order by off_at is not null, on_at desc, switch_id limit $1",
        limit,
    )
    return read(Switch, rows)


async def get(tx: Tx, switch_id: UUID) -> Switch | None:
    row = await tx.fetchrow(f"select {columns(Switch)} from incident_switch where switch_id = $1", switch_id)
    return read_one(Switch, row)


async def is_on(tx: Tx, incident_id: str | None) -> bool:
    """Whether automatic contact is switched off for an incident."""
    if incident_id is None:
        return False
    found = await tx.fetchval("select true from incident_switch where incident_id = $1 and off_at is null", incident_id)
    return bool(found)


async def is_on_for(tx: Tx, case_id: UUID) -> bool:
    """Whether automatic contact is switched off for the incident of a case."""
    found = await tx.fetchval(
        "select true from incident_switch s join case_file c on c.major_incident_id = s.incident_id"
        " where c.case_id = $1 and s.off_at is null",
        case_id,
    )
    return bool(found)


async def switch_on(tx: Tx, made: Switch) -> bool:
    """Keeps a switching; False where the incident is switched on already."""
    names = columns(Switch)
    done = await tx.fetchval(
        f"insert into incident_switch ({names}) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing"
        " returning switch_id",
        *(getattr(made, name) for name in names.split(", ")),
    )
    return done is not None


async def switch_off(tx: Tx, switch_id: UUID, by: UUID, now: datetime) -> bool:
    """False where it is off already."""
    done = await tx.fetchval(
        "update incident_switch set off_at = $3, off_by = $2 where switch_id = $1 and off_at is null"
        " returning switch_id",
        switch_id,
        by,
        now,
    )
    return done is not None


async def linked(tx: Tx, incident_id: str) -> list[Case]:
    """The cases of an incident that are not closed, locked in order."""
    rows = await tx.fetch(
        f"select {columns(Case)} from case_file where major_incident_id = $1 and state <> 'closed'"
        " order by case_id for update",
        incident_id,
    )
    return read(Case, rows)


async def hold(tx: Tx, case: Case, holds: list[str], priority: int, now: datetime) -> None:
    """Holds a case for a human, as one more decision with the rule that asked for it."""
    await tx.execute(
        "update case_file set holds = $2, priority = $3, state = 'waiting', runs = runs + 1, updated_at = $4"
        " where case_id = $1",
        case.case_id,
        holds,
        priority,
        now,
    )
    await tx.execute(
        "insert into routing (case_id, run, decided_at, decision, lines, offers, holds, doors, rules, facts,"
        " rules_version) select case_id, run + 1, $2, decision, lines, offers, $3, doors,"
        " array_append(rules, 'switch.major_incident@1'), facts, rules_version from routing"
        " where case_id = $1 order by run desc limit 1",
        case.case_id,
        now,
        holds,
    )
