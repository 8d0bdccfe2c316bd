"""What the person chooses among what is offered to everybody on their lines: asked, written down, changed."""

from collections.abc import Sequence

from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import books as stocked
from services.referral.actions import choosing
from services.referral.case_ui import meanwhile, words
from services.referral.case_ui.room import Desk, frame, opened
from services.referral.domain.worker_asked import OFFER, WHICH


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        chosen = await choosing.chosen(tx, case.case_id)
        top = await frame(tx, visit, case, "Overview")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("choices",))])
    return visit.render(
        "case_ui/choices.html",
        status=status if errors else 200,
        **top,
        offered={code: words.words(code) for code in case.offers},
        which={code: text.capitalize() for code, text in WHICH.items()} if OFFER in case.offers else {},
        shown=chosen,
        errors=errors,
        values=visit.form or {"choice": list(chosen), "which": [code for code in chosen if code in WHICH]},
    )


async def _changed(visit: Visit) -> str:
    """What is written down now, since the page was opened."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        now = await choosing.chosen(tx, case.case_id)
        done = await meanwhile.last(tx, case.case_id, "case.choice_written")
    if case.state == "closed":
        return "The case was closed since you opened this page, so nothing was saved"
    stands = ", ".join(words.words(code) for code in now) or "nothing is chosen"
    return (
        f"This was written down otherwise since you opened this page, {meanwhile.by(visit, done)}: {stands}."
        " Nothing was saved. Send this again only if it is right all the same"
    )


async def take(visit: Visit, desk: Desk) -> Response:
    wanted = sorted(set(visit.form.get("choice", [])))
    if OFFER in wanted:
        wanted += [code for code in visit.form.get("which", []) if code]
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            books = await stocked.current(tx, desk.books)
            shown = visit.form.get("shown", [])
            done = await choosing.choose(tx, visit.signed_in, case.case_id, wanted, shown, books, visit.now)
    except Refused as refused:
        if refused.field == "which":
            return await ask(visit, desk, [FieldError("which", "Choose whether the person asks for a woman or a man")])
        if refused.code == "not_in_the_list":
            return await ask(visit, desk, [FieldError("choice", "Choose from what is offered on this case")])
        return await ask(visit, desk, [FieldError("choice", await _changed(visit))], 409)
    told = f"The person chose: {', '.join(words.words(code) for code in wanted)}." if wanted else "Nothing is chosen."
    return visit.redirect(f"/cases/{case.case_id}", flash=told if done else "That was written down already.")
