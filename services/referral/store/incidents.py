"""The switch for major incidents, and the cases linked to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.cases import Case
from services.referral.store.rows import columns, read, read_one


@dataclass(frozen=True, slots=True)
class Switch:
    """`cases`: how many were held when it was switched on, of those whom whoever did it may see."""

    switch_id: UUID
    incident_id: str
    on_at: datetime
    on_by: UUID
    cases: int
    off_at: datetime | None = None
    off_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Lifted:
    """The hold of an incident, lifted from one case by a team leader."""

    case_id: UUID
    reason: str
    lifted_by: UUID
    lifted_at: datetime


@dataclass(frozen=True, slots=True)
class StillHeld:
    """A case that is held by an incident that is not switched on any more, or never was."""

    case_id: UUID
    reference: str
    major_incident_id: str
    priority: int
    holds: tuple[str, ...]
    lines: tuple[str, ...]
    restricted: bool
    opened_at: datetime


def _plain(column: str) -> str:
    """An id to be compared: the police write it now with spaces and capitals, now without."""
    return f"lower(regexp_replace({column}, '\\s', '', 'g'))"


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
    same = f"{_plain('incident_id')} = {_plain('$1::text')}"
    return bool(await tx.fetchval(f"select true from incident_switch where {same} and off_at is null", incident_id))


async def is_on_for(tx: Tx, case_id: UUID) -> bool:
    """Whether automatic contact is switched off for the incident of a case."""
    found = await tx.fetchval(
        "select true from incident_switch s join case_file c"
        f" on {_plain('c.major_incident_id')} = {_plain('s.incident_id')} where c.case_id = $1 and s.off_at is null",
        case_id,
    )
    return bool(found)


async def known(tx: Tx) -> dict[str, int]:
    """The ids of incidents that the police sent, with how many open cases each has; the largest first."""
    rows = await tx.fetch(
        "select major_incident_id, count(*) filter (where state <> 'closed') as cases from case_file"
        " where major_incident_id is not null group by 1 order by 2 desc, 1 limit 500"
    )
    return {row["major_incident_id"]: row["cases"] for row in rows}


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
        f"select {columns(Case)} from case_file where state <> 'closed' and major_incident_id in ("
        " select distinct major_incident_id from case_file where major_incident_id is not null"
        f" and {_plain('major_incident_id')} = {_plain('$1::text')}) order by case_id for update",
        incident_id,
    )
    return read(Case, rows)


async def hold(tx: Tx, case: Case, holds: list[str], priority: int, now: datetime) -> None:
    """Holds a case for a human, as one more decision with the rule that asked for it."""
    await forget_lift(tx, case.case_id)
    await _decide(tx, case.case_id, holds, priority, "switch.major_incident@1", now)


async def lift(tx: Tx, lifted: Lifted, holds: list[str], priority: int) -> None:
    """Takes the hold of the incident off a case, as one more decision; later news does not bring it back."""
    await _decide(tx, lifted.case_id, holds, priority, "lift.major_incident@1", lifted.lifted_at)
    await tx.execute(
        f"insert into incident_lift ({columns(Lifted)}) values ($1, $2, $3, $4) on conflict (case_id) do update"
        " set reason = excluded.reason, lifted_by = excluded.lifted_by, lifted_at = excluded.lifted_at",
        *(lifted.case_id, lifted.reason, lifted.lifted_by, lifted.lifted_at),
    )


async def forget_lift(tx: Tx, case_id: UUID) -> None:
    """What is linked from now on holds the case again."""
    await tx.execute("delete from incident_lift where case_id = $1", case_id)


async def is_lifted(tx: Tx, case_id: UUID) -> bool:
    """Whether a leader lifted the hold of the incident from a case."""
    return bool(await tx.fetchval("select true from incident_lift where case_id = $1", case_id))


_HELD = f"""
 from case_file c where c.major_incident_id is not null and 'major_incident' = any(c.holds) and c.state <> 'closed'
  and not exists (select 1 from incident_switch s where s.off_at is null
                     and {_plain("s.incident_id")} = {_plain("c.major_incident_id")})
  and ($2::text is null or {_plain("c.major_incident_id")} = {_plain("$2::text")})
"""


async def held(tx: Tx, limit: int, incident_id: str | None = None) -> list[StillHeld]:
    """Cases that are held by an incident that is not switched on, of one incident where it is given: those at risk
    first, then the oldest."""
    names = columns(StillHeld, "c")
    rows = await tx.fetch(
        f"select {names} {_HELD} order by c.priority, c.opened_at, c.case_id limit $1", limit, incident_id
    )
    return read(StillHeld, rows)


async def held_now(tx: Tx, incident_ids: Sequence[str]) -> dict[str, int]:
    """How many open cases each of these incidents holds now, those linked after it was switched on too."""
    rows = await tx.fetch(
        "select i, (select count(*) from case_file c where c.major_incident_id in ("
        "  select distinct major_incident_id from case_file where major_incident_id is not null"
        f" and {_plain('major_incident_id')} = {_plain('i')})"
        " and 'major_incident' = any(c.holds) and c.state <> 'closed')::int as cases from unnest($1::text[]) i",
        list(set(incident_ids)),
    )
    return {row["i"]: row["cases"] for row in rows}


async def count_held(tx: Tx, incident_id: str | None = None, at_most: int = 1000) -> int:
    """How many there are; counting stops at `at_most`."""
    return int(await tx.fetchval(f"select count(*) from (select 1 {_HELD} limit $1) c", at_most, incident_id))


async def _decide(tx: Tx, case_id: UUID, holds: list[str], priority: int, rule: str, now: datetime) -> None:
    await tx.execute(
        "update case_file set holds = $2, priority = $3, runs = runs + 1, updated_at = $4 where case_id = $1",
        case_id,
        holds,
        priority,
        now,
    )
    await tx.execute(
        "insert into routing (case_id, run, decided_at, decision, lines, offers, holds, doors, rules, facts,"
        " rules_version) select case_id, run + 1, $2, decision, lines, offers, $3, doors,"
        " array_append(rules, $4), facts, rules_version from routing where case_id = $1 order by run desc limit 1",
        case_id,
        now,
        holds,
        rule,
    )
