"""The landing page: rights by agency and state, what will be breached by tomorrow evening, and the lists behind."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import reference
from contracts.working_time import LONDON, local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import whole
from services.code_compliance.actions.covering import in_force
from services.code_compliance.domain.entitlements import clock_id
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import AGENCIES, COLOURS, STATES, act_that_stops, agency_in_words
from services.code_compliance.store import pages

SHOWN = ("running", "met", "met_late", "breached", "not_evidenced", "declined_by_victim", "excepted_with_reason",
         "unable_to_contact", "not_applicable")  # fmt: skip
SHORT = {"declined_by_victim": "Declined", "excepted_with_reason": "Excepted", "unable_to_contact": "Unable",
         "not_applicable": "No longer applies"}  # fmt: skip
PAGE = 25
LAST_PAGE = 400


async def show_overview(visit: Visit, rules: Rulebook) -> Response:
    async with visit.begin() as tx:
        counts = await pages.counts(tx)
        number, soon = await pages.forecast(tx, visit.now, _tomorrow_evening(visit.now), 100, 0)
    return visit.render(
        "case_ui/overview.html",
        rights=_by_right(counts, rules),
        totals={state: sum(n for _, s, n in counts if s == state) for state in SHOWN},
        states=STATES,
        shown=SHOWN,
        short={**STATES, **SHORT},
        colours=COLOURS,
        soon=[_line(line, rules) for line in soon],
        number=number,
    )


async def show_clocks(visit: Visit, rules: Rulebook) -> Response:
    """The clocks behind one number of the landing page."""
    right, agency, state, page = _asked(visit, rules)
    ids = [e.id for code in rules.codes for e in code.entitlements.values() if e.right == right and e.agency == agency]
    async with visit.begin() as tx:
        number, lines = await pages.listed(tx, ids, state, PAGE, PAGE * (page - 1))
        await audit.record(
            tx, [audit.seen(visit.signed_in, "clocks_listed", "list", None, (), f"right-{right}/{state}")]
        )
    return visit.render(
        "case_ui/clocks.html",
        right=right,
        right_words=rules.codes[-1].rights[right],
        agency=agency_in_words(agency),
        agency_id=agency,
        state=state,
        state_words=STATES[state],
        lines=[_line(line, rules) for line in lines],
        number=number,
        page=page,
        pages=min(LAST_PAGE, max(1, -(-number // PAGE))),
        first=PAGE * (page - 1) + 1,
    )


async def show_coverage(visit: Visit, rules: Rulebook) -> Response:
    """Whose acts reach us, for which duties, from when."""
    async with visit.begin() as tx:
        held = await in_force(tx, rules)
    return visit.render("case_ui/coverage.html", lines=held.coverage.agencies, words=agency_in_words)


def _asked(visit: Visit, rules: Rulebook) -> tuple[int, str, str, int]:
    query = visit.query
    right, page = query.get("right", ""), query.get("page", "1")
    agency, state = query.get("agency", ""), query.get("state", "")
    known = whole(right) in rules.codes[-1].rights and agency in AGENCIES and state in STATES
    if not known or not 1 <= (whole(page) or 0) <= LAST_PAGE:
        raise HTTPException(404)
    return int(right), agency, state, int(page)


def _by_right(counts: list[tuple[str, str, int]], rules: Rulebook) -> list[dict[str, Any]]:
    """Rights that anybody is owed, each with a row per agency and a number per state."""
    found: dict[int, dict[str, dict[str, int]]] = {}
    for name, state, number in counts:
        entitlement = rules.entitlement(name)
        if entitlement is not None:
            row = found.setdefault(entitlement.right, {}).setdefault(entitlement.agency, dict.fromkeys(SHOWN, 0))
            row[state] += number
    titles = rules.codes[-1].rights
    return [
        {
            "right": right,
            "title": titles[right],
            "rows": [
                {"agency": agency, "words": agency_in_words(agency), "numbers": numbers}
                for agency, numbers in sorted(found[right].items())
            ],
        }
        for right in sorted(found)
    ]


def _line(line: pages.Line, rules: Rulebook) -> dict[str, Any]:
    entitlement = rules.entitlement(line.entitlement)
    return {
        "case_id": line.case_id,
        "clock_id": clock_id(line.case_id, line.entitlement, line.occurrence),
        "reference": reference(line.case_id),
        "title": entitlement.title if entitlement else line.entitlement,
        "agency": agency_in_words(entitlement.agency) if entitlement else "",
        "act": act_that_stops(entitlement) if entitlement else "",
        "due_at": line.due_at,
        "started_at": line.started_at,
    }


def _tomorrow_evening(now: datetime) -> datetime:
    tomorrow = local_day(now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(23, 59, 59), LONDON).astimezone(UTC)
