"""Suggested evidence: what makes an act likely, and a worker's answer, which alone is evidence."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from services.code_compliance.actions import entering
from services.code_compliance.case_ui.room import Opened, open_case
from services.code_compliance.domain.receipt import receipt, trigger_in_words
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.suggestions import Suggestion, suggestions
from services.code_compliance.domain.words import SOURCES

ANSWERS = {
    "confirmed": "Yes, it was done by then",
    "rejected": "No, or it cannot be said",
}


class Answer(BaseModel):
    answer: Annotated[Literal["confirmed", "rejected"], Say("Choose whether it was done")]


def suggested(opened: Opened, rules: Rulebook) -> dict[tuple[str, str], Suggestion]:
    """The open suggestions of a case by their clock."""
    duties = {e.id: e for code in rules.codes for e in code.entitlements.values()}
    told = suggestions(
        opened.case,
        list(opened.clocks.values()),
        opened.milestones,
        opened.evidence,
        rules.hints,
        duties,
        opened.answered,
    )
    return {(s.entitlement, s.occurrence): s for s in told}


def shown_in_words(suggestion: Suggestion, rules: Rulebook) -> str:
    """What makes it likely: "told of the first hearing", "Statement taken"."""
    notice = rules.entitlement(suggestion.shown_by)
    if notice is not None:
        return f"notice given: {notice.title}"
    happening = rules.happenings.get(suggestion.shown_by)
    return happening.words if happening else trigger_in_words(suggestion.shown_by)


async def show_suggestion(visit: Visit, rules: Rulebook) -> Response:
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
    return _page(visit, opened, _found(opened, rules, visit.id("suggestion_id")), rules, [])


async def answer_suggestion(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(Answer, visit.form)
    back = f"/rights/cases/{visit.id('case_id')}"
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        if visit.id("suggestion_id") in opened.answered:
            return visit.redirect(back, flash="That was answered already")
        suggestion = _found(opened, rules, visit.id("suggestion_id"))
        if given is None:
            return _page(visit, opened, suggestion, rules, errors)
        await entering.answer(
            tx, visit.signed_in, opened.case.case_id, suggestion, given.answer == "confirmed", rules, visit.now
        )
    return visit.redirect(back, flash="The answer was kept")


def _found(opened: Opened, rules: Rulebook, wanted: UUID) -> Suggestion:
    for suggestion in suggested(opened, rules).values():
        if suggestion.id == wanted:
            return suggestion
    raise HTTPException(404)


def _page(visit: Visit, opened: Opened, suggestion: Suggestion, rules: Rulebook, errors: list[FieldError]) -> Response:
    clock = opened.clocks[(suggestion.entitlement, suggestion.occurrence)]
    return visit.render(
        "case_ui/suggestion.html",
        status=422 if errors else 200,
        opened=opened,
        entitlement=rules.code_named(clock.code_version).entitlements[clock.entitlement],
        sum=receipt(opened.case, clock, rules, visit.now, opened.pauses_of(clock)),
        suggestion=suggestion,
        shown=shown_in_words(suggestion, rules),
        source=SOURCES.get(suggestion.source, suggestion.source),
        answers=ANSWERS,
        errors=errors,
    )
