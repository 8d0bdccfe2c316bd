"""Notices: what waits is told to the roles that can do something about it, and taken back when it is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from contracts.code_compliance import EntitlementFact, EntitlementWarned, RelatedClockFact, RelatedClockWarned
from contracts.identity import NS
from contracts.reference import ROLES as EVERY_ROLE
from contracts.working_time import local_day
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.domain.silent import silent_before
from services.referral.store import keeping, notices, workers
from services.referral.store.cases import Case
from services.referral.store.notices import Cause, Notice

ROLES = {
    "urgent_case": ("officer", "leader"),
    "override_waiting": ("officer", "leader"),
    "silent_provider": ("officer", "leader"),
}
SEES = tuple(name for name, role in EVERY_ROLE.items() if "case.read" in role.permissions)
"""Whoever can see the page of notices."""
RECENT = timedelta(days=30)
AT_ONCE = 300


async def notice(tx: Tx, moment: Moment, context: Context) -> int:
    """Tells what is new and ends what is over; returns how many notices were made."""
    now, made = moment.now, 0
    before = silent_before(context.facts.standards_on(local_day(now)), await keeping.kept(tx), now)
    await notices.end(tx, now)
    for kind in ROLES:
        if kind == "silent_provider":
            found = await notices.silent(tx, before, now - RECENT, AT_ONCE)
        else:
            found = await notices.causes(tx, kind, now - RECENT, AT_ONCE)
        told = _told(kind, found)
        await notices.add(tx, told)
        made += len(told)
    return made


def _told(kind: str, causes: Sequence[Cause]) -> list[Notice]:
    return [
        Notice(uuid5(NS, f"notice/{kind}/{role}/{cause.about}"), role, kind, cause.case_id, cause.at)
        for cause in causes
        for role in ROLES[kind]
    ]


async def tell_again(tx: Tx, kind: str, causes: Sequence[Cause]) -> None:
    """Brings before its roles anew what has waited too long: also before whoever had read it."""
    if causes:
        await notices.tell(tx, _told(kind, causes))


async def tell_roles(tx: Tx, kind: str, case_ids: Sequence[UUID], now: datetime) -> None:
    """Tells officers and leaders something new of these cases, one notice for each time."""
    told = [
        Notice(uuid5(NS, f"notice/{kind}/{role}/{case_id}/{now.isoformat()}"), role, kind, case_id, now)
        for case_id in case_ids
        for role in ("officer", "leader")
    ]
    await notices.add(tx, told)


async def tell_first(
    tx: Tx,
    kind: str,
    case: Case,
    first: Sequence[UUID | None],
    now: datetime,
) -> None:
    """Tells something new of a case to the first of these workers who is there, not on leave and may see it; to
    officers and leaders where none is."""
    there, away = {one.worker_id: one for one in await workers.everybody(tx)}, await workers.away(tx, local_day(now))
    for worker_id in first:
        one = there.get(worker_id) if worker_id is not None else None
        sees = one is not None and (not case.restricted or one.role in workers.SEE_RESTRICTED)
        if one is not None and sees and one.left_at is None and one.worker_id not in away:
            about = uuid5(NS, f"notice/{kind}/{one.worker_id}/{case.case_id}/{now.isoformat()}")
            return await notices.add(tx, [Notice(about, one.role, kind, case.case_id, now, worker_id=one.worker_id)])
    await tell_roles(tx, kind, [case.case_id], now)


async def tell_of_task(tx: Tx, kind: str, task_id: UUID, now: datetime) -> None:
    """Tells officers and leaders of a task of which no case is known; it is over when the task is."""
    told = [
        Notice(uuid5(NS, f"notice/{kind}/{role}/{task_id}"), role, kind, None, now, task_id)
        for role in ("officer", "leader")
    ]
    await notices.add(tx, told)


OfClock = EntitlementFact | RelatedClockFact


async def clocks_warned(tx: Tx, facts: Sequence[EntitlementWarned | RelatedClockWarned]) -> None:
    """A clock of the Code, or a limit beside it, runs out: a notice to the role that was warned, until it is over."""
    told = [
        Notice(_about(fact, fact.role), fact.role, _kind(fact), fact.case_id, fact.happened_at)
        for fact in facts
        if fact.role in SEES
    ]
    if told:
        await notices.tell(tx, told)


async def clocks_over(tx: Tx, facts: Sequence[OfClock], now: datetime) -> None:
    """They were stopped, ended or got another day: nobody needs to hurry because of the warning."""
    if facts:
        await notices.over(tx, [_about(fact, role) for fact in facts for role in SEES], now)


def _kind(fact: EntitlementWarned | RelatedClockWarned) -> str:
    if isinstance(fact, RelatedClockWarned):
        return "limit_warned"
    return "pause_ends" if fact.about == "pause_ends" else "clock_warned"


def _about(fact: OfClock, role: str) -> UUID:
    """The id of the one notice that there is of a clock for a role."""
    name = fact.clock if isinstance(fact, RelatedClockFact) else fact.entitlement
    return uuid5(NS, f"notice/clock/{role}/{fact.case_id}/{name}/{fact.clock_id or ''}")
