"""What will be breached by tomorrow evening: by agency, team, right and day, and the one act that stops each clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import reference
from contracts.working_time import LONDON, local_day, working_minutes
from kit import audit
from kit.web.app import Page, Visit
from kit.web.forms import whole
from services.code_compliance.case_ui.room import Room, may_see_small
from services.code_compliance.domain.entitlements import clock_id
from services.code_compliance.domain.oversight import rounded
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import AGENCIES, agency_in_words
from services.code_compliance.reference.oversight import act_in_words, team_of
from services.code_compliance.store import forecast

PAGE = 25
LAST_PAGE = 400
WARNINGS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Row:
    """How many clocks of one agency's team, under one right, end on one day."""

    agency: str
    team: str
    right: int
    day: date

    @property
    def query(self) -> str:
        return urlencode({"agency": self.agency, "team": self.team, "right": self.right, "day": self.day.isoformat()})


async def show_forecast(visit: Visit, rules: Rulebook) -> Response:
    """The whole forecast, or the part of it that was asked for."""
    now, until, exact = visit.now, evening_after(visit.now), may_see_small(visit)
    wanted, page = _asked(visit, rules)
    if not exact:
        return visit.forbidden() if wanted or page > 1 else await _in_numbers(visit, rules, now, until)
    async with visit.begin() as tx:
        coming = await forecast.coming(tx, now, until)
        rows = _rows(coming, rules)
        entitlements, areas = _part(coming, wanted, rules)
        since, to = (max(now, _morning(wanted.day)), min(until, _evening(wanted.day))) if wanted else (now, until)
        lines = await forecast.ending(tx, since, to, entitlements, areas, PAGE + 1, PAGE * (page - 1))
        warned = await forecast.warned(tx, visit.signed_in.role, now, WARNINGS_SHOWN)
        await audit.record(tx, [audit.seen(visit.signed_in, "clocks_listed", "list", None, (), "forecast")])
    return visit.render(
        "forecast/forecast.html",
        rows=rows,
        wanted=wanted,
        words=_words(wanted) if wanted else "",
        total=sum(each.number for each in coming),
        here=rows.get(wanted, 0) if wanted else sum(rows.values()),
        exact=exact,
        lines=[ending_line(line, rules, now) for line in lines[:PAGE]],
        warned=[ending_line(line, rules, now) for line in warned],
        page=page,
        further=len(lines) > PAGE and page < LAST_PAGE,
        address=f"/rights/forecast?{wanted.query + '&' if wanted else ''}page=",
        agency_in_words=agency_in_words,
    )


async def _in_numbers(visit: Visit, rules: Rulebook, now: datetime, until: datetime) -> Response:
    """The forecast for those who may not open cases: numbers of few people are hidden, and there is no list."""
    async with visit.begin() as tx:
        rows = _rows(await forecast.coming(tx, now, until), rules)
        await audit.record(tx, [audit.seen(visit.signed_in, "forecast_seen", "list", None)])
    return visit.render(
        "forecast/forecast.html",
        rows={row: rounded(number) for row, number in rows.items()},
        total=rounded(sum(rows.values())),
        wanted=None,
        lines=[],
        exact=False,
        agency_in_words=agency_in_words,
    )


def evening_after(now: datetime) -> datetime:
    """The end of tomorrow, in London."""
    return _evening(local_day(now) + timedelta(days=1))


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), LONDON).astimezone(UTC)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _asked(visit: Visit, rules: Rulebook) -> tuple[Row | None, int]:
    query = visit.query
    page = query.get("page", "1")
    if not 1 <= (whole(page) or 0) <= LAST_PAGE:
        raise HTTPException(404)
    if "agency" not in query:
        return None, int(page)
    right, agency = query.get("right", ""), query["agency"]
    try:
        day = date.fromisoformat(query.get("day", ""))
    except ValueError:
        raise HTTPException(404) from None
    if agency not in AGENCIES or whole(right) not in rules.codes[-1].rights:
        raise HTTPException(404)
    return Row(agency, query.get("team", ""), int(right), day), int(page)


def _rows(coming: Sequence[forecast.Coming], rules: Rulebook) -> dict[Row, int]:
    """Numbers by agency, team, right and day: the soonest day first, then by agency."""
    found: dict[Row, int] = {}
    for each in coming:
        entitlement = rules.entitlement(each.entitlement)
        if entitlement is not None:
            row = Row(entitlement.agency, team_of(entitlement.agency, each.area), entitlement.right, each.day)
            found[row] = found.get(row, 0) + each.number
    return {row: found[row] for row in sorted(found, key=lambda r: (r.day, r.agency, r.team, r.right))}


def _part(
    coming: Sequence[forecast.Coming], wanted: Row | None, rules: Rulebook
) -> tuple[list[str] | None, list[str] | None]:
    """The duties and local authorities behind one row."""
    if wanted is None:
        return None, None
    duties, areas = set(), set()
    for each in coming:
        entitlement = rules.entitlement(each.entitlement)
        if entitlement is None or (entitlement.agency, entitlement.right) != (wanted.agency, wanted.right):
            continue
        duties.add(each.entitlement)
        if team_of(wanted.agency, each.area) == wanted.team:
            areas.add(each.area)
    return sorted(duties), sorted(areas)


def _words(wanted: Row) -> str:
    return ", ".join(filter(None, [agency_in_words(wanted.agency), wanted.team, f"right {wanted.right}"]))


def ending_line(line: forecast.Ending, rules: Rulebook, now: datetime) -> dict[str, Any]:
    """One clock as the forecast shows it, with the working time that is left and the act that stops it."""
    entitlement = rules.entitlement(line.entitlement)
    agency = entitlement.agency if entitlement else ""
    return {
        "case_id": line.case_id,
        "clock_id": clock_id(line.case_id, line.entitlement, line.occurrence),
        "reference": reference(line.case_id),
        "title": entitlement.title if entitlement else line.entitlement,
        "agency": agency_in_words(agency),
        "team": team_of(agency, line.area),
        "act": act_in_words(line.entitlement),
        "due_at": line.due_at,
        "left": left_in_words(now, line.due_at, rules),
        "fraction": line.fraction and f"{line.fraction:.0%}",
        "warned_at": line.warned_at,
    }


def left_in_words(now: datetime, due_at: datetime, rules: Rulebook) -> str:
    """ "9 hours 20 minutes", "40 minutes", "no working time": of office hours, until the end of the day."""
    minutes = working_minutes(now, due_at, rules.calendar)
    hours, rest = divmod(max(minutes, 0), 60)
    if not minutes > 0:
        return "no working time"
    parts = [f"{hours} {'hour' if hours == 1 else 'hours'}"] if hours else []
    parts += [f"{rest} {'minute' if rest == 1 else 'minutes'}"] if rest else []
    return " ".join(parts)


def forecast_pages(room: Room) -> Sequence[Page]:
    return (Page("/rights/forecast", room(show_forecast), "rights.read"),)
