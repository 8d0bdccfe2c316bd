"""How a person may be reached: channels and their safety, attempts, and mail that other services asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain import safe_contact
from services.referral.domain.linking import strictest
from services.referral.store.rows import RECORDS, columns, read


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a person; its value is sealed and read apart (`values`), and told from another by its index."""

    person_id: UUID
    kind: str
    safety: str
    locked_at: datetime | None = None
    locked_why: str | None = None
    days: str | None = None
    hours: str | None = None
    voicemail: bool | None = None
    say_who: bool | None = None
    language: str | None = None
    interpreter: bool | None = None
    set_by_role: str = "police"
    set_at: datetime | None = None
    checked_at: datetime | None = None
    heard_at: datetime | None = None
    value_index: bytes | None = None

    @property
    def locked(self) -> bool:
        return self.locked_at is not None

    @property
    def is_safe(self) -> bool:
        """Safe, as things stand, at whatever hour."""
        return safe_contact.may_give(self)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach a person; `provider_id` null = by the hub; `sooner`: why sooner than the pace."""

    attempt_id: UUID
    case_id: UUID
    referral_id: UUID | None
    provider_id: UUID | None
    channel: str
    outcome: str
    reached: bool
    for_support: bool
    at: datetime
    by_id: UUID
    by_role: str
    sooner: str | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A message asked for by another service; the link's token is sealed."""

    request_id: UUID
    case_id: UUID
    person_id: UUID
    purpose: str
    template: str
    path: str | None
    channel: str
    token: bytes
    token_sha256: str
    asked_at: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class LinkSent:
    """A message that was asked for with a link to what a person may see of their own."""

    request_id: UUID
    case_id: UUID
    person_id: UUID


async def links_sent(tx: Tx, people: Collection[UUID], since: datetime) -> list[LinkSent]:
    """Links to these people that were asked for since then, but for feedback, whose pages show nothing of a case."""
    if not people:
        return []
    asked = (
        "select m.request_id, m.case_id, c.person_id from case_file c join mail m using (case_id)"
        " where c.person_id = any($1::uuid[]) and m.path is not null and m.purpose <> 'feedback' and m.asked_at > $2"
        " order by m.asked_at, m.request_id"
    )
    return read(LinkSent, await tx.fetch(asked, list(people), since))


_SET = """
insert into channel (person_id, kind, safety, locked_at, locked_why, set_by, set_by_role, set_at, checked_at, heard_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8)
on conflict (person_id, kind) do update set safety = excluded.safety, locked_at = excluded.locked_at,
   locked_why = excluded.locked_why, set_by = excluded.set_by, set_by_role = excluded.set_by_role,
   set_at = excluded.set_at, heard_at = excluded.heard_at,
   checked_at = coalesce(excluded.checked_at, channel.checked_at)
"""
_LOCK = """
insert into channel (person_id, kind, safety, locked_at, locked_why, set_by, set_by_role, set_at)
values ($1, $2, 'unsafe', $3, $4, $5, $6, $3)
on conflict (person_id, kind) do update set safety = 'unsafe', locked_at = $3, locked_why = $4, set_by = $5,
   set_by_role = $6, set_at = $3
"""


# What a provider said from afar is a lock from that moment on, though it is written into the record a moment later.
_SAID = {
    "kind": "s.kind",
    "safety": "'unsafe'",
    "locked_at": "s.said_at",
    "locked_why": "s.why",
    "set_by_role": "s.by_role",
    "set_at": "s.said_at",
}


def _locks_said(where: str) -> str:
    """The locks that were said and are not written yet, as channels of the record of their case."""
    said = ", ".join(_SAID.get(name, f"c.{name}" if name == "person_id" else "null") for name in _NAMES)
    return f"select {said} from lock_said s join case_file c on c.case_id = s.case_id where {where}"


_NAMES = columns(Channel).split(", ")
_CHANNELS = f"""
select * from (select {columns(Channel)} from channel where person_id = {RECORDS}
               union all {_locks_said(f"c.person_id = {RECORDS}")}) h
 order by kind, person_id <> $1, person_id
"""


async def person_of(tx: Tx, case_id: UUID) -> UUID | None:
    """Whose case it is; None for a viewer who may not see it."""
    return await tx.fetchval("select person_id from case_file where case_id = $1", case_id)  # type: ignore[no-any-return]


async def channels(tx: Tx, person_id: UUID) -> list[Channel]:
    """The channels of a person by kind; where several records are of this person, the stricter of them."""
    found: dict[str, list[Channel]] = {}
    for channel in read(Channel, await tx.fetch(_CHANNELS, person_id)):
        found.setdefault(channel.kind, []).append(channel)
    return [held[0] if len(held) == 1 else replace(held[0], **strictest(held)) for held in found.values()]


# Each record is sought by its key (`offset 0` holds the planner to it): which rows row-level security leaves cannot be
# guessed, and a wrong guess asks it of every channel that there is.
_OF_PEOPLE = f"""
select q.asked, {columns(Channel, "c")}
  from unnest($1::uuid[]) q(asked)
       cross join lateral (select q.asked as record union all
                           select l.other_id from linked_person l where l.person_id = q.asked) r
       cross join lateral (select {columns(Channel, "h")} from channel h where h.person_id = r.record
                           union all {_locks_said("c.person_id = r.record")} offset 0) c
 order by q.asked, c.kind, c.person_id <> q.asked, c.person_id
"""


