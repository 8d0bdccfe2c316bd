"""A new incident: what was said before it makes no channel of a person safe; and whose cases have to hear of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.vocabulary import CHANNELS
from kit.database import Tx
from services.referral.domain.safe_contact import NEW_INCIDENT
from services.referral.store import contact

_BEFORE = """
select distinct u.person_id from unnest($1::uuid[], $2::timestamptz[]) as u(person_id, at)
  join channel c on c.person_id = u.person_id and (c.safety = 'safe' and c.set_at < u.at or c.heard_at < u.at)
"""
_RECORDS = """
with record as (select p as person_id, p as record_id from unnest($1::uuid[]) p
                union select l.person_id, l.other_id from linked_person l where l.person_id = any($1::uuid[]))
"""
# Cases are locked before channels, as whoever records an attempt does, and before their events are numbered.
_CASES = f"""
{_RECORDS} select r.person_id, c.case_id from record r join case_file c on c.person_id = r.record_id
 order by c.case_id, r.person_id for update of c
"""
_SHUT = """
update channel set safety = 'unknown', set_by_role = $3, set_at = u.at
  from unnest($1::uuid[], $2::timestamptz[]) as u(person_id, at)
 where channel.person_id = u.person_id and safety = 'safe' and channel.set_at < u.at
returning channel.person_id, channel.kind, channel.set_at as at
"""
_UNHEARD = """
update channel set heard_at = null from unnest($1::uuid[], $2::timestamptz[]) as u(person_id, at)
 where channel.person_id = u.person_id and heard_at < u.at
"""
_TAKE_BACK = """
update channel c set safety = 'unknown', set_by = null, set_by_role = 'police', set_at = u.at
  from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as u(person_id, kind, at)
 where c.person_id = u.person_id and c.kind = u.kind and c.safety = 'safe' and c.locked_at is null
   and c.heard_at is null and c.set_at <= u.at
returning c.person_id, c.kind, c.set_at as at
"""
_BY_DETAILS = """
select person_id, kind from channel where person_id = any($1::uuid[]) and safety = 'safe' and heard_at is null
   and police_said is not null order by 1, 2
"""
_UNHEARD_OF = """
select person_id, kind from channel where person_id = any($1::uuid[]) and safety = 'safe' and heard_at is null
 order by 1, 2
"""
_DOUBTED = """
insert into channel (person_id, kind, safety, set_by_role, set_at)
select p, k, 'unknown', 'provider', $3 from unnest($1::uuid[]) p cross join unnest($2::text[]) k order by 1, 2
on conflict (person_id, kind) do update set set_by_role = excluded.set_by_role, set_at = excluded.set_at
 where channel.safety = 'unknown' and channel.locked_at is null
"""
_ASKED = """
update channel set set_by_role = 'person' where person_id = $1 and kind = any($2::text[])
   and safety = 'unknown' and locked_at is null and set_by_role = 'provider'
"""
_SHUT_TO_THE_POLICE = """
select distinct kind from channel where person_id = any($1::uuid[])
   and (safety = 'unsafe' or locked_at is not null or heard_at is not null or set_by_role = 'provider')
"""
_NEWEST = "select max(opened_at) from case_file where person_id = any($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Shut:
    """A channel of a person that was safe until a new incident, and the cases that were known of them before it."""

    person_id: UUID
    kind: str
    at: datetime
    cases: tuple[UUID, ...]


async def make_unknown(tx: Tx, people: Mapping[UUID, datetime], by_role: str = NEW_INCIDENT) -> list[Shut]:
    """Makes what was called safe of these people before an instant unknown, and what they said of a channel no longer
    theirs to stand above the police's; returns what really changed."""
    found = [row["person_id"] for row in await tx.fetch(_BEFORE, list(people), list(people.values()))]
    if not found:
        return []
    known: dict[UUID, list[UUID]] = {}
    for row in await tx.fetch(_CASES, found):
        known.setdefault(row["person_id"], []).append(row["case_id"])
    when = [people[person] for person in found]
    rows = await tx.fetch(_SHUT, found, when, by_role)
    await tx.execute(_UNHEARD, found, when)
    return [Shut(row["person_id"], row["kind"], row["at"], tuple(known.get(row["person_id"], ()))) for row in rows]


async def doubt(tx: Tx, people: Sequence[UUID], at: datetime) -> None:
    """Keeps of every kind of channel of these people, known or not, that a provider found being in touch not to be
    safe: no report of the police makes it safe again, only who has spoken to the person."""
    await tx.execute(_DOUBTED, list(people), sorted(CHANNELS), at)


async def asked(tx: Tx, person_id: UUID, kinds: Collection[str]) -> None:
    """The person themselves was asked about these kinds of channel: what a provider found does not stand against it."""
    await tx.execute(_ASKED, person_id, list(kinds))


async def take_back(tx: Tx, unsaid: Mapping[tuple[UUID, str], datetime]) -> list[Shut]:
    """Makes unknown what was safe (person, kind) by a word that is taken back; what somebody heard from the person
    themselves stands, and so does what was said later. Returns what really changed."""
    keys = sorted(unsaid)
    people, kinds, when = [p for p, _ in keys], [k for _, k in keys], [unsaid[key] for key in keys]
    known: dict[UUID, list[UUID]] = {}
    for row in await tx.fetch(_CASES, people):
        known.setdefault(row["person_id"], []).append(row["case_id"])
    rows = await tx.fetch(_TAKE_BACK, people, kinds, when)
    return [Shut(row["person_id"], row["kind"], row["at"], tuple(known.get(row["person_id"], ()))) for row in rows]


async def safe_by_the_police(tx: Tx, people: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """What is safe (person, kind) since the police's details said so, and nobody heard it from the person."""
    return [(row["person_id"], row["kind"]) for row in await tx.fetch(_BY_DETAILS, list(people))]


async def safe_unheard(tx: Tx, people: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """What is safe (person, kind) though nobody heard it from the person."""
    return [(row["person_id"], row["kind"]) for row in await tx.fetch(_UNHEARD_OF, list(people))]


async def to_be_told(tx: Tx, person_id: UUID) -> bool:
    """Whether a word of the police can still make any kind of channel of this person safe: not one that a service, a
    worker or the person spoke against since."""
    shut = await tx.fetch(_SHUT_TO_THE_POLICE, await records(tx, person_id))
    return {row["kind"] for row in shut} != set(CHANNELS)


async def safe_now(tx: Tx, people: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Which kinds of channel are safe of each of these people, by all their records together."""
    held = await contact.channels_of(tx, sorted(people))
    return {person: tuple(one.kind for one in of_one if one.is_safe) for person, of_one in held.items()}


async def no_way(tx: Tx, person_id: UUID) -> bool:
    """Whether no way to reach a person is known to be safe."""
    return not (await safe_now(tx, [person_id])).get(person_id)


async def records(tx: Tx, person_id: UUID) -> list[UUID]:
    """Every record of a person, this one among them."""
    rows = await tx.fetch(f"{_RECORDS} select record_id from record order by 1", [person_id])
    return [row["record_id"] for row in rows]


async def newest_incident(tx: Tx, people: Sequence[UUID]) -> datetime | None:
    """When the newest case of any of these people was opened."""
    found: datetime | None = await tx.fetchval(_NEWEST, list(people))
    return found
