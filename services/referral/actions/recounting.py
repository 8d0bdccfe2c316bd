"""A crime that comes late, or is told to be domestic late, counts for the person's cases of after it as if it had been
there: those of which more follows are decided again."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.working_time import local_day
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import filing, raising
from services.referral.actions.hearing import Hearing
from services.referral.actions.noticing import RECENT
from services.referral.actions.rerouting import rerun
from services.referral.domain import persons
from services.referral.domain.announcing import REPEAT
from services.referral.domain.books import Books
from services.referral.domain.risk_said import REPORTS_HIGH
from services.referral.store import batches, cases, tasks
from services.referral.store import persons as persons_store
from services.referral.store.batches import Prior
from services.referral.store.cases import Case


@dataclass(frozen=True, slots=True)
class Recount:
    """How many reports there were in the twelve months up to a case, as it is known now; `more`: a rule asks for it."""

    case_id: UUID
    count: int
    more: bool


def counted(reports: Iterable[Prior]) -> Iterator[Recount]:
    """Each open case of a person, by all that is known of them: pure, and asks nothing of the database."""
    known = {prior.case_id: prior for prior in reports}.values()
    said = _said(known)
    for prior in known:
        if prior.state == "closed":
            continue
        on = local_day(prior.reported_at)
        found, since = persons.repeats(said, on), persons.window_start(on)
        marac = any(other.marac_on is not None and since <= other.marac_on for other in known if other is not prior)
        high = prior.domestic and not prior.held_high and (found.domestic >= REPORTS_HIGH or marac)
        again = found.count >= REPEAT and not prior.repeat
        if high or again or found.count != prior.reports:
            yield Recount(prior.case_id, found.count, high or again)


def _said(known: Iterable[Prior]) -> list[persons.Report]:
    return [persons.Report(one.crime_id or one.case_id, local_day(one.reported_at), one.domestic) for one in known]


def too_few(reports: Iterable[Prior]) -> Iterator[UUID]:
    """Open domestic cases of a person that are held as high risk, with fewer reports than make it high: pure."""
    known = {prior.case_id: prior for prior in reports}.values()
    said = _said(known)
    for prior in known:
        few = persons.repeats(said, local_day(prior.reported_at)).domestic < REPORTS_HIGH
        if few and prior.domestic and prior.held_high and prior.state != "closed":
            yield prior.case_id


async def of_parted(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """These records are of one person no more, so that fewer reports count. Nothing lowers a risk by itself: somebody
    looks the same day at each case that the others' reports may have raised."""
    async with persons_store.seen_whole(tx):
        past = await batches.past(tx, (), sorted(people))
        told = [past.prior.get(one, []) for one in sorted(people)]
        await cases.recount(tx, {each.case_id: each.count for one in told for each in counted(one)})
        look = sorted({case_id for one in told for case_id in too_few(one)})
        await raising.ask(tx, look, tasks.PARTED, filing.end_of_day(now), now, "parted", now.isoformat())


async def of_person(tx: Tx, viewer: Viewer, case: Case, books: Books, now: datetime) -> int:
    """Counts anew for the person of a case of which the hub itself wrote down what counts in their others; returns how
    many were decided again."""
    async with persons_store.seen_whole(tx):
        past = await batches.past(tx, (), [case.person_id])
    again = sorted(one.case_id for one in counted(past.prior.get(case.person_id, ())) if one.more)
    for case_id in again:
        await rerun(tx, case_id, books, now, by=viewer.user_id)
    return len(again)


async def follow(tx: Tx, batch: Hearing, books: Books, now: datetime) -> int:
    """Counts anew for the people of whom this batch told something of before another case of theirs, once it is
    written; returns how many cases were decided again."""
    found: dict[UUID, Recount] = {}
    for person in batch.recount:
        found |= {one.case_id: one for one in counted(batch.past.prior.get(person, ()))}
    await cases.recount(tx, {one.case_id: one.count for one in found.values()})
    again = sorted(one.case_id for one in found.values() if one.more)
    for case_id in again:
        await rerun(tx, case_id, books, await cases.known_since(tx, case_id, now, RECENT))
    return len(again)
