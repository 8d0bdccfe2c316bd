"""Somebody told the hub that the person of a case died: written down once it was confirmed, with a referral or none."""

from collections.abc import Sequence

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import alarming
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.store import cases

WRITTEN = "It is written down that the person died. Every way to reach them is shut."


SAID_BY = "death_said_by"


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    """What follows from it, before it is written down; nothing to press where it stands already."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        dead = alarming.is_dead(await cases.alerts(tx, case.case_id))
        top = await frame(tx, visit, case, "Contact")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("contact",))])
    listed, status = desk.books.transitions.reasons[SAID_BY], 422 if errors else 200
    who = {each.code: each.words for each in listed.reasons}
    return visit.render(
        "case_ui/death.html", status=status, **top, dead=dead, asked=listed.words, who=who, errors=list(errors)
    )


async def write(visit: Visit, desk: Desk) -> Response:
    said_by = one(visit, "said_by")
    if said_by not in {each.code for each in desk.books.transitions.reasons[SAID_BY].reasons}:
        return await ask(visit, desk, [FieldError("said_by", "Choose who said that the person died")])
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        await alarming.died_by_the_hub(tx, visit.signed_in, case.case_id, said_by, visit.now)
    return visit.redirect(f"/cases/{case.case_id}/contact", flash=WRITTEN)
