"""The hub's first-contact assessment of a case: eight areas of life, communication, Dash, and agreement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, whole
from kit.web.words import when
from services.referral.actions import books as stocked
from services.referral.actions import first_contact as acts
from services.referral.actions.asked import DANGER, DASH_MOST, NEEDS, OF_THEMSELVES, SAME_HOUSEHOLD, contradicting
from services.referral.case_ui import words
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.desk_books import first_contact as lists
from services.referral.domain.referral import ReferralState
from services.referral.domain.support import SupportLists
from services.referral.drafting import told_id
from services.referral.store import consent, first_contact, referrals
from services.referral.store.cases import Case
from services.referral.store.first_contact import HubAssessment

RISKS = {
    "standard": "Standard",
    "medium": "Medium",
    "high": "High",
    "imminent": "Imminent",
    "not_asked": "Not asked",
    "unsafe": "Not asked: it was not safe",
    "not_known": "Not known",
}
AGREED = {"yes": "Yes", "not_yet": "Not yet: they want to think about it", "no": "No", "not_asked": "Not asked"}
TO_RECORD = (
    "The person said no: record it today on each referral, under “The person does not want this” or “Withdraw”. Until"
    " then nobody calls them for support."
)
OVERTAKEN = (
    "These answers were recorded before, and others after them, which count. If these count now, record it again"
)
MEANWHILE = (
    "Another assessment was recorded while this page was open, and these answers are not recorded yet. Look at the"
    " other one on the case; if these count as well, record them"
)


async def ask(
    visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), *, fresh: bool = False, status: int = 422
) -> Response:
    """The form; `fresh` makes a new one of it, whose answers are recorded whatever was recorded before. `status`: of
    the page with errors."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        last = await first_contact.latest(tx, case.case_id)
        top = await frame(tx, visit, case, "Overview")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("assessment",))])
    support = desk.books.support
    levels = {"": "Choose", **support.scale, **support.why_not}
    return visit.render(
        "case_ui/first_contact.html",
        status=status if errors else 200,
        **top,
        last=last,
        domains=support.domains,
        basis=support.basis,
        levels=[{"value": str(code), "text": text} for code, text in levels.items()],
        communication=lists().communication,
        wants=NEEDS,
        themselves=OF_THEMSELVES,
        danger=DANGER,
        same_household=[{"value": code, "text": text} for code, text in SAME_HOUSEHOLD.items()],
        risks=RISKS,
        agreed=AGREED,
        stood=one(visit, "stood") if errors and not fresh else _stood(last),
        assessment_id=(None if fresh else one(visit, "assessment_id")) or uuid4(),
        errors=errors,
    )


async def take(visit: Visit, desk: Desk) -> Response:
    support, made = desk.books.support, told_id(visit, "assessment_id")
    errors = _wrong(visit, support)
    if errors or made is None:
        return await ask(visit, desk, errors or [FieldError("", "Open the page again and fill it in once more")])
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            if await _is_stale(tx, visit, case, made):
                raise Refused("stood", "overtaken")
            books = await stocked.current(tx, desk.books)
            await acts.record(tx, visit.signed_in, _assessment(visit, case, support, made), books, visit.now)
            said_no = one(visit, "agreed") == "no" and bool(await _open(tx, case))
    except Refused as refused:
        stale = refused.field == "stood"
        said = FieldError("", MEANWHILE if stale else OVERTAKEN)
        return await ask(visit, desk, [said], fresh=True, status=409 if stale else 422)
    told = "The first-contact assessment was recorded."
    told += f" {TO_RECORD}" if said_no else ""
    return visit.redirect(f"/cases/{case.case_id}", flash=told)


def _stood(last: HubAssessment | None) -> str:
    """The last assessment as a page showed it, for a hidden field."""
    return str(last.assessment_id) if last else "none"


async def _is_stale(tx: Tx, visit: Visit, case: Case, made: UUID) -> bool:
    """Whether another was recorded since the page was made; not where the page was sent twice."""
    last = await first_contact.latest(tx, case.case_id)
    twice = last is not None and last.assessment_id == made
    return "stood" in visit.form and one(visit, "stood") != _stood(last) and not twice


async def _open(tx: Tx, case: Case) -> list[ReferralState]:
    return [referral for referral in await referrals.of_case(tx, case.case_id) if referral.ended_at is None]


