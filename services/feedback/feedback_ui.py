"""Pages for staff: how many were asked, what they answered in numbers, and the words that wait for a reader."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel
from starlette.responses import Response

from contracts.identity import reference
from contracts.working_time import local_day
from kit import audit
from kit.listening import Context
from kit.sealing import unseal
from kit.web.app import Page, Visit
from kit.web.forms import Say, parse
from kit.web.words import rounded
from services.feedback.reference import Rules
from services.feedback.store import figures

STATES = {
    "open": "Not decided yet",
    "requested": "Being sent",
    "invited": "Invited, no answer yet",
    "answered": "Answered",
    "withheld": "Not asked, for a reason",
    "stopped": "Said no for ever when invited",
}
REASONS = {
    "no_safe_channel": "No channel is known to be safe",
    "unsafe": "The channel is not safe",
    "share_refused": "Said no to sharing with the hub",
    "opted_out": "Said no to being asked",
    "too_late": "Too late",
    "restricted": "Restricted",
    "open_complaint": "A complaint is open",
    "court_near": "Four weeks before to two weeks after a hearing",
    "recent_contact": "Asked in the last four weeks",
    "bereaved": "Within four weeks of a death or its anniversary",
    "child": "A child, without agreement",
    "hold": "Held for a person to decide",
    "in_support": "Still supported",
    "not_delivered": "The message could not be delivered",
    "safeguarding": "Safeguarding is open",
    "marac": "Within two weeks of a MARAC",
    "new_incident": "A new incident in the last four weeks",
    "major_incident": "Linked to a major incident",
}
OUTCOMES = {
    "no_action": "Nothing more to do",
    "passed_on": "Passed on to the service or the team",
    "safeguarding": "Raised as a safeguarding concern",
}


class Read(BaseModel):
    outcome: Annotated[
        Literal["no_action", "passed_on", "safeguarding"], Say("Choose what you have done about these words")
    ]


async def show_figures(visit: Visit, rules: Rules) -> Response:
    async with visit.begin() as tx:
        found = await figures.figures(tx)
        unread = len(await figures.to_read(tx)) if visit.may("case.reveal") else 0
        await audit.record(tx, [audit.seen(visit.signed_in, "feedback.figures_viewed", "feedback", None)])
    asking = rules.asking(local_day(visit.now))
    exact = visit.may("case.read") or visit.may("returns.draw")
    return visit.render(
        "feedback_ui/figures.html",
        found=found,
        states=STATES,
        reasons=REASONS,
        questions=rules.questionnaires[asking.questionnaires["completed"]].questions,
        least=asking.least_shown,
        exact=exact,
        count=(lambda number: number) if exact else (lambda number: rounded(number, asking.least_shown)),
        unread=unread,
    )


async def list_words(visit: Visit) -> Response:
    async with visit.begin() as tx:
        unread = await figures.to_read(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "feedback.words_listed", "feedback", None)])
    return visit.render("feedback_ui/words_list.html", unread=unread, reference=reference)


async def read_words(visit: Visit) -> Response:
    form, errors = parse(Read, visit.form) if visit.request.method == "POST" else (None, [])
    viewer = visit.signed_in
    async with visit.begin() as tx:
        found = await figures.words(tx, visit.id("response_id"))
        if found is None:
            return visit.not_found()
        if form is not None:
            await figures.mark_read(tx, found.response_id, viewer.user_id, visit.now, form.outcome)
            entry = audit.seen(viewer, "feedback.words_read", "case", found.case_id, ("words",), form.outcome)
            await audit.record(tx, [entry])
            return visit.redirect("/feedback/words", flash="Recorded as read.")
        await audit.record(tx, [audit.seen(viewer, "feedback.words_viewed", "case", found.case_id, ("words",))])
    keys = await visit.sealer.data_keys([found.case_id])
    text = unseal(keys[found.case_id], found.words, f"response|words|{found.response_id}") if keys else None
    return visit.render(
        "feedback_ui/words.html",
        status=422 if errors else 200,
        errors=errors,
        found=found,
        text=text,
        outcomes=OUTCOMES,
        reference=reference,
    )


def pages(context: Context) -> Sequence[Page]:
    rules: Rules = context.facts

    async def show(visit: Visit) -> Response:
        return await show_figures(visit, rules)

    return [
        Page("/feedback", show, "feedback.read"),
        Page("/feedback/words", list_words, "case.reveal"),
        Page("/feedback/words/{response_id}", read_words, "case.reveal", methods=("GET", "POST")),
    ]
