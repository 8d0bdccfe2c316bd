"""The team leader's pages: load, what falls due, silence, leavers, skills and leave, and who looked at what."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.reference import ROLES
from contracts.refused import Refused
from contracts.working_time import calendar, due, local_day
from kit import audit
from kit.access import members
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import sent_id
from services.referral.actions import allocating, late_legs
from services.referral.actions.allocating import Done
from services.referral.case_ui import named_later, queues, words
from services.referral.case_ui.assigning import id_of
from services.referral.case_ui.room import Desk, one
from services.referral.desk_books import allocation
from services.referral.domain.answering import minutes_of
from services.referral.domain.silent import silent_before
from services.referral.domain.standards import CLOCKS
from services.referral.store import assigning, keeping, silence, workers
from services.referral.store.late import Late
from services.referral.store.silence import Unopened
from services.referral.store.workers import Known, Leave, Member

PRIORITIES = {0: "Life safety", 1: "Children", 2: "Needs special care", 3: "Others"}
SKIPPED = {
    "gone": "is not there any more",
    "closed": "is closed",
    "has_worker": "has a worker already",
    "may_not_see": "is of a restricted person whom this worker may not see",
    "no_reason": "needs a reason: the rule does not suggest this worker",
    "nobody": "needs a skill that nobody here has free",
}


async def copy_workers(visit: Visit, tx: Tx) -> None:
    """Brings the copy of the hub's workers up to what the list of users says now."""
    writers = {name for name, role in ROLES.items() if "case.write" in role.permissions}
    known = [Known(m.user_id, m.name, m.role, m.active) for m in await members(visit.access) if m.role in writers]
    await workers.meet(tx, known, visit.now)
    await named_later.look_for_leavers(visit, tx)


async def show(visit: Visit, desk: Desk) -> Response:
    tomorrow = due(visit.now, 1, "working_days", calendar())
    standards = desk.books.standards_on(local_day(visit.now))
    nudged = {clock: standards.silence["not_opened", clock]["nudge"] for clock in CLOCKS}
    async with visit.begin() as tx:
        await copy_workers(visit, tx)
        loads, held = await workers.loads(tx), await assigning.held_count(tx)
        everybody, people = await workers.everybody(tx), await allocating.team(tx, visit.now, loads)
        falling = await assigning.falling(tx, visit.now, tomorrow)
        silent = await silence.unopened(tx, silent_before(standards, await keeping.kept(tx), visit.now))
        late = await late_legs.told(tx, desk.books, visit.now)
        waiting = await assigning.unassigned(tx)
        away = await workers.leaves(tx, local_day(visit.now))
        overrides, hidden = await assigning.overrides(tx), await assigning.hidden(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "team_seen", "team", None)])
    names = {member.worker_id: member.name for member in everybody}
    policy = allocation().on(local_day(visit.now))
    return visit.render(
        "case_ui/team.html",
        rows=[
            {
                "worker": person,
                "counts": [loads.get(person.worker_id, {}).get(priority, 0) for priority in PRIORITIES],
                "skills": ", ".join(policy.skills.get(skill, skill) for skill in sorted(person.skills)),
                "leave": next((leave for leave in away if leave.worker_id == person.worker_id), None),
            }
            for person in sorted(people, key=lambda one: -one.load)
        ],
        full=policy.full,
        blind=not any(person.sees_restricted for person in people),
        gone=[member for member in everybody if member.left_at is not None],
        priorities=PRIORITIES,
        leavers=[(m, held[m.worker_id]) for m in everybody if m.left_at is not None and held.get(m.worker_id)],
        falling=[
            (case, words.time_left(case.act_by, visit.now), names.get(case.assigned_to) if case.assigned_to else None)
            for case in falling
        ],
        silent=_silent(desk, silent, visit.now),
        late=_late(desk, late),
        nudged=nudged,
        waiting=waiting,
        overrides=[(each, standards.override_late(each.taken_at, visit.now)) for each in overrides],
        hidden=hidden,
        words=words.words,
    )


def _silent(desk: Desk, silent: Sequence[Unopened], now: datetime) -> list[dict[str, Any]]:
    """Each with its provider's name and for how many whole hours, by the clock that counts for it."""
    names = {c.provider.provider_id: c.provider.name for c in desk.books.directory.contracts}
    return [
        {
            "name": names.get(each.provider_id, "A provider that has ended"),
            "row": each,
            "hours": minutes_of("wall_clock" if each.by_clock else "working_time", each.since, now) // 60,
        }
        for each in silent
    ]


