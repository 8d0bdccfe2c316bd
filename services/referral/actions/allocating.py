"""Giving a case to a worker: by the rule, or otherwise with a reason; many at once; and all cases of one who leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.desk_books import allocation
from services.referral.domain import allocating
from services.referral.domain.allocating import Policy, Worker
from services.referral.store import assigning, cases, workers
from services.referral.store.assigning import Assignment
from services.referral.store.cases import Case


@dataclass(frozen=True, slots=True)
class Skipped:
    """A case that was not given to anybody, and the code of why."""

    reference: str
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a bulk of cases came to: how many each worker got, and what was left."""

    given: dict[UUID, int]
    skipped: list[Skipped]


async def team(tx: Tx, now: datetime, loads: Mapping[UUID, Mapping[int, int]] | None = None) -> list[Worker]:
    """Everybody a case may be given to, as things stand now; `loads` where they were read already."""
    day = local_day(now)
    policy = allocation().on(day)
    skills, away = await workers.skills(tx, day), await workers.away(tx, day)
    loads = await workers.loads(tx) if loads is None else loads
    return [
        Worker(
            worker_id=one.worker_id,
            name=one.name,
            skills=skills.get(one.worker_id, frozenset()),
            load=sum(policy.weight(p) * count for p, count in loads.get(one.worker_id, {}).items()),
            away=one.worker_id in away,
            sees_restricted=one.role in workers.SEE_RESTRICTED,
        )
        for one in await workers.everybody(tx)
        if one.left_at is None
    ]


async def assign(
    tx: Tx,
    viewer: Viewer,
    assignment_id: UUID,
    case_id: UUID,
    worker_id: UUID,
    before: UUID | None,
    reason: str | None,
    now: datetime,
) -> None:
    """Gives a case to a worker. Refused: `case_id` not_found or closed, `before` changed, `worker_id` not_here, and
    `reason` missing when neither the rule picks this worker nor they take a case that nobody has."""
    if await assigning.get(tx, assignment_id) is not None:
        return
    case = await _open_case(tx, case_id)
    if case.assigned_to != before:
        raise Refused("before", "changed")
    people = allocating.who_may(await team(tx, now), restricted=case.restricted)
    if all(one.worker_id != worker_id for one in people):
        raise Refused("worker_id", "not_here")
    policy = allocation().on(local_day(now))
    best = allocating.suggested(people, policy.needs(case.lines, case.holds), policy)
    by_rule = best is not None and best.worker_id == worker_id
    own = worker_id == viewer.user_id and case.assigned_to is None
    if reason is not None and reason not in allocation().reasons:
        raise Refused("reason", "not_in_the_list")
    if reason is None and not by_rule and not own:
        raise Refused("reason", "missing")
    how = "suggested" if by_rule else "self" if own else "chosen"
    await _give(tx, viewer, assignment_id, case, worker_id, best, how, reason, now)


async def _open_case(tx: Tx, case_id: UUID) -> Case:
    case = await cases.load(tx, case_id)
    if case is None:
        raise Refused("case_id", "not_found")
    if case.state == "closed":
        raise Refused("case_id", "closed")
    return case


async def _give(
    tx: Tx,
    viewer: Viewer,
    assignment_id: UUID,
    case: Case,
    worker_id: UUID,
    best: Worker | None,
    how: str,
    reason: str | None,
    now: datetime,
) -> None:
    about = (case.case_id, worker_id, best.worker_id if best else None, case.assigned_to)
    made = Assignment(assignment_id, *about, how, reason, viewer.user_id, now)
    if await assigning.add(tx, made):
        await audit.record(tx, [audit.seen(viewer, "case.assigned", "case", case.case_id, (how,), reason)])


