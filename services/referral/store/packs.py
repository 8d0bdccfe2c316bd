"""What packs are made of, and packs of legs: sealed, with their digest and the names of their fields."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.database import Tx
from services.referral.domain.linking import strictest
from services.referral.store import protected
from services.referral.store.cases import Case
from services.referral.store.contact import Channel
from services.referral.store.details import CASE_FIELDS, PERSON_FIELDS
from services.referral.store.rows import columns, read

_UNPACKED = """
select l.leg_id, l.case_id, l.contract_id from leg l join case_file c using (case_id)
 where l.pack is null and l.state = 'sent' and c.details <> 'waiting' order by l.sent_at, l.leg_id limit $1
   for update of l skip locked
"""
_CASES = f"select {columns(Case)} from case_file where case_id = any($1::uuid[])"
_FACTS = "select distinct on (case_id) case_id, facts from routing where case_id = any($1::uuid[]) order by 1, run desc"
_CRIMES = "select crime_id, crime_reference from crime where crime_id = any($1::uuid[])"
_PEOPLE = f"select person_id, {', '.join(PERSON_FIELDS)} from person_sealed where person_id = any($1::uuid[])"
_OFFICERS = f"select case_id, {', '.join(CASE_FIELDS)} from case_sealed where case_id = any($1::uuid[])"
_CHANNELS = f"select {columns(Channel)}, value from channel where person_id = any($1::uuid[]) order by person_id, kind"
_ELSEWHERE = f"""
select l.person_id as of, {columns(Channel, "c")} from linked_person l join channel c on c.person_id = l.other_id
 where l.person_id = any($1::uuid[]) order by 1, c.kind, c.person_id
"""
_FREEZE = """
update leg l set pack = f.pack, pack_fields = f.fields::text[], pack_sha256 = f.sha256,
       out_at = coalesce(l.out_at, $5), told_within = f.within::text[]
  from unnest($1::uuid[], $2::bytea[], $3::text[], $4::text[], $6::text[]) as f(leg_id, pack, fields, sha256, within)
 where l.leg_id = f.leg_id and l.pack is null
"""


@dataclass(frozen=True, slots=True)
class Unpacked:
    leg_id: UUID
    case_id: UUID
    contract_id: UUID


@dataclass(frozen=True, slots=True)
class Material:
    """What a pack of one case can be made of: `person`, `officers` and `values` (by kind of channel) are sealed.
    `protected`: the person's address is, by any record of theirs."""

    case: Case
    facts: dict[str, Any]
    crime_reference: str | None
    person: dict[str, bytes]
    officers: dict[str, bytes]
    channels: list[Channel] = field(default_factory=list)
    values: dict[str, bytes] = field(default_factory=dict)
    protected: bool = False
    history: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A pack, sealed for its leg; `within`: the fields that the agreement lets its provider be told, none where nothing
    bounds them."""

    leg_id: UUID
    sealed: bytes
    fields: Sequence[str]
    sha256: str
    within: Sequence[str] = ()


async def unpacked(tx: Tx, limit: int) -> list[Unpacked]:
    """Legs that were sent before their pack could be made, and whose details are there now; locked."""
    return read(Unpacked, await tx.fetch(_UNPACKED, limit))


async def materials(tx: Tx, case_ids: Sequence[UUID]) -> dict[UUID, Material]:
    """What packs of these cases can be made of, by case, in a few reads; a case that is not seen is left out."""
    cases = read(Case, await tx.fetch(_CASES, list(case_ids)))
    ids, people = [case.case_id for case in cases], [case.person_id for case in cases]
    decided = {row["case_id"]: row["facts"] for row in await tx.fetch(_FACTS, ids)}
    facts = {case_id: each["case"] for case_id, each in decided.items()}
    crimes = {row["crime_id"]: row["crime_reference"] for row in await tx.fetch(_CRIMES, [c.crime_id for c in cases])}
    sealed = {row["person_id"]: _there(row, PERSON_FIELDS) for row in await tx.fetch(_PEOPLE, people)}
    officers = {row["case_id"]: _there(row, CASE_FIELDS) for row in await tx.fetch(_OFFICERS, ids)}
    channels, values = await _channels(tx, people)
    hidden = await protected.of(tx, people)
    return {
        case.case_id: Material(
            case=case,
            facts=facts.get(case.case_id, {}),
            history=decided.get(case.case_id, {}).get("history", {}),
            crime_reference=crimes.get(case.crime_id),
            person=sealed.get(case.person_id, {}),
            officers=officers.get(case.case_id, {}),
            channels=channels.get(case.person_id, []),
            values=values.get(case.person_id, {}),
            protected=case.person_id in hidden,
        )
        for case in cases
    }


async def _channels(tx: Tx, people: Sequence[UUID]) -> tuple[dict[UUID, list[Channel]], dict[UUID, dict[str, bytes]]]:
    """Channels and sealed values by person. Where another record is of the same person, the stricter word holds."""
    channels: dict[UUID, list[Channel]] = {}
    elsewhere: dict[tuple[UUID, str], list[Channel]] = {}
    for row in await tx.fetch(_ELSEWHERE, list(people)):
        told = dict(row)
        elsewhere.setdefault((told.pop("of"), row["kind"]), []).append(Channel(**told))
    values: dict[UUID, dict[str, bytes]] = {}
    for row in await tx.fetch(_CHANNELS, list(people)):
        found = dict(row)
        value = found.pop("value")
        own = Channel(**found)
        others = elsewhere.get((own.person_id, own.kind), ())
        told_now = replace(own, **strictest([own, *others])) if others else own
        channels.setdefault(own.person_id, []).append(told_now)
        if value is not None:
            values.setdefault(row["person_id"], {})[row["kind"]] = value
    return channels, values


def _there(row: Any, names: Sequence[str]) -> dict[str, bytes]:
    return {name: row[name] for name in names if row[name] is not None}


async def freeze(tx: Tx, packs: Sequence[Frozen], out_at: datetime | None = None) -> None:
    """Writes packs; one that is frozen stays as it is. `out_at`: from now on their providers see them."""
    if packs:
        await tx.execute(
            _FREEZE,
            [pack.leg_id for pack in packs],
            [pack.sealed for pack in packs],
            [_array(pack.fields) for pack in packs],
            [pack.sha256 for pack in packs],
            out_at,
            [_array(pack.within) for pack in packs],
        )


def _array(names: Sequence[str]) -> str:
    return "{" + ",".join(names) + "}"
