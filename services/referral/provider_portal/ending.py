"""The end of support: outcomes of the national list, the reason, and what comes next for the person."""

from typing import Any

from contracts.vocabulary import SERVICE_LINES
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import supporting
from services.referral.domain.books import Books
from services.referral.domain.ended import Ended, against
from services.referral.domain.support import SupportLists
from services.referral.provider_portal import words
from services.referral.provider_portal.room import one
from services.referral.store import support
from services.referral.store.portal import Offered
from services.referral.store.support import EndReport

FEEDBACK = {"yes": "Yes", "no": "No, they do not want to be asked"}
ENDS = {"complete": "completed", "end_early": "ended_early"}
"""Steps that end support, and what the end report calls them."""

DIED = "died"
OF_THE_DEAD = {"next_step": "none_needed", "feedback_wanted": "no"}


async def asked(tx: Tx, books: Books, offered: Offered, verb: str) -> dict[str, Any]:
    """What the page of a step that ends support asks beside its reason; nothing for any other step."""
    if verb not in ENDS:
        return {}
    lists = books.support
    return {
        "outcomes": lists.outcomes,
        "changes": [{"value": code, "text": text} for code, text in {"": "Choose", **lists.changes}.items()],
        "feedback": FEEDBACK,
        "end_reasons": lists.end_reasons if verb == "complete" else {},
        "next_steps": lists.next_steps,
        "next_lines": other_lines(offered.line, "No service is named"),
        "assessed": "end" in await support.latest(tx, offered.leg_id),
        "basis": lists.basis,
    }


def other_lines(mine: str, none: str) -> list[dict[str, str]]:
    """Every service line but one's own, after the choice of none."""
    other = [{"value": line, "text": words.line(line)} for line in SERVICE_LINES if line not in ("other", mine)]
    return [{"value": "", "text": none}, *other]


def told(visit: Visit, name: str) -> str:
    """What the form says. Of somebody who died what was left open says that nobody was asked, and that nothing
    follows."""
    left = one(visit, name)
    if left or one(visit, "reason_code") != DIED:
        return left
    return "not_asked" if name.startswith("outcome-") else OF_THE_DEAD.get(name, "")


def missing(visit: Visit, lists: SupportLists, verb: str) -> list[FieldError]:
    """What is to be put right in the answers of a step that ends support."""
    errors = []
    if verb == "complete" and one(visit, "end_reason") not in lists.end_reasons:
        errors.append(FieldError("end_reason", "Choose why support ends"))
    errors += [
        FieldError(f"outcome-{code}", f"Choose what changed in “{text}”, or why there is no answer")
        for code, text in lists.outcomes.items()
        if told(visit, f"outcome-{code}") not in lists.changes
    ]
    if told(visit, "next_step") not in lists.next_steps:
        errors.append(FieldError("next_step", "Choose what comes next"))
    if one(visit, "next_line") not in {"", *SERVICE_LINES}:
        errors.append(FieldError("next_line", "Choose a service from the list"))
    if told(visit, "feedback_wanted") not in FEEDBACK:
        errors.append(FieldError("feedback_wanted", "Choose whether the person may be asked how it was"))
    return errors or [FieldError(*one) for one in against(lists, _said(visit, lists, verb))]


def _said(visit: Visit, lists: SupportLists, verb: str) -> Ended:
    reason = one(visit, "end_reason" if verb == "complete" else "reason_code")
    asked = told(visit, "feedback_wanted") == "yes"
    return Ended(reason, changes(visit, lists), told(visit, "next_step"), one(visit, "next_line"), asked)


def changes(visit: Visit, lists: SupportLists) -> dict[str, str]:
    return {code: told(visit, f"outcome-{code}") for code in lists.outcomes}


async def answer(tx: Tx, visit: Visit, books: Books, offered: Offered, verb: str) -> dict[str, Any]:
    """What a step that ends support announces, once its report is kept; nothing for any other step."""
    if verb not in ENDS:
        return {}
    report = EndReport(
        *supporting.ids_of(offered, visit.signed_in),
        how=ENDS[verb],
        reason=one(visit, "end_reason") if verb == "complete" else one(visit, "reason_code"),
        next_step=told(visit, "next_step"),
        next_line=one(visit, "next_line") or None,
        at=visit.now,
        by_id=visit.signed_in.user_id,
    )
    said = changes(visit, books.support)
    await supporting.keep_end(tx, visit.signed_in, report, said)
    return {
        **await supporting.told_at_end(tx, books.support, offered.leg_id, report),
        "outcomes": tuple(supporting.measured(code, change) for code, change in said.items()),
        "feedback_wanted": told(visit, "feedback_wanted") == "yes",
    }


async def shown(tx: Tx, lists: SupportLists, offered: Offered) -> dict[str, Any] | None:
    """The end report with its outcomes, in words; None before the end."""
    report = await support.end_report(tx, offered.leg_id)
    found = await support.outcomes(tx, offered.leg_id)
    if report is None and not found:
        return None
    rows = [(lists.outcomes.get(o.code, o.code), lists.changes.get(o.change, o.change), o.at) for o in found]
    return {
        "report": report,
        "reason": lists.end_reasons.get(report.reason, words.words(report.reason)) if report else "",
        "next": lists.next_steps.get(report.next_step, "") if report else "",
        "line": words.line(report.next_line) if report and report.next_line else "",
        "outcomes": rows,
    }
