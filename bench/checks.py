"""A rate counts only with its checks: nothing lost, nothing twice, everything of a key in order."""

from collections import Counter
from dataclasses import asdict, dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.events import Events, keys
from bench.stand import Hub, Stand
from contracts.topics import BY_NAME, REFERRAL_EVENTS

_TABLES = """
select (select count(*) from crime) as crimes, (select count(*) from case_file) as cases,
       (select count(*) from routing) as routings, (select count(*) from referral) as referrals,
       (select count(*) from leg) as legs, (select count(*) from case_event) as told,
       (select coalesce(sum(last), 0) from kit.sequence)::bigint as announced
"""
_COUNTED = "select sum(applied)::bigint as applied, sum(duplicates)::bigint as duplicates from kit.watermark"


@dataclass(frozen=True, slots=True)
class Checked:
    """Of what was sent: events lost or applied twice, crimes that do not stand at their last revision, cases missing;
    of what was announced: lost, sent twice, out of order for their subject."""

    lost: int
    twice: int
    out_of_order: int
    cases_missing: int
    announced: int
    announced_lost: int
    announced_twice: int
    announced_out_of_order: int

    @property
    def good(self) -> bool:
        return not any(value for name, value in asdict(self).items() if name != "announced")


async def tables(hub: Hub) -> dict[str, int]:
    """How many rows there are, by table."""
    row = await hub.database.pool.fetchrow(_TABLES)
    return dict(row) if row else {}


async def check(stand: Stand, hub: Hub, events: Events, since: "Ends") -> Checked:
    """Holds the database and the topic against the events that were sent."""
    pool = hub.database.pool
    known = {row["event"] for row in await pool.fetch("select event from kit.inbox")}
    counted = await pool.fetchrow(_COUNTED)
    assert counted is not None
    revisions = {row["crime_id"]: row["revision"] for row in await pool.fetch("select crime_id, revision from crime")}
    standing = sum(revisions.get(crime) != revision for crime, revision in events.revisions.items())
    found = await tables(hub)
    subjects = await _published(stand, since)
    numbers = [number for told in subjects.values() for number in set(told)]
    return Checked(
        lost=len(keys(events) - known),
        twice=int(counted["applied"]) - len(events.sent),
        out_of_order=standing,
        cases_missing=abs(events.cases - found["cases"]),
        announced=found["announced"],
        announced_lost=abs(found["announced"] - len(numbers)),
        announced_twice=sum(number > 1 for told in subjects.values() for number in Counter(told).values()),
        announced_out_of_order=sum(told != sorted(told) for told in subjects.values()),
    )


Ends = dict[TopicPartition, int]


async def ends(stand: Stand) -> Ends:
    """Where the topic of announcements ends now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stand.settings.kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(REFERRAL_EVENTS, p) for p in range(BY_NAME[REFERRAL_EVENTS].partitions)]
        found: Ends = await consumer.end_offsets(places)
        return found
    finally:
        await consumer.stop()


async def _published(stand: Stand, since: Ends) -> dict[bytes, list[int]]:
    """The sequence numbers of each subject since then, in the order of the topic."""
    until = await ends(stand)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stand.settings.kafka, enable_auto_commit=False, isolation_level="read_committed"
    )
    await consumer.start()
    found: dict[bytes, list[int]] = {}
    try:
        waiting = {place for place in until if since[place] < until[place]}
        consumer.assign(list(waiting))
        for place in waiting:
            consumer.seek(place, since[place])
        while waiting:
            for records in (await consumer.getmany(*waiting, timeout_ms=500)).values():
                for record in records:
                    number = record.value[: record.value.index(b",")].rpartition(b":")[2]
                    found.setdefault(record.key, []).append(int(number))
            waiting = {place for place in waiting if await consumer.position(place) < until[place]}
    finally:
        await consumer.stop()
    return found
