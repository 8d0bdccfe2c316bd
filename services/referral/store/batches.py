"""A batch of crimes: what is known of its people in a few reads, and everything it changes in one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from kit.database import Tx
from services.referral.domain.ended_holds import Ended
from services.referral.domain.facts import CaseFacts, History, NoElsewhere, facts_of
from services.referral.domain.referral import ReferralState as Referral
from services.referral.store import (
    clocks,
    consent,
    deaths,
    hold_ends,
    noes,
    other_party,
    past_channels,
    persons,
    protected,
    ruled_out,
    same_incident,
    unsure,
)
from services.referral.store.cases import Case
from services.referral.store.consent import No
from services.referral.store.elsewhere import SIGNS
from services.referral.store.referrals import Leg
from services.referral.store.rows import columns, read
from services.referral.store.same_incident import OpenLines
from services.referral.store.tasks import Task
from services.referral.store.unsure import Shut

# People are written (or, where known, locked) before anything is decided, so that two workers who hear of the same
# person at the same time decide one after the other.
_MEET = """
with came as (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::timestamptz[])
              as c(person_id, force, police_ref, kind, restricted, first_seen_at))
insert into person (person_id, force, police_ref, kind, restricted, first_seen_at)
select * from came order by person_id on conflict do nothing returning person_id
"""
_KNOWN = "select person_id, restricted from person where person_id = any($1::uuid[]) order by person_id for update"
_HELD = "select crime_id, revision from crime where crime_id = any($1::uuid[])"
_OF_CRIMES = f"select {columns(Case)} from case_file where crime_id = any($1::uuid[]) order by case_id for update"
_FACTS = "select distinct on (case_id) case_id, facts from routing where case_id = any($1::uuid[]) order by 1, run desc"
_REFERRED = """
select case_id, line, state = 'declined_by_victim' or coalesce(reason, '') = 'agreement_withdrawn' as said_no,
       state in ('sent', 'accepted', 'waitlisted', 'in_support', 'on_hold') as helped
  from referral where case_id = any($1::uuid[])
"""
_LIFTED = "select case_id from incident_lift where case_id = any($1::uuid[])"
_PRIOR = f"""
select person_id, case_id, crime_id, reported_at, domestic, greatest(marac_on, marac_by_hub_on) as marac_on,
       offence_code, incident_kind, state, decision,
       {SIGNS["one_chance"].format("case_file")} as one_chance,
       {SIGNS["high_risk"].format("case_file")} or (review_since is not null and kind <> 'business') as high_risk,
       coalesce(repeat_victim, false) as repeat, repeat_count as reports, 'high_risk' = any(holds) as held_high
  from case_file where person_id = any($1::uuid[])
