"""Who is commissioned for what: providers, their contracts, and an index of them by line and area."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from contracts import vocabulary as v
from contracts.identity import contract_id, provider_id
from contracts.reference import AREAS

ALL_AREAS = frozenset(area.code for area in AREAS)
_BY_NAME = {area.name: area.code for area in AREAS}

PACK_FIELDS = (
    *("reference", "offence", "flags", "risk", "age_band", "language", "needs", "access_needs", "area", "share"),
    *("given_names", "family_name", "date_of_birth", "address", "channels", "code_word", "crime_reference"),
    *("officer_in_case", "family_liaison_officer", "reported_on", "committed_on", "relationship", "same_household"),
)
"""What a contract may declare that its pack needs; a pack holds nothing else."""


class BadDirectory(Exception):
    """The directory cannot be used. Its text names the entry and the field."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation. `has_system` false: it works by one-time links. `duty_phone`: day and night."""

    provider_id: UUID
    slug: str
    name: str
    email: str
    phone: str
    duty_phone: str | None = None
    has_system: bool = True


@dataclass(frozen=True, slots=True)
class Standards:
    """What the contract promises: working days from the sending; hours run by the wall clock, day and night."""

    accept_working_days: int = 2
    first_contact_working_days: int = 5
    urgent_hours: int = 24


@dataclass(frozen=True, slots=True)
class Contract:
    """A provider commissioned for a line, in areas, between dates (both included). None = without a limit.

    `sex` of a single-sex service; `reported`: either, reported or unreported; `offer`: only for a person who chose it;
    `until`: how long the state of the list is meant to last; `pack`: the fields its pack needs.
    """

    contract_id: UUID
    slug: str
    provider: Provider
    line: str
    title: str
    areas: frozenset[str]
    starts: date
    ends: date
    age_from: int | None = None
    age_to: int | None = None
    sex: str | None = None
    kinds: frozenset[str] = frozenset({"person", "bereaved", "witness"})
    reported: str = "either"
    languages: frozenset[str] = frozenset({"en"})
    interpreters: bool = False
    access: frozenset[str] = frozenset()
    list_state: str = "open"
    places: int | None = None
    until: date | None = None
    offer: str | None = None
    standards: Standards = Standards()
    funding: str = "core_grant"
    pack: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListSaid:
    """What a provider last said of its list."""

    state: str
    places: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """Every contract, in order of preference. Build it with `directory_of`."""

    contracts: tuple[Contract, ...]
    by_line_and_area: Mapping[tuple[str, str | None], tuple[Contract, ...]] = field(repr=False)
    by_id: Mapping[UUID, Contract] = field(repr=False)

    def at(self, line: str, area: str | None) -> tuple[Contract, ...]:
        """The contracts of a line in an area; where the area is not known, those of the whole force."""
        return self.by_line_and_area.get((line, area), ())

    def with_states(self, said: Mapping[UUID, ListSaid]) -> "Directory":
        """The same directory with what providers last said of their lists."""
        return directory_of(
            replace(one, list_state=found.state, places=found.places, until=found.until)
            if (found := said.get(one.contract_id))
            else one
            for one in self.contracts
        )


def directory_of(contracts: Iterable[Contract]) -> Directory:
    """The directory of these contracts, indexed."""
    listed = tuple(contracts)
    index: dict[tuple[str, str | None], list[Contract]] = {}
    for contract in listed:
        for area in contract.areas:
            index.setdefault((contract.line, area), []).append(contract)
        if contract.areas >= ALL_AREAS:
            index.setdefault((contract.line, None), []).append(contract)
    return Directory(
        listed,
        {key: tuple(found) for key, found in index.items()},
        {contract.contract_id: contract for contract in listed},
    )


def read_directory(document: Mapping[str, Any]) -> Directory:
    """The directory of a file; raises BadDirectory, whose text names the entry and the field."""
    providers = {entry["slug"]: _provider(entry) for entry in document["providers"]}
    contracts = [_contract(entry, providers) for entry in document["contracts"]]
    if len({contract.slug for contract in contracts}) < len(contracts):
        raise BadDirectory("contracts: slug: is used twice")
    return directory_of(contracts)


def _provider(entry: Mapping[str, Any]) -> Provider:
    return Provider(
        provider_id=provider_id(entry["slug"]),
        slug=entry["slug"],
        name=entry["name"],
        email=entry["email"],
        phone=entry["phone"],
        duty_phone=entry.get("duty_phone"),
        has_system=entry.get("has_system", True),
    )


_CLOSED: dict[str, frozenset[str]] = {
    "line": frozenset(v.SERVICE_LINES) - {"other"},
    "list_state": frozenset(v.LIST_STATES),
    "reported": frozenset({"either", "reported", "unreported"}),
    "sex": frozenset({"female", "male"}),
    "funding": frozenset(v.values(v.FundingStream)) - {"other"},
    "offer": frozenset(v.OFFERS) - {"other"},
}
_MANY: dict[str, frozenset[str]] = {
    "kinds": frozenset({"person", "business", "bereaved", "witness"}),
    "pack": frozenset(PACK_FIELDS),
}
_PLAIN = ("line", "title", "starts", "ends", "list_state", "reported", "sex", "funding", "offer", "places", "until")


def _contract(entry: Mapping[str, Any], providers: Mapping[str, Provider]) -> Contract:
    slug = entry.get("slug", "(without a slug)")
    for name, values in _CLOSED.items():
        if name in entry and entry[name] not in values:
            raise BadDirectory(f"contract {slug}: {name}: {entry[name]!r} is not one of its values")
    for name, values in _MANY.items():
        if not values.issuperset(entry.get(name, ())):
            raise BadDirectory(f"contract {slug}: {name}: not all of them are of the list")
    if entry.get("provider") not in providers:
        raise BadDirectory(f"contract {slug}: provider: no such provider")
    try:
        areas = areas_of(entry["areas"])
    except BadDirectory as bad:
        raise BadDirectory(f"contract {slug}: areas: {bad}") from None
    ages = entry.get("ages", {})
    return Contract(
        contract_id=contract_id(slug),
        slug=slug,
        provider=providers[entry["provider"]],
        areas=areas,
        age_from=ages.get("from"),
        age_to=ages.get("to"),
        kinds=frozenset(entry.get("kinds", ("person", "bereaved", "witness"))),
        languages=frozenset(entry.get("languages", ("en",))),
        interpreters=entry.get("interpreters", False),
        access=frozenset(entry.get("access", ())),
        standards=Standards(**entry.get("standards", {})),
        pack=tuple(entry.get("pack", ())),
        **{name: entry[name] for name in _PLAIN if name in entry},
    )


def areas_of(written: Any) -> frozenset[str]:
    """Codes of areas written by name, or of all of them for the word `all`."""
    if written == "all":
        return ALL_AREAS
    unknown = [name for name in written if name not in _BY_NAME]
    if unknown:
        raise BadDirectory(f"{unknown[0]!r} is none of our areas")
    return frozenset(_BY_NAME[name] for name in written)
