"""The rights of a case that was opened without the right: another service keeps them, and they stay closed."""

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.referral import desk_books
from services.referral.case_ui import glass
from services.referral.case_ui.room import Desk, frame, opened


async def show(visit: Visit, desk: Desk) -> Response:
    """Says why the pages of the Code are closed, what falls due next, and whom to ask; to them for whoever has the
    right."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        if not glass.is_lent(visit):
            return visit.redirect(f"/rights/cases/{case.case_id}")
        top = await frame(tx, visit, case, "Rights")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("next_clock",))])
    return visit.render("case_ui/rights_shut.html", **top, whom=desk_books.glass().whom_to_ask)
