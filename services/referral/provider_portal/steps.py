"""Steps of the transition table that a provider takes: at once, or with a reason and what else is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4, uuid5

from starlette.responses import Response

from contracts.refused import Refused
from contracts.vocabulary import SERVICE_LINES
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral import stale_steps
from services.referral.actions import providing, supporting, urgent_waits, waiting_word
from services.referral.actions.books import standards
from services.referral.domain.assessed import HIGH
from services.referral.domain.books import Books
from services.referral.domain.transitions import ReasonList, Transition
from services.referral.provider_portal import ending
from services.referral.provider_portal.contacting import keep_late, may_be_late
from services.referral.provider_portal.one import show_referral
from services.referral.provider_portal.room import (
    STALE,
    base,
    day_of,
    day_off,
    error_of,
    frame,
    moved,
    one,
    own,
    step_id,
    steps,
    stood_of,
)
from services.referral.said import DONE
from services.referral.store import life, noes, referrals
from services.referral.store.portal import Offered


@dataclass(frozen=True, slots=True)
class AsksDay:
    """A day that a step asks for, with the words around it."""

    name: str
    legend: str
    hint: str
    missing: str


_HOLD = AsksDay(
    "until", "When will you look at it again?", "A review falls due on this day.", "Enter the day of review"
)
_WAIT = AsksDay(
    "check_in_on",
    "When will you next speak to the person?",
    "Somebody who waits is never left without word.",
    "Enter the day of the next check-in",
)
NO_QUESTION = "Choose what you need to know"
NOT_REACHED = (
    "Record first how you reached the person: an attempt by which you spoke to them, the first-contact assessment, or"
    " an appointment they came to"
)
DAYS = {"pause": _HOLD, "keep_on_hold": _HOLD, "waitlist": _WAIT, "check_in": _WAIT}


async def ask_step(
    visit: Visit, books: Books, errors: Sequence[FieldError] = (), *, unreached: bool = False
) -> Response:
    """`unreached`: the day that was sent is too far for somebody who was not reached, so another is suggested."""
    async with visit.begin() as tx:
        offered = await own(tx, visit, books)
        row = _row(visit, books, offered)
        if row is None:
            return await moved(tx, visit, books, offered)
        asks = await _asks(tx, books, offered, row)
        end = await ending.asked(tx, books, offered, row.verb)
        before = await life.check_ins(tx, offered.referral_id) if row.verb == "check_in" else []
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.step_asked", "case", offered.case_id)])
    soon = unreached or [one.outcome for one in before[:1]] == [waiting_word.NOT_REACHED]
    suggested = _suggested(visit, row, offered, unreached=soon)
    return visit.render(
        "provider_portal/step.html",
        status=422 if errors else 200,
        **(frame(visit, books, offered) | {"stood": stale_steps.carried(visit, stood_of(offered))}),
        step=row,
        question=asks.words if asks else "",
        reasons={r.code: r.words for r in asks.on(local_day(visit.now))} if asks else {},
        lines=ending.other_lines(offered.line, "No other idea") if row.verb == "decline" else [],
        **end,
        asks_day=DAYS.get(row.verb),
        at_most=_at_most(visit, row, offered),
        unreached=standards(local_day(visit.now)).check_in_days_unreached if row.verb == "check_in" else 0,
        step_id=uuid4(),
        errors=errors,
        values=visit.form | suggested if visit.form and unreached else visit.form or suggested,
    )


def _at_most(visit: Visit, row: Transition, offered: Offered) -> int:
    if row.verb in DAYS and _urgent(offered):
        return urgent_waits.AT_MOST.days
    limits = standards(local_day(visit.now))
    return limits.check_in_days_at_most if row.verb in ("waitlist", "check_in") else limits.hold_days_at_most


def _urgent(offered: Offered) -> bool:
    return bool(offered.urgent) or offered.risk_grade in HIGH


def _suggested(visit: Visit, row: Transition, offered: Offered, *, unreached: bool) -> dict[str, list[str]]:
    """The day that the standards suggest; a sooner one for somebody who waits and was not reached."""
    if row.verb not in DAYS:
        return {}
    limits, name = standards(local_day(visit.now)), DAYS[row.verb].name
    usual = limits.hold_days if name == "until" else limits.check_in_days
    usual = limits.check_in_days_unreached if unreached else usual
    day = local_day(visit.now) + timedelta(days=min(usual, _at_most(visit, row, offered)))
    parts = (("day", day.day), ("month", day.month), ("year", day.year))
    return {f"{name}-{part}": [str(number)] for part, number in parts}


async def take_step(visit: Visit, books: Books) -> Response:
    async with visit.begin() as tx:
        offered = await own(tx, visit, books)
        row = _row(visit, books, offered)
        if row is None and visit.params["verb"] == "person_declined" and may_be_late(visit, offered):
            about = uuid5(offered.leg_id, "said no after the end")
            return await keep_late(tx, visit, offered, about, "other", "declined")
        if row is None or stale_steps.differs(visit, stood_of(offered)):
            return await _stale(tx, visit, books, offered)
        asks = await _asks(tx, books, offered, row)
        reached = row.verb != "start" or await supporting.was_reached(tx, offered.leg_id, offered.referral_id)
    if not reached:
        return await show_referral(visit, books, [FieldError("channel", NOT_REACHED)])
    errors, unreached = _missing(visit, books, row, asks), False
    if not errors:
        try:
            async with visit.begin() as tx:
                now = await referrals.load(tx, offered.referral_id)
                if now and stale_steps.differs(visit, stale_steps.stood(now)):
                    return await _stale(tx, visit, books, await own(tx, visit, books))
                answer = _answer(visit, row, asks) | await ending.answer(tx, visit, books, offered, row.verb)
                await providing.step(tx, visit.signed_in, offered.referral_id, row.verb, visit.now, **answer)
                await stale_steps.taken(tx, visit, offered.referral_id, row.verb)
        except Refused as refused:
            if refused.code in STALE:
                async with visit.begin() as tx:
                    return await moved(tx, visit, books, await own(tx, visit, books))
            unreached = refused.code == "unreached_too_far"
            of_day = refused.field in ("until", "check_in_on")
            errors = [error_of(refused, refused.field if of_day else "reason_code" if asks else "")]
    if errors:
        return await ask_step(visit, books, errors, unreached=unreached)
    chosen = answer.get(DAYS[row.verb].name) if row.verb in DAYS else None
    return visit.redirect(base(visit, offered), flash=DONE[row.verb] + (day_off(chosen) if chosen else ""))


async def _stale(tx: Tx, visit: Visit, books: Books, offered: Offered) -> Response:
    about = (offered.case_id, offered.referral_id, str(visit.params["verb"]), offered.state)
    return await stale_steps.answer(tx, visit, books, *about, base(visit, offered))


def _row(visit: Visit, books: Books, offered: Offered) -> Transition | None:
    return next((row for row in steps(visit, books, offered) if row.verb == visit.params["verb"]), None)


async def _asks(tx: Tx, books: Books, offered: Offered, row: Transition) -> ReasonList | None:
    """The list of which a step asks for a reason: its own, and for a start after a no that of why it is one."""
    if row.verb != "start":
        return row.reasons
    no = await noes.to_provider(tx, offered.case_id, offered.referral_id, offered.leg_id)
    return books.transitions.reasons[providing.AFTER_NO] if no is not None else None


def _missing(visit: Visit, books: Books, row: Transition, asks: ReasonList | None) -> list[FieldError]:
    errors = []
    if asks and one(visit, "reason_code") not in {r.code for r in asks.on(local_day(visit.now))}:
        errors.append(FieldError("reason_code", NO_QUESTION if row.verb == "ask" else "Choose the reason"))
    if row.verb == "decline" and one(visit, "better_line") not in {"", *SERVICE_LINES}:
        errors.append(FieldError("better_line", "Choose a service from the list"))
    if row.verb in DAYS:
        _, wrong = day_of(visit, DAYS[row.verb].name, DAYS[row.verb].missing)
        errors += wrong
    if row.verb in ending.ENDS:
        errors += ending.missing(visit, books.support, row.verb)
    return errors


def _answer(visit: Visit, row: Transition, asks: ReasonList | None) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if asks:
        answer["reason_code"] = one(visit, "reason_code")
    if row.verb == "decline" and one(visit, "better_line"):
        answer["better_line"] = one(visit, "better_line")
    if row.verb in DAYS:
        answer[DAYS[row.verb].name], _ = day_of(visit, DAYS[row.verb].name, "")
    if row.verb == "check_in":
        answer["check_in_id"] = step_id(visit)
    return answer
