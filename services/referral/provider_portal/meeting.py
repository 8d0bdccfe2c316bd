"""Appointments: booked on a way that is safe at that hour, then attended, late, missed, moved or cancelled."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import LONDON, local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse, whole
from kit.web.words import clock_words, when
from services.referral import stale_steps
from services.referral.actions import contacting, supporting
from services.referral.domain.appointed import comes_once, example_day, is_doubtful, time_of
from services.referral.domain.books import Books
from services.referral.domain.safe_contact import ANOTHER_TIME
from services.referral.domain.support import SupportLists
from services.referral.provider_portal import words
from services.referral.provider_portal.room import base, client_id, day_off, error_of, frame, moved, one, own, workers
from services.referral.stale_steps import TELL_THE_HUB
from services.referral.store import appointments
from services.referral.store.appointments import Appointment
from services.referral.store.portal import Offered

BOOKED_FROM = frozenset({"accepted", "waitlisted", "in_support", "on_hold"})
STATES = {
    "attended": "They came",
    "late": "They came late",
    "missed": "It was missed",
    "moved": "It was moved to another time",
    "cancelled": "It was cancelled",
}
NEEDS_REASON = frozenset({"late", "missed", "moved", "cancelled"})
BEFORE = (
    "This form booked an appointment before, which stands as listed here. To move it, say what became of it."
    " To book this one beside it, book it again"
)
NOT_SAFE_TO_MOVE = (
    "It was not safe for them to come, so no new time is booked before it is known what is safe: choose that it was"
    " cancelled. The hub is told at once"
)
RECORDED = "What became of the appointment was recorded"
CLOCKS_CHANGE = "The clocks change that night, so this time is not there, or comes twice. Choose another time"


class When(BaseModel):
    """When and how to meet."""

    day: Annotated[date, Say("Enter the day", wrong="The day must be a real date")]
    time: Annotated[str, Say("Enter the time, for example 2:30pm")] = Field(max_length=10)
    way: Annotated[str, Say("Choose how you will meet")] = Field(max_length=40)


async def show_appointments(
    visit: Visit, books: Books, errors: Sequence[FieldError] = (), *, fresh: bool = False
) -> Response:
    """The appointments of a referral and the form for another; `fresh` makes a new one of the form that was sent."""
    async with visit.begin() as tx:
        offered = await own(tx, visit, books)
        held = await appointments.of_leg(tx, offered.leg_id)
        coming = await appointments.to_come_of(tx, [offered.leg_id], visit.now)
        unsafe = await supporting.not_safe(tx, coming, books.support, visit.now)
        ways = await _ways(tx, visit, books.support, offered)
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.appointments_seen", "case", offered.case_id)])
    lists = books.support
    return visit.render(
        "provider_portal/appointments.html",
        status=422 if errors else 200,
        **frame(visit, books, offered),
        rows=[_row(lists, row) | {"unsafe": unsafe.get(row.appointment_id)} for row in held],
        doubt=_doubt(visit),
        can_book=offered.state in BOOKED_FROM and visit.may("portal.write"),
        **ways,
        example=_example(visit),
        appointment_id=(None if fresh else one(visit, "appointment_id")) or uuid4(),
        errors=errors if ways["ways"] else [FieldError("", error.message) for error in errors],
    )


async def _ways(tx: Tx, visit: Visit, lists: SupportLists, offered: Offered) -> dict[str, object]:
    """The ways to meet that are safe as things stand, each with when; and those that are not, each with why not."""
    safe, shut = list[dict[str, object]](), list[str]()
    if offered.state in BOOKED_FROM:
        person_id = await contacting.person_of(tx, offered.case_id)
        profile = await contacting.profile_for_provider(tx, offered.case_id, person_id)
        for code, text in lists.ways.items():
            channel = lists.channels.get(code)
            may = supporting.may_meet(profile, channel, visit.now)
            if may.allowed or may.why in ANOTHER_TIME:
                held = profile.channel(channel) if channel else None
                when_safe = ", ".join(filter(None, (words.days(held.days), words.hours(held.hours)))) if held else ""
                hint = f"Safe: {when_safe}" if when_safe else "Safe" if channel else ""
                safe.append({"value": code, "text": text} | ({"hint": {"text": hint}} if hint else {}))
            else:
                shut.append(f"{text}: {words.SHUT.get(may.why, may.words)}")
    return {"ways": safe, "shut_ways": shut}


def _example(visit: Visit) -> str:
    day = example_day(local_day(visit.now))
    return f"{day.day} {day.month} {day.year}"


def _row(lists: SupportLists, row: Appointment) -> dict[str, object]:
    why = ": ".join(filter(None, (lists.whose.get(row.whose or "", ""), lists.missed_words(row.reason).lower())))
    return {"held": row, "way": lists.ways.get(row.way, row.way), "state": STATES.get(row.state, "Booked"), "why": why}


async def book(visit: Visit, books: Books) -> Response:
    starts, errors = _starts(visit, books.support)
    made = client_id(visit, "appointment_id")
    if starts is None or errors or made is None:
        return await show_appointments(visit, books, errors or [FieldError("day", "Enter the appointment again")])
    try:
        async with visit.begin() as tx:
            offered = await own(tx, visit, books)
            if offered.state not in BOOKED_FROM:
                return await moved(tx, visit, books, offered)
            row = _booked(visit, offered, made, starts)
            await supporting.book(tx, visit.signed_in, row, books.support, visit.now)
    except Refused as refused:
        if refused.code == "other_answers":
            return await show_appointments(visit, books, [FieldError("", BEFORE)], fresh=True)
        return await show_appointments(visit, books, [_error(refused)])
    return visit.redirect(
        f"{base(visit, offered)}/appointments",
        flash=f"The appointment was booked for {when(starts)}. Nothing was sent: tell the person safely."
        f"{day_off(local_day(starts))}",
    )


def _booked(visit: Visit, offered: Offered, made: UUID, starts: datetime, follows: UUID | None = None) -> Appointment:
    ids, who = supporting.ids_of(offered, visit.signed_in), visit.signed_in.user_id
    return Appointment(made, *ids, starts, one(visit, "way"), "booked", visit.now, who, follows=follows)


def _starts(visit: Visit, lists: SupportLists) -> tuple[datetime | None, list[FieldError]]:
    """The instant that was asked for, or what to put right."""
    said, errors = parse(When, visit.form)
    if said is None:
        return None, errors
    at = time_of(said.time)
    if at is None:
        errors.append(FieldError("time", "The time must be like 2:30pm or 14:30"))
    if said.way not in lists.ways:
        errors.append(FieldError("way", "Choose how you will meet from the list"))
    starts = None if at is None else datetime.combine(said.day, at, LONDON)
    if starts is not None and not comes_once(starts):
        errors.append(FieldError("time", CLOCKS_CHANGE))
    elif (doubt := _doubt(visit)) and one(visit, "sure") != doubt:
        ways = "Enter another time" if one(visit, "time").strip().lower().endswith("m") else "Say am or pm"
        errors.append(FieldError("time", f"This is {doubt}. {ways}, or tick below that you mean {doubt}"))
    return starts, errors


def _doubt(visit: Visit) -> str | None:
    """The time that was sent, said back, where people rarely mean it."""
    said = one(visit, "time")
    at = time_of(said) if is_doubtful(said) else None
    return clock_words(at) if at is not None else None


def _error(refused: Refused) -> FieldError:
    if refused.code == "in_the_past":
        return FieldError("day", "The appointment must be later than now")
    if refused.code == "at_the_same_time":
        return FieldError("time", "The person has another appointment with you at this moment. Choose another time")
    if refused.code == "too_far":
        return FieldError("day", "The appointment must be within two years")
    if refused.code in ("not_this_day", "not_this_hour"):
        return FieldError("way", "This way is not safe at that time. Choose another time or way")
    return error_of(refused, "way")


async def ask_result(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        offered = await own(tx, visit, books)
        held = await appointments.load(tx, visit.id("appointment_id"), offered.leg_id)
        coming = await appointments.to_come_of(tx, [offered.leg_id], visit.now)
        unsafe = await supporting.not_safe(tx, coming, books.support, visit.now)
        ways = await _ways(tx, visit, books.support, offered)
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.appointment_seen", "case", offered.case_id)])
    if held is None:
        return visit.not_found()
    if held.state != "booked":
        return _over(visit, offered, held)
    lists = books.support
    groups = [(text, [m for m in lists.missed if m.whose == whose]) for whose, text in lists.whose.items()]
    reasons = [{"value": "", "text": "Choose"}]
    reasons += [{"value": f"{m.whose}/{m.code}", "text": f"{text}: {m.words}"} for text, found in groups for m in found]
    return visit.render(
        "provider_portal/appointment.html",
        status=422 if errors else 200,
        **frame(visit, books, offered),
        held=held,
        way=lists.ways.get(held.way, held.way),
        states=STATES,
        reasons=reasons,
        **ways,
        example=_example(visit),
        unsafe=unsafe.get(held.appointment_id),
        doubt=_doubt(visit),
        next_id=one(visit, "next_id") or uuid4(),
        errors=errors if ways["ways"] else [_unplaced(error) for error in errors],
    )


def _unplaced(error: FieldError) -> FieldError:
    """The error of a choice of way that is not there, since none is safe; any other at its field."""
    return FieldError("", error.message) if error.field == "way" else error


def _over(visit: Visit, offered: Offered, held: Appointment, kept: str = "") -> Response:
    """What became of it was recorded already; `kept`: what was heard all the same."""
    stands = f"It was recorded what became of this appointment: {STATES.get(held.state, held.state)}. That first answer"
    told = f"{stands} counts." if kept else f"{stands} counts. {TELL_THE_HUB}"
    return visit.conflict(told, f"{base(visit, offered)}/appointments", kept=kept)


async def record_result(visit: Visit, books: Books) -> Response:
    lists, state, reason = books.support, one(visit, "state"), one(visit, "reason")
    errors = [] if state in STATES else [FieldError("state", "Choose what became of it")]
    if state in NEEDS_REASON and reason not in {f"{m.whose}/{m.code}" for m in lists.missed}:
        errors.append(FieldError("reason", "Choose whose reason it was, and which"))
    starts, wrong = _starts(visit, lists) if state == "moved" else (None, [])
    if errors or wrong:
        return await ask_result(visit, books, [*errors, *wrong])
    whose, code = reason.split("/") if state in NEEDS_REASON else (None, None)
    try:
        async with visit.begin() as tx:
            offered = await own(tx, visit, books)
            held = await appointments.load(tx, visit.id("appointment_id"), offered.leg_id)
            if held is None:
                return visit.not_found()
            if held.state != "booked":
                follows = await appointments.load(tx, client_id(visit, "next_id") or uuid4(), offered.leg_id)
                same = (follows.starts_at, follows.way) == (starts, one(visit, "way")) if follows else starts is None
                if same and (held.state, held.whose, held.reason) == (state, whose, code):
                    return visit.redirect(f"{base(visit, offered)}/appointments", flash=RECORDED)
                kept = await stale_steps.heard(tx, visit, offered.case_id, offered.referral_id)
                return _over(visit, offered, held, kept)
            if offered.state not in BOOKED_FROM:
                return await moved(tx, visit, books, offered)
            if starts is not None:
                row = _booked(visit, offered, client_id(visit, "next_id") or uuid4(), starts, held.appointment_id)
                await supporting.book(tx, visit.signed_in, row, lists, visit.now)
            await supporting.record_result(tx, visit.signed_in, held, state, visit.now, whose=whose, reason=code)
    except Refused as refused:
        return await ask_result(visit, books, [_result_error(refused)])
    new = f". The new one is {when(starts)}: nothing was sent, tell the person safely." if starts else ""
    new += day_off(local_day(starts)) if starts else ""
    return visit.redirect(f"{base(visit, offered)}/appointments", flash=f"{RECORDED}{new}")


def _result_error(refused: Refused) -> FieldError:
    if refused.code == "not_safe_to_move":
        return FieldError("state", NOT_SAFE_TO_MOVE)
    if refused.code == "not_yet":
        return FieldError("state", "The appointment has not begun. You can move or cancel it")
    return _error(refused)


async def show_upcoming(visit: Visit, books: Books) -> Response:
    """What is booked: of one's own referrals, or of the whole organisation."""
    everybody, number = visit.query.get("of") == "all", whole(visit.query.get("page", "1")) or 1
    async with visit.begin() as tx:
        page = await appointments.upcoming(tx, None if everybody else visit.signed_in.user_id, number)
        unsafe = await supporting.not_safe(tx, page.rows, books.support, visit.now)
        shown = tuple(row.reference for row in page.rows)
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.upcoming_seen", "list", None, shown)])
    names = await workers(visit)
    return visit.render(
        "provider_portal/upcoming.html",
        page=page,
        unsafe=unsafe,
        rows=[(row, words.line(row.line), books.support.ways.get(row.way, row.way)) for row in page.rows],
        names=names,
        everybody=everybody,
    )
