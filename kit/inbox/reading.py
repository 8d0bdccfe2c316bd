"""From bytes to facts, without ever raising: a record is a fact, of no interest, or has a reason why it parks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from pydantic import ValidationError

from contracts.envelope import BadHeader, Fact, MissingHeader, peek_type, read_headers
from contracts.topics import BY_NAME, MAX_VALUE_BYTES
from kit.received import Received, Record

_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record of a known type that can never work as it is; `detail` is a field path and a rule, never a value."""

    record: Record
    reason: str
    detail: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Unheard:
    """A record of a type that nobody here listens to."""

    record: Record
    type: str


def read(record: Record, models: Mapping[str, type[Fact]]) -> Received[Any] | Unusable | Unheard:
    """Reads one record; the types in `models` are those listened to."""
    kind = peek_type(record.headers)
    if kind is not None and kind not in models:
        return Unheard(record, kind)
    try:
        headers = read_headers(record.headers)
    except MissingHeader as missing:
        return Unusable(record, "missing_header", str(missing), kind)
    except BadHeader as bad:
        return Unusable(record, "bad_header", str(bad), kind)
    model = models[headers.type]
    key = _text(record.key)
    if key is None:
        return Unusable(record, "bad_key", "key", headers.type)
    if len(record.value or b"") > MAX_VALUE_BYTES:
        return Unusable(record, "too_large", f"{len(record.value or b'')} bytes", headers.type)
    try:
        data = model.model_validate_json(record.value or b"")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        path = ".".join("[]" if isinstance(part, int) else str(part) for part in first["loc"])
        reason = "bad_json" if first["type"] == "json_invalid" else "schema"
        return Unusable(record, reason, f"{path}: {first['type']}".lstrip(": "), headers.type)
    named = BY_NAME[record.topic].key
    if str(getattr(data, named)) != key:
        return Unusable(record, "bad_key", named, headers.type)
    return Received(
        id=headers.id,
        source=headers.source,
        type=headers.type,
        time=headers.time,
        key=key,
        data=data,
        record=record,
        correlation_id=headers.correlation_id or headers.id,
        traceparent=headers.traceparent,
    )


def _text(key: bytes | None) -> str | None:
    return key.decode() if key and _UUID.fullmatch(key) else None


def as_json(record: Record) -> str:
    """The headers of a record as names and hexadecimal values, in order, so that nothing of them is lost."""
    return orjson.dumps(
        [[name, None if value is None else bytes(value).hex()] for name, value in record.headers]
    ).decode()


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as we kept it: parked, held or waiting."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def from_row(row: "asyncpg.Record") -> Kept:
    """A record from a row of kit.parked or kit.waiting."""
    headers = [(name, None if value is None else bytes.fromhex(value)) for name, value in row["headers"]]
    key = row["key"].encode() if isinstance(row["key"], str) else row["key"]
    return Kept(row["topic"], row["partition"], row["offset"], key, row["value"], headers)