"""
_LINKED = "select person_id, other_id from linked_person where person_id = any($1::uuid[])"
_DUPLICATES = """
select person_id from same_person where same is null and person_id = any($1::uuid[])
union select other_id from same_person where same is null and other_id = any($1::uuid[])
"""


class Prior(NamedTuple):
    """An earlier crime or incident of a person, as far as routing asks."""

    person_id: UUID
    case_id: UUID
    crime_id: UUID | None
    reported_at: datetime
    domestic: bool
    marac_on: date | None
    offence_code: str | None
    incident_kind: str | None
    state: str
    decision: str
    one_chance: bool
    high_risk: bool
    repeat: bool
    reports: int | None
    held_high: bool


class Newcomer(NamedTuple):
    """A person as a crime names them."""

    person_id: UUID
    force: str | None
    police_ref: str | None
    kind: str
    restricted: bool
    first_seen_at: datetime


@dataclass(slots=True)
class Past:
    """What is known of the people of a batch; whoever decides adds what the batch itself brings. `helped`: cases of
    which something is with a provider; `open_lines`: which lines, by person; `dead`: people of whom it stands that they
    died; `safe`: kinds of channel that every record of the person calls safe, and whether each of them was heard from
    the person; `suspected`: the crimes with an open case that name a person, by any record of theirs, as a suspect;
    `apart`: whom another crime of a person names as one, and who named them as one."""

    revisions: dict[UUID, int] = field(default_factory=dict)
    cases: dict[UUID, Case] = field(default_factory=dict)
    of_crime: dict[UUID, list[UUID]] = field(default_factory=dict)
    facts: dict[UUID, CaseFacts] = field(default_factory=dict)
    histories: dict[UUID, History] = field(default_factory=dict)
    referred: dict[UUID, set[str]] = field(default_factory=dict)
    prior: dict[UUID, list[Prior]] = field(default_factory=dict)
    barred: dict[UUID, set[str]] = field(default_factory=dict)
    safe: dict[UUID, dict[str, bool]] = field(default_factory=dict)
    suspected: dict[UUID, set[UUID]] = field(default_factory=dict)
    apart: dict[UUID, set[UUID]] = field(default_factory=dict)
    duplicates: set[UUID] = field(default_factory=set)
    restricted: set[UUID] = field(default_factory=set)
    said_no: set[UUID] = field(default_factory=set)
    noes: dict[UUID, list[No]] = field(default_factory=dict)
    ruled_out: dict[UUID, set[UUID]] = field(default_factory=dict)
    helped: set[UUID] = field(default_factory=set)
    open_lines: dict[UUID, list[OpenLines]] = field(default_factory=dict)
    lifted: set[UUID] = field(default_factory=set)
    ended: dict[UUID, tuple[Ended, ...]] = field(default_factory=dict)
    linked: dict[UUID, set[UUID]] = field(default_factory=dict)
    doubtful: dict[UUID, bool] = field(default_factory=dict)
    helped_by: dict[UUID, set[UUID]] = field(default_factory=dict)
    dead: set[UUID] = field(default_factory=set)


class Met(NamedTuple):
    """Who of the people of a batch is restricted, and the earlier cases that are so from now on."""

    restricted: set[UUID]
    cases: list[UUID]


async def meet(tx: Tx, people: Collection[Newcomer]) -> Met:
    """Writes people not known yet and locks those who are; returns those who are restricted.

    Somebody known who is now said to be restricted is so from here on, in their earlier cases and other records too.
    """
    told = {person.person_id for person in people if person.restricted}
    once = {person.person_id: person._replace(restricted=person.person_id in told) for person in people}
    if not once:
        return Met(set(), [])
    new = await tx.fetch(_MEET, *(list(column) for column in zip(*once.values(), strict=True)))
    known = set(once) - {row["person_id"] for row in new}
    rows = await tx.fetch(_KNOWN, list(known)) if known else []
    held = {row["person_id"] for row in rows if row["restricted"]}
    newly = (told & known) - held
    if told & held:
        await persons.in_own_right(tx, told & held, max(one.first_seen_at for one in people))
    if not newly:
        return Met(held | told, [])
    everybody = await persons.with_linked(tx, newly)
    await persons.in_own_right(tx, newly, max(one.first_seen_at for one in people))
    return Met(held | told | everybody, await persons.restrict(tx, everybody))


async def past(
    tx: Tx,
    crimes: Collection[UUID],
    people: Collection[UUID],
    accused: Collection[UUID] = (),
) -> Past:
    """What is held of these crimes, and what is known of these people by every record of theirs, as suspects too, and
    of who helps the people whom the crimes accuse, and the other party of other crimes of theirs."""
    known = Past()
    known.revisions = {row["crime_id"]: row["revision"] for row in await tx.fetch(_HELD, list(crimes))}
    if known.revisions:
        await _standing(tx, known)
    records: dict[UUID, set[UUID]] = {person: {person} for person in people}
    for row in await tx.fetch(_LINKED, list(people)):
        known.linked.setdefault(row["person_id"], set()).add(row["other_id"])
        records.setdefault(row["other_id"], set()).add(row["person_id"])
    for row in await tx.fetch(_PRIOR, list(records)):
        for person in records[row["person_id"]]:
            known.prior.setdefault(person, []).append(Prior(*row))
    for no in await noes.of_cases(tx, list({prior.case_id for of_one in known.prior.values() for prior in of_one})):
        known.noes.setdefault(no.case_id, []).append(no)
    for record, provider in await ruled_out.of_people(tx, records):
        for person in records[record]:
            known.ruled_out.setdefault(person, set()).add(provider)
    for lines in await same_incident.open_lines(tx, records) if known.prior else ():
        for person in records[lines.person_id]:
            known.open_lines.setdefault(person, []).append(lines)
    known.dead = {person for record in await deaths.dead(tx, records) for person in records[record]}
    known.barred, known.safe = await past_channels.known(tx, records)
    for one in await other_party.of_people(tx, records):
        for person in records[one.record]:
            known.apart.setdefault(person, set()).update({one.other} - {person, *known.linked.get(person, ())})
            if one.suspected and one.is_open:
                known.suspected.setdefault(person, set()).add(one.crime_id)
    apart = set(accused).union(*known.apart.values())
    known.helped_by = await other_party.helped_by(tx, apart) if apart else {}
    known.duplicates = {row["person_id"] for row in await tx.fetch(_DUPLICATES, list(people))}
    return known


async def _standing(tx: Tx, known: Past) -> None:
    """What stands of the crimes held: their cases, locked, the facts they were decided on, and their referrals."""
    for case in read(Case, await tx.fetch(_OF_CRIMES, list(known.revisions))):
        known.cases[case.case_id] = case
        if case.crime_id is not None:
            known.of_crime.setdefault(case.crime_id, []).append(case.case_id)
    for row in await tx.fetch(_FACTS, list(known.cases)):
        known.facts[row["case_id"]] = facts_of(row["facts"]["case"])
        known.histories[row["case_id"]] = remembered(row["facts"]["history"])
    known.ended = await hold_ends.ended(tx, known.cases)
    known.lifted = {row["case_id"] for row in await tx.fetch(_LIFTED, list(known.cases))}
    for row in await tx.fetch(_REFERRED, list(known.cases)):
        known.referred.setdefault(row["case_id"], set()).add(row["line"])
        if row["helped"]:
            known.helped.add(row["case_id"])
        if row["said_no"]:
            known.said_no.add(row["case_id"])
    known.said_no |= {no.case_id for no in await consent.noes(tx, list(known.cases))}


def remembered(told: Mapping[str, Any]) -> History:
    """A history as it was kept with a decision."""
    person = UUID(told["person_id"]) if told["person_id"] else None
    apart = frozenset(map(UUID, told.get("other_party_with", ())))
    locked = frozenset(told["locked_channels"])
    no = _no_elsewhere(told.get("no_elsewhere"))
    kept = {"person_id": person, "other_party_with": apart, "locked_channels": locked, "no_elsewhere": no}
    kept |= {name: frozenset(told.get(name, ())) for name in ("known_already", "safe_channels")}
    return History(**{**told, **kept})


def _no_elsewhere(told: Mapping[str, Any] | None) -> NoElsewhere | None:
    return NoElsewhere(**{**told, "on": date.fromisoformat(told["on"])}) if told else None


@dataclass(frozen=True, slots=True)
class CrimeRow:
    """One crime; the three counts are how many more people, businesses and bereaved it now names."""

    crime_id: UUID
    force: str
    crime_reference: str | None
    revision: int
    received_at: datetime
    reported_at: datetime
    recorded_at: datetime
    people: int
    businesses: int
    bereaved: int
    cases: int
    heard: int
    stale: int


@dataclass(frozen=True, slots=True)
class RoutingRow:
    case_id: UUID
    run: int
    decided_at: datetime
    decision: str
    lines: Sequence[str]
    offers: Sequence[str]
    holds: Sequence[str]
    doors: Sequence[str]
    rules: Sequence[str]
    facts: Mapping[str, Any]
    rules_version: str | None
    directory_version: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A kind of channel that the event calls safe; every other channel of the person becomes unknown."""

    person_id: UUID
    kind: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class SuspectRow:
    crime_id: UUID
    force: str
    suspect_ref: str


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    crime_id: UUID
    force: str
    victim_ref: str
    person_id: UUID | None
    case_id: UUID | None
    kin: Mapping[str, Sequence[str]]
    jwe: str
    received_at: datetime


