"""What the portal's pages share: the books of the service, one's own referral, and refusals in words."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import calendar, local_day
from kit.access import colleagues
from kit.database import Tx
from kit.listening import Context
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.organisations import held
from kit.web.words import date_words
from services.referral import stale_steps
from services.referral.actions import books as stocked
from services.referral.actions.leg_links import ROLE
from services.referral.domain.books import Books
from services.referral.domain.transitions import Transition
from services.referral.provider_portal import due_words, within, words
from services.referral.store import portal
from services.referral.store.portal import Offered
from services.referral.store.portal_due import Limits, limits_of

View = Callable[[Visit, Books], Awaitable[Response]]
STALE = frozenset({"not_found", "not_from_here", "already_with_a_provider", "already_asked", "no_question_open"})
REFUSALS = {
    "missing": "Choose an answer",
    "not_in_the_list": "Choose an answer from the list",
    "too_few_attempts": "Record at least three attempts before you close it as not reached, or choose that there is no"
    " safe way where none is",
    "unknown": "Nobody knows whether this channel is safe, so it cannot be used",
    "unsafe": "This channel is not safe, so it cannot be used",
    "person_said": "The person wants nobody to use this channel: they said so themselves",
    "died": "It was recorded that the person died: nobody contacts them",
    "locked": "This channel is locked: only somebody who has spoken to the person lifts the lock",
    "ask_hub_first": "Something was heard of the person, as the warning says: ask the hub before any contact",
    "said_no": "The person said no to support: nobody calls them unless they get in touch",
    "through_officer": "A family liaison officer is with the family: reach them through that officer",
    "not_this_day": "This channel is not safe today",
    "not_this_hour": "This channel is not safe at this hour",
    "unreached_too_far": "You could not reach the person, so try again sooner: within the days said below",
    "not_within_the_standard": "Choose a day after today, within the days that are allowed",
    "urgent_within_a_day": "It is urgent: enter tomorrow. The hub looks at once for a provider that can begin now; or"
    " decline",
    "urgent_hold_a_day": "It is urgent: enter tomorrow. The hub is told and looks at it. If it is not safe to be in"
    " touch now, choose that as the reason: the review then asks for no word to the person",
    "not_a_channel": "Choose how you tried to reach the person",
}
TRYING = frozenset({"accepted", "waitlisted", "in_support", "on_hold"})
"""States in which a provider tries to reach the person."""


@dataclass(frozen=True, slots=True)
class Room:
    """Gives every view the books as they stand: directory, transition table, reasons."""

    context: Context

    def __call__(self, view: View) -> Callable[[Visit], Awaitable[Response]]:
        async def answer(visit: Visit) -> Response:
            async with visit.begin() as tx:
                books = await stocked.current(tx, self.context.facts)
            visit.of = books.directory.names().get(visit.organisation, "") if visit.organisation else ""
            return await or_ask_hub(view, visit, books)

        return answer


async def or_ask_hub(view: View, visit: Visit, books: Books) -> Response:
    """The view; and where its page is not there since the person was hidden from whoever had the referral, one that
    says to ask the hub, and by which a channel can still be shut. Whoever works for two providers is told that what
    they look for may be the other one's."""
    try:
        return await view(visit, books)
    except HTTPException as missing:
        referral_id = await _hidden(visit) if missing.status_code == 404 else None
        if referral_id is None:
            if missing.status_code == 404 and visit.of and len(await held(visit.access, visit.signed_in)) > 1:
                return visit.problem(404, several=True)
            raise
    return visit.render(
        "provider_portal/ask_hub.html",
        status=404,
        base=LINKED if visit.signed_in.role == ROLE else f"/portal/referrals/{referral_id}",
        may_lock=visit.may("portal.write"),
        channels=words.CHANNELS,
        errors=[FieldError("channel", "Choose which way you used")] if visit.request.method == "POST" else [],
    )


async def _hidden(visit: Visit) -> UUID | None:
    """The referral of the address, where the viewer's provider had it and it is hidden from the viewer now."""
    try:
        referral_id = visit.id("referral_id")
        async with visit.begin() as tx:
            return referral_id if await portal.is_hidden(tx, referral_id) else None
    except (KeyError, HTTPException):
        return None


def limits(visit: Visit, books: Books) -> Limits:
    """The limits of the contracts of the viewer's provider, or of every one, around today."""
    mine = visit.signed_in.organisation_id
    ours = [one for one in books.directory.contracts if mine is None or one.provider.provider_id == mine]
    return limits_of(ours, local_day(visit.now), books.closed)


async def own(tx: Tx, visit: Visit, books: Books) -> Offered:
    """One's own provider's leg of the referral in the address; for everybody else's the page is not there."""
    found = await portal.one(tx, visit.id("referral_id"), limits(visit, books))
    if found is None:
        raise HTTPException(404)
    return found


def one(visit: Visit, name: str) -> str:
    """A field of the form that was sent, or an empty text."""
    return (visit.form.get(name) or [""])[0]