LATE = {
    "not_reached": "the person not reached in time",
    "no_worker": "nobody there named to look after the person",
    "check_in_past": "a check-in on the waiting list past",
    "review_past": "the review of a hold past",
}


def _late(desk: Desk, late: Sequence[Late]) -> list[dict[str, Any]]:
    """What providers have taken and let pass, by provider and kind: what is urgent first, with its cases."""
    grouped: dict[tuple[bool, UUID, str], list[Late]] = {}
    for leg in late:
        grouped.setdefault((not leg.urgent, leg.provider_id, leg.kind), []).append(leg)
    names = {c.provider.provider_id: c.provider.name for c in desk.books.directory.contracts}
    return [
        {
            "name": names.get(provider, "A provider that has ended"),
            "urgent": not calm,
            "what": LATE[kind],
            "count": len(legs),
            "since": min(leg.since for leg in legs),
            "cases": list(dict.fromkeys(leg.case_id for leg in legs))[:5],
        }
        for (calm, provider, kind), legs in sorted(grouped.items(), key=lambda one: (one[0][0], one[1][0].since))
    ]


async def _member(tx: Tx, visit: Visit) -> Member:
    found = await workers.get(tx, visit.id("worker_id"))
    if found is None:
        raise HTTPException(404)
    return found


async def worker(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    """One worker: skills and leave as they stand, and what they looked at."""
    day = local_day(visit.now)
    async with visit.begin() as tx:
        member = await _member(tx, visit)
        skills = (await workers.skills(tx, day)).get(member.worker_id, frozenset())
        leaves = [leave for leave in await workers.leaves(tx, day) if leave.worker_id == member.worker_id]
        looks = await assigning.looks_of(tx, member.worker_id)
        held = (await assigning.held_count(tx)).get(member.worker_id, 0)
        await audit.record(tx, [audit.seen(visit.signed_in, "looks_seen", "worker", member.worker_id)])
    policy = allocation().on(day)
    return visit.render(
        "case_ui/worker.html",
        status=422 if errors else 200,
        member=member,
        choices=[{"value": code, "text": text, "checked": code in skills} for code, text in policy.skills.items()],
        leaves=leaves,
        leave_id=uuid4(),
        looks=looks,
        held=held,
        own=member.worker_id == visit.signed_in.user_id,
        words=words.words,
        errors=errors,
    )


async def set_skills(visit: Visit, desk: Desk) -> Response:
    policy = allocation().on(local_day(visit.now))
    wanted = [skill for skill in visit.form.get("skills", []) if skill in policy.skills]
    async with visit.begin() as tx:
        member = await _member(tx, visit)
        by = visit.signed_in.user_id
        await workers.set_skills(tx, member.worker_id, wanted, local_day(visit.now), by, visit.now)
        seen = audit.seen(visit.signed_in, "worker.skills", "worker", member.worker_id, tuple(sorted(wanted)))
        await audit.record(tx, [seen])
    return visit.redirect(f"/cases/team/{member.worker_id}", flash="The skills count from today.")


class LeaveForm(BaseModel):
    """Leave: its first and its last day."""

    first: Annotated[date, Say("Enter the first day away", wrong="The first day must be a real date")]
    last: Annotated[date, Say("Enter the last day away", wrong="The last day must be a real date")]


async def add_leave(visit: Visit, desk: Desk) -> Response:
    form, errors = parse(LeaveForm, visit.form)
    if form is not None and form.last < form.first:
        errors = [FieldError("last", "The last day must be the first day or later")]
    elif form is not None and form.last < local_day(visit.now):
        errors = [FieldError("last", "The last day must be today or later")]
    leave_id = sent_id(visit, "leave_id")
    if errors or form is None or leave_id is None:
        return await worker(visit, desk, errors or [FieldError("first", "Enter the first day away again")])
    async with visit.begin() as tx:
        member = await _member(tx, visit)
        leave = Leave(leave_id, member.worker_id, form.first, form.last)
        await workers.add_leave(tx, leave, visit.signed_in.user_id, visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "worker.leave", "worker", member.worker_id)])
    return visit.redirect(f"/cases/team/{member.worker_id}", flash="The leave is entered.")


async def cancel_leave(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        member = await _member(tx, visit)
        await workers.cancel_leave(tx, visit.id("leave_id"), visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "worker.leave_cancelled", "worker", member.worker_id)])
    return visit.redirect(f"/cases/team/{member.worker_id}", flash="The leave is taken back.")


