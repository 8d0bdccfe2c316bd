"""Pausing and resuming a clock: the ledger of its pauses, with the reason for each and who made it."""

from datetime import UTC, date, datetime, time
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import LONDON, local_day
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import bound
from kit.web.words import when
from services.code_compliance.actions import entering
from services.code_compliance.case_ui import meanwhile
from services.code_compliance.case_ui.moments import When
from services.code_compliance.case_ui.people import named
from services.code_compliance.case_ui.room import Opened, open_case
from services.code_compliance.domain.entitlements import Clock, clock_id
from services.code_compliance.domain.pauses import Pause
from services.code_compliance.domain.receipt import receipt
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.states import OPEN

REFUSALS = {
    "in_the_future": FieldError("on", "The date and time must be in the past"),
    "not_in_the_future": FieldError("until", "The day on which it counts again must be in the future"),
    "before_it_arose": FieldError("on", "The date must be on or after the day the duty arose"),
    "before_the_pause": FieldError("on", "The date and time must be after the pause began"),
    "no_limit_to_pause": FieldError("", "This duty has no number of days, so there is nothing to pause"),
    "settled": FieldError("", "This duty is settled already, so there is nothing to pause"),
    "already_paused": FieldError("", "This clock is paused already. Go back and open it again"),
}


class PauseClock(When):
    """Why, and since when; codes only: no free text about a person."""

    pause_id: UUID
    reason: Annotated[str, Say("Choose why the clock is paused")]
    until: Annotated[date | None, Say("", wrong="The day on which it counts again must be a real date")] = None

    @property
    def expected_end(self) -> datetime | None:
        return datetime.combine(self.until, time(), LONDON).astimezone(UTC) if self.until else None


class ResumeClock(When):
    pause_id: UUID


class ProlongPause(BaseModel):
    pause_id: UUID
    another: UUID
    later: Annotated[date, Say("Enter the day on which it counts again", wrong="The day must be a real date")]


async def show_pauses(visit: Visit, rules: Rulebook) -> Response:
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
    return await _page(visit, opened, opened.clock(visit.id("clock_id")), rules, [])


async def pause(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(PauseClock, visit.form)
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        clock = opened.clock(visit.id("clock_id"))
        held = {reason.code: reason for reason in rules.pause_reasons if reason.held_on(local_day(visit.now))}
        if given is not None and given.reason not in held:
            errors = [FieldError("reason", "Choose why the clock is paused")]
        elif given is not None:
            try:
                wanted = _pause(visit, opened, clock, given, held[given.reason].ends_by_itself)
                await entering.pause(tx, visit.signed_in, wanted, clock, rules, visit.now)
            except Refused as refused:
                errors = [REFUSALS[refused.code]]
    if errors:
        return await _page(visit, opened, clock, rules, errors)
    return visit.redirect(f"/rights/cases/{opened.case.case_id}#c-{visit.params['clock_id']}", "The clock is paused")


async def resume(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(ResumeClock, visit.form)
    ended = True
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        clock = opened.clock(visit.id("clock_id"))
        mine = {p.pause_id: p for p in opened.pauses_of(clock)}
        if given is not None and given.pause_id not in mine:
            return visit.not_found()
        if given is not None:
            try:
                open_one = mine[given.pause_id]
                ended = await entering.resume(tx, visit.signed_in, open_one, given.instant, rules, visit.now)
                ended = ended or open_one.end == given.instant  # the same form, sent again
            except Refused as refused:
                errors = [REFUSALS[refused.code]]
    if not ended and given is not None:
        return await _ended(visit, given.pause_id)
    if errors:
        return await _page(visit, opened, clock, rules, errors)
    return visit.redirect(f"/rights/cases/{opened.case.case_id}#c-{visit.params['clock_id']}", "The clock runs again")


async def prolong(visit: Visit, rules: Rulebook) -> Response:
    """Another day on which the open pause is expected to end."""
    given, errors = parse(ProlongPause, visit.form)
    done = True
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        clock = opened.clock(visit.id("clock_id"))
        mine = {p.pause_id: p for p in opened.pauses_of(clock)}
        if given is not None and given.pause_id not in mine:
            return visit.not_found()
        another = bound(given.another, given.later) if given is not None else None
        if given is not None and another is not None and another not in mine:  # else the same form was sent again
            try:
                until = datetime.combine(given.later, time(), LONDON).astimezone(UTC)
                old = mine[given.pause_id]
                done = await entering.prolong(tx, visit.signed_in, old, another, until, rules, visit.now)
            except Refused:
                errors = [FieldError("later", "The day on which it counts again must be in the future")]
    if not done and given is not None:
        return await _ended(visit, given.pause_id)
    if errors:
        return await _page(visit, opened, clock, rules, errors)
    words = "The clock stays paused, and the new day was kept"
    return visit.redirect(f"/rights/cases/{opened.case.case_id}#c-{visit.params['clock_id']}", words)


async def _ended(visit: Visit, pause_id: UUID) -> Response:
    """Who ended a pause before, and from when on the clock ran again."""
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        mine = {p.pause_id: p for p in opened.pauses_of(opened.clock(visit.id("clock_id")))}
    held = mine[pause_id]
    said = f"This pause ended on {when(held.end)}. That was entered"
    return await meanwhile.changed(
        visit, said, held.resumed_by, held.resumed_at, visit.request.url.path.rpartition("/")[0]
    )


def _pause(visit: Visit, opened: Opened, clock: Clock, given: PauseClock, by_itself: bool) -> Pause:
    return Pause(
        pause_id=bound(given.pause_id, given.reason, given.instant, given.until),
        case_id=opened.case.case_id,
        entitlement=clock.entitlement,
        occurrence=clock.occurrence,
        start=given.instant,
        end=None,
        reason_code=given.reason,
        entered_by=visit.signed_in.user_id,
        entered_at=visit.now,
        expected_end=given.expected_end,
        ends_by_itself=by_itself and given.until is not None,
    )


async def _page(visit: Visit, opened: Opened, clock: Clock, rules: Rulebook, errors: list[FieldError]) -> Response:
    pauses = opened.pauses_of(clock)
    today = local_day(visit.now)
    return visit.render(
        "case_ui/pauses.html",
        status=422 if errors else 200,
        opened=opened,
        clock=clock,
        address=f"/rights/cases/{opened.case.case_id}/pauses/"
        f"{clock_id(opened.case.case_id, clock.entitlement, clock.occurrence)}",
        entitlement=rules.code_named(clock.code_version).entitlements[clock.entitlement],
        sum=receipt(opened.case, clock, rules, visit.now, pauses),
        can_pause=clock.limit is not None and clock.state in OPEN and clock.paused_since is None,
        open_pause=next((p for p in pauses if p.end is None), None),
        pauses=[{"pause": p, "reason": rules.pause_words(p.reason_code)} for p in pauses],
        reasons={r.code: r.words[0].upper() + r.words[1:] for r in rules.pause_reasons if r.held_on(today)},
        by_itself=[r.words for r in rules.pause_reasons if r.held_on(today) and r.ends_by_itself],
        pause_id=uuid4(),
        named=await named(visit),
        errors=errors,
    )
