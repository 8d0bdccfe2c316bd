"""What keeps a provider from every contact until somebody of the hub has looked: shown on the case, and ended there."""

from datetime import datetime

from starlette.responses import Response

from contracts.refused import Refused
from kit.database import Tx
from kit.web.app import Visit
from kit.web.words import when
from services.referral import said
from services.referral.actions import barred
from services.referral.case_ui.room import Desk, one, opened
from services.referral.store import alarms
from services.referral.store.cases import Case

OF_SUSPECT = (
    "Something was heard {} of the suspect. The provider may not be told what, and asks you before any contact."
)
NEWER = "Something newer was heard of this person meanwhile: look at that as well."
SHOWN = "It is written down that you have looked: the provider is shown again how to reach the person."


async def shown(tx: Tx, case: Case) -> dict[str, object]:
    """What the provider reads of each thing that bars it, and until when what is said here counts; empty otherwise."""
    found = await alarms.barring(tx, case.case_id)
    if not found:
        return {}
    texts = [said.FOUND.get(each.trigger, OF_SUSPECT).format(when(each.at)) for each in found]
    return {"texts": texts, "until": max(each.came_at for each in found).isoformat()}


async def looked(visit: Visit, desk: Desk) -> Response:
    """Somebody of the hub has looked at it."""
    until = _moment(one(visit, "until"))
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            if until is None:
                raise Refused("until", "missing")
            new = await barred.looked(tx, visit.signed_in, case.case_id, until, visit.now)
    except Refused:
        return visit.conflict(NEWER, f"/cases/{visit.params['case_id']}")
    return visit.redirect(f"/cases/{case.case_id}", flash=SHOWN if new else "It was looked at already.")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
