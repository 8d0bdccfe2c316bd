"""Who is commissioned for what: providers, their contracts, and an index of them by line and area."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from contracts.reference import AREAS

ALL_AREAS = frozenset(area.code for area in AREAS)
_BY_NAME = {area.name: area.code for area in AREAS}

PACK_FIELDS = (
    *("reference", "offence", "flags", "risk", "age_band", "language", "needs", "access_needs", "area", "share"),
    *("given_names", "family_name", "date_of_birth", "address", "channels", "code_word", "crime_reference"),
    *("officer_in_case", "family_liaison_officer", "reported_on", "committed_on", "relationship", "same_household"),
)
"""What a contract may declare that its pack needs; a pack holds nothing else."""


GOOD_FOR_DAYS = 14
"""How long an answer of a provider about its list counts when it named no day (ours: two of the weekly questions)."""


class BadDirectory(Exception):
    """The directory cannot be used. Its text names the entry and the field."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation. `has_system` false: it works by one-time links. `duty_phone`: day and night. `by_and_for`: the
    community that leads it and that it is for, in its own words."""

    provider_id: UUID
    slug: str
    name: str
    email: str
    phone: str
    duty_phone: str | None = None
    has_system: bool = True
    by_and_for: str | None = None


@dataclass(frozen=True, slots=True)
class Standards:
    """What the contract promises: working days from the sending; hours run by the wall clock, day and night."""

    accept_working_days: int = 2
    first_contact_working_days: int = 5
    urgent_hours: int = 24


@dataclass(frozen=True, slots=True)
class Hours:
    """When it is open, London time, "09:00" to "17:00"; `days` as in iCalendar: MO TU WE TH FR SA SU."""

    days: tuple[str, ...]
    opens: str
    closes: str


OFFICE_HOURS = (Hours(("MO", "TU", "WE", "TH", "FR"), "09:00", "17:00"),)


@dataclass(frozen=True, slots=True)
class Place:
    """Where people come. A confidential one is never shown outside the hub, on no page and in no export."""

    lines: tuple[str, ...]
    town: str
    postcode: str
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """A provider commissioned for a line, in areas, between dates (both included). None = without a limit.

    `sex` of a single-sex service; `reported`: either, reported or unreported; `offer`: only for a person who chose it;
    `until`: how long the state of the list is meant to last; `good_until`: the last day on which what was said of the
    list counts; `pack`: the fields its pack needs; `on_call`: the number by day and night, never shown to the public;
    `most_open`: how many referrals it holds at once; `action_plan`: the plan that it works by, from a day, reviewed by
    a day. `partners`: those of the subcontractors who are providers of the directory too, by name.
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
    lot: str | None = None
    subcontractors: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = OFFICE_HOURS
    place: Place | None = None
    on_call: str | None = None
    good_until: date | None = None
    most_open: int | None = None
    action_plan: str | None = None
    action_plan_from: date | None = None
    action_plan_review: date | None = None
    partners: tuple[tuple[str, UUID], ...] = ()

    def state_on(self, day: date) -> str:
        """How its list stands on a day, as far as anybody knows: what was said too long ago is `unknown`."""
        return "unknown" if self.good_until is not None and day > self.good_until else self.list_state

    @property
    def duty_line(self) -> str:
        """The number to ring now, by day and night where the contract or its provider has one."""
        return self.on_call or self.provider.duty_phone or self.provider.phone

    def places_on(self, day: date) -> int | None:
        """Free places on a day; None when not known."""
        return None if self.good_until is not None and day > self.good_until else self.places


@dataclass(frozen=True, slots=True)
class ListSaid:
    """What a provider last said of its list."""

    state: str
    places: int | None = None
    until: date | None = None
    said_on: date | None = None

    @property
    def good_until(self) -> date | None:
        """The day that was named, else some days after it was said; None: for ever."""
        if self.until is not None or self.said_on is None:
            return self.until
        return self.said_on + timedelta(days=GOOD_FOR_DAYS)


def full_list(said: ListSaid) -> ListSaid:
    """How the list of a contract stands that holds as many as it may: as it is, with no free place."""
    return ListSaid("limited" if said.state == "unknown" else said.state, 0, said.until)


@dataclass(frozen=True, slots=True)
class Directory:
    """Every contract, in order of preference. Built by `directory_of`, read by `entries.read_directory`.

    `version`: a name made from the content, where one was asked for (`versions.named`). `others`: providers that have
    no contract yet.
    """

    contracts: tuple[Contract, ...]
    by_line_and_area: Mapping[tuple[str, str | None], tuple[Contract, ...]] = field(repr=False)
    by_id: Mapping[UUID, Contract] = field(repr=False)
    version: str = ""
    others: tuple[Provider, ...] = ()

    def names(self) -> dict[UUID, str]:
        """Every provider's name, by its id."""
        return {one.provider_id: one.name for one in (*(c.provider for c in self.contracts), *self.others)}

    def at(self, line: str, area: str | None) -> tuple[Contract, ...]:
        """The contracts of a line in an area; where the area is not known, those of the whole force."""
        return self.by_line_and_area.get((line, area), ())

    def with_states(self, said: Mapping[UUID, ListSaid]) -> "Directory":
        """The same directory with what providers last said of their lists."""
        return directory_of(
            (
                replace(one, list_state=at.state, places=at.places, until=at.until, good_until=at.good_until)
                if (at := said.get(one.contract_id))
                else one
                for one in self.contracts
            ),
            self.others,
        )


def directory_of(contracts: Iterable[Contract], others: tuple[Provider, ...] = ()) -> Directory:
    """The directory of these contracts, indexed."""
    listed = _with_partners(tuple(contracts), others)
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
        others=others,
    )


def _with_partners(contracts: tuple[Contract, ...], others: tuple[Provider, ...]) -> tuple[Contract, ...]:
    known = {one.name.casefold(): one.provider_id for one in (*(c.provider for c in contracts), *others)}

    def partners(contract: Contract) -> tuple[tuple[str, UUID], ...]:
        return tuple((n, known[n.casefold()]) for n in contract.subcontractors if n.casefold() in known)

    return tuple(replace(c, partners=partners(c)) if c.subcontractors else c for c in contracts)


def areas_of(written: Any) -> frozenset[str]:
    """Codes of areas written by name, or of all of them for the word `all`."""
    if written == "all":
        return ALL_AREAS
    unknown = [name for name in written if name not in _BY_NAME]
    if unknown:
        raise BadDirectory(f"{unknown[0]!r} is none of our areas")
    return frozenset(_BY_NAME[name] for name in written)
