"""Somebody told the hub that the person of a case died: written down once it was confirmed, with a referral or none."""

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.referral.actions import alarming
from services.referral.case_ui.room import Desk, frame, opened
from services.referral.store import cases

WRITTEN = "It is written down that the person died. Every way to reach them is shut."


async def ask(visit: Visit, desk: Desk) -> Response:
    """What follows from it, before it is written down; nothing to press where it stands already."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        dead = alarming.is_dead(await cases.alerts(tx, case.case_id))
        top = await frame(tx, visit, case, "Contact")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("contact",))])
    return visit.render("case_ui/death.html", **top, dead=dead)


async def write(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        await alarming.died_by_the_hub(tx, visit.signed_in, case.case_id, visit.now)
    return visit.redirect(f"/cases/{case.case_id}/contact", flash=WRITTEN)
