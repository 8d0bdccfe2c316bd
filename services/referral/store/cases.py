"""Cases as pages show them, and as actions load and save them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import RECORDS, columns, read, read_one


@dataclass(frozen=True, slots=True)
class Case:
    """One person in one crime, or one self-referral; without personal data."""

    case_id: UUID
    reference: str
    person_id: UUID
    crime_id: UUID | None
    force: str | None
    victim_ref: str | None
    kind: str
    source: str
    state: str
    decision: str
    lines: tuple[str, ...]
    offers: tuple[str, ...]
    holds: tuple[str, ...]
    doors: tuple[str, ...]
    priority: int
    risk_grade: str | None
    dash_score: int | None
    marac_on: date | None
    hub_due: datetime | None
    next_due: datetime | None
    next_entitlement: str | None
    act_by: datetime | None
    offence_code: str | None
    offence_group: str | None
    incident_kind: str | None
    flags: tuple[str, ...]
    hate_strands: tuple[str, ...]
    domestic: bool
    local_authority: str | None
    home_local_authority: str | None
    age_band: str
    language: str
    share: str
    reported: bool
    reported_at: datetime
    repeat_victim: bool | None
    repeat_count: int | None
    major_incident_id: str | None
    revision: int
    removed: bool
    restricted: bool
    details: str
    assigned_to: UUID | None
    review_since: datetime | None
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    closed_why: str | None
    runs: int
    urgent_since: datetime | None = None
    marac_by_hub_on: date | None = None

    @property
    def last_marac_on(self) -> date | None:
        """The last day of a MARAC that the police told of, or to which the hub wrote down a referral."""
        return max((day for day in (self.marac_on, self.marac_by_hub_on) if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Routing:
    """One decision: what it recommends, by which rules ("id@version"), from which facts (those that say something).
    Where newer `facts` came and changed nothing of it, `decided_on` and `decided_directory` say what it stands on."""

    run: int
    decided_at: datetime
    decision: str
    lines: tuple[str, ...]
    offers: tuple[str, ...]
    holds: tuple[str, ...]
    doors: tuple[str, ...]
    rules: tuple[str, ...]
    facts: dict[str, Any]
    rules_version: str | None
    directory_version: str | None = None
    decided_on: dict[str, Any] | None = None
    decided_directory: str | None = None

    def as_taken(self) -> tuple[dict[str, Any], str | None]:
        """The facts and the version of the directory that the decision was taken on."""
        if self.decided_on is None:
            return self.facts, self.directory_version
        return self.decided_on, self.decided_directory


@dataclass(frozen=True, slots=True)
class OtherCase:
    """Another case of the same person."""

    case_id: UUID
    reference: str
    state: str
    offence_code: str | None
    incident_kind: str | None
    reported_at: datetime
    risk_grade: str | None
    assigned_to: UUID | None


@dataclass(frozen=True, slots=True)
class Alert:
    """Bail, release, an order or an escape that somebody must know of; `told_of`: of which moment it was told, where
    that had not come yet; `about`: what told of it, behind the trigger."""

    trigger: str
    happened_at: datetime
    received_at: datetime
    told_of: str | None = None
    about: str = ""


async def load(tx: Tx, case_id: UUID) -> Case | None:
    """The case, its row locked; None when there is none for this viewer."""
    return read_one(
        Case,
        await tx.fetchrow(f"select {columns(Case)} from case_file where case_id = $1 for update", case_id),
    )


async def get(tx: Tx, case_id: UUID) -> Case | None:
    """The case as it stands, for reading."""
    return read_one(Case, await tx.fetchrow(f"select {columns(Case)} from case_file where case_id = $1", case_id))


async def each_of(tx: Tx, case_ids: Collection[UUID]) -> dict[UUID, Case]:
    """Those of these cases that the viewer may see."""
    rows = await tx.fetch(f"select {columns(Case)} from case_file where case_id = any($1::uuid[])", list(case_ids))
    return {case.case_id: case for case in read(Case, rows)}


async def by_reference(tx: Tx, reference: str) -> list[Case]:
    """The cases with this short reference: nearly always one, and none for a viewer who may not see it."""
    return read(Case, await tx.fetch(f"select {columns(Case)} from case_file where reference = $1", reference))


_OF_CRIME = """
select case_id from case_file where crime_id = any(array(select crime_id from crime where crime_number = $1))
 order by opened_at desc, case_id limit 50
"""


async def of_crime_reference(tx: Tx, reference: str) -> list[UUID]:
    """The cases of the crime to which the police gave this number, however it is spaced; the last opened first."""
    return [row["case_id"] for row in await tx.fetch(_OF_CRIME, "".join(reference.split()).upper())]


async def routings(tx: Tx, case_id: UUID) -> list[Routing]:
    """Every decision on the case, the last one first."""
    rows = await tx.fetch(f"select {columns(Routing)} from routing where case_id = $1 order by run desc", case_id)
    return read(Routing, rows)


async def others_of(tx: Tx, case: Case) -> list[OtherCase]:
    """Other cases of the same person, newest first."""
    return read(
        OtherCase,
        await tx.fetch(
            f"select {columns(OtherCase)} from case_file where case_id <> $2 and person_id = {RECORDS}"
            " order by reported_at desc, case_id limit 100",
            case.person_id,
            case.case_id,
        ),
    )


_ALERTS = """
select a.trigger, a.happened_at, a.received_at, a.milestone_id as about,
       (select max(e.data ->> 'happened_at') from case_event e
         where e.case_id = a.case_id and e.type = 'justice.milestone.reached.v1'
           and e.data ->> 'milestone_id' = a.milestone_id
           and (e.data ->> 'happened_at')::timestamptz > a.received_at) as told_of
  from alert a where a.case_id = $1 order by a.happened_at desc, a.milestone_id