@dataclass(slots=True)
class Changes:
    """Everything that a batch of crimes changes; of rows with one key the last one counts. `unsaid`: what the police
    call safe no more (see `unsure.take_back`)."""

    crimes: dict[UUID, CrimeRow] = field(default_factory=dict)
    cases: dict[UUID, Case] = field(default_factory=dict)
    routings: dict[tuple[UUID, int], RoutingRow] = field(default_factory=dict)
    channels: dict[tuple[UUID, str], ChannelRow] = field(default_factory=dict)
    unsure: dict[UUID, datetime] = field(default_factory=dict)
    unsaid: dict[tuple[UUID, str], datetime] = field(default_factory=dict)
    suspects: dict[tuple[UUID, str], SuspectRow] = field(default_factory=dict)
    referrals: dict[UUID, Referral] = field(default_factory=dict)
    legs: dict[UUID, Leg] = field(default_factory=dict)
    arrivals: list[ArrivalRow] = field(default_factory=list)
    tasks: dict[UUID, Task] = field(default_factory=dict)


def _insert(kind: type[Any], table: str, place: int, then: str) -> str:
    names = columns(kind)
    came = f"json_populate_recordset(null::{table}, ${place}::json)"
    return f"insert into {table} ({names}) select {names} from {came} {then}"


