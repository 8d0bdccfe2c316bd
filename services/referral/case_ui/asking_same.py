"""Whether this is the person of another case, asked by a worker who learnt of it: of whom no name is kept
nothing else finds it."""

from collections.abc import Sequence

from starlette.responses import Response

from contracts.identity import read_reference
from contracts.refused import Refused
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import books as stocked
from services.referral.actions import linking
from services.referral.case_ui.room import Desk, frame, opened
from services.referral.case_ui.room import one as sent
from services.referral.case_ui.same_person import not_lent
from services.referral.store import cases

WHICH = "Enter the reference of the other case"
WORDS = {
    "not_found": "There is no case with this reference that you may see",
    "same_record": "The two cases are of one record already",
    "linked": "It was decided already that the two are one person",
}


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        top = await frame(tx, visit, await opened(tx, visit), "Overview")
    return visit.render("case_ui/ask_same.html", status=422 if errors else 200, **top, errors=list(errors))


async def take(visit: Visit, desk: Desk) -> Response:
    reference = read_reference(sent(visit, "reference"))
    if reference is None:
        return await ask(visit, desk, [FieldError("reference", WHICH)])
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            other = next(iter(await cases.by_reference(tx, reference)), None)
            if other is None or await not_lent(tx, visit, [other.person_id]):
                raise Refused("reference", "not_found")
            books = await stocked.current(tx, desk.books)
            await linking.propose(tx, visit.signed_in, case.person_id, other.person_id, books, visit.now)
    except Refused as refused:
        return await ask(visit, desk, [FieldError("reference", WORDS[refused.code])])
    return visit.redirect(f"/cases/{case.case_id}/same-person/{other.person_id}")
