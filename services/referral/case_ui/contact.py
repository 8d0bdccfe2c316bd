"""How a person may be reached: what is safe now, locks, and attempts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from contracts.refused import Refused
from contracts.vocabulary import CHANNELS
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.once import sent_id
from kit.web.words import when
from services.referral import said
from services.referral.actions import alarming, as_shown, contacting, gating, liaising, safe_again, timing, wishing
from services.referral.actions import books as stocked
from services.referral.actions import numbers as deciding
from services.referral.actions.as_shown import Moved
from services.referral.case_ui import happened, safe_times_said, words
from services.referral.case_ui.room import Desk, error_of, frame, one, opened
from services.referral.domain import safe_contact, shown
from services.referral.domain.attempting import Pace, not_before
from services.referral.domain.safe_contact import Profile
from services.referral.store import beside, cases, contact, liaison, numbers, protected, wishes
from services.referral.store.cases import Case
from services.referral.store.contact import Attempt

ATTEMPT = ("channel", "outcome", "sooner")
"""Fields of the form for an attempt, which is not there when nothing is safe to use."""
STANDS = {"safe": "safe", "unsafe": "unsafe", "unknown": "of unknown safety"}
USES = {
    "mobile": "Call the mobile: show its number",
    "landline": "Call the landline: show its number",
    "text": "Text: show the number",
    "email": "E-mail: show the address",
    "letter": "Write a letter: show the address",
    "in_person": "Visit: show where",
    "somebody": "Reach them through somebody: show whom",
}
"""What the button says that opens the number or address of a channel; there is none unless it is safe now."""
FREED = " The hold that no channel is known to be safe has ended by itself."
TAKEN = " It had changed since you opened this page: what you said was taken all the same, since it shuts the channel."
STAYS_SHUT = "The channel was shut since you opened this page, and stays shut: what you said changes nothing more."
OUTCOMES = {
    "spoke": "I spoke to the person",
    "no_answer": "Nobody answered",
    "voicemail": "I left a message",
    "call_back_asked": "The person asked to be called back",
    "someone_else_answered": "Somebody else answered",
    "wrong_number": "It was a wrong number or address",
    "unsafe": "It was not safe to go on",
    "declined": "The person does not want support",
}


async def show(
    visit: Visit,
    desk: Desk,
    errors: Sequence[FieldError] = (),
    status: int = 422,
    using: tuple[str, str | None] | None = None,
) -> Response:
    """`using`: a channel that somebody is about to use, with its number or address."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        marks = shown.written(await as_shown.marks(tx, case.person_id))  # before what they are of is read
        held = await contacting.profile_for_hub(tx, case, visit.now)
        attempts = await contact.attempts(tx, case.case_id)
        other = await _others(tx, visit, case)
        gone = await numbers.retired(tx, case.person_id)
        promised = await beside.next_call(tx, case.case_id)
        officer = await liaison.of_case(tx, case.case_id)
        wished = await wishes.to_ask(tx, case.case_id)
        asks = {kind for one in wished for kind in wishing.asked_by(one) if _stopped(held, kind, visit.now)}
        dead = alarming.is_dead(await cases.alerts(tx, case.case_id))
        guarded = bool(await protected.of(tx, [case.person_id]))
        top = await frame(tx, visit, case, "Contact")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("contact", *other))])
    channels = [
        {**_channel(visit, desk, case, held, kind, attempts), "other": other.get(kind, ()), "asks": kind in asks}
        for kind in CHANNELS
    ]
    usable = {c["kind"]: words.words(str(c["kind"])) for c in channels if c["may"].allowed}
    return visit.render(
        "case_ui/contact.html",
        status=status if errors else 200,
        **top,
        shown=(one(visit, "shown") if errors and status == 422 else "") or marks,
        channels=channels,
        shut=_shut(held),
        dead=dead,
        wished=[happened.before(one) for one in wished],
        uses=USES,
        days=said.days,
        lock=words.lock,
        hours=said.hours,
        using=using,
        **_guarded(desk, guarded=guarded),
        promised=promised,
        attempts=attempts,
        gone=gone,
        liaison=officer,
        liaison_shown=liaising.mark(officer) if officer else "",
        liaison_choices=_liaison_choices(visit, desk, officer),
        liaison_words=desk.books.transitions.reasons[liaising.WORDS],
        gone_words=desk.books.transitions.reasons["number_retired"],
        attempt_id=uuid4(),
        usable=usable,
        outcomes=OUTCOMES,
        sooner=[{"value": code, "text": text} for code, text in sooner_items(desk).items()],
        sooner_words=desk.books.transitions.reasons["attempt_sooner"],
        kinds={kind: words.words(kind) for kind in CHANNELS},
        errors=list(errors) if usable else [FieldError("", e.message) if e.field in ATTEMPT else e for e in errors],
    )


