"""Enhanced rights decided by a worker, either way, with the reason; passed on to the other agencies as an event."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import LONDON, local_day
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import bound
from services.code_compliance.actions import entering
from services.code_compliance.case_ui.people import named
from services.code_compliance.case_ui.room import open_case
from services.code_compliance.domain import enhanced
from services.code_compliance.domain.receipt import category_in_words
from services.code_compliance.domain.rulebook import Rulebook

CATEGORIES = ("most_serious_crime", "persistently_targeted", "vulnerable", "intimidated")
REFUSALS = {
    "in_the_future": FieldError("on", "The date must be in the past"),
    "never_enhanced": FieldError("", "A business has no enhanced rights"),
}


class Decide(BaseModel):
    """Codes only. Without a date it holds since the report."""

    id: UUID
    category: Annotated[
        Literal["most_serious_crime", "persistently_targeted", "vulnerable", "intimidated"],
        Say("Choose the category"),
    ]
    reason: Annotated[str, Say("Choose what you decide, and why")]
    on: Annotated[date | None, Say("", wrong="The date must be a real date")] = None


async def show_enhanced(visit: Visit, rules: Rulebook) -> Response:
    return await _page(visit, rules, [])


async def decide_enhanced(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(Decide, visit.form)
    reasons = {r.code: r for r in rules.override_reasons if r.held_on(local_day(visit.now))}
    if given is not None and given.reason not in reasons:
        errors = [FieldError("reason", "Choose what you decide, and why")]
    if given is not None and not errors:
        errors = await _decide(visit, rules, given, reasons[given.reason].held)
    if errors:
        return await _page(visit, rules, errors)
    return visit.redirect(f"/rights/cases/{visit.id('case_id')}", flash="The decision on enhanced rights was kept")


async def _decide(visit: Visit, rules: Rulebook, given: Decide, held: bool) -> list[FieldError]:
    decided = enhanced.Override(
        override_id=bound(given.id, given.category, given.reason, given.on),
        case_id=visit.id("case_id"),
        category=given.category,
        held=held,
        since=datetime.combine(given.on, time(), LONDON).astimezone(UTC) if given.on else None,
        reason_code=given.reason,
        entered_by=visit.signed_in.user_id,
        entered_at=visit.now,
    )
    try:
        async with visit.begin() as tx:
            await open_case(tx, decided.case_id)
            await entering.override(tx, visit.signed_in, decided, rules, visit.now)
    except Refused as refused:
        return [REFUSALS[refused.code]]
    return []


async def _page(visit: Visit, rules: Rulebook, errors: list[FieldError]) -> Response:
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
    today = local_day(visit.now)
    held = {r.category for r in enhanced.at(opened.case.reasons, visit.now, opened.case.overrides)}
    return visit.render(
        "case_ui/enhanced.html",
        status=422 if errors else 200,
        opened=opened,
        categories={
            c: category_in_words(c).capitalize() + (" (holds now)" if c in held else " (does not hold now)")
            for c in CATEGORIES
        },
        reasons={
            r.code: ("It holds: " if r.held else "It does not hold: ") + r.words
            for r in rules.override_reasons
            if r.held_on(today)
        },
        decisions=[
            {"decision": o, "category": category_in_words(o.category), "reason": rules.override_words(o.reason_code)}
            for o in opened.case.overrides
        ],
        named=await named(visit),
        id=uuid4(),
        errors=errors,
    )
