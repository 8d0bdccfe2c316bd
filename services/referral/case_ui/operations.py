"""Operations in human words: what is stuck, how far behind we are, and whether the audit holds."""

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.referral.case_ui.room import Desk
from services.referral.store import cases, operations

REASONS = {
    "bad_header": "a header could not be read",
    "missing_header": "a header that must be there was not",
    "bad_key": "its key was missing or wrong",
    "bad_json": "it was no JSON",
    "schema": "a field was missing or not as agreed",
    "too_large": "it was too large",
    "refused": "our rules refused it",
    "defect": "our own code failed on it: tell the developers",
}


async def show(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        found = await operations.operations(tx)
        hidden = await cases.hidden(tx) if visit.may("restricted.read") else None
        await audit.record(tx, [audit.seen(visit.signed_in, "operations_seen", "operations", None)])
    return visit.render("case_ui/operations.html", found=found, hidden=hidden, reasons=REASONS)