def _channel(
    visit: Visit, desk: Desk, case: Case, held: Profile, kind: str, attempts: Sequence[Attempt]
) -> dict[str, Any]:
    """A way to reach the person, whether it may be used now, and from when again."""
    may = safe_contact.may_use(held, kind, "support", visit.now)
    return {
        "kind": kind,
        "state": held.channel(kind),
        "may": may,
        "next": _next(visit, desk, case, held, kind, attempts),
    }


def _stopped(held: Profile, kind: str, now: datetime) -> bool:
    """Whether a way is shut for nothing but that somebody said so behind the person's link."""
    return safe_contact.may_use(held, kind, "support", now).why == safe_contact.PERSON_SAID


def _guarded(desk: Desk, *, guarded: bool) -> dict[str, Any]:
    """Which ways lead to a protected address, and what is asked before it is opened."""
    return {
        "guarded": protected.PLACES if guarded else (),
        "guarded_words": desk.books.transitions.reasons["protected_use"].words,
        "guarded_reasons": protected_reasons(desk),
    }


def protected_reasons(desk: Desk) -> dict[str, str]:
    """What a protected address may be opened for, in words by code."""
    return {one.code: one.words for one in desk.books.transitions.reasons["protected_use"].reasons}


def _liaison_choices(visit: Visit, desk: Desk, officer: liaison.Liaison | None) -> dict[str, str]:
    """What may be said of the family liaison officer, without what stands already."""
    stands = liaising.stands(officer) if officer else ""
    listed = desk.books.transitions.reasons[liaising.WORDS].on(local_day(visit.now))
    return {one.code: one.words for one in listed if one.code != stands}


def _shut(held: Profile) -> tuple[str, bool] | None:
    """Why nobody contacts the person at all, said before anybody fills in a form; and whether what they said waits to
    be recorded."""
    if held.shut is None:
        return None
    return safe_contact.Verdict(False, held.shut).words, held.shut == gating.SAID_NO


async def _others(tx: Tx, visit: Visit, case: Case) -> dict[str, list[tuple[str, str]]]:
    """By kind, what records of this person have where they differ: whose it is, and as much of it as tells it apart."""
    found = deciding.differing(await numbers.held(tx, case.person_id), case.person_id)
    rows = [row for each in found.values() for row in each]
    clear = await deciding.in_clear(visit.sealer, rows) if visit.may("case.reveal") else {}
    return {
        kind: [
            ("this record" if row.person_id == case.person_id else f"the record of case {row.reference}", text)
            for row, text in deciding.shown(each, clear, kind)
        ]
        for kind, each in found.items()
    }


def _next(
    visit: Visit, desk: Desk, case: Case, held: Profile, kind: str, attempts: Sequence[Attempt]
) -> datetime | None:
    """Until when the person is not to be tried again on this channel; None where they may be tried now."""
    tried = [e.at for e in attempts if e.channel == kind]
    at = not_before(_pace(visit, desk, case, kind), tried, visit.now, held, kind)
    return at if at > visit.now else None


def _pace(visit: Visit, desk: Desk, case: Case, kind: str) -> Pace:
    paces = desk.books.standards_on(local_day(visit.now)).attempts
    return paces["life_safety" if case.priority == 0 else "others", kind]


def sooner_items(desk: Desk) -> dict[str, str]:
    """Why somebody may be tried sooner than the pace allows, by code; none of them first."""
    listed = desk.books.transitions.reasons["attempt_sooner"]
    return {"": "It is not sooner", **{reason.code: reason.words for reason in listed.reasons}}


async def use(visit: Visit, desk: Desk) -> Response:
    """The number or address of a channel, once, because somebody is about to use it and it is safe now."""
    kind = one(visit, "channel")
    needed = one(visit, f"needed-{kind}")
    why = needed if needed in protected_reasons(desk) else None
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            ways = await wishing.ways(tx, case.case_id) if one(visit, "asking") == "yes" else ()
            value = await contacting.open_channel(
                tx, visit.signed_in, visit.sealer, case, kind, visit.now, why, to_ask=ways
            )
    except Refused as refused:
        if refused.code == "protected":
            return await show(
                visit, desk, [FieldError(f"needed-{kind}", "Choose what the protected address is needed for")]
            )
        return await show(visit, desk, [error_of(refused, "")])
    return await show(visit, desk, using=(kind, value))


async def _not_before(visit: Visit, desk: Desk, channel: str) -> str:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        held = await contacting.profile_for_hub(tx, case, visit.now)
        at = _next(visit, desk, case, held, channel, await contact.attempts(tx, case.case_id))
    return f"The next attempt may be made on {when(at)}. If it cannot wait, choose why"


