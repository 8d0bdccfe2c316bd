"""A step sent from a page older than the referral: the same press again, another answer of the same worker, or
something that changed meanwhile."""

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from starlette.responses import Response

from kit.database import Tx
from kit.web.app import Visit
from kit.web.words import when
from services.referral.actions import late_words
from services.referral.domain import shown
from services.referral.domain.books import Books
from services.referral.domain.ended import NOT_SAFE_TO_ASK
from services.referral.said import DONE, who
from services.referral.store import last_step, step_said

_NOT_SAID = frozenset({"csrf_token", "stood"})
"""Fields of a form that the worker does not fill in."""
TELL_THE_HUB = (
    "If it was wrong, and above all if somebody died or a way to reach them is not safe, tell the hub now by telephone."
)
SAID_BEFORE = "You took this step yourself just now, with another answer, and that first answer counts."
SAID_OTHERWISE = f"{SAID_BEFORE} {TELL_THE_HUB}"


class Stands(Protocol):
    """A referral, as far as its viewer may know where it stands."""

    @property
    def state(self) -> str | None: ...
    @property
    def leg_id(self) -> UUID | None: ...
    @property
    def paused_at(self) -> datetime | None: ...
    @property
    def asked_at(self) -> datetime | None: ...
    @property
    def review_on(self) -> date | None: ...
    @property
    def check_in_on(self) -> date | None: ...


def stood(held: Stands, *more: object) -> str:
    """Where a referral stood when a page was made, for a hidden field. `more`: what else the page showed of it."""
    days = (held.review_on, held.check_in_on)
    return shown.mark(None, held.state, held.leg_id, held.paused_at, held.asked_at, *days, *more)


def differs(visit: Visit, now: str) -> bool:
    """Whether the form brought another mark than the one of now, or none."""
    return _brought(visit) != now


def carried(visit: Visit, now: str) -> str:
    """The mark for a form: what it brought where it is shown again with errors, else that of now."""
    brought = _brought(visit)
    return brought if visit.request.method == "POST" and brought else now


def _brought(visit: Visit) -> str:
    return (visit.form.get("stood") or [""])[0]


def _said(visit: Visit) -> bytes:
    """What the form says, as a digest under our key."""
    fields = sorted(
        (name, [one.strip() for one in values]) for name, values in visit.form.items() if name not in _NOT_SAID
    )
    return visit.shop.signer.digest("step", repr([one for one in fields if any(one[1])]))


async def taken(tx: Tx, visit: Visit, referral_id: UUID, verb: str) -> None:
    """Keeps what was said with a step, in the transaction in which it is taken."""
    await step_said.keep(tx, referral_id, visit.signed_in.user_id, verb, _said(visit), visit.now)


async def heard(tx: Tx, visit: Visit, case_id: UUID, referral_id: UUID) -> str:
    """Takes what a form that came too late says of danger or death; returns what was taken, in words, or ""."""
    said = [text.rpartition("/")[2] for name in ("reason_code", "reason") for text in visit.form.get(name, ())]
    asked = [text for name, texts in visit.form.items() if name.startswith("outcome-") for text in texts]
    safer = [one for one in said if one in late_words.SAFER] + [one for one in asked if one == NOT_SAFE_TO_ASK]
    if not safer:
        return ""
    form = f"{_brought(visit)}/{_said(visit).hex()}"
    return await late_words.say(tx, visit.signed_in, (referral_id, case_id), safer[0], form, visit.now)


async def answer(
    tx: Tx, visit: Visit, books: Books, case_id: UUID, referral_id: UUID, verb: str, state: str | None, to: str
) -> Response:
    """As the first time, where this viewer took the step just now and said the same; else 409 with who did what, when,
    and how it stands, and what was `heard` all the same. `state`: of now, None where the viewer may not know it; `to`:
    the page of the referral."""
    last = await last_step.of(tx, case_id, referral_id)
    rows = [row for row in books.transitions.rows if row.verb == verb and row.may(visit.signed_in.role)]
    mine = last and last.actor_id == visit.signed_in.user_id and visit.now - last.happened_at <= shown.JUST_NOW
    for row in rows if last and mine else ():
        if row.event is not None and last and last.type == row.event.TYPE and row.to in (None, state):
            if await step_said.last(tx, referral_id, visit.signed_in.user_id, verb) == _said(visit):
                return visit.redirect(to, flash=DONE[row.verb])
            kept = await heard(tx, visit, case_id, referral_id)
            said = await told(tx, books, case_id, referral_id, state)
            return visit.conflict(f"{SAID_OTHERWISE if not kept else SAID_BEFORE} {said}", to, kept=kept)
    kept = await heard(tx, visit, case_id, referral_id)
    said = await told(tx, books, case_id, referral_id, state)
    return visit.conflict(f"{said} {TELL_THE_HUB}" if verb == "check_in" and not kept else said, to, kept=kept)


async def told(tx: Tx, books: Books, case_id: UUID, referral_id: UUID, state: str | None) -> str:
    """How a referral stands now, and who took its last step, when."""
    last = await last_step.of(tx, case_id, referral_id)
    known = books.transitions.states.get(state or "")
    said = [f"It stands now as “{known.words}”."] if known else []
    if last:
        role = "the hub" if last.actor_role == "system" else who(last.actor_role)
        said.append(f"The last step was taken by {role} on {when(last.happened_at)}.")
    return " ".join(said)