async def refused(tx: Tx, desk: Desk, case: Case) -> dict[str, Any] | None:
    """Since when the person does not agree to be referred while referrals are open, and which, in words; None where
    there are none, or the person agreed to something since."""
    last = await first_contact.latest(tx, case.case_id)
    if last is None or last.agreed != "no":
        return None
    agreed = [held for held in await consent.of_case(tx, case.case_id) if held.gate == "agreement"]
    if any(held.taken_at > last.at and held.withdrawn_at is None for held in agreed):
        return None
    states = desk.books.transitions.states
    standing = [f"{words.words(each.line)} ({states[each.state].words.lower()})" for each in await _open(tx, case)]
    return {"at": last.at, "standing": standing} if standing else None


def _wrong(visit: Visit, support: SupportLists) -> list[FieldError]:
    levels = {str(code) for code in (*support.scale, *support.why_not)}
    errors = [
        FieldError(f"need-{code}", f"Choose how it is with {text[0].lower()}{text[1:]}, or why there is no answer")
        for code, text in support.domains.items()
        if one(visit, f"need-{code}") not in levels
    ]
    for name, known in (
        ("wants", NEEDS),
        ("themselves", OF_THEMSELVES),
        ("communication", lists().communication),
        ("danger", DANGER),
    ):
        if set(visit.form.get(name, ())) - set(known):
            errors.append(FieldError(name, "Choose from the list"))
    dash = one(visit, "dash_score").strip()
    if dash and not 0 <= (score if (score := whole(dash)) is not None else -1) <= DASH_MOST:
        errors.append(FieldError("dash_score", f"Enter the Dash score from 0 to {DASH_MOST}, or leave it empty"))
    errors += contradicting(visit.form.get("danger", ()))
    if _same_household(visit) not in SAME_HOUSEHOLD:
        errors.append(FieldError("same_household", "Choose whether they live with who did it"))
    asked = (("risk", RISKS, "Choose the risk as you see it"), ("agreed", AGREED, "Choose whether the person agrees"))
    return errors + [FieldError(name, said) for name, known, said in asked if one(visit, name) not in known]


def _same_household(visit: Visit) -> str:
    return one(visit, "same_household") or "not_asked"


def _assessment(visit: Visit, case: Case, support: SupportLists, made: Any) -> HubAssessment:
    given = {code: one(visit, f"need-{code}") for code in support.domains}
    return HubAssessment(
        assessment_id=made,
        case_id=case.case_id,
        needs={code: int(level) if level.isdecimal() else level for code, level in given.items()},
        communication=tuple(sorted(set(visit.form.get("communication", ())))),
        dash_score=whole(one(visit, "dash_score").strip()),
        risk=one(visit, "risk"),
        agreed=one(visit, "agreed"),
        lists=lists().version,
        by_id=visit.signed_in.user_id,
        by_role=visit.signed_in.role,
        at=visit.now,
        said_needs=tuple(sorted(set(visit.form.get("wants", ())))),
        said_of_themselves=tuple(sorted(set(visit.form.get("themselves", ())))),
        said_danger=tuple(sorted(set(visit.form.get("danger", ())))),
        same_household=_same_household(visit),
    )


async def shown(tx: Tx, desk: Desk, case: Case, *, whole: bool = True) -> list[dict[str, Any]] | None:
    """The newest assessment as rows of a summary list; None when there is none. What the person says of themselves is
    there for who is shown it `whole`."""
    last = await first_contact.latest(tx, case.case_id)
    if last is None:
        return None
    support = desk.books.support
    most = [
        support.domains.get(code, code) for code, level in last.needs.items() if isinstance(level, int) and level < 3
    ]
    dash = f", Dash {last.dash_score}" if last.dash_score is not None else ""
    rows = [
        ("Recorded", when(last.at)),
        ("Much help is needed with", ", ".join(most) or "no area"),
        ("What they say would help", ", ".join(NEEDS.get(code, code) for code in last.said_needs) or "Nothing"),
        (
            "To communicate, or to come",
            ", ".join(lists().communication.get(code, code) for code in last.communication) or "Nothing",
        ),
        ("Is anybody in danger", ", ".join(DANGER.get(code, code) for code in last.said_danger) or "Not asked"),
        ("Do they live with who did it", SAME_HOUSEHOLD.get(last.same_household, "Not asked")),
        ("Risk as the hub saw it", RISKS.get(last.risk, last.risk) + dash),
        ("Agrees to be referred", AGREED.get(last.agreed, last.agreed)),
    ]
    if whole and last.said_of_themselves:
        stated = ", ".join(OF_THEMSELVES.get(code, code) for code in last.said_of_themselves)
        rows.insert(4, ("What they say of themselves", stated))
    return [{"key": {"text": name}, "value": {"text": text}} for name, text in rows]
