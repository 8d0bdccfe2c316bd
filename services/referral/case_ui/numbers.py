"""Records of one person with different numbers: which is the person's now."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.vocabulary import CHANNELS
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import numbers as deciding
from services.referral.case_ui import meanwhile
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.store import numbers
from services.referral.store.cases import Case

ERRORS = {
    ("keep", "missing"): "Choose which number or address is the person's now",
    ("keep", "not_readable"): "This one cannot be read, so it cannot be kept",
    ("reason", "missing"): "Choose how you know",
}

DECIDED = "Decided. The other is not used any more. Nothing is safe by it: speak to the person, then say so here."


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    kind = str(visit.params["kind"])
    if kind not in CHANNELS:
        raise HTTPException(404)
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        rows = deciding.differing(await numbers.held(tx, case.person_id), case.person_id).get(kind)
        if not rows:
            return await _over(visit, case, kind)
        clear = await deciding.in_clear(visit.sealer, rows)
        top = await frame(tx, visit, case, "Contact")
        seen = [audit.seen(visit.signed_in, "numbers_compared", "person", row.person_id, (kind,)) for row in rows]
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, (kind,)), *seen])
    reasons = desk.books.transitions.reasons["number_retired"]
    items = {
        str(row.person_id): f"The one that {text}, of {_whose(row, case.person_id)}"
        for row, text in deciding.shown(rows, clear, kind)
    }
    return visit.render(
        "case_ui/numbers.html",
        status=422 if errors else 200,
        **top,
        kind=kind,
        items=items | {deciding.NONE: "None of them"},
        asked=reasons.words,
        reasons={reason.code: reason.words for reason in reasons.on(local_day(visit.now))},
        errors=errors,
    )


def _whose(row: numbers.Number, person_id: object) -> str:
    return "this record" if row.person_id == person_id else f"the record of case {row.reference or 'not known'}"


async def decide(visit: Visit, desk: Desk) -> Response:
    kind = str(visit.params["kind"])
    errors = [] if one(visit, "keep") else [FieldError("keep", ERRORS["keep", "missing"])]
    errors += [] if one(visit, "reason") else [FieldError("reason", ERRORS["reason", "missing"])]
    if errors:
        return await ask(visit, desk, errors)
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            about = (case.case_id, kind, one(visit, "keep"), one(visit, "reason"))
            await deciding.decide(tx, visit.signed_in, visit.sealer, *about, visit.now)
    except Refused as refused:
        message = ERRORS.get((refused.field, refused.code))
        if message is None:
            return await _over(visit, case, kind)
        return await ask(visit, desk, [FieldError(refused.field, message)])
    return visit.redirect(f"/cases/{case.case_id}/contact", flash=DECIDED)


async def _over(visit: Visit, case: Case, kind: str) -> Response:
    """Nothing differs any more: who decided, and when. The viewer's own form pressed twice is answered as the first
    time."""
    back, keep = f"/cases/{case.case_id}/contact", one(visit, "keep")
    async with visit.begin() as tx:
        done = await meanwhile.last(tx, case.case_id, "channel.number_decided")
        done = done if done and kind in done.fields else None
        kept = await numbers.kept_at(tx, case.person_id, kind, done.at) if done else set()
    same = keep in {str(person) for person in kept} or (keep == deciding.NONE and not kept)
    if same and visit.request.method == "POST" and meanwhile.is_again(visit, done, one(visit, "reason")):
        return visit.redirect(back, flash=DECIDED)
    return visit.conflict(f"It was decided {meanwhile.by(visit, done)} which number or address is the person's.", back)
