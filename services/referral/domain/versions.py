"""Contracts change from a day on: the file of the start, and over it every later version, which never rewrites a day
that is over."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from contracts.identity import NS
from services.referral.domain.directory import Contract, Directory, Provider, directory_of
from services.referral.domain.entries import contract_of, document_of, entry_of

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+")


@dataclass(frozen=True, slots=True)
class Version:
    """A contract as it stands from a day on. `kind`: added, changed or ended; `entry`: the whole of it."""

    version_id: UUID
    contract_id: UUID
    effective_from: date
    kind: str
    entry: Mapping[str, Any]
    made_at: datetime
    made_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that a version changes, before and after, as they are written."""

    field: str
    before: str
    after: str


def named(directory: Directory) -> Directory:
    """The same directory with its name, which is made from its content: equal directories have one name."""
    written = json.dumps(document_of(directory), sort_keys=True, separators=(",", ":"))
    return replace(directory, version=hashlib.sha256(written.encode()).hexdigest()[:16])


def providers_of(directory: Directory) -> dict[str, Provider]:
    """By slug, everybody who has a contract in it, or will have one."""
    held = {contract.provider.slug: contract.provider for contract in directory.contracts}
    return held | {provider.slug: provider for provider in directory.others}


def mark(versions: Iterable[Version], contract_id: UUID) -> str:
    """How many versions a contract has, and which: what a form was made from. "" for none."""
    mine = sorted(str(one.version_id) for one in versions if one.contract_id == contract_id)
    return f"{len(mine)}.{hashlib.sha256(''.join(mine).encode()).hexdigest()[:16]}" if mine else ""


def days_of(versions: Iterable[Version]) -> list[date]:
    """The days on which something changes, in order."""
    return sorted({version.effective_from for version in versions})


def standing_on(seed: Directory, versions: Sequence[Version], day: date) -> Directory:
    """The directory of a day: of each contract the last version that has begun, else as the file has it."""
    last: dict[UUID, Version] = {}
    for version in sorted(versions, key=lambda one: (one.effective_from, one.made_at, one.version_id)):
        if version.effective_from <= day:
            last[version.contract_id] = version
    if not last:
        return seed
    providers = providers_of(seed)
    read = {contract_id: contract_of(version.entry, providers) for contract_id, version in last.items()}
    kept = [read.pop(contract.contract_id, contract) for contract in seed.contracts]
    return directory_of([*kept, *read.values()], seed.others)


def ended(contract: Contract, last_day: date) -> dict[str, Any]:
    """The entry of a contract that ends on a day."""
    return entry_of(replace(contract, ends=last_day))


def differences(before: Contract | None, after: Contract) -> list[Difference]:
    """What a version changes, field by field."""
    old = entry_of(before) if before is not None else {}
    new = entry_of(after)
    names = [name for name in (*new, *(n for n in old if n not in new)) if name not in ("slug", "good_until")]
    return [
        Difference(name, _said(old.get(name)), _said(new.get(name)))
        for name in names
        if not _same(name, old.get(name), new.get(name))
    ]


def over(asked: Contract, typed: Contract, stands: Contract) -> dict[str, Any]:
    """The entry of a change that was typed over a contract as it stood on the day `asked`, where it counts from another
    day, on which it `stands` otherwise: what was not touched stays as it is there."""
    old, new, there = (entry_of(one) for one in (asked, typed, stands))
    names = dict.fromkeys((*there, *new))
    kept = {name: (there if _same(name, old.get(name), new.get(name)) else new).get(name) for name in names}
    return {name: value for name, value in kept.items() if value is not None}


def _same(name: str, old: Any, new: Any) -> bool:
    """Whether a field says the same: the order of what a pack holds says nothing."""
    return old == new or (name == "pack" and set(old or ()) == set(new or ()))


def _said(value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _said_of(value)
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    text = str(value)
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return f"{day.day} {day:%B %Y}"
    return text.replace("_", " ") if _CODE.fullmatch(text) else text


def _said_of(value: Mapping[str, Any]) -> str:
    if "opens" in value:
        return f"{' '.join(value['days'])} {value['opens']} to {value['closes']}"
    if "postcode" in value:
        place = ", ".join([*value["lines"], value["town"], value["postcode"]])
        return f"{place} (confidential)" if value.get("confidential") else place
    return ", ".join(f"{name.replace('_', ' ')} {_said(each)}" for name, each in value.items())


def imported_id(entry: Mapping[str, Any], effective_from: date, over: UUID | None) -> UUID:
    """The id of a version that was imported: the same line from the same day over the same version is the same one.
    `over`: the version that counted last before it, so that a change back to what stood before is a change too."""
    written = json.dumps(entry, sort_keys=True, separators=(",", ":"), default=str)
    return uuid5(NS, f"contract-version/{effective_from}/{over}/{written}")


def day_after(day: date) -> date:
    return day + timedelta(days=1)


ADDRESS_PUBLIC, PACK_GROWS, LIST_CLOSES = "address_public", "pack_grows", "list_closes"
SHUT = frozenset({"closed", "paused"})


def to_confirm(before: Contract | None, after: Contract) -> tuple[str, ...]:
    """What of a change may harm somebody by a slip, and so is said first and confirmed apart."""
    if before is None:
        return ()
    shown = after.place is not None and not after.place.confidential
    hidden = before.place is None or before.place.confidential
    found = {
        ADDRESS_PUBLIC: shown and hidden,
        PACK_GROWS: not set(before.pack).issuperset(after.pack),
        LIST_CLOSES: after.list_state in SHUT and before.list_state not in SHUT,
    }
    return tuple(code for code, holds in found.items() if holds)
