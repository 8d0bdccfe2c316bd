"""What pages keep of the directory beside its contracts, each from a day on: providers, planned closures, and to which
contract a case may be sent by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from contracts.working_time import Calendar
from services.referral.domain.directory import Directory, Provider, directory_of
from services.referral.domain.entries import provider_of


@dataclass(frozen=True, slots=True)
class ProviderFrom:
    """A provider as it is from a day on; `entry`: the whole of it, as in directory.yaml."""

    change_id: UUID
    provider_id: UUID
    effective_from: date
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Automatic:
    """The one contract that cases of a line and an area are sent to by themselves, from a day on; None: a human
    chooses. It counts only once a second person has agreed."""

    change_id: UUID
    line: str
    area: str
    contract_id: UUID | None
    effective_from: date


@dataclass(frozen=True, slots=True)
class Closure:
    """Days, both included, on which a contract takes nobody new, planned and said before."""

    change_id: UUID
    contract_id: UUID
    from_day: date
    until_day: date

    def holds(self, day: date) -> bool:
        return self.from_day <= day <= self.until_day

    @property
    def days(self) -> frozenset[date]:
        count = (self.until_day - self.from_day).days + 1
        return frozenset(date.fromordinal(self.from_day.toordinal() + n) for n in range(count))


@dataclass(frozen=True, slots=True)
class Limited:
    """A contract that may hold only so many referrals at once."""

    contract_id: UUID
    most_open: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is kept and stands, in the order in which it counts."""

    providers: tuple[ProviderFrom, ...] = ()
    automatic: tuple[Automatic, ...] = ()
    closures: tuple[Closure, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.providers or self.automatic or self.closures)

    @property
    def days(self) -> set[date]:
        """The days from which providers or the policy change."""
        return {one.effective_from for one in self.providers} | {one.effective_from for one in self.automatic}

    @property
    def stands(self) -> tuple[tuple[UUID, date], ...]:
        """What tells one state of it from another: every change, and how long each closure lasts."""
        begun = [(one.change_id, one.effective_from) for one in self.providers]
        begun += [(one.change_id, one.effective_from) for one in self.automatic]
        return tuple(begun + [(one.change_id, one.until_day) for one in self.closures])

    def closed_days(self, contract_id: UUID) -> frozenset[date]:
        """Every day of a planned closure of a contract."""
        return frozenset(day for one in self.closures if one.contract_id == contract_id for day in one.days)


NOTHING = Kept()


def providers_on(seed: Directory, kept: Sequence[ProviderFrom], day: date) -> Directory:
    """The directory with its providers as they are on a day; those without a contract are its `others`. A new provider
    is known before its first day too, so that its contracts can be entered."""
    last: dict[UUID, Provider] = {}
    known = {contract.provider.provider_id for contract in seed.contracts} if kept else set()
    for one in kept:
        new = one.provider_id not in known and one.provider_id not in last
        if one.effective_from <= day or new:
            last[one.provider_id] = provider_of(one.entry)
    if not last:
        return seed
    contracts = [replace(c, provider=last.get(c.provider.provider_id, c.provider)) for c in seed.contracts]
    named = {contract.provider.provider_id for contract in contracts}
    return directory_of(contracts, tuple(one for provider_id, one in last.items() if provider_id not in named))


def without(calendar: Calendar, closed: frozenset[date]) -> Calendar:
    """The calendar of a contract: no limit runs on the days of a planned closure, as on a bank holiday."""
    return replace(calendar, holidays=calendar.holidays | closed) if closed else calendar
