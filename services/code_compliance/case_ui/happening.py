"""What workers enter because no feed tells of it: what happened beside the Code, and how often to update a person."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import Field
from starlette.responses import Response

from contracts.justice import NO_DETAILS, Details
from contracts.refused import Refused
from contracts.working_time import end_of_day, local_day
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import bound
from services.code_compliance.actions import entering
from services.code_compliance.case_ui.entering import Source
from services.code_compliance.case_ui.moments import When
from services.code_compliance.case_ui.people import named
from services.code_compliance.case_ui.room import Opened, open_case
from services.code_compliance.domain.facts import Milestone
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import SOURCES

AGREED = "agreed_update_date"
REFUSALS = {
    "in_the_future": FieldError("on", "The date and time must be in the past"),
    "before_the_report": FieldError("on", "The date must be on or after the day of the report, or of first contact"),
}


class EnterHappening(When):
    """Codes only: no free text about a person."""

    id: UUID
    what: Annotated[str, Say("Choose what happened")]
    source: Annotated[Source, Say("Choose who says so")]


class AgreeInterval(When):
    id: UUID
    days: Annotated[
        int, Say("Enter the number of days between updates", wrong="The number of days must be between 1 and 366")
    ] = Field(ge=1, le=366)
    source: Annotated[Source, Say("Choose who says so")]


async def show_happening(visit: Visit, rules: Rulebook) -> Response:
    return await _page(visit, rules, [])


async def enter_happening(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(EnterHappening, visit.form)
    if given is not None and given.what not in rules.happenings:
        errors = [FieldError("what", "Choose what happened")]
    if given is not None and not errors:
        told = _milestone(
            visit, bound(given.id, given.what, given.instant, given.source), given.what, given, NO_DETAILS
        )
        errors = await _enter(visit, rules, told)
    return await _page(visit, rules, errors) if errors else _done(visit, "It was added")


async def show_interval(visit: Visit, rules: Rulebook) -> Response:
    return await _interval(visit, [])


async def agree_interval(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(AgreeInterval, visit.form)
    if given is not None:
        key = bound(given.id, given.days, given.instant, given.source)
        told = _milestone(visit, key, AGREED, given, Details(agreed_interval_days=given.days))
        errors = await _enter(visit, rules, told)
    return await _interval(visit, errors) if errors else _done(visit, "The new interval counts from that day")


async def _enter(visit: Visit, rules: Rulebook, told: Milestone) -> list[FieldError]:
    try:
        async with visit.begin() as tx:
            opened = await open_case(tx, visit.id("case_id"))
            await entering.happened(tx, visit.signed_in, opened.case.case_id, told, rules, visit.now)
    except Refused as refused:
        return [REFUSALS[refused.code]]
    return []


def _milestone(
    visit: Visit, key: UUID, what: str, given: EnterHappening | AgreeInterval, details: Details
) -> Milestone:
    return Milestone(
        milestone_id=str(key),
        case_id=visit.id("case_id"),
        trigger=what,
        happened_at=given.instant,
        heard_at=visit.now,
        details=details,
        entered_by=visit.signed_in.user_id,
        source=given.source,
    )


def _done(visit: Visit, words: str) -> Response:
    return visit.redirect(f"/rights/cases/{visit.id('case_id')}", flash=words)


async def _page(visit: Visit, rules: Rulebook, errors: list[FieldError]) -> Response:
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
    return visit.render(
        "case_ui/happening.html",
        status=422 if errors else 200,
        opened=opened,
        happenings={h.code: h.words for h in rules.happenings.values()},
        happened=entered(opened, rules),
        named=await named(visit),
        said_by=SOURCES,
        sources=_sources(),
        id=uuid4(),
        errors=errors,
    )


async def _interval(visit: Visit, errors: list[FieldError]) -> Response:
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
    return visit.render(
        "case_ui/interval.html",
        status=422 if errors else 200,
        opened=opened,
        agreements=agreements(opened),
        named=await named(visit),
        said_by=SOURCES,
        sources=_sources(),
        id=uuid4(),
        errors=errors,
    )


def agreements(opened: Opened) -> list[Milestone]:
    """Every interval agreed with the person, oldest first; the last one counts."""
    mine = (None, opened.case.case_id, opened.case.stands_for)
    told = [m for m in opened.milestones if m.trigger == AGREED and m.case_id in mine]
    return sorted(told, key=lambda m: (m.happened_at, m.milestone_id))


def promised(opened: Opened, now: datetime) -> datetime | None:
    """The next day on which an update is promised under the last agreement, for a case in which no clock counts it."""
    days = agreements(opened)[-1].details.agreed_interval_days if agreements(opened) else None
    if days is None:
        return None
    began = local_day(agreements(opened)[-1].happened_at)
    rounds = max((local_day(now) - began).days + days - 1, days) // days
    return end_of_day(began + timedelta(days=rounds * days))


def entered(opened: Opened, rules: Rulebook) -> list[Milestone]:
    """What workers entered of this case beside agreements, oldest first."""
    mine = (None, opened.case.case_id, opened.case.stands_for)
    told = [m for m in opened.milestones if m.trigger in rules.happenings and m.case_id in mine]
    return sorted(told, key=lambda m: (m.happened_at, m.milestone_id))


def _sources() -> dict[str, str]:
    return {code: words[0].upper() + words[1:] for code, words in SOURCES.items() if code not in ("import", "other")}
