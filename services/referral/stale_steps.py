"""A step sent from a page older than the referral: the same press again, or something that changed meanwhile."""

from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from kit.database import Tx
from kit.web.app import Visit
from kit.web.words import when
from services.referral.domain import shown
from services.referral.domain.books import Books
from services.referral.said import DONE
from services.referral.store import last_step


def stood(state: str | None, leg_id: UUID | None, paused_at: datetime | None) -> str:
    """Where a referral stood when a page was made, for a hidden field."""
    return shown.mark(None, state, leg_id, paused_at)


def differs(visit: Visit, now: str) -> bool:
    """Whether the form brought another mark than the one of now."""
    brought = (visit.form.get("stood") or [""])[0]
    return bool(brought) and brought != now


def carried(visit: Visit, now: str) -> str:
    """The mark for a form: what it brought where it is shown again with errors, else that of now."""
    brought = (visit.form.get("stood") or [""])[0]
    return brought if visit.request.method == "POST" and brought else now


async def answer(
    tx: Tx, visit: Visit, books: Books, case_id: UUID, referral_id: UUID, verb: str, state: str | None, to: str
) -> Response:
    """As the first time, where this viewer took the step just now; else 409 with who did what, when, and how it
    stands. `state`: of now, None where the viewer may not know it; `to`: the page of the referral."""
    last = await last_step.of(tx, case_id, referral_id)
    rows = [row for row in books.transitions.rows if row.verb == verb and row.may(visit.signed_in.role)]
    mine = last and last.actor_id == visit.signed_in.user_id and visit.now - last.happened_at <= shown.JUST_NOW
    for row in rows if last and mine else ():
        if row.event is not None and last and last.type == row.event.TYPE and row.to in (None, state):
            return visit.redirect(to, flash=DONE[row.verb])
    known = books.transitions.states.get(state or "")
    said = [f"It stands now as “{known.words}”."] if known else []
    if last:
        role = "the hub" if last.actor_role == "system" else last.actor_role.replace(".", " ").replace("_", " ")
        said.append(f"The last step was taken by {role} on {when(last.happened_at)}.")
    return visit.problem(409, changed=" ".join(said))
