"""Somebody becomes restricted: their other cases say so too, so that no other service goes on showing them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.referral import CaseUpdated
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import filing
from services.referral.actions.announcing import announce
from services.referral.domain.announcing import SYSTEM, built, case_values
from services.referral.domain.facts import facts_of
from services.referral.store import batches, cases, persons, same_person, tasks, undecided
from services.referral.store.tasks import Task, task_id

AT_ONCE = 50
TASK = "decide_same_person"


async def tell(
    tx: Tx,
    case_ids: Sequence[UUID],
    now: datetime,
    by: UUID | None = None,
    *,
    caused_by: Any = None,
    restricted: bool = True,
) -> None:
    """Announces of cases, open or closed, that they are restricted from now on, or are not any more."""
    told = []
    for case_id in case_ids:
        case = await cases.get(tx, case_id)
        routings = await cases.routings(tx, case_id) if case else []
        if case is None or not routings:
            continue
        history = replace(batches.remembered(routings[0].facts["history"]), restricted=restricted)
        values = case_values(facts_of(routings[0].facts["case"]), history, case.reference)
        values |= {"changed": ("restricted",), "removed": case.removed, "revision": case.revision}
        told.append(built(CaseUpdated, case_id, now, SYSTEM, values))
    await announce(tx, told, by, caused_by=caused_by)


async def by_word(tx: Tx, viewer: Viewer, person_id: UUID, now: datetime) -> None:
    """Somebody is found to be one of those whom the dated list restricts: all of theirs is hidden from now on."""
    await persons.see_restricted(tx)
    everybody = await persons.with_linked(tx, [person_id])
    await persons.in_own_right(tx, [person_id], now)
    anew = await persons.restrict(tx, everybody)
    await tell(tx, anew, now, viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, "case.restricted", "case", one) for one in anew])


async def until_decided(tx: Tx, people: Collection[UUID] | None, now: datetime) -> int:
    """Restricts whoever may be a restricted person, by name and birth or by name and number, until somebody who may see
    both says whether they are; asks for that. `people`: whom to look at with all whom they fit, None for
    everybody. Returns how many."""
    found = await persons.open_to_match(tx, people)
    if not found:
        return 0
    everybody = await persons.with_linked(tx, found)
    anew = await persons.restrict(tx, everybody)
    await persons.until_decided(tx, everybody, now)
    await tell(tx, anew, now)
    await _ask(tx, everybody, now)
    await audit.record(tx, [audit.Entry(None, "system", None, "case.restricted", "case", one) for one in anew])
    return len(found)


async def who_came(tx: Tx, person_id: UUID, fits: Sequence[persons.Fit], now: datetime) -> None:
    """Asks of somebody who was told of by hand, and is hidden since they fit, whether they are who they fit: once for
    each human. Who is hidden for such a question themselves is asked about only where nobody else fits."""
    await persons.until_decided(tx, [person_id], now)
    asked: set[UUID] = set()
    whom = [fit for fit in fits if fit.known] or fits[:1]
    for fit in sorted(whom, key=lambda fit: persons.ANOTHER_NAME in fit.matched):
        if fit.other not in asked:
            await same_person.propose(tx, person_id, fit.other, now, fit.matched)
            asked |= await persons.with_linked(tx, [fit.other])
    await _ask(tx, [person_id], now)


async def decided(tx: Tx, viewer: Viewer, pair: Collection[UUID], now: datetime) -> None:
    """It was decided of these records whether they are of one person: whoever was restricted for no other reason than
    that this, or the like, was not decided is open to everybody again."""
    for person_id in sorted(pair):
        group = await persons.with_linked(tx, [person_id])
        if not await persons.still_asked(tx, group):
            for case_id in await same_person.open_cases(tx, sorted(group)):
                await tasks.over_of_case(tx, case_id, TASK, viewer.user_id, now)
        if not await persons.only_until_decided(tx, group):
            continue
        opened = await persons.restrict(tx, group, restricted=False)
        await persons.decided(tx, group)
        await tell(tx, opened, now, viewer.user_id, restricted=False)
        await audit.record(tx, [audit.seen(viewer, "case.not_restricted", "case", case_id) for case_id in opened])


async def same(tx: Tx, viewer: Viewer, people: Collection[UUID], own: Collection[UUID], now: datetime) -> None:
    """Records are of one person of whom one is restricted. `own`: those in their own right, the others follow them;
    where there is none, all of them are hidden until it is decided whether they are somebody else who is."""
    if not own:
        await persons.until_decided(tx, people, now)
        return
    await persons.by_link(tx, set(people).difference(own), now)
    for case_id in await same_person.open_cases(tx, sorted(people)):
        await tasks.over_of_case(tx, case_id, TASK, viewer.user_id, now)


async def parted(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """Records are not held to be of one person any more: who was restricted for that alone stays so until somebody says
    anew who they are, and that is asked for."""
    left = await persons.parted(tx, people, now)
    await _ask(tx, left, now)


async def _ask(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """Within the hour where life may be at risk, since nobody else sees the case until then; else the same day."""
    for face in await undecided.faces(tx, people, ()):
        due, about = filing.today_or_at_once(now, at_once=face.grave), task_id(TASK, face.case_id, now.isoformat())
        await tasks.add(tx, [Task(about, TASK, due, now, case_id=face.case_id)])


async def spread(tx: Tx, moment: Moment, context: Context) -> int:
    """Restricts every record of a person of whom one is restricted, whatever came to be known first; returns how many.
    What is decided of one record is decided of a person, and nobody acts on a half of which they do not see the
    other."""
    await until_decided(tx, None, moment.now)
    found = await persons.half_restricted(tx, AT_ONCE)
    if found:
        await persons.by_link(tx, found, moment.now)
        cases_of = await persons.restrict(tx, found)
        await tell(tx, cases_of, moment.now)
        entries = [audit.Entry(None, "system", None, "case.restricted", "case", case_id) for case_id in cases_of]
        await audit.record(tx, entries)
    return len(found)
