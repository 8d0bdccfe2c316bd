"""What ends beside the forecast: limits that are no part of the Code, and pauses that are expected to end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import reference
from kit import audit
from kit.web.app import Page, Visit
from kit.web.forms import whole
from services.code_compliance.case_ui.forecast import left_in_words
from services.code_compliance.case_ui.room import Room
from services.code_compliance.domain.entitlements import clock_id
from services.code_compliance.domain.related_held import rule_of
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.reference.oversight import act_of_limit
from services.code_compliance.store import ledger, related

DAYS = 28
PAUSES_WITHIN = timedelta(days=7)
PAGE = 25
LAST_PAGE = 400
PAUSES_SHOWN = 100


async def show_beside(visit: Visit, rules: Rulebook) -> Response:
    """Limits that end within four weeks and pauses that end within one, or should have; soonest first."""
    page = whole(visit.query.get("page", "1")) or 0
    if not 1 <= page <= LAST_PAGE:
        raise HTTPException(404)
    now, viewer = visit.now, visit.signed_in
    async with visit.begin() as tx:
        ending = await related.ending(tx, now, now + timedelta(days=DAYS), PAGE + 1, PAGE * (page - 1), viewer.role)
        pauses = await ledger.ending(tx, now + PAUSES_WITHIN, PAUSES_SHOWN)
        await audit.record(tx, [audit.seen(viewer, "clocks_listed", "list", None, (), "beside")])
    return visit.render(
        "forecast/beside.html",
        limits=[_limit(each, rules, visit) for each in ending[:PAGE]],
        further=len(ending) > PAGE and page < LAST_PAGE,
        page=page,
        days=DAYS,
        pauses=[_pause(each, rules, visit) for each in pauses],
    )


def _limit(each: related.Ending, rules: Rulebook, visit: Visit) -> dict[str, Any]:
    rule = rule_of(each.held, rules)
    assert each.held.due_at is not None
    return {
        "case_id": each.case_id,
        "reference": reference(each.case_id),
        "title": rule.title,
        "owner": rule.owner,
        "unverified": rule.unverified,
        "act": act_of_limit(rule.id),
        "due_at": each.held.due_at,
        "last_at": each.held.last_at,
        "left": left_in_words(visit.now, each.held.due_at, rules),
        "warned_at": each.warned_at,
    }


def _pause(each: ledger.EndingPause, rules: Rulebook, visit: Visit) -> dict[str, Any]:
    entitlement = rules.entitlement(each.entitlement)
    return {
        "case_id": each.case_id,
        "clock_id": clock_id(each.case_id, each.entitlement, each.occurrence),
        "reference": reference(each.case_id),
        "title": entitlement.title if entitlement else each.entitlement,
        "reason": rules.pause_words(each.reason_code),
        "start": each.start,
        "expected_end": each.expected_end,
        "by_itself": each.ends_by_itself,
        "late": each.expected_end < visit.now,
    }


def beside_pages(room: Room) -> Sequence[Page]:
    return (Page("/rights/forecast/beside", room(show_beside), "case.read"),)
