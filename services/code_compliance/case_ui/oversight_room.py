"""What the oversight pages share: the period asked for, figures by row, and addresses of the lists behind them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException

from contracts.working_time import local_day
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import whole
from services.code_compliance.domain.oversight import COLUMNS, Figures
from services.code_compliance.domain.periods import Period, month_of, quarter_of, read_period
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import AGENCIES
from services.code_compliance.store import oversight

Row = TypeVar("Row")
HEADS = {
    "due": "Due",
    "met": "Met",
    "met_late": "Met late",
    "breached": "Breached",
    "not_evidenced": "Not evidenced",
    "declined_by_victim": "Declined",
    "excepted_with_reason": "Excepted",
    "unable_to_contact": "Unable",
    "not_applicable": "Not applicable",
    "running": "Running",
}
"""The columns of every table of oversight; what was due is the sum of the others."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page was asked for: the period, and the duties of one right, agency or entitlement (None: of all)."""

    period: Period
    right: int | None = None
    agency: str | None = None
    entitlement: str | None = None

    def query(self, **more: object) -> str:
        """The same as the query of an address, with more or other words."""
        own = {"period": self.period.name, "right": self.right, "agency": self.agency, "entitlement": self.entitlement}
        return urlencode({name: value for name, value in (own | more).items() if value is not None})

    def entitlements(self, rules: Rulebook) -> list[str] | None:
        """The ids that it concerns, in every version of the Code; None for all."""
        if self.entitlement is not None:
            return [self.entitlement]
        if self.right is None and self.agency is None:
            return None
        found = {
            e.id
            for code in rules.codes
            for e in code.entitlements.values()
            if self.right in (None, e.right) and self.agency in (None, e.agency)
        }
        return sorted(found)


async def wanted(tx: Tx, visit: Visit, rules: Rulebook) -> Wanted:
    """Reads the query; the latest quarter with anything in it where no period was asked for, and nothing unknown."""
    query = visit.query
    right, agency, entitlement = query.get("right") or None, query.get("agency") or None, query.get("entitlement")
    if right is not None and whole(right) not in rules.codes[-1].rights:
        raise HTTPException(404)
    if agency is not None and agency not in AGENCIES:
        raise HTTPException(404)
    if entitlement is not None and rules.entitlement(entitlement) is None:
        raise HTTPException(404)
    name = query.get("period")
    period = read_period(name) if name else await _latest(tx, visit)
    if period is None:
        raise HTTPException(404)
    return Wanted(period, int(right) if right else None, agency, entitlement)


async def _latest(tx: Tx, visit: Visit) -> Period:
    today = local_day(visit.now)
    past = [month for month in await oversight.months(tx) if month <= today]
    return quarter_of(past[0] if past else today)


async def choices(tx: Tx, chosen: Period) -> list[dict[str, Any]]:
    """The periods that can be asked for: quarters and months with anything in them, newest first, and the chosen."""
    months = await oversight.months(tx)
    quarters = {quarter_of(month).name: quarter_of(month) for month in months}
    listed = [*quarters.values(), *(month_of(month) for month in months)]
    if chosen.name not in {each.name for each in listed}:
        listed.insert(0, chosen)
    return [{"value": each.name, "text": each.words, "selected": each.name == chosen.name} for each in listed]


def by_row(
    counts: Iterable[oversight.Count], row_of: Callable[[oversight.Count], Row], exact: bool, dated: bool = True
) -> dict[Row, Figures]:
    """Figures by row, of clocks with a day, or of those without."""
    found: dict[Row, Figures] = {}
    for count in counts:
        if count.dated == dated:
            found.setdefault(row_of(count), Figures(exact=exact)).add(count.state, count.number)
    return found


def cells(figures: Figures, address: Callable[[str], str]) -> list[dict[str, Any]]:
    """One row as the tables show it: each number with the address of its list, where it may be opened."""
    row = []
    for column in HEADS:
        number = figures.shown(column)
        opens = figures.exact and bool(number)
        row.append({"number": number, "href": address(column) if opens else None, "words": HEADS[column]})
    return row


def percent(figures: Figures) -> str:
    """ "84.2%"; whole percents of rounded numbers; "no rate" where nothing counts in one."""
    rate = figures.rate
    if rate is None:
        return "no rate"
    return f"{rate:.1%}" if figures.exact else f"{rate:.0%}"


def states_of(column: str) -> tuple[str, ...]:
    return COLUMNS if column == "due" else (column,)


def total(figures: Sequence[Figures], exact: bool) -> Figures:
    found = Figures(exact=exact)
    for each in figures:
        for state, number in each.by_state.items():
            found.add(state, number)
    return found