_CASE_AGAIN = ", ".join(f"{name} = excluded.{name}" for name in columns(Case).split(", ") if name != "case_id")
_CRIME_AGAIN = """
on conflict (crime_id) do update set revision = excluded.revision, people = crime.people + excluded.people,
   businesses = crime.businesses + excluded.businesses, bereaved = crime.bereaved + excluded.bereaved,
   cases = crime.cases + excluded.cases, heard = crime.heard + excluded.heard, stale = crime.stale + excluded.stale,
   crime_reference = coalesce(excluded.crime_reference, crime.crime_reference)
"""
# The newest facts are those of the last run; what a run was decided on first stays beside them.
_ANEW = (
    "(routing.facts, routing.directory_version) is distinct from (excluded.facts, excluded.directory_version)"
    " and routing.decided_on is null"
)
_ROUTING_AGAIN = f"""
on conflict (case_id, run) do update set facts = excluded.facts, directory_version = excluded.directory_version,
   decided_on = case when {_ANEW} then routing.facts else routing.decided_on end,
   decided_directory = case when {_ANEW} then routing.directory_version else routing.decided_directory end
"""
# Two statements, since row-level security asks of what hangs on a case whether the case is seen.
_WRITE_CASES = f"""
with crimes as ({_insert(CrimeRow, "crime", 1, _CRIME_AGAIN)}),
suspects as ({_insert(SuspectRow, "suspect", 2, "on conflict do nothing")})
{_insert(Case, "case_file", 3, f"on conflict (case_id) do update set {_CASE_AGAIN}")}
"""
_WRITE_REST = f"""
with routings as ({_insert(RoutingRow, "routing", 1, _ROUTING_AGAIN)}),
referrals as ({_insert(Referral, "referral", 2, "on conflict do nothing")}),
legs as ({_insert(Leg, "leg", 3, "on conflict do nothing")}),
arrivals as ({_insert(ArrivalRow, "sealed_arrival", 4, "")}),
tasks as ({_insert(Task, "task", 5, "on conflict do nothing")})
insert into channel (person_id, kind, safety, set_by_role, set_at)
select person_id, kind, 'safe', 'police', set_at from json_populate_recordset(null::channel, $6::json)
on conflict (person_id, kind) do update set safety = 'safe', set_by_role = 'police', set_at = excluded.set_at
 where channel.safety = 'unknown' and channel.locked_at is null and channel.heard_at is null
   and channel.set_by_role <> 'provider'
"""
_CLOCKED = "select distinct case_id from case_clock where case_id = any($1::uuid[])"


async def write(tx: Tx, changes: Changes) -> list[Shut]:
    """Writes everything in two statements (some more where people were known, or clocks came before their case).
    Returns the channels that a new incident made unknown."""
    shut = await unsure.make_unknown(tx, changes.unsure) if changes.unsure else []
    crimes, suspects, cases = (list(rows.values()) for rows in (changes.crimes, changes.suspects, changes.cases))
    await tx.execute(_WRITE_CASES, crimes, suspects, cases)
    hidden = {one.person_id: one.updated_at for one in changes.cases.values() if protected.HOLD in one.holds}
    if hidden:
        await protected.add(tx, hidden)
    rest = (changes.routings, changes.referrals, changes.legs, changes.tasks, changes.channels)
    routings, referrals, legs, tasks, channels = (list(rows.values()) for rows in rest)
    await tx.execute(_WRITE_REST, routings, referrals, legs, changes.arrivals, tasks, channels)
    clocked = await tx.fetch(_CLOCKED, list(changes.cases)) if cases else []
    if clocked:
        await clocks.follow(tx, [row["case_id"] for row in clocked])
    return shut
