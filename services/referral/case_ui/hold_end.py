"""The page on which a human ends a hold: why, with a note; and a second person agrees where the list asks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from services.referral.actions import books as stocked
from services.referral.actions import ending_holds, sealing, watching_looks
from services.referral.actions.asked import CHECK_LETTERS, CHECK_NUMBER
from services.referral.actions.ending_holds import Asked
from services.referral.actions.filing import UNKNOWN_WORD
from services.referral.case_ui import meanwhile, unknown_word, words
from services.referral.case_ui.hold_ends import name_of
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.desk_books import HoldEnds, hold_ends
from services.referral.domain.plain_text import is_plain
from services.referral.domain.telephone import one_number
from services.referral.drafting import told_id
from services.referral.store import cases
from services.referral.store import hold_ends as store

FIRST = {
    "age_stands": ("told", "The age as it stands is one that this hold is for. Write down the right age"),
}
"""What has to be known before, by code: the page where it is entered, and what is said."""
SAID = {
    "reason": "Choose why the hold may end",
    "text": "Write down what was done or found, in up to 20,000 characters",
}
RESTRICTED = "The case is restricted from now on by what the word means: whoever may see it goes on with it."
CHANGED = "What is known changed since somebody asked, so nobody can agree to it any more: say no, and look again"


def _end(visit: Visit) -> HoldEnds:
    end = hold_ends().get(visit.params["hold"])
    if end is None or end.reasons is None:
        raise HTTPException(404)
    return end


def _gone(visit: Visit) -> Response:
    return visit.conflict("This hold is over, or the case is closed, so nothing was changed.", _base(visit))


def _base(visit: Visit) -> str:
    return f"/cases/{visit.params['case_id']}"


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    end, hold = _end(visit), visit.params["hold"]
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        if hold not in case.holds or case.state == "closed":
            return _gone(visit)
        waits = next((each for each in await store.waiting_of(tx, case.case_id) if each.hold == hold), None)
        lacks = None if waits else await ending_holds.missing(tx, case, hold)
        routings = await cases.routings(tx, case.case_id)
        asks = await unknown_word.asks(tx, routings[0] if routings else None) if hold == UNKNOWN_WORD else []
        top = await frame(tx, visit, case, "Overview")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("holds",))])
    reasons = desk.books.transitions.reasons[end.reasons or ""]
    return visit.render(
        "case_ui/hold_end.html",
        status=422 if errors else 200,
        **top,
        hold=hold,
        name=name_of(hold, routings[0] if routings else None),
        end=end,
        waits=waits,
        mine=waits is not None and waits.asked_by == visit.signed_in.user_id,
        asked_by=meanwhile.who(visit, waits.asked_by, waits.asked_at) if waits else "",
        first=FIRST.get(lacks or ""),
        asked=reasons.words,
        why=reasons.words_of(waits.reason) if waits else "",
        reasons={reason.code: reason.words for reason in reasons.on(local_day(visit.now))},
        asks=asks,
        end_id=uuid4(),
        asks_contact=hold == ending_holds.NO_CONTACT,
        errors=errors,
    )


async def take(visit: Visit, desk: Desk) -> Response:
    """Asks for the end of a hold; where no second person is needed it ends."""
    _end(visit)
    hold, end_id = visit.params["hold"], told_id(visit, "end_id")
    if end_id is None:
        return await ask(visit, desk, [FieldError("reason", SAID["reason"])])
    meant = {name: one(visit, name) for name in visit.form if name.startswith(unknown_word.FIELD)}
    said = Asked(end_id, hold, one(visit, "reason"), one(visit, "text"), meant)
    if said.finds_contact:
        contact, errors = _contact(visit)
        if errors:
            return await ask(visit, desk, errors)
        said = replace(said, contact=contact)
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            books = await stocked.current(tx, desk.books)
            done = await ending_holds.ask(tx, visit.signed_in, visit.sealer, case.case_id, said, books, visit.now)
            now = await cases.get(tx, case.case_id) or case
    except Refused as refused:
        if refused.code == "not_held":
            return _gone(visit)
        if refused.field.startswith(unknown_word.FIELD):
            return await ask(visit, desk, [FieldError(refused.field, unknown_word.CHOOSE)])
        if refused.field in SAID:
            return await ask(visit, desk, [FieldError(refused.field, SAID[refused.field])])
        return await ask(visit, desk)  # it says itself what is in the way
    name = words.words(hold)
    if now.restricted and not visit.signed_in.may_see_restricted:
        return visit.redirect("/cases", flash=f"Ended: {name}. {RESTRICTED}")
    if done:
        return visit.redirect(_base(visit), flash=f"Ended: {name}. Nothing was sent by it: what follows is for you.")
    return visit.redirect(_base(visit), flash=f"Asked. The hold stays until somebody else agrees: {name}.")


class Contact(BaseModel):
    """Whom to speak to at a business."""

    contact_given_names: Annotated[str, Say("Enter the given names of whom to speak to")] = Field(max_length=100)
    contact_family_name: Annotated[str, Say("Enter the family name of whom to speak to")] = Field(max_length=100)
    contact_phone: str | None = Field(default=None, max_length=30)


def _contact(visit: Visit) -> tuple[sealing.Details | None, list[FieldError]]:
    """The names, and the number, of which nobody has said yet that it is safe."""
    given, errors = parse(Contact, visit.form)
    if given is None:
        return None, errors
    names = ("contact_given_names", "contact_family_name")
    errors = [FieldError(name, CHECK_LETTERS) for name in names if not is_plain(getattr(given, name))]
    number = one_number(given.contact_phone) if given.contact_phone else None
    if given.contact_phone and number is None:
        errors.append(FieldError("contact_phone", CHECK_NUMBER))
    kind = "mobile" if (number or "").startswith("07") else "landline"
    ways = [{"kind": kind, "value": given.contact_phone}] if number else []
    told = {"given_names": given.contact_given_names, "family_name": given.contact_family_name, "channels": ways}
    return sealing.Details.model_validate(told), errors


async def decide(visit: Visit, desk: Desk) -> Response:
    """A second person agrees, or says no."""
    _end(visit)
    says, end_id = one(visit, "says"), _uuid(one(visit, "end_id"))
    if says not in ("yes", "no") or end_id is None:
        return await ask(visit, desk, [FieldError("says", "Choose whether the hold ends. Nothing was changed")])
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            books = await stocked.current(tx, desk.books)
            about = (case.case_id, end_id, books, visit.now)
            if says == "yes":
                await watching_looks.second(tx, visit.sealer, visit.signed_in, case, visit.now)
            hold = await ending_holds.second(tx, visit.signed_in, *about, agrees=says == "yes")
            gone = hold not in (await cases.get(tx, case.case_id) or case).holds
    except Refused as refused:
        if refused.code == "second_person_needed":
            return await ask(visit, desk, [FieldError("says", "You asked for it, so somebody else has to agree")])
        if refused.code == "facts_changed":
            return await ask(visit, desk, [FieldError("says", CHANGED)])
        return await _decided(visit, end_id, says)
    if says == "yes" and gone:
        return visit.redirect(_base(visit), flash="The hold is ended. Nothing was sent by it: what follows is for you.")
    return visit.redirect(_base(visit), flash="The hold stays.", done=False)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _decided(visit: Visit, end_id: UUID, says: str) -> Response:
    """It waits no more: the same press again is answered as the first, any other is told how it stands."""
    async with visit.begin() as tx:
        held = await store.get(tx, end_id)
    if held is None or held.says == "waits":
        raise HTTPException(404)
    how = "ended" if held.says == "ended" else "not ended"
    if held.decided_by == visit.signed_in.user_id and (says == "yes") == (held.says == "ended"):
        return visit.redirect(_base(visit), flash=f"That was decided already: the hold was {how}.")
    said = f"The hold was {how}, {meanwhile.who(visit, held.decided_by, held.decided_at)}."
    return visit.conflict(said, _base(visit))


async def waiting(visit: Visit, desk: Desk) -> Response:
    """The ends of holds that wait for a second person."""
    async with visit.begin() as tx:
        held, me = await store.waiting(tx), visit.signed_in.user_id
        of = await cases.each_of(tx, {each.case_id for each in held})
        found = [{"held": e, "case": of[e.case_id], "mine": e.asked_by == me} for e in held if e.case_id in of]
        seen = [audit.seen(visit.signed_in, "hold_ends_seen", "case", e.case_id) for e in held if e.case_id in of]
        await audit.record(tx, seen or [audit.seen(visit.signed_in, "hold_ends_seen", "list", None)])
    reasons = desk.books.transitions.reasons
    lists = {hold: reasons[end.reasons] for hold, end in hold_ends().items() if end.reasons}
    return visit.render("case_ui/hold_ends.html", found=found, lists=lists, words=words.words)
