"""The events of a run: the shipped real month, told with invented people, on the real topic."""

import zlib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from contracts.envelope import to_headers
from contracts.police import CrimeRecorded, CrimeUpdated
from contracts.topics import BY_NAME, POLICE_CRIMES
from handrail.feed import open_files
from handrail.feeds.stories import Feed
from handrail.feeds.tellings import Tally, stories, tellings
from handrail.publishing import Outgoing, producer, publish
from kit import clock
from kit.config import Settings
from kit.received import event_key
from services.referral.domain.reading import cases_of

MONTH = Path(__file__).parents[1] / "handrail" / "data" / "west-midlands" / "2011-02-street.csv.gz"
AS_MONTH = "2026-09"


@dataclass(frozen=True, slots=True)
class Record:
    """An event as a consumer gets it."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Events:
    """What is sent, and what must be there afterwards: found from the events alone, without the code measured."""

    sent: tuple[Outgoing, ...]
    crimes: int
    cases: int
    revisions: dict[UUID, int]


def make(settings: Settings, count: int, after: int = 0) -> Events:
    """`count` events about crimes, in order of time; `after` crimes are left out before them."""
    tally = Tally()
    told = stories(open_files([MONTH]), Feed(1, clock.now(), AS_MONTH), after + count, tally)[after:]
    events = (e for e in tellings(told, settings.secret("ingest.key"), tally) if e.topic == POLICE_CRIMES)
    sent = tuple(islice(events, count))
    revisions: dict[UUID, int] = {}
    cases: set[UUID] = set()
    for event in sent:
        model = CrimeRecorded if event.type == CrimeRecorded.TYPE else CrimeUpdated
        crime = model.model_validate_json(event.value)
        revisions[crime.crime_id] = max(crime.revision, revisions.get(crime.crime_id, 0))
        cases |= {facts.case_id for facts in cases_of(crime)}
    return Events(sent, len(revisions), len(cases), revisions)


def keys(events: Events) -> set[UUID]:
    """What the inbox remembers of these events."""
    return {event_key(event.source, event.id) for event in events.sent}


def records(events: Events) -> list[Record]:
    """The same events as records of a topic, for stages measured without a broker."""
    offsets = [0] * BY_NAME[POLICE_CRIMES].partitions
    found = []
    for event in events.sent:
        key = event.key.encode()
        partition = zlib.crc32(key) % len(offsets)
        headers = to_headers(event.type, event.id, event.source, event.time, event.key)
        found.append(Record(event.topic, partition, offsets[partition], key, event.value, headers))
        offsets[partition] += 1
    return found


async def send(settings: Settings, events: Events) -> None:
    async with producer(settings.kafka) as client:
        await publish(client, events.sent)
