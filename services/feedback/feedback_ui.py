"""Pages for staff: how many were asked, what they answered in numbers, and the words that wait for a reader."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.identity import reference
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.listening import Context
from kit.sealing import unseal
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.words import rounded
from services.feedback.actions import reading
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
    "died": "The person died",
}
OUTCOMES = {
    "no_action": "Nothing more to do",
    "passed_on": "Passed on to the service or the team",
    "safeguarding": "Raised as a safeguarding concern",
    "complaint": "This is a complaint: it is taken in now, and its days count from when it was written",
}
SAID = {code: text.partition(":")[0] for code, text in OUTCOMES.items()}
CHOOSE = "Choose what you have done about these words"
ALONE = "If there is nothing more to do, choose nothing else"


class Read(BaseModel):
    outcomes: Annotated[list[Literal["no_action", "passed_on", "safeguarding", "complaint"]], Say(CHOOSE)] = Field(
        min_length=1
    )


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
    if form is not None:
        try:
            async with visit.begin() as tx:
                found = await figures.words(tx, visit.id("response_id"))
                if found is None:
                    return visit.not_found()
                await reading.read(tx, visit.signed_in, found, form.outcomes, visit.now)
            told = " A complaint was taken in: see Complaints." if reading.COMPLAINT in form.outcomes else ""
            return visit.redirect("/feedback/words", flash=f"Recorded as read.{told}")
        except Refused:
            errors = [FieldError("outcomes", ALONE)]
    return await _words(visit, errors)


async def read_complaint(visit: Visit) -> Response:
    """The words of a complaint, for who deals with complaints; nothing else that people wrote."""
    return await _words(visit, complaint=True)


async def _words(visit: Visit, errors: Sequence[FieldError] = (), *, complaint: bool = False) -> Response:
    async with visit.begin() as tx:
        found = await figures.words(tx, visit.id("response_id"))
        if found is None or (complaint and reading.COMPLAINT not in found.read_outcomes):
            return visit.not_found()
        entry = audit.seen(visit.signed_in, "feedback.words_viewed", "case", found.case_id, ("words",))
        await audit.record(tx, [entry])
    keys = await visit.sealer.data_keys([found.case_id])
    text = unseal(keys[found.case_id], found.words, f"response|words|{found.response_id}") if keys else None
    return visit.render(
        "feedback_ui/words.html",
        status=422 if errors else 200,
        errors=errors,
        found=found,
        text=text,
        outcomes=OUTCOMES,
        said=SAID,
        complaint=complaint,
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
        Page("/feedback/complaints/{response_id}", read_complaint, "rights.write"),
    ]
