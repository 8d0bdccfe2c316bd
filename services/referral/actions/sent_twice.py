"""Nobody is sent twice for one incident. The police moved somebody from one crime to another, or two records were found
to be one person's, after both were sent: the same day somebody asks one of the two back, and both services are told."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import combinations
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing, raising
from services.referral.store import cases, persons, same_incident, unsure
from services.referral.store.same_incident import OpenLines

TWICE = "sent_twice"


async def of_removed(tx: Tx, case_ids: Sequence[UUID], now: datetime) -> None:
    """The police name the people of these cases no more: what another case of theirs has on the same line as well."""
    for case_id in case_ids:
        case = await cases.get(tx, case_id)
        if case is not None:
            await _ask(tx, await unsure.records(tx, case.person_id), now, of=case_id)


async def of_joined(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """These records were found to be of one person: each was sent as if there were no other, whatever the days."""
    async with persons.seen_whole(tx):
        await _ask(tx, people, now)


async def _ask(tx: Tx, records: Collection[UUID], now: datetime, of: UUID | None = None) -> None:
    found = await same_incident.open_lines(tx, records)
    for one, other in _twice(found, of):
        both = sorted((one.case_id, other.case_id))
        await raising.ask(tx, both, TWICE, filing.end_of_day(now), now, *both)
        await raising.alert(tx, both, TWICE, "/".join(map(str, both)), now, now, review=False)


def _twice(found: Sequence[OpenLines], of: UUID | None) -> Iterator[tuple[OpenLines, OpenLines]]:
    for one, other in combinations(found, 2):
        moved = of in (one.case_id, other.case_id) if of is not None else one.person_id != other.person_id
        if moved and set(one.lines).intersection(other.lines):
            yield one, other
