"""Breaking the glass: a restricted person's case is opened by whoever has not the right, for a reason, for half an
hour, on the pages of that case alone; the team leader has a notice at once and reviews it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from starlette.responses import Response

from contracts.identity import NS, read_reference
from contracts.reference import ROLES
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.limiting import Limit, Tries, too_many
from kit.web.words import time_words
from services.referral import desk_books
from services.referral.case_ui.finding import of_people
from services.referral.store import cases, glass, notices, workers
from services.referral.store.cases import Case
from services.referral.store.glass import ALLOWED, BROKEN, KIND, NOT_RIGHT, REFUSED, REVIEWED, Broken
from services.referral.store.notices import Notice

REVIEW_WITHIN = timedelta(days=90)
OF_GLASS = (Limit("text", 5, 60),)
"""So often one worker may try in an hour."""
NOT_AGAIN = (
    "You opened this before, and the review found that it was not right. Do not open it again by yourself: ask {}"
)


def lent(visit: Visit) -> Visit:
    """The visit with the right to see restricted people, for this request."""
    viewer = visit.signed_in
    return replace(visit, viewer=replace(viewer, permissions=viewer.permissions | {"restricted.read"}))


def is_lent(visit: Visit) -> bool:
    """Whether whoever looks sees restricted people by a broken glass alone."""
    role = ROLES.get(visit.signed_in.role)
    return visit.signed_in.may_see_restricted and (role is None or "restricted.read" not in role.permissions)


async def is_open(visit: Visit) -> bool:
    """Whether whoever looks has opened the case of the address, and the time for it is not over."""
    viewer = visit.viewer
    if viewer is None or viewer.may_see_restricted or "case_id" not in visit.params:
        return False
    since = visit.now - timedelta(minutes=desk_books.glass().minutes)
    async with visit.begin() as tx:
        return await glass.broken_at(tx, visit.id("case_id"), viewer.user_id, since) is not None


async def ask(visit: Visit, desk: object, errors: Sequence[FieldError] = ()) -> Response:
    told = desk_books.glass()
    return visit.render(
        "case_ui/glass.html", status=422 if errors else 200, errors=errors, minutes=told.minutes, reasons=told.reasons
    )


async def break_it(visit: Visit, desk: object) -> Response:
    sought, reason = (visit.form.get(name, [""])[0].strip() for name in ("sought", "reason"))
    errors = [] if sought else [FieldError("sought", "Enter the reference, the full name or the phone number")]
    errors += [] if reason in desk_books.glass().reasons else [FieldError("reason", "Choose why it cannot wait")]
    if errors:
        return await ask(visit, desk, errors)
    tries = Tries(visit, "glass", OF_GLASS, str(visit.signed_in.user_id))
    if (until := await tries.begin()) is not None:
        return too_many(visit, until)
    found = await _found(lent(visit), sought)
    if not found:
        await tries.refused("not_known")
        return await ask(visit, desk, [FieldError("sought", "No restricted case was found for this")])
    if len({case.person_id for case in found}) > 1:
        return await ask(visit, desk, [FieldError("sought", "Several people fit: enter the reference of the case")])
    viewer, told = visit.signed_in, desk_books.glass()
    async with lent(visit).begin() as tx:
        if viewer.user_id in await glass.barred(tx, await cases.of_person(tx, found[0].person_id, closed=True)):
            await audit.record(tx, [audit.seen(viewer, REFUSED, "case", case.case_id, (), reason) for case in found])
            return await ask(visit, desk, [FieldError("sought", NOT_AGAIN.format(told.whom_to_ask))])
        await audit.record(tx, [audit.seen(viewer, BROKEN, "case", case.case_id, (), reason) for case in found])
        await notices.add(tx, [_notice(visit, case.case_id) for case in found])
    until = visit.now + timedelta(minutes=told.minutes)
    said = f"The case is open to you until {time_words(until)}. The team leader has a notice of it and reviews it."
    return visit.redirect(f"/cases/{found[0].case_id}", flash=said)


def _notice(visit: Visit, case_id: UUID) -> Notice:
    about = uuid5(NS, f"notice/{KIND}/{case_id}/{visit.signed_in.user_id}/{visit.now.isoformat()}")
    return Notice(about, "leader", KIND, case_id, visit.now)


async def _found(visit: Visit, sought: str) -> list[Case]:
    """Restricted cases of a reference, a name or a number, newest first."""
    async with visit.begin() as tx:
        reference = read_reference(sought)
        ids = [c.case_id for c in await cases.by_reference(tx, reference)] if reference else []
        ids = ids or await of_people(visit, tx, sought)
        found = [case for each in ids[:20] if (case := await cases.get(tx, each)) is not None and case.restricted]
        await audit.record(tx, [audit.seen(visit.signed_in, "search", "search", None, (f"{len(found)} found",))])
    return sorted(found, key=lambda case: case.opened_at, reverse=True)


async def openings(tx: Tx, visit: Visit, case: Case) -> list[tuple[Broken, str, str]]:
    """Who opened this restricted case without the right and waits for a review, for the team leader: with name and
    reason."""
    if not case.restricted or not visit.may("team.write"):
        return []
    found = await glass.to_review(tx, case.case_id, visit.now - REVIEW_WITHIN)
    names = {worker.worker_id: worker.name for worker in await workers.everybody(tx)} if found else {}
    return [
        (one, names.get(one.actor_id, "Somebody"), desk_books.glass().reasons.get(one.reason, one.reason))
        for one in found
    ]


async def barred(tx: Tx, visit: Visit, case: Case) -> list[tuple[UUID, str]]:
    """Who may not open this restricted case again by themselves, for the team leader: id and name."""
    if not case.restricted or not visit.may("team.write"):
        return []
    found = await glass.barred(tx, await cases.of_person(tx, case.person_id, closed=True))
    names = {worker.worker_id: worker.name for worker in await workers.everybody(tx)} if found else {}
    return sorted(((one, names.get(one, "Somebody")) for one in found), key=lambda one: one[1])


async def allow(visit: Visit, desk: object) -> Response:
    """The team leader lets somebody open a case again whom a review had barred: told and reviewed as any other."""
    case_id, chosen = visit.id("case_id"), visit.form.get("worker", [""])[0]
    async with visit.begin() as tx:
        case = await cases.get(tx, case_id)
        if case is None:
            return visit.not_found()
        found = {str(each): name for each, name in await barred(tx, visit, case)}
        if chosen in found:
            await audit.record(tx, [audit.seen(visit.signed_in, ALLOWED, "case", case_id, (chosen,))])
    said = f"{found[chosen]} may break the glass again for this person." if chosen in found else "Nothing was changed."
    return visit.redirect(f"/cases/{case_id}", flash=said, done=chosen in found)


_REVIEWED = {
    False: "The review is written down.",
    True: "The review is written down. Whoever opened the case sees it no more.",
}


async def review(visit: Visit, desk: object) -> Response:
    """The team leader looked at who opened the case and why."""
    how, shown = visit.form.get("how", [""])[0], visit.form.get("opening", [])
    case_id = visit.id("case_id")
    async with visit.begin() as tx:
        if await cases.get(tx, case_id) is None:
            return visit.not_found()
        waiting = await glass.to_review(tx, case_id, visit.now - REVIEW_WITHIN)
        mine = [one for one in waiting if str(one.id) in shown]
        if any(one.actor_id == visit.signed_in.user_id for one in mine):
            return visit.redirect(f"/cases/{case_id}", flash="Somebody else has to review what you opened.", done=False)
        if how not in desk_books.glass().reviews:
            nothing = "Nothing was written down: choose what you found."
            return visit.redirect(f"/cases/{case_id}", flash=nothing, done=False)
        if not mine:
            nothing = "Nothing was written down: there is nothing to review here any more."
            return visit.redirect(f"/cases/{case_id}", flash=nothing, done=False)
        about = tuple(str(one.id) for one in mine)
        await audit.record(tx, [audit.seen(visit.signed_in, REVIEWED, "case", case_id, about, how)])
        if len(mine) == len(waiting):
            await glass.told(tx, case_id, visit.now)
    return visit.redirect(f"/cases/{case_id}", flash=_REVIEWED[how == NOT_RIGHT])
