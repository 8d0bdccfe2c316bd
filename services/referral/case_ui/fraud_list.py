"""The national fraud list pasted in: what would happen to each line, then the import."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from contracts.reference import AREAS
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import books as stocked
from services.referral.actions import listing
from services.referral.case_ui import words
from services.referral.case_ui.room import Desk, one
from services.referral.domain.fraud_list import COLUMNS, Listed, read_list
from services.referral.store import cases

OURS = {place.code.lower(): place.code for place in AREAS} | {place.name.lower(): place.code for place in AREAS}
FATES = {"new": "A case is opened", "known": "Here already: nothing changes", "refused": "Refused: nothing is kept"}


async def begin(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    return visit.render(
        "case_ui/fraud_list.html", status=422 if errors else 200, errors=list(errors), columns=COLUMNS, rows=None
    )


def _read(visit: Visit) -> tuple[list[Listed], list[FieldError]]:
    found, problems = read_list(one(visit, "list"), OURS, local_day(visit.now))
    return found, [FieldError("list", f"Line {problem.line}: {problem.words}") for problem in problems[:50]]


async def preview(visit: Visit, desk: Desk) -> Response:
    """What would happen, line by line; nothing is kept."""
    if visit.unreadable:
        return await begin(visit, desk, [FieldError("list_file", visit.unreadable)])
    found, errors = _read(visit)
    if errors:
        return await begin(visit, desk, errors)
    async with visit.begin() as tx:
        known = await cases.known(tx, [each.case_id for each in found])
        await audit.record(tx, [audit.seen(visit.signed_in, "fraud_list.previewed", "intake", None)])
    rows = [(each, FATES[_fate(each, known)]) for each in found]
    return visit.render(
        "case_ui/fraud_list.html", errors=[], columns=COLUMNS, rows=rows, text=one(visit, "list"), area=words.area
    )


def _fate(each: Listed, known: set[UUID]) -> str:
    return "known" if each.case_id in known else "refused" if each.share == "refused" else "new"


async def take(visit: Visit, desk: Desk) -> Response:
    """All of a list, or with any problem nothing of it."""
    found, errors = _read(visit)
    if errors:
        return await begin(visit, desk, errors)
    async with visit.begin() as tx:
        books = await stocked.current(tx, desk.books)
        opened, passed = await listing.import_list(tx, visit.signed_in, found, books, visit.sealer, visit.now)
    told = f"Cases opened: {opened}. Passed over: {passed}. No channel is safe yet: ask each person first."
    return visit.redirect("/cases", flash=told)
