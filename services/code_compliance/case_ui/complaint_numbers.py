"""Complaints in numbers: by agency, in time or late, upheld or not, and what was learned."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.working_time import local_day
from kit import audit
from kit.web.app import Page, Visit
from services.code_compliance.case_ui.complaints import agency_words
from services.code_compliance.case_ui.room import Room
from services.code_compliance.domain.periods import bounds, quarter_of, read_period
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.reference.complaints import lists
from services.code_compliance.store import complaint_numbers

QUARTERS = 8
HEADS = {
    "received": "Received",
    "acknowledged": "Acknowledged in time",
    "acknowledged_late": "Late or not",
    "answered": "Answered in time",
    "answered_late": "Late or not",
    "open": "Still open",
    "upheld": "Upheld, also in part",
    "not_upheld": "Not upheld",
    "ombudsman_told": "Told of the Ombudsman",
}


async def show_numbers(visit: Visit, rules: Rulebook) -> Response:
    """One quarter, by when a complaint was received."""
    now = quarter_of(local_day(visit.now))
    period = read_period(visit.query.get("period", now.name))
    if period is None:
        raise HTTPException(404)
    start, end = bounds(period.months[0])[0], bounds(period.months[-1])[1]
    async with visit.begin() as tx:
        numbers = await complaint_numbers.by_agency(tx, start, end, visit.now)
        learned = await complaint_numbers.learning(tx, start, end)
        await audit.record(tx, [audit.seen(visit.signed_in, "complaints_listed", "list", None, (), "numbers")])
    quarters = [now]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].before)
    return visit.render(
        "complaints/numbers.html",
        period=period,
        periods=[{"value": q.name, "text": q.words, "selected": q.name == period.name} for q in quarters],
        heads=HEADS,
        rows=[(agency_words(each.agency), [getattr(each, name) for name in HEADS]) for each in numbers],
        learned=[(agency_words(agency), lists("learning").get(what, what), n) for agency, what, n in learned],
    )


def number_pages(room: Room) -> Sequence[Page]:
    return (Page("/rights/complaints/numbers", room(show_numbers), "case.read"),)
