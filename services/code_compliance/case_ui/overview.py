"""The landing page: rights by agency and state, what will be breached by tomorrow evening, and the lists behind."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import reference
from contracts.refused import Refused
from contracts.working_time import LONDON, local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse, whole
from services.code_compliance.actions.covering import in_force
from services.code_compliance.case_ui.complaints import case_of
from services.code_compliance.case_ui.covering import WAYS
from services.code_compliance.case_ui.room import may_see_small
from services.code_compliance.domain.entitlements import clock_id
from services.code_compliance.domain.oversight import rounded
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import AGENCIES, COLOURS, STATES, agency_in_words
from services.code_compliance.reference.oversight import act_in_words
from services.code_compliance.store import pages

SHOWN = ("running", "met", "met_late", "breached", "not_evidenced", "declined_by_victim", "excepted_with_reason",
         "unable_to_contact", "not_applicable")  # fmt: skip
SHORT = {"declined_by_victim": "Declined", "excepted_with_reason": "Excepted", "unable_to_contact": "Unable",
         "not_applicable": "No longer applies"}  # fmt: skip
NOT_FOUND = {
    "no_such_case": FieldError("case", "No case has this reference. Check it and enter it again"),
    "two_cases": FieldError(
        "case", "Two cases share this reference. Find the person under Cases and open the rights there"
    ),
}
PAGE = 25
LAST_PAGE = 400


class Sought(BaseModel):
    case: Annotated[str, Say("Enter the reference of the case")] = Field(max_length=40, title="The reference")


async def show_overview(visit: Visit, rules: Rulebook) -> Response:
    return await _overview(visit, rules, [])


async def find_case(visit: Visit, rules: Rulebook) -> Response:
    """To the rights of the case with this reference, as somebody read it from a letter or heard it."""
    given, errors = parse(Sought, visit.form)
    if given is not None:
        try:
            async with visit.begin() as tx:
                found = await case_of(tx, given.case)
                await audit.record(tx, [audit.seen(visit.signed_in, "case_found", "case", found)])
            return visit.redirect(f"/rights/cases/{found}")
        except Refused as refused:
            errors = [NOT_FOUND[refused.code]]
    return await _overview(visit, rules, errors)


async def _overview(visit: Visit, rules: Rulebook, errors: Sequence[FieldError]) -> Response:
    """Numbers of few people, and single cases, only for whoever may open cases."""
    exact = may_see_small(visit)
    async with visit.begin() as tx:
        counts = await pages.counts(tx)
        number, soon = await pages.forecast(tx, visit.now, _tomorrow_evening(visit.now), 100 if exact else 0, 0)
        await audit.record(tx, [audit.seen(visit.signed_in, "rights_seen", "list", None)])
    return visit.render(
        "case_ui/overview.html",
        status=422 if errors else 200,
        errors=errors,
        rights=_by_right(counts, rules),
        totals={state: sum(n for _, s, n in counts if s == state) for state in SHOWN},
        states=STATES,
        shown=SHOWN,
        short={**STATES, **SHORT},
        colours=COLOURS,
        soon=[_line(line, rules) for line in soon],
        number=number if exact else rounded(number),
        exact=exact,
        shown_as=lambda each: each if exact else rounded(each),
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
    return visit.render(
        "case_ui/coverage.html",
        lines=held.coverage.agencies,
        words=agency_in_words,
        ways=WAYS,
        titles={e.id: e.title for code in rules.codes for e in code.entitlements.values()},
    )


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
        "act": f"{agency_in_words(entitlement.agency)}: {act_in_words(line.entitlement)}" if entitlement else "",
        "due_at": line.due_at,
        "started_at": line.started_at,
    }


def _tomorrow_evening(now: datetime) -> datetime:
    tomorrow = local_day(now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(23, 59, 59), LONDON).astimezone(UTC)
