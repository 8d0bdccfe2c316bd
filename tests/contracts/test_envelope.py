"""CloudEvents in binary mode: the public SDK reads what we write, and no bytes can break what reads."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import BadHeader, MissingHeader, peek_type, read_headers, to_headers
from tests.contracts.goldens import GOLDENS, NAMES, Golden

TIME = datetime(2026, 9, 3, 9, 12, 4, 123456, tzinfo=UTC)
WRITTEN: list[tuple[str, bytes | None]] = [
    *to_headers(
        "case.opened.v1",
        "0199-id",
        "urn:handrail:referral",
        TIME,
        "a-subject",
        correlation_id="first",
        causation_id="cause",
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )
]


def changed(name: str, value: bytes | None) -> list[tuple[str, bytes | None]]:
    return [(header, value if header == name else old) for header, old in WRITTEN]


def without(name: str) -> list[tuple[str, bytes | None]]:
    return [(header, value) for header, value in WRITTEN if header != name]


def test_the_public_sdk_reads_what_we_write() -> None:
    headers = {name: value for name, value in WRITTEN if value is not None}
    event = from_kafka(KafkaMessage(headers, b"a-key", b'{"a": 1}'), JSONFormat())
    assert isinstance(event, CloudEvent)
    assert (event.get_id(), event.get_source(), event.get_type()) == (
        *("0199-id", "urn:handrail:referral", "case.opened.v1"),
    )
    assert (event.get_time(), event.get_subject(), event.get_data()) == (TIME, "a-subject", {"a": 1})
    assert event.get_dataschema() == "urn:handrail:schema:case.opened.v1"
    assert event.get_extension("correlationid") == "first"
    assert event.get_extension("causationid") == "cause"


@pytest.mark.parametrize("example", GOLDENS, ids=NAMES)
def test_the_public_sdk_reads_every_golden_example(example: Golden) -> None:
    headers = {name: text.encode() for name, text in example.headers.items()}
    event = from_kafka(KafkaMessage(headers, example.key.encode(), example.value()), JSONFormat())
    assert (event.get_type(), event.get_data()) == (example.type, example.data)


def test_we_read_what_the_public_sdk_writes() -> None:
    event = CloudEvent({"type": "t.v1", "source": "urn:s", "id": "1", "time": TIME}, {"a": 1})
    read = read_headers(to_binary(event, JSONFormat()).headers.items())
    assert (read.type, read.source, read.id, read.time) == ("t.v1", "urn:s", "1", TIME)


def test_what_we_write_we_read() -> None:
    read = read_headers(WRITTEN)
    assert (read.type, read.id, read.time, read.subject) == ("case.opened.v1", "0199-id", TIME, "a-subject")
    assert (read.correlation_id, read.causation_id) == ("first", "cause")
    assert json.loads(json.dumps(read.dataschema)) == "urn:handrail:schema:case.opened.v1"


def test_times_are_written_and_read_in_utc() -> None:
    local = datetime(2026, 9, 3, 10, 12, tzinfo=timezone(timedelta(hours=1)))
    assert ("ce_time", b"2026-09-03T09:12:00Z") in to_headers("t", "1", "s", local)
    assert read_headers(changed("ce_time", b"2026-09-03T10:12:00+01:00")).time == local
    assert read_headers(changed("ce_time", b"2026-09-03t09:12:00z")).time.tzinfo == UTC


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"])
def test_a_record_without_a_required_header_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(MissingHeader, match=name):
        read_headers(without(name))


@pytest.mark.parametrize("name", [name for name, _ in WRITTEN])
@pytest.mark.parametrize("value", [None, b"\xff\xfe", b"a\x00b"], ids=["null", "not UTF-8", "a NUL"])
def test_a_header_that_is_no_text_is_refused_by_its_name(name: str, value: bytes | None) -> None:
    with pytest.raises(BadHeader, match=name):
        read_headers(changed(name, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_id", b""),
        ("ce_id", b"x" * 600),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-09-03T09:12:00"),
        ("ce_time", b"2026-02-30T09:12:00Z"),
        ("ce_time", b"0001-01-01T00:00:00+14:00"),
        ("ce_time", b"9999-12-31T23:59:59-14:00"),
    ],
)
def test_a_header_that_is_not_as_cloudevents_asks_is_refused(name: str, value: bytes) -> None:
    with pytest.raises(BadHeader, match=name):
        read_headers(changed(name, value))


def test_a_header_of_others_may_be_missing() -> None:
    required = [pair for pair in WRITTEN if pair[0] in {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"}]
    assert read_headers(required).subject is None


@given(st.lists(st.tuples(st.text(max_size=20) | st.sampled_from([n for n, _ in WRITTEN]), st.none() | st.binary())))
def test_no_bytes_make_the_reader_fail_otherwise(headers: list[tuple[str, bytes | None]]) -> None:
    with suppress(BadHeader, MissingHeader):
        read_headers([*WRITTEN, *headers])


def test_the_type_is_seen_even_where_another_header_is_broken() -> None:
    assert peek_type(changed("ce_source", b"\xff")) == "case.opened.v1"
    assert peek_type(changed("ce_type", b"\xff")) is None
    assert peek_type(without("ce_type")) is None
