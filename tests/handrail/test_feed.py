"""`handrail feed` on real Kafka: sums hold, and what is there is not published again."""

import asyncio
import json
from itertools import islice
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from typer.testing import CliRunner

from contracts.envelope import read_headers
from contracts.registry import FACTS
from contracts.topics import BY_NAME
from handrail.__main__ import app
from handrail.feed import Fed, Options, run
from handrail.feeds.stories import Feed
from handrail.feeds.tellings import SOURCE
from handrail.local import Servers
from handrail.publishing import INBOUND, producer, publish, published
from kit.config import Settings
from tests.conftest import settings_for
from tests.handrail.feeding import COLLISIONS, NOW, THAMES_VALLEY, WEST_MIDLANDS, told

pytestmark = pytest.mark.kafka
QUIET = Console(quiet=True)


@pytest.fixture
def settings(servers_with_kafka: Servers) -> Settings:
    return settings_for(servers_with_kafka)


@pytest.fixture
def seed() -> int:
    """Another seed for each test: other crimes, on the same broker."""
    return uuid4().int % 10**9


async def fed(settings: Settings, *files: Path, **options: object) -> Fed:
    return await run(files, Options(as_month="2026-09", **options), settings, QUIET)  # type: ignore[arg-type]


async def records(settings: Settings, keys: set[str]) -> list[tuple[str, str, bytes]]:
    """(topic, event id, value) of every record with one of these keys, in the order of their partitions."""
    wanted = {key.encode() for key in keys}
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)
    await consumer.start()
    found = []
    try:
        places = [TopicPartition(name, n) for name in INBOUND for n in range(BY_NAME[name].partitions)]
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        for place in places:
            consumer.seek(place, 0)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                for record in batch:
                    if record.key in wanted:
                        headers = read_headers(record.headers)
                        FACTS[headers.type].model_validate_json(record.value)
                        found.append((record.topic, headers.id, record.value))
    finally:
        await consumer.stop()
    return found


async def test_what_is_published_is_what_the_summary_says(settings: Settings, seed: int) -> None:
    summary = await fed(settings, WEST_MIDLANDS, COLLISIONS, seed=seed)
    expected, tally = told([WEST_MIDLANDS, COLLISIONS], Feed(seed, NOW, "2026-09"))
    assert summary.as_json() | {"rows_read": 100, "crimes": 100, "skipped": {}} == summary.as_json()
    assert summary.tally.victims == tally.victims
    found = await records(settings, {event.key for event in expected})
    assert sorted(event for _, event, _ in found) == sorted(event.id for event in expected)
    assert len(found) == summary.events_published


async def test_feeding_twice_publishes_nothing_the_second_time(settings: Settings, seed: int) -> None:
    first = await fed(settings, THAMES_VALLEY, seed=seed)
    second = await fed(settings, THAMES_VALLEY, seed=seed)
    assert first.events_published > 100
    assert (second.events_published, second.known) == (0, first.events_published)
    assert second.tally.crimes == first.tally.crimes == 100


async def test_a_feed_that_died_midway_is_completed_by_feeding_again(settings: Settings, seed: int) -> None:
    events, _ = told([WEST_MIDLANDS], Feed(seed, NOW, "2026-09"))
    async with producer(settings.kafka) as client:
        assert await publish(client, islice(events, 37)) == 37
    summary = await fed(settings, WEST_MIDLANDS, seed=seed)
    assert (summary.known, summary.events_published) == (37, len(events) - 37)
    found = [event for _, event, _ in await records(settings, {event.key for event in events})]
    assert len(found) == len(set(found)) == len(events)


async def test_a_larger_limit_adds_only_what_is_new(settings: Settings, seed: int) -> None:
    some = await fed(settings, WEST_MIDLANDS, seed=seed, limit=25)
    rest = await fed(settings, WEST_MIDLANDS, seed=seed)
    assert some.tally.rows_read == 25
    assert rest.known == some.events_published
    assert rest.events_published > 0


async def test_events_of_one_crime_stand_in_one_partition_in_order(settings: Settings, seed: int) -> None:
    await fed(settings, WEST_MIDLANDS, seed=seed)
    events, _ = told([WEST_MIDLANDS], Feed(seed, NOW, "2026-09"))
    found = await records(settings, {event.key for event in events})
    for key in {event.key for event in events}:
        wanted = [event.id for event in events if event.key == key and event.topic == "police.crimes"]
        assert [event for topic, event, value in found if event in wanted] == wanted


async def test_a_file_that_is_no_csv_publishes_nothing_of_the_others(
    settings: Settings, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    monkeypatch.setenv("HANDRAIL_KAFKA", settings.kafka)
    monkeypatch.setenv("HANDRAIL_SECRETS", str(settings.secrets))
    before = await published(settings.kafka, SOURCE)
    words = ["feed", str(WEST_MIDLANDS), str(picture), "--seed", str(seed), "--data", str(tmp_path)]
    result = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert result.exit_code == 1
    assert "picture.csv" in str(result.exception)
    assert await published(settings.kafka, SOURCE) == before


async def test_the_command_prints_one_object_with_the_sums(
    settings: Settings, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDRAIL_KAFKA", settings.kafka)
    monkeypatch.setenv("HANDRAIL_SECRETS", str(settings.secrets))
    words = ["feed", str(THAMES_VALLEY), "--seed", str(seed), "--limit", "40", "--json", "--data", str(tmp_path)]
    result = await asyncio.to_thread(CliRunner().invoke, app, words)
    told = json.loads(result.stdout)
    wanted = {"rows_read", "crimes", "without_victim", "victims", "events_published", "skipped", "unplaced"}
    assert wanted | {"out_of_area"} <= set(told)
    assert told["rows_read"] == 40 == told["crimes"] + sum(told["skipped"].values())


@pytest.mark.parametrize("month", ["2026-13", "September", "2199-01"])
def test_a_month_that_cannot_be_is_a_usage_error(month: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["feed", str(WEST_MIDLANDS), "--as-month", month, "--data", str(tmp_path)])
    assert result.exit_code == 2