OWN = "These cases are yours: another team leader moves them"


async def ask_move(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    """Before all cases of a worker who goes are moved: how many, and to whom."""
    async with visit.begin() as tx:
        await copy_workers(visit, tx)
        member = await _member(tx, visit)
        held = (await assigning.held_count(tx)).get(member.worker_id, 0)
        people = [p for p in await allocating.team(tx, visit.now) if p.worker_id != member.worker_id]
        await audit.record(tx, [audit.seen(visit.signed_in, "team_seen", "worker", member.worker_id)])
    choices = {"rule": "Share them out by the rule"} | {str(p.worker_id): p.name for p in people}
    return visit.render(
        "case_ui/move.html",
        status=422 if errors else 200,
        member=member,
        held=held,
        own=member.worker_id == visit.signed_in.user_id,
        choices=choices,
        batch_id=uuid4(),
        errors=errors,
    )


async def move(visit: Visit, desk: Desk) -> Response:
    to, batch = one(visit, "to"), sent_id(visit, "batch_id")
    if batch is None or (to != "rule" and id_of(visit, "to") is None):
        return await ask_move(visit, desk, [FieldError("to", "Choose who gets the cases")])
    try:
        async with visit.begin() as tx:
            member = await _member(tx, visit)
            worker_id = None if to == "rule" else id_of(visit, "to")
            done = await allocating.move_all(tx, visit.signed_in, batch, member.worker_id, worker_id, visit.now)
            names = {each.worker_id: each.name for each in await workers.everybody(tx)}
    except Refused as refused:
        if refused.code == "own":
            return visit.conflict(OWN, f"/cases/team/{member.worker_id}", stale=False)
        return await ask_move(visit, desk, [FieldError("to", "Choose somebody from the list")])
    return visit.redirect("/cases/team", flash=summary(done, names), done=bool(done.given))


async def come_back(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        member = await _member(tx, visit)
        if member.left_at is not None:
            await allocating.comes_back(tx, visit.signed_in, member.worker_id)
    here = f"{member.name} is here again. Cases that were moved stay where they are."
    return visit.redirect(f"/cases/team/{member.worker_id}", flash=here)


async def allocate(visit: Visit, desk: Desk) -> Response:
    """Gives the ticked cases of a queue, in one transaction; the answer says what was skipped and why."""
    back, to, batch = one(visit, "back"), one(visit, "to"), sent_id(visit, "batch_id")
    back = back if back.startswith("/cases?") else "/cases"
    ticked = [found for found in (_uuid(text) for text in visit.form.get("case", [])[:100]) if found]
    if not ticked or batch is None:
        return await _not_allocated(visit, desk, back, FieldError("case-1", "Tick at least one case"))
    try:
        async with visit.begin() as tx:
            await copy_workers(visit, tx)
            worker_id = None if to == "rule" else id_of(visit, "to")
            why = one(visit, "reason") or None
            done = await allocating.bulk(tx, visit.signed_in, batch, ticked, worker_id, why, visit.now)
            names = {each.worker_id: each.name for each in await workers.everybody(tx)}
    except Refused as refused:
        field, what = ("reason", "a reason") if refused.field == "reason" else ("to", "somebody")
        return await _not_allocated(visit, desk, back, FieldError(field, f"Choose {what} from the list"))
    return visit.redirect(back, flash=summary(done, names), done=bool(done.given))


async def _not_allocated(visit: Visit, desk: Desk, back: str, error: FieldError) -> Response:
    """The queue that the form was on, with what is to be put right."""
    return await queues.show(visit, desk, (error,), dict(parse_qsl(urlsplit(back).query)))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def summary(done: Done, names: dict[UUID, str]) -> str:
    """ "3 given: Amina Farrow 2, Gareth Lowe 1. Skipped: 7KQ4M-2XRCT is closed." """
    given = ", ".join(
        f"{names.get(to, 'somebody')} {n}" for to, n in sorted(done.given.items(), key=lambda one: -one[1])
    )
    said = f"{sum(done.given.values())} given: {given}." if done.given else "No case was given."
    left = [f"{each.reference} {SKIPPED[each.why]}" for each in done.skipped[:10]]
    more = len(done.skipped) - len(left)
    return said + (f" Skipped: {'; '.join(left)}{f'; and {more} more' if more else ''}." if left else "")
