"""What came sealed of one reference in several rows of one crime: of one person it is one; of two people a human asks
which the case is of, and nothing of either is lost."""

from collections.abc import Sequence
from functools import reduce
from typing import Any, TypeVar
from uuid import UUID

from kit.sealing import Sealer
from services.referral.actions import sealing
from services.referral.actions.sealing import Details, Relative

R = TypeVar("R", Details, Relative)
OF_THE_CRIME = ("officer_in_case", "family_liaison_officer")
OF_ONE = ("given_names", "family_name", "date_of_birth", "relationship", "address", "code_word")


def opened(sealer: Sealer, sealed: str, crime_id: UUID, victim_ref: str) -> Details | None:
    """The details of one reference, as `told_twice.as_one` puts sealed texts together; None where one of them does not
    open: nobody knows then of whom it is."""
    rows = [sealing.opened(sealer, one, crime_id, victim_ref) for one in sealed.split()]
    known = [row for row in rows if row is not None]
    return reduce(_joined, known) if known and len(known) == len(rows) else None


def of_two(what: Details | Relative) -> bool:
    """Whether the rows are of two people, as far as they say."""
    return any(not _same(what, other) for other in what.others)


def _same(one: Any, other: Any) -> bool:
    born = {getattr(row, "date_of_birth", None) for row in (one, other)} - {None}
    return _name(one) == _name(other) and len(born) < 2


def _name(row: Any) -> list[str]:
    return f"{row.given_names or ''} {row.family_name or ''}".casefold().split()


def _joined(one: R, other: R) -> R:
    """Of one person each field that either has, and every channel; what the first row cannot hold stands beside it."""
    filled = OF_THE_CRIME + (OF_ONE if _same(one, other) else ())
    update: dict[str, Any] = {
        name: getattr(one, name) or getattr(other, name) for name in filled if name in type(one).model_fields
    }
    if isinstance(one, Details) and isinstance(other, Details):
        update["next_of_kin"] = _kin((*one.next_of_kin, *other.next_of_kin))
    if _same(one, other):
        update["channels"] = tuple(dict.fromkeys((*one.channels, *other.channels)))
    if not _same(one, other) or any(_unlike(one, other, name) for name in ("address", "code_word")):
        update["others"] = (*one.others, other)
    return one.model_copy(update=update)


def _unlike(one: Any, other: Any, name: str) -> bool:
    held = [getattr(row, name, None) for row in (one, other)]
    return None not in held and held[0] != held[1]


def _kin(rows: Sequence[Relative]) -> tuple[Relative, ...]:
    found: dict[str, Relative] = {}
    for row in rows:
        found[row.kin_ref] = _joined(found[row.kin_ref], row) if row.kin_ref in found else row
    return tuple(found.values())
