"""The whole feed as events in the order of time: rows in, one record for Kafka after another out."""

import heapq
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from contracts.envelope import Fact
from contracts.justice import MilestoneReached
from contracts.police import Crime, CrimeUpdated
from contracts.topics import JUSTICE_MILESTONES, POLICE_CRIMES
from handrail.feeds.crimes import peopled, updates
from handrail.feeds.justice import justice
from handrail.feeds.sources import Bad, Source, rows_of
from handrail.feeds.stories import Feed, Story, outside, spreads, tell
from handrail.publishing import Outgoing

SOURCE = "urn:handrail:feed:open-data"
REPEATED = "already_in_this_feed"
_NEWEST_IN_WORDS = 20


@dataclass(slots=True)
class Tally:
    """What the feed has met. rows_read = crimes + everything skipped."""

    rows_read: int = 0
    crimes: int = 0
    without_victim: int = 0
    victims: int = 0
    unplaced: int = 0
    out_of_area: int = 0
    spread: int = 0
    before_the_code: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    bad_lines: list[str] = field(default_factory=list)

    def skip(self, path: Path, bad: Bad) -> None:
        self.rows_read += 1
        self.skipped[bad.reason] += 1
        if len(self.bad_lines) < _NEWEST_IN_WORDS:
            self.bad_lines.append(f"{path.name}, line {bad.line}: {bad.reason.replace('_', ' ')}")


def stories(
    sources: Iterable[tuple[Source, dict[str, str]]], feed: Feed, limit: int | None, tally: Tally
) -> list[Story]:
    """The stories of all good rows, in the order in which they were recorded; bad rows go to the tally."""
    met: set[uuid.UUID] = set()
    found: list[Story] = []
    for source, outcomes in sources:
        equals: Counter[str] = Counter()
        for row in rows_of(source):
            if limit is not None and tally.rows_read >= limit:
                break
            if isinstance(row, Bad):
                tally.skip(source.path, row)
                continue
            ordinal = equals[row.source]
            equals[row.source] += 1
            said = outcomes.get(row.source) or row.cells.get("Last outcome category", "")
            story = tell(row, ordinal, said, feed)
            if story.crime_id in met:
                tally.skip(source.path, Bad(row.line, REPEATED))
                continue
            met.add(story.crime_id)
            _count(tally, story, moved=spreads(story.force, feed))
            found.append(story)
    found.sort(key=lambda story: (story.at.recorded_at, story.crime_id))
    return found


def _count(tally: Tally, story: Story, *, moved: bool) -> None:
    tally.rows_read += 1
    tally.crimes += 1
    tally.unplaced += story.place.authority is None
    tally.out_of_area += outside(story)
    tally.spread += moved
    tally.before_the_code += story.month < "2021-04"


def tellings(told: Iterable[Story], key: bytes, tally: Tally) -> Iterator[Outgoing]:
    """Every event of these stories in the order of its time; `key` seals what is personal.

    The force may tell a crime days after it recorded it: then a milestone can come before its crime.
    """
    later: list[tuple[datetime, int, Outgoing]] = []
    number = 0
    for story in told:
        while later and later[0][0] <= story.at.recorded_at:
            yield heapq.heappop(later)[2]
        for event in _events(story, key, tally):
            number += 1
            heapq.heappush(later, (event.time, number, event))
    while later:
        yield heapq.heappop(later)[2]


def _events(story: Story, key: bytes, tally: Tally) -> Iterator[Outgoing]:
    told = peopled(story, key)
    people = people_of(told.crime)
    tally.victims += people
    tally.without_victim += not people
    crime = str(story.crime_id)
    yield _outgoing(POLICE_CRIMES, crime, "recorded/1", story.at.told_at, told.crime)
    for when, update in updates(told, key):
        yield _outgoing(POLICE_CRIMES, crime, f"updated/{update.revision}", when, update)
    for when, fact in justice(told):
        yield _outgoing(JUSTICE_MILESTONES, crime, _name(fact), when, fact)


def people_of(crime: Crime) -> int:
    """How many people and businesses of a crime have a case: not the dead, and no relative who is a suspect."""
    suspected = {suspect.suspect_ref for suspect in crime.suspects}
    kin = [kin for victim in crime.victims for kin in victim.bereaved]
    bereaved = sum(not one.also_suspect and one.kin_ref not in suspected for one in kin)
    return sum(victim.kind != "deceased" for victim in crime.victims) + bereaved


def _name(fact: Fact) -> str:
    if isinstance(fact, MilestoneReached):
        return f"milestone/{fact.milestone_id}/{fact.received_by_wcu_at or ''}"
    return f"notice/{getattr(fact, 'notice_id', '')}"


def _outgoing(topic: str, crime: str, name: str, when: datetime, fact: Fact) -> Outgoing:
    value = fact.model_dump_json(exclude_none=isinstance(fact, CrimeUpdated), exclude_unset=True).encode()
    event = str(uuid.uuid5(uuid.UUID(crime), f"{fact.TYPE}/{name}"))
    return Outgoing(topic, crime, fact.TYPE, event, SOURCE, when.replace(microsecond=0), value)
