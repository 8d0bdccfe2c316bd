"""The bell: notices to the viewer's role, and which of them the viewer has read."""

from uuid import UUID

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.referral.case_ui.room import Desk
from services.referral.store import notices

KINDS = {
    "urgent_case": "Life safety, and nobody looks after it",
    "override_waiting": "An override waits for the second person",
    "silent_provider": "The provider has not opened what it was sent",
}


async def show(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        shown = await notices.shown(tx, visit.signed_in.role)
        await audit.record(tx, [audit.seen(visit.signed_in, "notices_seen", "queue", None)])
    return visit.render(
        "case_ui/notices.html", shown=shown, kinds=KINDS, unread=sum(not notice.read for notice in shown)
    )


async def mark_read(visit: Visit, desk: Desk) -> Response:
    """Marks what the page showed: a notice that came meanwhile stays unread."""
    ids = [found for found in (_uuid(text) for text in visit.form.get("notice", [])[:100]) if found]
    async with visit.begin() as tx:
        await notices.mark_read(tx, visit.signed_in.user_id, visit.signed_in.role, ids, visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "notices_read", "queue", None)])
    return visit.redirect("/cases/notices", flash="Marked as read.")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
