"""Several records of one person: who belongs together, and the stricter of two records about a channel."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from services.referral.domain.safe_contact import DIED, NEW_INCIDENT, ONE_CHANCE
from services.referral.domain.safe_times import days_of, hours_of

POLICE = "police"
_FIRST = {ONE_CHANCE: 0, DIED: 1}
"""Why a channel is locked, where several records lock it: what nobody lifts, then a death, then anything else."""
DIFFERS = "differs"
"""What is kept where two records name different days or hours: it cannot be read, so the channel is shut."""


class Said(Protocol):
    """What one record says of a channel, and by whose word; `value_index` tells its number from another."""

    @property
    def safety(self) -> str: ...
    @property
    def set_by_role(self) -> str: ...
    @property
    def set_at(self) -> datetime | None: ...
    @property
    def heard_at(self) -> datetime | None: ...
    @property
    def value_index(self) -> bytes | None: ...


class Told(Said, Protocol):
    """The same with all that narrows it."""

    @property
    def locked_at(self) -> Any: ...
    @property
    def locked_why(self) -> str | None: ...
    @property
    def days(self) -> str | None: ...
    @property
    def hours(self) -> str | None: ...
    @property
    def voicemail(self) -> bool | None: ...
    @property
    def say_who(self) -> bool | None: ...


def together(one: UUID, pairs: Iterable[tuple[UUID, UUID]]) -> frozenset[UUID]:
    """Everybody whom these pairs join to `one`, itself included."""
    beside: dict[UUID, set[UUID]] = {}
    for left, right in pairs:
        beside.setdefault(left, set()).add(right)
        beside.setdefault(right, set()).add(left)
    found, waiting = {one}, [one]
    while waiting:
        for other in beside.get(waiting.pop(), set()) - found:
            found.add(other)
            waiting.append(other)
    return frozenset(found)


S = TypeVar("S", bound=Said)


def counted(records: Sequence[S]) -> Sequence[S]:
    """Those of several records of one person (the one asked about first) whose safety of a channel counts: all, but for
    those that do not know, where the number of the first was found safe since."""
    mine = records[0]
    safe = [one for one in records if one.safety == "safe" and (one is mine or _same_number(one, mine))]
    return [record for record in records if not any(_answers(one, record) for one in safe)] if safe else records


def _same_number(one: Said, other: Said) -> bool:
    return one.value_index is not None and one.value_index == other.value_index


def _answers(safe: Said, other: Said) -> bool:
    """Whether what is safe in one record answers what another one does not know: since the newest incident, or by the
    person themselves since the police left it open. What anybody else doubts stands."""
    said = {NEW_INCIDENT: safe.set_at, POLICE: safe.heard_at}.get(other.set_by_role)
    return other.safety == "unknown" and said is not None and other.set_at is not None and said >= other.set_at


def strictest(records: Sequence[Told]) -> dict[str, Any]:
    """The values of a channel that several records of one person (the one asked about first) speak of: each the
    stricter one."""
    locks = [record for record in records if record.locked_at is not None]
    locked = min(locks, key=lambda record: _FIRST.get(record.locked_why or "", len(_FIRST)), default=None)
    said = {record.safety for record in counted(records)}
    return {
        "safety": "unsafe" if "unsafe" in said else "safe" if said == {"safe"} else "unknown",
        "locked_at": locked.locked_at if locked else None,
        "locked_why": locked.locked_why if locked else None,
        "days": _one([record.days for record in records], days_of),
        "hours": _one([record.hours for record in records], hours_of),
        "voicemail": _both([record.voicemail for record in records]),
        "say_who": _both([record.say_who for record in records]),
    }


def _both(said: Collection[bool | None]) -> bool | None:
    return False if False in said else None if None in said else True


def _one(said: Iterable[str | None], read: Any) -> str | None:
    told = {read(text): text for text in sorted({text for text in said if text}, reverse=True)}
    return None if not told else next(iter(told.values())) if len(told) == 1 else DIFFERS
