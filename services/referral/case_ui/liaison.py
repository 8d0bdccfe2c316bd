"""What the family liaison officer of a bereaved family said: it opens or shuts the ways to reach the family."""

from starlette.responses import Response

from contracts.refused import Refused
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import liaising
from services.referral.case_ui import contact, meanwhile
from services.referral.case_ui.room import Desk, one, opened

MISSING = "Choose what was said of the family liaison officer"


async def say(visit: Visit, desk: Desk) -> Response:
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            about = (case, one(visit, "said"), one(visit, "liaison_shown"))
            await liaising.say(tx, visit.signed_in, *about, visit.now)
    except Refused as refused:
        if refused.code == "missing":
            return await contact.show(visit, desk, [FieldError("said", MISSING)])
        return await _moved(visit)
    return visit.redirect(f"/cases/{case.case_id}/contact", flash="Written down. What is safe now stands below.")


async def _moved(visit: Visit) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        done = await meanwhile.last(tx, case.case_id, "liaison.said")
    said = f"What stands of the family liaison officer was changed {meanwhile.by(visit, done)}. Nothing was saved."
    return visit.conflict(said, f"/cases/{case.case_id}/contact")