def day_of(visit: Visit, name: str, missing: str) -> tuple[date | None, list[FieldError]]:
    """A day that came in three fields, or what to put right."""
    parts = [one(visit, f"{name}-{part}").strip() for part in ("year", "month", "day")]
    if not any(parts):
        return None, [FieldError(name, missing)]
    try:
        return date(*(int(part) for part in parts)), []
    except (ValueError, OverflowError):
        return None, [FieldError(name, "The day must be a real date, like 27 3 2027")]


def step_id(visit: Visit) -> UUID:
    """The id that the form was made with, so that sending it twice does it once; a new one where it was lost."""
    try:
        return UUID(one(visit, "step_id"))
    except ValueError:
        return uuid4()


def client_id(visit: Visit, name: str) -> UUID | None:
    """An id that the form brought, so that sending it twice does it once; None where it is none."""
    try:
        return UUID(one(visit, name))
    except ValueError:
        return None


def error_of(refused: Refused, field: str) -> FieldError:
    """A refusal as a message at the field it belongs to."""
    return FieldError(field, REFUSALS.get(refused.code, f"This cannot be done now ({refused.code.replace('_', ' ')})"))


def state_of(offered: Offered) -> str:
    """Where the referral stands as far as this provider may know."""
    return offered.state or {"declined": "declined_by_provider"}.get(offered.leg_state, offered.leg_state)


def stood_of(offered: Offered) -> str:
    """Where the referral stands, for the hidden field of a form that takes a step."""
    return stale_steps.stood(offered)


async def moved(tx: Tx, visit: Visit, books: Books, offered: Offered) -> Response:
    """409 where the referral stands otherwise than it would have to: how it stands, who took its last step, and the way
    there. It is said to have changed only where the page that was sent is known to be older. What the form says of
    danger is taken all the same."""
    kept = await stale_steps.heard(tx, visit, offered.case_id, offered.referral_id)
    said = await stale_steps.told(tx, books, offered.case_id, offered.referral_id, offered.state)
    stale = "stood" in visit.form and stale_steps.differs(visit, stood_of(offered))
    return visit.conflict(said, base(visit, offered), stale=stale, kept=kept)


def can_try(visit: Visit, offered: Offered) -> bool:
    return offered.state in TRYING and visit.may("portal.write")


def steps(visit: Visit, books: Books, offered: Offered) -> list[Transition]:
    """What this viewer may do to the referral now, from the transition table."""
    if offered.state is None or not visit.may("portal.write"):
        return []
    possible = books.transitions.possible(offered.state, visit.signed_in.role)
    asked = {"ask"} if offered.asked_at else set()
    return [row for row in possible if row.verb not in {"view", "record_attempt"} | asked]


HAS_LEFT = "Somebody who has left"
SATURDAY = 5
LINKED = "/portal/link"
"""Where the one referral of a one-time link is."""


def base(visit: Visit, offered: Offered) -> str:
    """The address of a referral's page, for a worker or for whoever holds a link."""
    return LINKED if visit.signed_in.role == ROLE else f"/portal/referrals/{offered.referral_id}"


async def workers(visit: Visit) -> dict[UUID, str]:
    """Names of the people of the viewer's own organisation; of none for whoever holds a link."""
    if visit.signed_in.role == ROLE:
        return {}
    return {one.user_id: one.name for one in await colleagues(visit.access, visit.signed_in.organisation_id)}


def frame(visit: Visit, books: Books, offered: Offered, names: Mapping[UUID, str] | None = None) -> dict[str, Any]:
    """What every page of one referral shows at its top."""
    contract = books.directory.by_id.get(offered.contract_id)
    known = {**(names or {}), visit.signed_in.user_id: "You"}
    return {
        "offered": offered,
        "base": base(visit, offered),
        "stood": stood_of(offered),
        "state": words.state(books, state_of(offered)),
        "line": words.line(offered.line),
        "hidden": offered.kind is None,
        "area": within.area(offered) if offered.kind else words.NO_LONGER,
        "contract": contract.title if contract else "A contract that has ended",
        "holder": known.get(offered.assigned_to, HAS_LEFT if names else "A colleague")
        if offered.assigned_to
        else "Nobody",
        "due": due_words.due(offered, visit.now),
        "late": due_words.is_late(offered, visit.now),
        "open": offered.leg_state in ("sent", "accepted", "waitlisted"),
        "falls_due": falls_due(offered, local_day(visit.now)),
    }


def day_off(day: date) -> str:
    """A word of caution of a bank holiday or a weekend that was chosen; "" for any other day."""
    what = "a bank holiday" if day in calendar().holidays else "at the weekend" if day.weekday() >= SATURDAY else ""
    return f" {date_words(day)} is {what}: make sure that somebody is there." if what else ""


def falls_due(offered: Offered, today: date) -> str | None:
    """What falls due today or did before: the review of a hold, or a check-in."""
    if offered.died_at is not None:
        return None
    if offered.state == "on_hold" and offered.review_on is not None and offered.review_on <= today:
        return "Review the hold"
    if offered.state == "waitlisted" and offered.check_in_on is not None and offered.check_in_on <= today:
        return "Check in"
    return None
