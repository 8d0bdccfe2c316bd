"""The inbox on real PostgreSQL: once, in order, and a broken record costs nobody but its own key."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from contracts.envelope import to_headers
from kit.database import TRANSIENT, Database
from kit.inbox import Inbox, discard, parked, replay
from kit.listening import Context, listening
from kit.migrate import HERE, migrate
from tests.conftest import Databases, until_somebody_waits
from tests.faults.ledger.records import WHEN, Sent, crime, noted, poison
from tests.faults.ledger.service import LEDGER

pytestmark = pytest.mark.service


@pytest.fixture
async def ledger(databases: Databases) -> AsyncIterator[Database]:
    name = await databases.empty_copy("feedback", "ledger")
    await migrate(databases.settings, "feedback", [HERE / "service", LEDGER.migrations], into=name)
    yield await databases.open(name, "feedback_worker")


@pytest.fixture
def inbox(ledger: Database, databases: Databases) -> Inbox:
    heard = listening(LEDGER.listens)
    context = Context(databases.settings, "ledger", None, ledger, heard.models)  # type: ignore[arg-type]
    return Inbox(ledger, "ledger", heard, context)


async def numbers(ledger: Database, key: int) -> list[int]:
    rows = await ledger.pool.fetch("select number from entry where crime_id = $1 order by position", crime(key))
    return [row["number"] for row in rows]


def run_of(*records: Sent) -> list[Sent]:
    return [Sent(r.key, r.value, r.headers, offset) for offset, r in enumerate(records)]


async def until_settled(inbox: Inbox, records: list[Sent]) -> None:
    for _ in range(5):
        try:
            await inbox.apply(records)
        except TRANSIENT:
            continue
        return


async def test_a_batch_read_twice_has_one_effect(inbox: Inbox, ledger: Database) -> None:
    records = run_of(*(noted(crime(n % 3), n) for n in range(30)))
    await inbox.apply(records)
    again = await inbox.apply(records)
    assert again.total("received") == 0
    assert await numbers(ledger, 0) == list(range(0, 30, 3))
    assert await ledger.pool.fetchval("select count(*) from kit.outbox") == 30


async def test_an_event_published_twice_is_applied_once(inbox: Inbox, ledger: Database) -> None:
    counts = await inbox.apply(run_of(noted(crime(1), 1), noted(crime(1), 1), noted(crime(1), 2), noted(crime(1), 1)))
    assert await numbers(ledger, 1) == [1, 2]
    assert (counts.total("applied"), counts.total("duplicates")) == (2, 2)
    later = await inbox.apply([Sent(r.key, r.value, r.headers, 9) for r in [noted(crime(1), 1)]])
    assert later.total("duplicates") == 1
    assert await numbers(ledger, 1) == [1, 2]


@pytest.mark.parametrize("at_once", [True, False])
async def test_an_id_that_comes_with_other_content_parks_and_what_is_sealed_anew_is_a_duplicate(
    inbox: Inbox, ledger: Database, at_once: bool
) -> None:
    same = "counted-wrongly"
    records = run_of(
        noted(crime(1), 1, sealed="a.b.c", event_id=same),
        noted(crime(1), 1, sealed="d.e.f", event_id=same),
        noted(crime(1), 2, event_id=same),
        noted(crime(1), 3),
        noted(crime(2), 1),
    )
    for batch in [records] if at_once else [[one] for one in records]:
        await inbox.apply(batch)
    assert (await numbers(ledger, 1), await numbers(ledger, 2)) == ([1, 3], [1]), "what comes later goes on"
    assert await ledger.pool.fetchval("select sum(duplicates) from kit.watermark") == 1
    async with ledger.begin() as tx:
        [stuck] = await parked(tx)
    assert (stuck["reason"], stuck["behind"], "other content" in stuck["detail"]) == ("refused", 0, True)
    assert await replay(ledger, inbox, stuck["id"]) == (0, 1), "it has to come under an id of its own"
    async with ledger.begin() as tx:
        assert await discard(tx, stuck["id"], "counted wrongly")


REASONS = {
    "bad_header": "bad_header",
    "null_header": "bad_header",
    "missing_header": "missing_header",
    "bad_json": "bad_json",
    "schema": "schema",
    "too_large": "too_large",
    "refused": "refused",
    "defect": "defect",
}


@pytest.mark.parametrize("kind", REASONS)
async def test_a_poisoned_record_parks_once_and_only_its_key_waits(inbox: Inbox, ledger: Database, kind: str) -> None:
    records = run_of(
        noted(crime(1), 1), poison(kind, crime(1), 2), noted(crime(2), 1), noted(crime(1), 3), noted(crime(2), 2)
    )
    await until_settled(inbox, records)
    assert await numbers(ledger, 1) == [1]
    assert await numbers(ledger, 2) == [1, 2]
    async with ledger.begin() as tx:
        (stuck,) = await parked(tx)
    assert (stuck["reason"], stuck["behind"]) == (REASONS[kind], 1)
    await inbox.apply([Sent(r.key, r.value, r.headers, 20) for r in [noted(crime(1), 4)]])
    assert await numbers(ledger, 1) == [1]


async def test_what_came_before_a_poisoned_record_is_applied_though_another_handler_fails(
    inbox: Inbox, ledger: Database
) -> None:
    records = run_of(noted(crime(1), 1), poison("refused", crime(2), 1), poison("bad_json", crime(1), 2))
    await until_settled(inbox, records)
    assert await numbers(ledger, 1) == [1]


@pytest.mark.parametrize("kind", ["null_key", "wrong_key"])
async def test_a_record_with_a_bad_key_parks_alone(inbox: Inbox, ledger: Database, kind: str) -> None:
    await inbox.apply(run_of(poison(kind, crime(1), 1), noted(crime(1), 2), noted(crime(999_999), 1)))
    assert await numbers(ledger, 1) == [2]
    assert await numbers(ledger, 999_999) == [1]
    assert await ledger.pool.fetchval("select reason from kit.parked") == "bad_key"


async def test_an_unknown_type_is_counted_and_holds_nothing(inbox: Inbox, ledger: Database) -> None:
    counts = await inbox.apply(run_of(poison("unknown_type", crime(1), 1), noted(crime(1), 2)))
    assert counts.total("ignored") == 1
    assert await numbers(ledger, 1) == [2]
    assert await ledger.pool.fetchval("select type from kit.ignored") == "ledger.unheard.v9"


async def test_discarding_a_parked_record_frees_its_tail_in_order(inbox: Inbox, ledger: Database) -> None:
    await until_settled(inbox, run_of(poison("refused", crime(1), 1), noted(crime(1), 2), noted(crime(1), 3)))
    async with ledger.begin() as tx:
        (stuck,) = await parked(tx)
        assert await discard(tx, stuck["id"], "sent by mistake")
    assert await replay(ledger, inbox, stuck["id"]) == (2, 0)
    assert await numbers(ledger, 1) == [2, 3]


async def test_replaying_what_still_cannot_work_leaves_it_parked_with_its_tail(inbox: Inbox, ledger: Database) -> None:
    await until_settled(inbox, run_of(poison("refused", crime(1), 1), noted(crime(1), 2)))
    async with ledger.begin() as tx:
        (stuck,) = await parked(tx)
    assert await replay(ledger, inbox, stuck["id"]) == (0, 2)
    async with ledger.begin() as tx:
        (still,) = await parked(tx)
    assert (still["id"], still["behind"]) == (stuck["id"], 1)


async def test_announcements_are_numbered_densely_for_each_subject(inbox: Inbox, ledger: Database) -> None:
    await inbox.apply(run_of(*(noted(crime(n % 4), n) for n in range(20))))
    await inbox.apply([Sent(r.key, r.value, r.headers, 50) for r in [noted(crime(0), 99)]])
    rows = await ledger.pool.fetch("select sequence from kit.outbox where subject_id = $1 order by seq", crime(0))
    assert [row["sequence"] for row in rows] == [1, 2, 3, 4, 5, 6]


async def test_parts_of_a_topic_count_what_nobody_hears_in_one_order(inbox: Inbox, ledger: Database) -> None:
    kinds = ["ledger.a.v1", "ledger.b.v1"]
    heard_of = [Sent(b"k", b"{}", to_headers(kind, kind, "tests", WHEN), n) for n, kind in enumerate(kinds[::-1])]
    await inbox.apply(heard_of)
    async with ledger.begin() as first:
        await first.execute("select 1 from kit.ignored where type = $1 for update", kinds[0])
        waiting = asyncio.create_task(inbox.apply([replace(one, offset=one.offset + 2) for one in heard_of]))
        await until_somebody_waits(ledger)
        await first.execute("select 1 from kit.ignored where type = $1 for update nowait", kinds[1])
    assert (await waiting).total("ignored") == 2