async def lock(visit: Visit, desk: Desk) -> Response:
    channel = one(visit, "channel")
    if channel not in CHANNELS:
        return await show(visit, desk, [FieldError("channel", "Choose the channel")])
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        await contacting.lock_channel(tx, visit.signed_in, case.case_id, channel, "someone_else_answered", visit.now)
    return visit.redirect(f"/cases/{case.case_id}/contact", flash="The channel is locked everywhere.")


async def set_safety(visit: Visit, desk: Desk) -> Response:
    channel, safety, spoke = one(visit, "which"), one(visit, "safety"), one(visit, "spoke") == "yes"
    shut, freed = list[str](), 0
    errors = [] if channel in CHANNELS else [FieldError("which", "Choose the channel")]
    errors += [] if safety in ("safe", "unsafe", "unknown") else [FieldError("safety", "Choose whether it is safe")]
    answered = one(visit, "spoke") in ("yes", "no")
    errors += [] if answered else [FieldError("spoke", "Choose whether you have spoken to them")]
    errors += safe_times_said.wrong(visit, safety)
    if errors:
        return await show(visit, desk, errors)
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            waiting = await safe_again.held(tx, [case.person_id])
            viewer, asked = visit.signed_in.user_id, (channel, one(visit, "shown"), safety)
            moved = await as_shown.moved(tx, case.person_id, *asked, viewer, visit.now)
            if moved is None or _shuts(moved, safety):
                about = (visit.signed_in, case.case_id, channel, safety, visit.now)
                shut = await contacting.set_safety(tx, *about, spoke=spoke)
            if moved is None:
                books = await stocked.current(tx, desk.books)
                freed = await safe_again.follow(tx, waiting, books, visit.now, by=viewer)
            if moved is None or moved.again:
                times = (one(visit, "days"), one(visit, "hours"))
                await timing.keep(tx, visit.signed_in, case.case_id, channel, *times)
    except Refused as refused:
        return await show(visit, desk, [error_of(refused, "spoke" if refused.field == "spoke_to_person" else "safety")])
    told = f"What is safe was changed, everywhere at once.{_with_it(shut)}{FREED if freed else ''}"
    if moved is not None and not moved.again:
        if not moved.safer:
            return await show(visit, desk, [FieldError("which", _changed(moved))], 409)
        told = told + TAKEN if _shuts(moved, safety) else STAYS_SHUT
    return visit.redirect(f"/cases/{case.case_id}/contact", flash=told)


def _shuts(moved: Moved, safety: str) -> bool:
    """Whether what an older page says of a channel makes it less safe than it stands; a lock stands above all."""
    return moved.safer and not moved.channel.locked and moved.channel.safety != safety


def _with_it(kinds: Sequence[str]) -> str:
    named = ", ".join(words.words(kind) for kind in kinds)
    return f" Shut with it, since it is the same number: {named}." if kinds else ""


def _changed(moved: Moved) -> str:
    """What became of a channel since the page was opened: what it is now, and who said so, when."""
    channel = moved.channel
    name, stands = words.words(channel.kind), "locked" if channel.locked else STANDS[channel.safety]
    who = f", set by {said.who(channel.set_by_role or 'system')} on {when(channel.set_at)}" if moved.set_anew else ""
    why = f" ({words.lock(channel.locked_why)})" if channel.locked else ""
    number = "" if moved.set_anew else ", or its number or address is another one"
    return (
        f"{name} has changed since you opened this page: it is {stands} now{why}{who}{number}."
        " Nothing was saved. Send this again only if it is right all the same"
    )


TODAY = "somebody of the hub (see “To do today” of the case)"


async def record_attempt(visit: Visit, desk: Desk) -> Response:
    channel, outcome, sooner = one(visit, "channel"), one(visit, "outcome"), one(visit, "sooner")
    errors = [] if channel in CHANNELS else [FieldError("channel", "Choose how you tried to reach the person")]
    errors += [] if outcome in OUTCOMES else [FieldError("outcome", "Choose what came of it")]
    errors += [] if not sooner or sooner in sooner_items(desk) else [FieldError("sooner", "Choose why from the list")]
    attempt = sent_id(visit, "attempt_id")
    if errors or attempt is None:
        return await show(visit, desk, errors or [FieldError("channel", "Open the page again, then record it")])
    locked = None
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            if attempt not in {each.attempt_id for each in await contact.attempts(tx, case.case_id)}:
                locked = await contacting.record_attempt(
                    tx,
                    visit.signed_in,
                    attempt,
                    case.case_id,
                    channel,
                    outcome,
                    visit.now,
                    for_support=True,
                    pace=_pace(visit, desk, case, channel),
                    sooner=sooner or None,
                )
    except Refused as refused:
        if refused.code == "too_soon":
            return await show(visit, desk, [FieldError("sooner", await _not_before(visit, desk, channel))])
        return await show(visit, desk, [error_of(refused, "channel")])
    return visit.redirect(f"/cases/{case.case_id}/contact", flash=f"{said.attempted(locked, TODAY)}.")