async def bulk(
    tx: Tx,
    viewer: Viewer,
    batch_id: UUID,
    case_ids: Sequence[UUID],
    worker_id: UUID | None,
    reason: str | None,
    now: datetime,
) -> Done:
    """Gives many cases in one transaction: each to `worker_id`, or to whom the rule picks when it is None. A case that
    is gone, closed, or has a worker is skipped; so is one that the rule has nobody for, and one of which the rule picks
    another where no `reason` is given. Sent twice, it is done once."""
    people = {one.worker_id: one for one in await team(tx, now)}
    if worker_id is not None and worker_id not in people:
        raise Refused("worker_id", "not_here")
    if reason is not None and reason not in allocation().reasons:
        raise Refused("reason", "not_in_the_list")
    done = Done({}, [])
    for case_id in sorted(set(case_ids)):
        made = uuid5(batch_id, str(case_id))
        earlier = await assigning.get(tx, made)
        case = await cases.load(tx, case_id)
        why = None if earlier else _skip(case)
        if why or case is None:
            done.skipped.append(Skipped(case.reference if case else str(case_id)[:8], why or "gone"))
            continue
        policy = allocation().on(local_day(now))
        able = allocating.who_may(people.values(), restricted=case.restricted)
        best = allocating.suggested(able, policy.needs(case.lines, case.holds), policy)
        to = earlier.worker_id if earlier else worker_id or (best.worker_id if best else None)
        if to is None:
            done.skipped.append(Skipped(case.reference, "nobody"))
            continue
        if not earlier and all(one.worker_id != to for one in able):
            done.skipped.append(Skipped(case.reference, "may_not_see"))
            continue
        by_rule = best is not None and best.worker_id == to
        if not earlier and not by_rule and reason is None:
            done.skipped.append(Skipped(case.reference, "no_reason"))
            continue
        if not earlier:
            await _give(tx, viewer, made, case, to, best, "bulk", None if by_rule else reason, now)
            _heavier(people, to, policy, case)
        done.given[to] = done.given.get(to, 0) + 1
    return done


def _skip(case: Case | None) -> str | None:
    if case is None:
        return "gone"
    return "closed" if case.state == "closed" else "has_worker" if case.assigned_to else None


def _heavier(people: dict[UUID, Worker], to: UUID, policy: Policy, case: Case) -> None:
    if to in people:
        people[to] = replace(people[to], load=people[to].load + policy.weight(case.priority))


async def move_all(
    tx: Tx, viewer: Viewer, batch_id: UUID, leaver_id: UUID, worker_id: UUID | None, now: datetime
) -> Done:
    """Moves every case of a worker who goes: to one worker, or shared out by the rule. None is left without an owner:
    where the rule has nobody, or the one worker may not see it, it goes to the least loaded who is here, and in the end
    to the one who moves them. The worker is gone from now on, and gets no further case. Refused: `worker_id` own: who
    leaves does not move their own."""
    if leaver_id == viewer.user_id:
        raise Refused("worker_id", "own")
    people = {one.worker_id: one for one in await team(tx, now) if one.worker_id != leaver_id}
    if worker_id is not None and worker_id not in people:
        raise Refused("worker_id", "not_here")
    policy, done = allocation().on(local_day(now)), Done({}, [])
    for case in [found for one in await assigning.held_by(tx, leaver_id) if (found := await cases.load(tx, one))]:
        able = allocating.who_may(people.values(), restricted=case.restricted)
        ranked = allocating.standings(able, policy.needs(case.lines, case.holds), policy)
        here = [one.worker.worker_id for one in ranked if one.against != "away"]
        chosen = worker_id if any(one.worker_id == worker_id for one in able) else None
        to = chosen or (here[0] if here else viewer.user_id)
        best = next((one.worker for one in ranked if one.against is None), None)
        await _give(tx, viewer, uuid5(batch_id, str(case.case_id)), case, to, best, "leaver", None, now)
        _heavier(people, to, policy, case)
        done.given[to] = done.given.get(to, 0) + 1
    await workers.leaves_hub(tx, leaver_id, now)
    await audit.record(tx, [audit.seen(viewer, "worker.left", "worker", leaver_id)])
    return done


async def comes_back(tx: Tx, viewer: Viewer, worker_id: UUID) -> None:
    """Somebody who was said to have left is here after all, and gets cases again; those that were moved stay moved."""
    await workers.leaves_hub(tx, worker_id, None)
    await audit.record(tx, [audit.seen(viewer, "worker.came_back", "worker", worker_id)])
