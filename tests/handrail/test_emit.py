"""`handrail emit`: a file goes out as it is, sealed, or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from joserfc import jwe
from joserfc.jwk import OctKey

from contracts.envelope import read_headers
from contracts.topics import BY_NAME
from handrail.emit import BadLine, read_events, send
from handrail.local import Servers
from tests.conftest import settings_for
from tests.handrail.feeding import KEY

CRIME = "fa01945e-5eb2-54a4-8c12-70b0f722a608"


def crime(**changes: Any) -> dict[str, Any]:
    victim = {
        "victim_ref": "P-1",
        "kind": "person",
        "share": "agreed",
        "details": {"given_names": "Ottilie", "channels": [{"kind": "mobile", "value": "07700 900123"}]},
    }
    data = {
        "crime_id": CRIME,
        "force": "20",
        "recorded_at": "2026-09-03T10:12:00+01:00",
        "reported_at": "2026-09-03T09:40:00+01:00",
        "offence_code": "8N",
        "victims": [victim],
    }
    event = {
        "specversion": "1.0",
        "id": "one",
        "source": "urn:test",
        "type": "police.crime.recorded.v1",
        "time": "2026-09-03T09:12:04Z",
        "data": data,
    }
    return event | changes


def aged(said: object) -> dict[str, Any]:
    """The age stands with somebody bereaved, the deepest place that it can have."""
    kin = {"kin_ref": "K-1", "age_at_report": said}
    return crime(data={**crime()["data"], "victims": [{"victim_ref": "P-1", "kind": "deceased", "bereaved": [kin]}]})


def test_an_unknown_age_and_one_that_the_police_write_as_999_go_out(tmp_path: Path) -> None:
    assert len(read_events(written(tmp_path, *map(aged, ("not_known", None, 999, 34))), KEY)) == 4


def notice() -> dict[str, Any]:
    data = {"notice_id": "n", "crime_id": CRIME, "entitlement": "R6.charge", "given_at": "2026-09-04T09:00:00Z"}
    return crime(id="two", type="justice.notice.given.v1", data=data)


def written(path: Path, *events: object) -> Path:
    file = path / "events.jsonl"
    file.write_text("\n".join(event if isinstance(event, str) else json.dumps(event) for event in events) + "\n\n")
    return file


def test_details_in_clear_are_sealed_for_their_crime_and_person(tmp_path: Path) -> None:
    (event,) = read_events(written(tmp_path, crime()), KEY)
    assert b"Ottilie" not in event.value
    assert b"07700" not in event.value
    victim = json.loads(event.value)["victims"][0]
    assert "details" not in victim
    anything = jwe.JWERegistry(strict_check_header=False)
    opened = jwe.decrypt_compact(victim["sealed"], OctKey.import_key(KEY), registry=anything)
    assert (opened.protected["crime_id"], opened.protected["victim_ref"]) == (CRIME, "P-1")
    assert json.loads(opened.plaintext or b"")["given_names"] == "Ottilie"


def test_each_event_goes_to_its_topic_under_its_crime_with_its_own_id_and_time(tmp_path: Path) -> None:
    first, second = read_events(written(tmp_path, crime(), notice()), KEY)
    assert (first.topic, second.topic) == ("police.crimes", "justice.milestones")
    assert {first.key, second.key} == {CRIME}
    assert (first.id, first.source, f"{first.time:%FT%TZ}") == ("one", "urn:test", "2026-09-03T09:12:04Z")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{not json", "line 2"),
        (json.dumps(crime(type="police.crime.deleted.v1")), "police.crime.deleted.v1"),
        (json.dumps(crime(type="case.opened.v1")), "case.opened.v1"),
        (json.dumps(crime(time="yesterday")), "time"),
        (json.dumps(crime(time="2026-09-03T09:12:04")), "time"),
        (json.dumps(crime(id="")), "id"),
        (json.dumps({k: v for k, v in crime().items() if k != "source"}), "source"),
        (json.dumps(crime(specversion="0.3")), "specversion"),
        (json.dumps(crime(data={**crime()["data"], "crime_id": "not-a-uuid"})), "crime_id"),
        (json.dumps(crime(data={**crime()["data"], "recorded_at": None})), "recorded_at"),
        (json.dumps(crime(data={**crime()["data"], "victims": [{"details": {}, "kind": "person"}]})), "victim_ref"),
        (json.dumps(aged("a long time")), "victims.age_at_report"),
        (json.dumps(aged("34")), "whole years as a number"),
        (json.dumps(crime(data={**crime()["data"], "crime_type": "x", "major_incident_id": "y" * 300000})), "major"),
    ],
)
def test_an_invalid_line_is_refused_with_its_number_and_what_is_wrong(tmp_path: Path, bad: str, said: str) -> None:
    with pytest.raises(BadLine, match="line 2") as refused:
        read_events(written(tmp_path, crime(), bad, notice()), KEY)
    assert said in str(refused.value)
    assert "Nothing of the file was published" in str(refused.value)


def test_a_refusal_repeats_nothing_personal(tmp_path: Path) -> None:
    data = crime()["data"]
    data["victims"][0]["kind"] = {"name": "Ottilie Yarrowmere"}
    with pytest.raises(BadLine) as refused:
        read_events(written(tmp_path, crime(data=data)), KEY)
    assert "Ottilie" not in str(refused.value)


@pytest.mark.kafka
async def test_ids_and_times_arrive_as_they_were_written(tmp_path: Path, servers_with_kafka: Servers) -> None:
    settings = settings_for(servers_with_kafka)
    events = read_events(written(tmp_path, crime(id="kept"), crime(id="kept")), settings.secret("ingest.key"))
    assert await send(events, settings.kafka) == 2
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)
    await consumer.start()
    places = [TopicPartition("police.crimes", n) for n in range(BY_NAME["police.crimes"].partitions)]
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    for place in places:
        consumer.seek(place, 0)
    found = []
    while any([await consumer.position(place) < ends[place] for place in places]):
        for batch in (await consumer.getmany(timeout_ms=500)).values():
            found += [read_headers(record.headers) for record in batch if record.key == CRIME.encode()]
    await consumer.stop()
    assert [(one.id, f"{one.time:%FT%TZ}") for one in found] == [("kept", "2026-09-03T09:12:04Z")] * 2
