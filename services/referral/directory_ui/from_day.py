"""From which day a change of a contract counts: it is filled in from what stands on that day, and says what follows
when a change that was entered before takes its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

from contracts.working_time import local_day
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from services.referral.actions import contracting
from services.referral.directory_ui.room import one
from services.referral.directory_ui.told import changes
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.versions import Difference, Version, over, standing_on


class Day(BaseModel):
    """From which day a change is to count."""

    day: Annotated[
        date, Say("Enter the day from which it counts", wrong="The day from which it counts must be a real date")
    ]


@dataclass(frozen=True, slots=True)
class Later:
    """A change that takes the place of another on its day: what is otherwise from then on, and what of it is that the
    other one counts no more (`undone`)."""

    day: date
    changes: Sequence[Difference]
    undone: Sequence[str]


def asked(visit: Visit) -> tuple[date | None, list[FieldError]]:
    """The day in the address, where one is asked."""
    if not any(name.startswith("day-") for name in visit.query):
        return None, []
    day, errors = parse(Day, {name: [text] for name, text in visit.query.items()})
    if day is not None and day.day < local_day(visit.now):
        errors = [FieldError("day", "The day must be today or later: what is over is not rewritten")]
    return (None if errors or day is None else day.day), errors


def ask(
    visit: Visit, contract: Contract, coming: Sequence[Mapping[str, Any]], errors: Sequence[FieldError]
) -> Response:
    """From which day: the contract does not stand alike on all of them."""
    values = {name: [text] for name, text in visit.query.items()}
    return visit.render(
        "directory_ui/from_day.html",
        status=422 if errors else 200,
        contract=contract,
        coming=coming,
        errors=errors,
        values=values or written(local_day(visit.now), "day"),
    )


def written(day: date, name: str = "effective_from") -> dict[str, list[str]]:
    return {f"{name}-day": [str(day.day)], f"{name}-month": [str(day.month)], f"{name}-year": [str(day.year)]}


def stands(books: Books, versions: Sequence[Version], contract: Contract, day: date) -> Contract:
    """The contract as it stands on a day; one that begins to stand later, as it does then."""
    return standing_on(books.directory, versions, day).by_id.get(contract.contract_id, contract)


def moved(
    visit: Visit,
    books: Books,
    versions: Sequence[Version],
    contract: Contract | None,
    entry: dict[str, Any],
    day: date,
) -> dict[str, Any]:
    """What was typed, where the form was filled in from another day: what was not touched stays as it stands on the day
    from which it counts. Refused where it cannot be used."""
    try:
        base = date.fromisoformat(one(visit, "base"))
    except ValueError:
        base = day
    if contract is None or base == day:
        return entry
    on_base, on_day = (stands(books, versions, contract, each) for each in (base, day))
    return over(on_base, contracting.read(books, entry), on_day)


def later(
    books: Books, versions: Sequence[Version], before: Contract | None, after: Contract, day: date
) -> Later | None:
    """The next change that is entered for a day after this one, against what would stand by then."""
    coming = [each for each in versions if each.contract_id == after.contract_id and each.effective_from > day]
    if not coming:
        return None
    on = min(each.effective_from for each in coming)
    then = standing_on(books.directory, versions, on).by_id[after.contract_id]
    found = changes(books, after, then)
    new = {each.field for each in changes(books, before, after)}
    return Later(on, found, [each.field for each in found if each.field in new])


def page_of(contract: str) -> str:
    """The page of this contract, where it is one; else that of all."""
    try:
        return f"/directory/contracts/{UUID(contract)}"
    except ValueError:
        return "/directory/contracts"
