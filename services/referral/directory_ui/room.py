"""What the pages of the directory share: the books as they stand now, and codes in words."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import time
from typing import Any

from starlette.responses import Response

from contracts.reference import AREAS
from contracts.working_time import local_day
from kit.database import Tx
from kit.listening import Context
from kit.web.app import Visit
from kit.web.words import clock_words
from services.referral.actions import books as stocked
from services.referral.domain.books import Books
from services.referral.domain.directory import Hours
from services.referral.domain.entries import LINES
from services.referral.domain.open_referral import line_name
from services.referral.store import keeping

STATES = {
    "open": "Open",
    "limited": "Open, few places",
    "waiting_list": "Waiting list",
    "closed": "Closed to new people",
    "paused": "Paused",
    "needs_assessment_first": "Assesses first",
    "unknown": "Not known",
}
DAY_NAMES = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday"}
DAY_NAMES |= {"SA": "Saturday", "SU": "Sunday"}
AREA_NAMES = {area.code: area.name for area in AREAS}
LINE_NAMES = {line: line_name(line) for line in LINES}

View = Callable[[Visit, Books], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Room:
    """Gives every view the books of the start, with the providers of today; `now` makes them those of this moment."""

    context: Context

    def __call__(self, view: View) -> Callable[[Visit], Awaitable[Response]]:
        async def answer(visit: Visit) -> Response:
            async with visit.begin() as tx:
                kept = await keeping.kept(tx)
            return await view(visit, self.context.facts.with_providers(kept, local_day(visit.now)))

        return answer


async def now(tx: Tx, books: Books) -> Books:
    """The books with what was changed and said since the start."""
    return await stocked.current(tx, books)


def hours_in_words(hours: Hours) -> str:
    """ "Monday to Friday: 9am to 5pm", "Monday, Thursday: 10am to 2pm" """
    order = tuple(DAY_NAMES)
    first, last = order.index(hours.days[0]), order.index(hours.days[-1])
    run = len(hours.days) > 2 and hours.days == order[first : last + 1]
    named = [DAY_NAMES[day] for day in hours.days]
    at = " to ".join(clock_words(time.fromisoformat(end)) for end in (hours.opens, hours.closes))
    return f"{f'{named[0]} to {named[-1]}' if run else ', '.join(named)}: {at}"


def choices(names: dict[str, str], chosen: str, nothing: str) -> list[dict[str, Any]]:
    """Options of a select, `nothing` first."""
    listed = [{"value": "", "text": nothing, "selected": not chosen}]
    listed += [
        {"value": code, "text": text, "selected": code == chosen} for code, text in sorted(names.items(), key=_by)
    ]
    return listed


def _by(pair: tuple[str, str]) -> str:
    return pair[1]


def one(visit: Visit, name: str) -> str:
    """The single value of a form field, or nothing."""
    return (visit.form.get(name) or [""])[0].strip()
