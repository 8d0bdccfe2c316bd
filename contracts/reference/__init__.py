"""Lists that several services share, each read once from the file beside this one (which names its sources)."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from contracts.identity import persona_id, provider_id


@dataclass(frozen=True, slots=True)
class Offence:
    """One Home Office offence code with the group and subgroup it is counted in."""

    code: str
    title: str
    group: str
    group_title: str
    subgroup: str
    subgroup_title: str
    typical_victim: str


@dataclass(frozen=True, slots=True)
class OutcomeType:
    """A Home Office outcome type. `positive`: counted as a positive outcome wherever no local rule differs;
    `victim_effect`: what it means for whoever helps the person, as a code."""

    code: str
    title: str
    publication_group: str
    positive: bool
    victim_effect: str


@dataclass(frozen=True, slots=True)
class EthnicCategory:
    """A self-defined category of the 18+1 list; `group` is white, mixed, asian, black, other or not_stated."""

    code: str
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    title: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented person who can sign in with the development issuer."""

    name: str
    title: str
    role: str
    organisation: str | None
    user_id: UUID
    organisation_id: UUID | None


@dataclass(frozen=True, slots=True)
class Holidays:
    """One version of the bank holidays, valid for the years from `covers_from` to `covers_to`."""

    version: str
    covers_from: date
    covers_to: date
    days: frozenset[date]


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))


@cache
def offences() -> dict[str, Offence]:
    return {
        entry["code"]: Offence(
            entry["code"],
            entry["title"],
            group["id"],
            group["name"],
            subgroup["id"],
            subgroup["name"],
            subgroup["typical_victim"],
        )
        for group in _read("offence_groups.yaml")["groups"]
        for subgroup in group["subgroups"]
        for entry in subgroup["offences"]
    }


def offence(code: str | None) -> Offence | None:
    """The offence of a Home Office code ("8Q", "4.4"); None for no code and for codes that are not listed."""
    return offences().get(code) if code else None


def offence_groups() -> dict[str, str]:
    """Ids and names of the offence groups, in the order of publication."""
    return {group["id"]: group["name"] for group in _read("offence_groups.yaml")["groups"]}


@cache
def outcome_types() -> dict[str, OutcomeType]:
    return {
        str(entry["code"]): OutcomeType(
            str(entry["code"]),
            entry["title"],
            entry["publication_group"],
            entry.get("positive") is True,
            entry.get("victim_effect", "none"),
        )
        for entry in _read("outcome_codes.yaml")["outcomes"]
    }


def outcome(code: str | int | None) -> OutcomeType | None:
    """The outcome type of a code; a variant letter ("1A") belongs to its number."""
    return outcome_types().get(str(code).rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) if code is not None else None


@cache
def ethnic_categories() -> dict[str, EthnicCategory]:
    """By code; the older 16+1 codes lead to the category that took their place."""
    book = _read("ethnicity.yaml")
    found = {
        entry["code"]: EthnicCategory(entry["code"], entry["label"], entry["group"].lower().replace(" ", "_"))
        for entry in book["codes"]
    }
    return found | {old["code"]: found[old["maps_to"]] for old in book["legacy_16_plus_1"]}


def ethnicity_group(code: str) -> str:
    """white, mixed, asian, black, other or not_stated; an unknown value stays itself, an unlisted code is not known."""
    category = ethnic_categories().get(code)
    if category is not None:
        return category.group
    return "not_known" if code == "other" else code


@cache
def crime_flags() -> tuple[str, ...]:
    return tuple(entry["id"] for entry in _read("crime_flags.yaml")["flags"])


@cache
def hate_strands() -> tuple[str, ...]:
    """The five monitored strands, then the local ones."""
    strands = _read("crime_flags.yaml")["hate_strands"]
    return (*strands["items"], *strands["local_extra"])


@cache
def _areas() -> dict[str, Area]:
    return {
        entry["ons_code"]: Area(entry["ons_code"], entry["name"]) for entry in _read("areas.yaml")["local_authorities"]
    }


AREAS: tuple[Area, ...] = tuple(_areas().values())
"""The local authorities of the force whose hub this is."""

FORCE: str = _read("areas.yaml")["police_force"]["ho_force_code"]


@cache
def _issued() -> dict[str, tuple[int, int]]:
    return {entry["entity"]: (entry["from"], entry["to"]) for entry in _read("areas.yaml")["codes_issued"]}


def is_local_authority(code: str) -> bool:
    """Whether a local authority of the United Kingdom has, or had, this code: "E06000001", and no "E08000099"."""
    first, last = _issued().get(code[:3], (1, 0))
    return len(code) == 9 and code[3:].isascii() and code[3:].isdigit() and first <= int(code[3:]) <= last


@cache
def authorities() -> dict[str, str]:
    """The local authorities of England as they were in 2011, code -> name (source: handrail/data/SOURCES.md)."""
    with (Path(__file__).parent / "authorities.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def local_authority_name(code: str | None) -> str:
    """The name for people: "Dudley"; "Outside the area (Hartlepool)", with its code where no name is known; "Not
    placed" where there is none."""
    if code is None:
        return "Not placed"
    area = _areas().get(code)
    return area.name if area else f"Outside the area ({authorities().get(code, f'code {code}')})"


PERMISSIONS: dict[str, str] = _read("roles.yaml")["permissions"]
"""Each permission with its meaning."""

ROLES: dict[str, Role] = {
    name: Role(name, entry["title"], frozenset(entry["permissions"]))
    for name, entry in _read("roles.yaml")["roles"].items()
}


@cache
def signs_of_danger() -> tuple[str, ...]:
    """Parts of words, folded, for which a free text is read first."""
    return tuple(_read("signs_of_danger.yaml")["signs_of_danger"])


def personas() -> tuple[Persona, ...]:
    return tuple(
        Persona(
            entry["name"],
            entry["title"],
            entry["role"],
            entry["organisation"],
            persona_id(entry["name"]),
            provider_id(entry["organisation"]) if entry["organisation"] else None,
        )
        for entry in _read("personas.yaml")["personas"]
    )


@cache
def bank_holidays() -> tuple[Holidays, ...]:
    """Every version, oldest first; the last is the current one."""
    return tuple(
        Holidays(
            entry["version"],
            entry["covers_from"],
            entry["covers_to"],
            frozenset(day for year in entry["days"] for day in year),
        )
        for entry in _read("bank_holidays.yaml")["versions"]
    )
