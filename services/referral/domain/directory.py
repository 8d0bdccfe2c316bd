"""Who is commissioned for what: providers, their contracts, and an index of them by line and area."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Provider:
    provider_id: UUID
    slug: str
    name: str
    email: str
    phone: str
    duty_phone: str | None = None
    has_system: bool = True


@dataclass(frozen=True, slots=True)
class Standards:
    """What the contract promises. Working days from the day of sending; hours run by the wall clock, day and night."""

    accept_working_days: int
    first_contact_working_days: int
    urgent_hours: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A provider commissioned for a line, in areas, between dates (both included). None = without a limit."""

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
    by_and_for: tuple[str, ...] = ()
    standards: Standards = Standards(2, 5, 24)
    funding: str = "core_grant"
    pack: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    contracts: tuple[Contract, ...]
    by_line_and_area: Mapping[tuple[str, str | None], tuple[Contract, ...]] = field(repr=False)
    by_id: Mapping[UUID, Contract] = field(repr=False)

    # def of(contracts: Iterable[Contract]) -> Directory
    # def with_states(states: Mapping[UUID, ListState]) -> Directory      the same with what providers last said


__all__ = ["Contract", "Directory", "Iterable", "Provider", "Standards"]
