"""Twenty thousand events, duplicates, poison, kills and a zombie; and four mistakes that the oracle must catch."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from handrail.local import Servers
from kit.migrate import HERE, migrate
from tests.conftest import Databases, settings_for
from tests.faults.ledger.mutants import HONEST
from tests.faults.ledger.records import Sent, crime, noted, poison
from tests.faults.ledger.service import LEDGER
from tests.faults.oracle import findings
from tests.faults.rig import Rig

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]
SEED = 20260901
POISON = ("bad_header", "null_header", "missing_header", "bad_json", "schema", "too_large", "refused", "defect")
ALONE = ("null_key", "wrong_key", "unknown_type")


@pytest.fixture
async def rig(servers_with_kafka: Servers) -> AsyncIterator[Rig]:
    settings = settings_for(servers_with_kafka)
    databases = Databases(settings, servers_with_kafka)
    name = await databases.empty_copy("feedback", "ledger")
    await migrate(settings, "feedback", [HERE / "service", LEDGER.migrations], into=name)
    await migrate(settings, "keys", [HERE / "keys"])
    rig = Rig(servers_with_kafka, name)
    await rig.start_at_the_end()
    yield rig
    rig.stop()
    await databases.end()


def story(keys: int, each: int, chance: random.Random) -> tuple[list[Sent], dict[UUID, list[int]]]:
    """Events of many keys, shuffled across keys, one in twenty sent twice, one key of each kind poisoned half-way."""
    run = random.Random(chance.random()).getrandbits(40)
    names = [crime(run * 1000 + n) for n in range(keys)]
    poisoned = dict(zip(names, POISON, strict=False))
    alone = dict(zip(names[len(POISON) :], ALONE, strict=False))
    queues: dict[UUID, list[Sent]] = {}
    expected: dict[UUID, list[int]] = {}
    for key in names:
        records = [noted(key, number) for number in range(each)]
        expected[key] = list(range(each))
        for number in range(each - 1, 0, -1):
            if chance.random() < 0.05:
                records.insert(number + 1, records[number])
        if key in poisoned:
            half = each // 2
            records = [r for r in records if records.index(r) < half][:half]
            records = [noted(key, number) for number in range(half)]
            records += [poison(poisoned[key], key, half), *(noted(key, n) for n in range(half + 1, each))]
            expected[key] = list(range(half))
        if key in alone:
            records.insert(each // 2, poison(alone[key], key, 5000))
        queues[key] = records[::-1]
    order = [key for key, queue in queues.items() for _ in queue]
    chance.shuffle(order)
    return [queues[key].pop() for key in order], expected


async def test_nothing_is_lost_doubled_or_out_of_order_through_kills_and_a_zombie(rig: Rig) -> None:
    chance = random.Random(SEED)
    records, expected = story(500, 40, chance)
    assert len(records) > 20_000
    publishing = asyncio.create_task(rig.publish(records))
    for _ in range(2):
        rig.start_worker()
    zombie = rig.start_worker()
    for round_ in range(6):
        await asyncio.sleep(1 + chance.random())
        if round_ == 1:
            zombie.send_signal(signal.SIGSTOP)
        victim = chance.choice([w for w in rig.workers if w is not zombie and w.poll() is None])
        victim.kill()
        rig.start_worker()
    await publishing
    await asyncio.sleep(8)  # past the session time-out: the zombie's partitions are somebody else's by now
    zombie.send_signal(signal.SIGCONT)
    await rig.until_quiet()
    assert findings(expected, await rig.entered(), await rig.announced()) == [], f"seed {SEED}"


async def small(rig: Rig, mutant: str, crash: int) -> list[str]:
    """A smaller story with one planted mutant and a crash at its worst moment, then honest time to recover."""
    records, expected = story(40, 30, random.Random(SEED + crash))
    await rig.publish(records)
    worker = rig.start_worker(mutant, crash)
    if crash:
        await asyncio.to_thread(worker.wait, 60)
        rig.start_worker(mutant)
    await rig.until_quiet(20)
    return findings(expected, await rig.entered(), await rig.announced())


@pytest.mark.parametrize(
    ("mutant", "crash", "caught_as"),
    [
        ("no_inbox_check", 0, "twice"),
        ("offset_before_commit", 2, "lost"),
        ("removed_before_publish", 1, "announced"),
    ],
)
async def test_the_oracle_catches_a_planted_mutant(rig: Rig, mutant: str, crash: int, caught_as: str) -> None:
    found = await small(rig, mutant, crash)
    assert any(caught_as in finding for finding in found), found


async def test_a_process_killed_at_any_point_and_a_replay_from_the_start_change_nothing(rig: Rig) -> None:
    records, expected = story(40, 30, random.Random(SEED))
    await rig.publish(records)
    for point in ("", *HONEST):
        crashed = rig.start_worker(point, 1)
        assert await asyncio.to_thread(crashed.wait, 60) == 9, f"killed at {point or 'effect'}"
    worker = rig.start_worker()
    await rig.until_quiet(30)
    assert findings(expected, await rig.entered(), await rig.announced()) == []
    worker.kill()
    await rig.start_over()
    rig.start_worker()
    await rig.until_quiet(30)
    assert findings(expected, await rig.entered(), await rig.announced()) == []


async def _enter_late(rig: Rig, mutant: str) -> list[str]:
    """Two writers: the one that took its number first commits last, while the relay is sending."""
    rig.start_worker(mutant)
    slow, quick = await asyncpg.connect(rig.dsn), await asyncpg.connect(rig.dsn)
    first, second = crime(7_000_001), crime(7_000_002)
    write = (
        "with e as (insert into entry (crime_id, number) values ($1, 0))"
        " select kit.announce(array[$1::uuid], array['ledger.entered.v1'], array[gen_random_uuid()], array[now()],"
        ' array[\'{"subject_kind":"entry","subject_id":"\' || $1::text || \'","number":0}\'], array[null], array[null],'
        " array[null])"
    )
    held = slow.transaction()
    await held.start()
    await slow.execute(write, first)
    await quick.execute(write, second)
    for _ in range(60):
        await asyncio.sleep(0.5)
        if any(event.subject == second for event in await rig.announced()):
            break
    await held.commit()
    await slow.close()
    await quick.close()
    await asyncio.sleep(3)
    return findings({first: [0], second: [0]}, await rig.entered(), await rig.announced())


async def test_a_relay_with_a_cursor_over_sequences_loses_what_commits_late_and_is_caught(rig: Rig) -> None:
    found = await _enter_late(rig, "sequence_cursor")
    assert any("announced" in finding for finding in found), found


async def test_our_relay_sends_what_commits_late(rig: Rig) -> None:
    assert await _enter_late(rig, "") == []