async def channels_of(tx: Tx, people: Sequence[UUID]) -> dict[UUID, list[Channel]]:
    """The channels of each of these people, as `channels` tells those of one."""
    found: dict[tuple[UUID, str], list[Channel]] = {}
    for row in await tx.fetch(_OF_PEOPLE, list(people)) if people else []:
        held = dict(row)
        asked = held.pop("asked")
        found.setdefault((asked, held["kind"]), []).append(Channel(**held))
    told: dict[UUID, list[Channel]] = {person: [] for person in people}
    for (person, _), same in found.items():
        told[person].append(same[0] if len(same) == 1 else replace(same[0], **strictest(same)))
    return told


async def hold(tx: Tx, person_id: UUID, kind: str) -> UUID | None:
    """Holds a channel in every record of the person until the transaction ends; who set this record's, None for the
    police."""
    rows = await tx.fetch(
        f"select person_id, set_by from channel where person_id = {RECORDS} and kind = $2"
        " order by person_id for update",
        person_id,
        kind,
    )
    return next((row["set_by"] for row in rows if row["person_id"] == person_id), None)


async def hold_one(tx: Tx, person_id: UUID, kind: str) -> None:
    """Holds a channel of one record until the transaction ends, where there is one."""
    await tx.execute("select 1 from channel where person_id = $1 and kind = $2 for update", person_id, kind)


async def holders(tx: Tx, person_id: UUID, kind: str) -> list[UUID]:
    """Other records of this person that have a channel of this kind."""
    rows = await tx.fetch(
        "select c.person_id from channel c join linked_person l on l.other_id = c.person_id"
        " where l.person_id = $1 and c.kind = $2 order by 1",
        person_id,
        kind,
    )
    return [row["person_id"] for row in rows]


async def digests(tx: Tx, person_id: UUID) -> dict[str, bytes]:
    """The blind index of the number or address of each of a person's channels as it is now, by kind."""
    rows = await tx.fetch("select kind, value_index from channel where person_id = $1", person_id)
    return {row["kind"]: row["value_index"] for row in rows if row["value_index"] is not None}


async def other_values(tx: Tx, person_id: UUID, kind: str) -> bool:
    """Whether another record of this person has another number or address on a channel of this kind."""
    return bool(
        await tx.fetchval(
            "select exists (select 1 from linked_person l join channel o on o.person_id = l.other_id and o.kind = $2"
            " left join channel c on c.person_id = l.person_id and c.kind = $2"
            " where l.person_id = $1 and o.value_index is not null and o.value_index is distinct from c.value_index)",
            person_id,
            kind,
        )
    )


async def values(tx: Tx, person_id: UUID) -> dict[str, bytes]:
    """The sealed values of a person's channels, by kind."""
    rows = await tx.fetch("select kind, value from channel where person_id = $1 and value is not null", person_id)
    return {row["kind"]: row["value"] for row in rows}


async def set_safety(
    tx: Tx,
    channel: Channel,
    by: UUID | None,
) -> None:
    """Writes the safety and lock of one channel, as `by` heard it: the police's newer word may only shut it."""
    await tx.execute(
        _SET,
        channel.person_id,
        channel.kind,
        channel.safety,
        channel.locked_at,
        channel.locked_why,
        by,
        channel.set_by_role,
        channel.set_at,
        channel.checked_at,
    )


async def set_times(tx: Tx, people: Sequence[UUID], kind: str, days: str | None, hours: str | None) -> None:
    """Writes on which days and at what hours a channel is safe; None leaves what is there."""
    await tx.execute(
        "update channel set days = coalesce($3, days), hours = coalesce($4, hours)"
        " where person_id = any($1::uuid[]) and kind = $2",
        list(people),
        kind,
        days,
        hours,
    )


async def lock(tx: Tx, person_id: UUID, kind: str, why: str, by: UUID | None, role: str, now: datetime) -> None:
    """Shuts one channel everywhere; `why` is a code."""
    await tx.execute(_LOCK, person_id, kind, now, why, by, role)


async def add_attempt(tx: Tx, attempt: Attempt) -> None:
    names = columns(Attempt)
    await tx.execute(
        f"insert into contact_attempt ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        *(getattr(attempt, name) for name in names.split(", ")),
    )


async def attempts(tx: Tx, case_id: UUID) -> list[Attempt]:
    """Attempts to reach the person in this case, newest first."""
    rows = await tx.fetch(
        f"select {columns(Attempt)} from contact_attempt where case_id = $1 order by at desc, attempt_id",
        case_id,
    )
    return read(Attempt, rows)


async def add_mail(tx: Tx, mail: Mail, until: datetime | None = None, why: str | None = None) -> bool:
    """Keeps a message to be sent, at once or not before `until`, for the coded reason; False when the request was
    answered before."""
    names = columns(Mail)
    done = await tx.fetchval(
        f"insert into mail ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " on conflict do nothing returning request_id",
        *(getattr(mail, name) for name in names.split(", ")),
    )
    if done is not None and until is not None:
        await tx.execute("update mail set next_at = $2, why = $3 where request_id = $1", mail.request_id, until, why)
    return done is not None


async def mails(tx: Tx, case_id: UUID) -> Sequence[Mail]:
    """Messages of a case, newest first."""
    rows = await tx.fetch(f"select {columns(Mail)} from mail where case_id = $1 order by asked_at desc", case_id)
    return read(Mail, rows)


async def no_feedback(tx: Tx, person_id: UUID) -> bool:
    """Whether the person, by any of their records, wants no question about how it went."""
    found = await tx.fetchval(
        "select bool_or(no_feedback_since is not null) from person where person_id = $1"
        " or person_id in (select other_id from linked_person where person_id = $1)",
        person_id,
    )
    return bool(found)
