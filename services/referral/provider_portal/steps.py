"""Steps of the transition table that a provider takes: at once, or with a reason and what else is asked."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from contracts.refused import Refused
from contracts.vocabulary import SERVICE_LINES
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import providing
from services.referral.domain.books import Books
from services.referral.domain.transitions import Transition
from services.referral.provider_portal.room import STALE, error_of, frame, line_words, own, steps
from services.referral.store.portal import Offered

OUTCOMES = {
    "VFS1": "Coped and built resilience to move forward with daily life",
    "VFS2": "Feeling more informed",
    "VFS3": "Received all the support they needed, when they wanted it",
    "VFS4": "Increased engagement with the criminal justice system",
}
CHANGES = {
    "better": "Better",
    "same": "The same",
    "worse": "Worse",
    "refused": "They would rather not say",
    "not_asked": "Not asked",
    "not_known": "Not known",
}
ENDS = frozenset({"complete", "end_early"})


async def ask_step(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        offered = await own(tx, visit.id("referral_id"))
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.step_asked", "case", offered.case_id)])
    row = _row(visit, books, offered)
    if row is None:
        return visit.conflict()
    return visit.render(
        "provider_portal/step.html",
        status=422 if errors else 200,
        **frame(visit, books, offered),
        step=row,
        reasons={r.code: r.words for r in row.reasons.on(visit.now.date())} if row.reasons else {},
        outcomes=OUTCOMES if row.verb in ENDS else {},
        changes=[{"value": "not_recorded", "text": "Not recorded"}]
        + [{"value": code, "text": words} for code, words in CHANGES.items()],
        lines=[{"value": "", "text": "No other idea"}]
        + [{"value": line, "text": line_words(line)} for line in SERVICE_LINES if line not in ("other", offered.line)]
        if row.verb == "decline"
        else [],
        errors=errors,
    )


async def take_step(visit: Visit, books: Books) -> Response:
    verb = str(visit.params["verb"])
    try:
        async with visit.begin() as tx:
            offered = await own(tx, visit.id("referral_id"))
            row = _row(visit, books, offered)
            if row is None:
                return visit.conflict()
            await providing.step(tx, visit.signed_in, offered.referral_id, verb, visit.now, **_answer(visit, row))
    except Refused as refused:
        if refused.code in STALE:
            return visit.conflict()
        return await ask_step(visit, books, [error_of(refused, refused.field)])
    return visit.redirect(f"/portal/referrals/{offered.referral_id}", flash=f"Done: {row.button.lower()}")


def _row(visit: Visit, books: Books, offered: Offered) -> Transition | None:
    return next((row for row in steps(visit, books, offered) if row.verb == visit.params["verb"]), None)


def _answer(visit: Visit, row: Transition) -> dict[str, Any]:
    given = {name: values[0] for name, values in visit.form.items() if values and values[0]}
    answer: dict[str, Any] = {}
    if row.reasons:
        answer["reason_code"] = given.get("reason_code")
    if row.verb == "decline" and given.get("better_line") in SERVICE_LINES:
        answer["better_line"] = given["better_line"]
    if row.verb in ENDS:
        answer["outcomes"] = tuple(
            {"outcome": code, "change": change}
            for code in OUTCOMES
            if (change := given.get(f"outcome-{code}", "not_recorded")) in {*CHANGES, "not_recorded"}
        )
        answer["feedback_wanted"] = given.get("feedback_wanted", "yes") == "yes"
    return answer
