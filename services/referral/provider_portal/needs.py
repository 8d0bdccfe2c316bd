"""Need in eight areas of life, asked at first contact and at the end of support, and how far the person has come."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from contracts.vocabulary import NEEDS
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import supporting
from services.referral.domain.books import Books
from services.referral.domain.support import Answer, Distance, SupportLists, distances
from services.referral.drafting import told_id
from services.referral.provider_portal import words
from services.referral.provider_portal.room import base, client_id, frame, moved, one, own
from services.referral.store import support
from services.referral.store.portal import Offered
from services.referral.store.support import Assessment

STAGES = {"start": "First-contact assessment", "end": "Need at the end of support"}
FROM = {"start": frozenset({"accepted", "in_support", "on_hold"}), "end": frozenset({"in_support", "on_hold"})}
"""States in which each stage may be recorded."""
RISKS = {
    "standard": "Standard",
    "medium": "Medium",
    "high": "High",
    "imminent": "Imminent",
    "not_asked": "Not asked",
    "unsafe": "Not asked: it was not safe",
    "not_known": "Not known",
}
OVERTAKEN = (
    "These answers were recorded before, and others after them, which count. If these count now, record it again"
)

NOTHING = "none_needed"
ASKED_AGAIN = (
    "They are in danger now and said no to your support: choose what was done at once. If nothing was, record it again"
    " as it is"
)


def stages(visit: Visit, offered: Offered) -> list[tuple[str, str]]:
    """The assessments that may be recorded now, with their words."""
    if not visit.may("portal.write"):
        return []
    return [(stage, text) for stage, text in STAGES.items() if offered.state in FROM[stage]]


async def ask_needs(visit: Visit, books: Books, errors: Sequence[FieldError] = (), *, fresh: bool = False) -> Response:
    """The form; `fresh` makes a new one of it, whose answers are recorded whatever was recorded before."""
    stage = visit.params["stage"]
    async with visit.begin() as tx:
        offered = await own(tx, visit, books)
        if stage not in dict(stages(visit, offered)):
            return await moved(tx, visit, books, offered)
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.needs_asked", "case", offered.case_id)])
    lists = books.support
    return visit.render(
        "provider_portal/needs.html",
        status=422 if errors else 200,
        **frame(visit, books, offered),
        stage=stage,
        heading=STAGES[stage],
        lists=lists,
        levels=_levels(lists),
        risks=RISKS,
        needs={code: words.words(code) for code in NEEDS if code != "other"},
        assessment_id=(None if fresh else one(visit, "assessment_id")) or uuid4(),
        sure=NOTHING if any(error.message == ASKED_AGAIN for error in errors) else "",
        errors=errors,
    )


def _levels(lists: SupportLists) -> list[dict[str, str]]:
    chosen = {"": "Choose", **lists.scale, **lists.why_not}
    return [{"value": code, "text": text} for code, text in chosen.items()]


async def say_needs(visit: Visit, books: Books) -> Response:
    stage, lists = visit.params["stage"], books.support
    errors = _wrong(visit, lists, stage)
    if errors:
        return await ask_needs(visit, books, errors)
    try:
        async with visit.begin() as tx:
            offered = await own(tx, visit, books)
            if stage not in dict(stages(visit, offered)):
                return await moved(tx, visit, books, offered)
            await supporting.assess(tx, visit.signed_in, _assessment(visit, offered, stage), _answers(visit, lists))
    except Refused as refused:
        if refused.code != "overtaken":
            raise
        return await ask_needs(visit, books, [FieldError("", OVERTAKEN)], fresh=True)
    return visit.redirect(base(visit, offered), flash=f"{STAGES[stage]} was recorded")


def _wrong(visit: Visit, lists: SupportLists, stage: str) -> list[FieldError]:
    levels = lists.scale.keys() | lists.why_not.keys()
    errors = [
        FieldError(f"need-{code}", f"Choose how it is with {text[0].lower()}{text[1:]}, or why there is no answer")
        for code, text in lists.domains.items()
        if one(visit, f"need-{code}") not in levels
    ]
    if client_id(visit, "assessment_id") is None:
        errors.insert(0, FieldError("", "Open the page again and fill it in once more"))
    if stage != "start":
        return errors
    asked = (
        ("agreed", lists.agreed, "Choose whether the person agrees to your support"),
        ("risk", RISKS, "Choose the risk as you see it"),
        ("safety_act", lists.safety_acts, "Choose what was done at once for their safety"),
    )
    first = [FieldError(name, said) for name, known, said in asked if one(visit, name) not in known]
    left = (one(visit, "agreed"), one(visit, "risk"), one(visit, "safety_act")) == ("no", "imminent", NOTHING)
    if left and one(visit, "sure") != NOTHING:
        first.append(FieldError("safety_act", ASKED_AGAIN))
    if set(visit.form.get("needs", ())) - set(NEEDS):
        first.append(FieldError("needs", "Choose what would help from the list"))
    return first + errors


def _assessment(visit: Visit, offered: Offered, stage: str) -> Assessment:
    made = told_id(visit, "assessment_id") or UUID(int=0)
    ids = (made, *supporting.ids_of(offered, visit.signed_in))
    if stage == "end":
        return Assessment(*ids, stage, None, None, (), None, visit.now, visit.signed_in.user_id)
    needs = tuple(sorted(set(visit.form.get("needs", ()))))
    said = (one(visit, "risk"), one(visit, "safety_act"), needs, one(visit, "agreed"))
    return Assessment(*ids, stage, *said, visit.now, visit.signed_in.user_id)


def _answers(visit: Visit, lists: SupportLists) -> list[Answer]:
    given = [(code, one(visit, f"need-{code}")) for code in lists.domains]
    return [Answer(code, int(level)) if level in lists.scale else Answer(code, None, level) for code, level in given]


async def shown(tx: Tx, lists: SupportLists, offered: Offered) -> dict[str, Any]:
    """What a referral's page shows of need: both assessments, and the distance between them."""
    held = await support.latest(tx, offered.leg_id)
    answers = {stage: await support.scores(tx, row.assessment_id) for stage, row in held.items()}
    found = distances(lists, answers.get("start", ()), answers.get("end", ()))
    return {
        "first": held.get("start"),
        "last": held.get("end"),
        "rows": [_row(lists, row) for row in found],
        "takeaway": takeaway(found),
        "risks": RISKS,
    }


def _row(lists: SupportLists, row: Distance) -> dict[str, Any]:
    def said(answer: Answer | None) -> str:
        if answer is None:
            return "Not assessed"
        return str(answer.score) if answer.score else lists.why_not.get(answer.why_not or "", "Not known")

    change = row.travelled
    return {
        "words": lists.domains[row.domain],
        "start": row.start.score if row.start else None,
        "end": row.end.score if row.end else None,
        "said": (said(row.start), said(row.end)),
        "change": "Not known" if change is None else "The same" if change == 0 else f"{change:+d}".replace("-", "−"),
    }


def takeaway(found: Sequence[Distance]) -> str:
    """ "Better in 3 of 5 areas that were scored twice, worse in 1"."""
    known = [row.travelled for row in found if row.travelled is not None]
    if not known:
        return "No area was scored twice, so there is no distance to show."
    better, worse = sum(n > 0 for n in known), sum(n < 0 for n in known)
    return f"Better in {better} of {len(known)} areas that were scored twice, worse in {worse}."
