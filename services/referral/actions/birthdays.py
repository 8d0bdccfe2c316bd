"""The day of birth in a person's sealed details, against the age that the police gave: where it says child, or the age
is not known, the case is decided again by it, since no child is helped by the rules of an adult."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from kit import audit
from kit.database import Tx
from kit.listening import Context
from services.referral.actions import books as stocked
from services.referral.actions import filing, raising
from services.referral.actions.rerouting import rerun
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts
from services.referral.domain.told import CHILD_ENDS, OLDEST, at_most, by_birth, contradict, with_told, years
from services.referral.store import ages, alarms, alerts, persons, tasks
from services.referral.store.ages import Aged, Before, Known
from services.referral.store.tasks import Task, task_id

TO_CHECK, BY_BIRTH = "age_to_check", "age_by_birth"
AGES_DIFFER, PARTED = "ages_differ", "age_parted"


async def compare(tx: Tx, context: Context, born: Sequence[tuple[UUID, str | None]], now: datetime) -> int:
    """Takes the age from the day of birth (ISO) of these cases where it must count, tells the providers that have them,
    and asks a human wherever the two do not fit; returns in how many it counts."""
    days = {case_id: day for case_id, text in born if (day := born_on(text)) is not None}
    both = [
        (known, age)
        for known in (await ages.of_cases(tx, list(days)) if days else ())
        if 0 <= (age := years(days[known.case_id], known.reported_on)) <= OLDEST and known.told is None
    ]
    counts = any(by_birth(known.age, age) for known, age in both)
    return await _decide(tx, both, await stocked.current(tx, context.facts) if counts else None, now)


async def of_joined(tx: Tx, people: Collection[UUID], books: Books, now: datetime) -> int:
    """These records were found to be of one person: where one of them says child and another does not, the rules for
    the child count until a human has said how old the person is; returns in how many cases they do now."""
    async with persons.seen_whole(tx):
        held = await ages.of_people(tx, people)
    found = [(mine, *child) for mine in held if mine.is_open and (child := _as_child(mine, held)) is not None]
    await ages.keep(tx, [(mine.known.case_id, whose, age) for mine, age, whose in found])
    both = [(mine.known, age) for mine, age, _ in found]
    return await _decide(tx, both, books, now, AGES_DIFFER) if both else 0


async def of_parted(tx: Tx, people: Collection[UUID], books: Books, now: datetime) -> None:
    """These records are of one person no more: the age that each had of its own counts again, unless a human recorded
    one since. What followed from the other one only a human ends, and is asked to the same day."""
    found = await ages.part(tx, people)
    for one in found:
        await rerun(tx, one.case_id, books, now, change=partial(_as_before, before=one))
        await tasks.over_of_kind(tx, one.case_id, AGES_DIFFER, "parted", now)
    await raising.ask(tx, [one.case_id for one in found], PARTED, filing.end_of_day(now), now, now.isoformat())
    if found:
        for group in {frozenset(await persons.with_linked(tx, [one])) for one in people}:
            await of_joined(tx, group, books, now)


def _as_before(facts: CaseFacts, before: Before) -> CaseFacts:
    if facts.told_age != before.instead:
        return facts
    text = before.age_said or "not_recorded"
    said = int(text) if text.isdigit() else text
    return replace(facts, age=before.age, age_said=said, told_age=before.told_age)


def _as_child(mine: Aged, held: Sequence[Aged]) -> tuple[int, UUID] | None:
    """How old the person was at most on the day of this case by another record, and by which, where that makes a
    younger child of them; None elsewhere."""
    then = mine.known.reported_on
    told = [
        (at_most(other.known.age, other.known.reported_on, then), other.person_id)
        for other in held
        if other.person_id != mine.person_id and other.known.age is not None
    ]
    youngest = min(told, default=(CHILD_ENDS[-1], mine.person_id))
    return youngest if youngest[0] < CHILD_ENDS[-1] and by_birth(mine.known.age, youngest[0]) else None


async def _decide(
    tx: Tx, both: Sequence[tuple[Known, int]], books: Books | None, now: datetime, task: str = TO_CHECK
) -> int:
    """Takes the other age of these cases where it must count, and asks a human by this `task` where the two do not fit;
    `books`: None where it counts in none."""
    found = [(known.case_id, age) for known, age in both if by_birth(known.age, age)]
    with_provider = await alerts.open_legs(tx, [case_id for case_id, _ in found])
    unlike = {known.case_id for known, age in both if contradict(known.age, age)}
    unlike |= {leg.case_id for leg in with_provider}
    due = filing.end_of_day(now)
    await tasks.add(tx, [Task(task_id(task, one), task, due, now, case_id=one) for one in sorted(unlike)])
    if books is None:
        return 0
    for case_id, age in found:
        await rerun(tx, case_id, books, now, change=partial(with_told, age=age, sex=None))
        await audit.record(tx, [audit.Entry(None, "system", None, "case.age_by_birth", "case", case_id)])
    await alarms.add(tx, sorted({leg.case_id for leg in with_provider}), BY_BIRTH, BY_BIRTH, None, now, now)
    return len(found)


def born_on(text: str | None) -> date | None:
    """A day of birth as it was given, ISO; None where it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
