"""Who looks after a case: take it oneself, or give it to somebody, as the rule says or with a reason."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.once import sent_id
from kit.web.words import when
from services.referral.actions import allocating
from services.referral.case_ui import meanwhile
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.desk_books import allocation
from services.referral.domain import allocating as rule
from services.referral.store import assigning, workers
from services.referral.store.cases import Case
from services.referral.store.workers import Known

ERRORS = {
    ("worker_id", "not_here"): "Choose somebody from the list",
    ("reason", "missing"): "Choose why it is not the worker the rule suggests",
    ("reason", "not_in_the_list"): "Choose a reason from the list",
}
GONE = (
    "You are said to have left, so no case is given to you. If that is a mistake, ask a team leader to say that you"
    " are here again"
)
"""Why somebody does not take a case: their own cases were moved since they left."""


async def meet(tx: Tx, viewer: Viewer, visit: Visit) -> None:
    """Whoever opens the hub's pages to work is copied as a worker."""
    if viewer.organisation_id is None and viewer.may("case.write"):
        await workers.meet(tx, [Known(viewer.user_id, viewer.name, viewer.role)], visit.now)


async def take(visit: Visit, desk: Desk) -> Response:
    """The viewer takes a case that nobody has."""
    viewer = visit.signed_in
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            await meet(tx, viewer, visit)
            made = sent_id(visit, "assignment_id") or uuid4()
            await allocating.assign(tx, viewer, made, case.case_id, viewer.user_id, None, None, visit.now)
    except Refused as refused:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            if refused.code == "not_here":
                return visit.conflict(GONE, f"/cases/{case.case_id}", stale=False)
            if case.assigned_to != viewer.user_id or case.state == "closed":
                return visit.conflict(await _now(tx, visit, case), f"/cases/{case.case_id}")
    return visit.redirect(f"/cases/{case.case_id}", flash="You look after this case now.")


async def _now(tx: Tx, visit: Visit, case: Case) -> str:
    """Who has a case now, since when and by whom."""
    if case.state == "closed":
        return "The case is closed."
    names = {each.worker_id: each.name for each in await workers.everybody(tx)}
    past = await assigning.of_case(tx, case.case_id)
    holder = names.get(case.assigned_to, "A colleague") if case.assigned_to else "Nobody"
    by = f", given {meanwhile.who(visit, past[0].by_id, past[0].at)}" if past else ""
    if past and past[0].by_id == past[0].worker_id:
        by = f", and took it on {when(past[0].at)}"
    return f"{holder} looks after this case now{by}."


def id_of(visit: Visit, name: str) -> UUID | None:
    try:
        return UUID(one(visit, name))
    except ValueError:
        return None


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        await meet(tx, visit.signed_in, visit)
        people = await allocating.team(tx, visit.now)
        past = await assigning.of_case(tx, case.case_id)
        names = {each.worker_id: each.name for each in await workers.everybody(tx)}
        top = await frame(tx, visit, case, "Overview")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("assignment",))])
    policy = allocation().on(local_day(visit.now))
    needs = policy.needs(case.lines, case.holds)
    ranked = rule.standings(rule.who_may(people, restricted=case.restricted), needs, policy)
    items = [
        {
            "value": str(each.worker.worker_id),
            "text": each.worker.name + (" (suggested)" if n == 0 and each.against is None else ""),
            "hint": {"text": _said(each)},
        }
        for n, each in enumerate(ranked)
    ]
    return visit.render(
        "case_ui/assign.html",
        status=status if errors else 200,
        **top,
        items=items,
        needs=[policy.skills[skill] for skill in sorted(needs)],
        nobody=not ranked or ranked[0].against is not None,
        all_left=bool(names) and not people,
        hidden_from=bool(people) and not ranked,
        reasons=[{"value": "", "text": "As the rule suggests"}]
        + [{"value": code, "text": text} for code, text in allocation().reasons.items()],
        past=past,
        names=names,
        reason_words=allocation().reasons,
        assignment_id=uuid4(),
        errors=errors,
    )


def _said(each: rule.Standing) -> str:
    load = f"Load {each.worker.load}"
    return f"{load}: {rule.WORDS[each.against]}" if each.against else load


async def give(visit: Visit, desk: Desk) -> Response:
    worker, made = id_of(visit, "worker_id"), sent_id(visit, "assignment_id")
    if worker is None or made is None:
        return await ask(visit, desk, [FieldError("worker_id", "Choose who looks after this case")])
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            before, reason = id_of(visit, "before"), one(visit, "reason") or None
            await allocating.assign(tx, visit.signed_in, made, case.case_id, worker, before, reason, visit.now)
    except Refused as refused:
        message = ERRORS.get((refused.field, refused.code))
        if message is not None:
            return await ask(visit, desk, [FieldError(refused.field, message)])
        async with visit.begin() as tx:
            now = await _now(tx, visit, await opened(tx, visit))
        said = f"This has changed since you opened the page. {now} Nothing was saved. Choose again only if it is right"
        return await ask(visit, desk, [FieldError("worker_id", said)], 409)
    return visit.redirect(f"/cases/{case.case_id}", flash="The case has its worker.")