"""


async def alerts(tx: Tx, case_id: UUID) -> list[Alert]:
    """What was heard of the suspect's bail, release, orders or escape, newest first."""
    return read(Alert, await tx.fetch(_ALERTS, case_id))


async def assign(tx: Tx, case_id: UUID, worker: UUID | None, now: datetime) -> None:
    await tx.execute("update case_file set assigned_to = $2, updated_at = $3 where case_id = $1", case_id, worker, now)


async def marac_by_hub(tx: Tx, case_id: UUID, on: date) -> None:
    """The hub referred a case to the conference on this day, or it was heard there."""
    await tx.execute("update case_file set marac_by_hub_on = $2 where case_id = $1", case_id, on)


async def set_turn(tx: Tx, case_id: UUID, state: str, hub_due: datetime | None, now: datetime) -> None:
    """Whose turn it is: `state` is waiting, active or resting; `hub_due`: by when the hub acts, None where it is not
    the hub's turn."""
    await tx.execute(
        "update case_file set state = $2, hub_due = $3, act_by = least($3, next_due), updated_at = $4"
        " where case_id = $1",
        case_id,
        state,
        hub_due,
        now,
    )


async def forces(tx: Tx, crimes: Collection[UUID]) -> dict[UUID, str]:
    """The force that told first of each of these crimes that are known."""
    rows = await tx.fetch("select crime_id, force from crime where crime_id = any($1::uuid[])", list(crimes))
    return {row["crime_id"]: row["force"] for row in rows}


async def forces_of(tx: Tx, crimes: Collection[UUID]) -> dict[UUID, str]:
    """The force under which the person of each case of these crimes is known, by case."""
    rows = await tx.fetch("select case_id, force from case_file where crime_id = any($1::uuid[])", list(crimes))
    return {row["case_id"]: row["force"] for row in rows}


async def reviewed(tx: Tx, case_id: UUID, found: str, now: datetime) -> None:
    """The risk was looked at again after an alert, and with it all that was heard; `found`: what came of it."""
    looked = "update alert set looked_at = $2, looked_how = $3 where case_id = $1 and looked_at is null"
    await tx.execute(looked, case_id, now, found)
    await tx.execute("update case_file set review_since = null, updated_at = $2 where case_id = $1", case_id, now)


async def hidden(tx: Tx) -> int:
    """How many cases are restricted: one total, for the team leader alone."""
    return int(await tx.fetchval("select count(*) from case_file where restricted"))


async def of_person(tx: Tx, person_id: UUID, *, closed: bool) -> list[UUID]:
    """The open cases of a person, or all of them, among those the viewer may see, by id."""
    rows = await tx.fetch(
        f"select case_id from case_file where person_id = {RECORDS} and ($2 or state <> 'closed') order by case_id",
        person_id,
        closed,
    )
    return [row["case_id"] for row in rows]


async def of_record(tx: Tx, person_id: UUID) -> list[UUID]:
    """The open cases of this one record, among those the viewer may see, by id."""
    asked = "select case_id from case_file where person_id = $1 and state <> 'closed' order by case_id"
    return [row["case_id"] for row in await tx.fetch(asked, person_id)]


async def not_yet_held(tx: Tx, people: Collection[UUID], hold: str) -> list[UUID]:
    """The open cases of these people without this hold, by id."""
    rows = await tx.fetch(
        "select case_id from case_file where person_id = any($1::uuid[]) and state in ('waiting', 'active', 'resting')"
        " and not ($2 = any(holds)) order by case_id",
        sorted(people),
        hold,
    )
    return [row["case_id"] for row in rows]


async def held_by(tx: Tx, people: Collection[UUID], hold: str) -> list[Case]:
    """The open cases of these people, in every record, that this hold keeps: their rows locked."""
    record = "select unnest($1::uuid[]) union select other_id from linked_person where person_id = any($1::uuid[])"
    rows = await tx.fetch(
        f"select {columns(Case)} from case_file where person_id = any(array({record})) and state <> 'closed'"
        " and $2 = any(holds) order by case_id for update",
        sorted(people),
        hold,
    )
    return read(Case, rows)


async def known(tx: Tx, case_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these cases that are open to us here already."""
    rows = await tx.fetch("select case_id from case_file where case_id = any($1::uuid[])", list(case_ids))
    return {row["case_id"] for row in rows}


async def recount(tx: Tx, counts: Mapping[UUID, int]) -> None:
    """How many reports there were in the twelve months up to these cases, as it is known now."""
    if counts:
        await tx.execute(
            "update case_file c set repeat_count = k.count from unnest($1::uuid[], $2::int[]) as k(case_id, count)"
            " where c.case_id = k.case_id and c.repeat_count is distinct from k.count",
            *(list(counts), list(counts.values())),
        )


_KNOWN_SINCE = """
select case when $2 < now() - $3::interval and heard_at > opened_at + $3::interval
            then greatest($2, opened_at) else greatest($2, opened_at, now()) end
  from case_file where case_id = $1
"""


async def known_since(tx: Tx, case_id: UUID, told: datetime, news: timedelta) -> datetime:
    """From when on something older that came late, `told` at its own time, can be acted on in a case: never before it
    was heard here, nor before the case itself. Where both were no `news` any more when they came, a month is fed
    later: then by their own time."""
    return await tx.fetchval(_KNOWN_SINCE, case_id, told, news) or told
