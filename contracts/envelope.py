"""CloudEvents 1.0 in Kafka binary mode: the base of every event, and its headers written and read by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.tolerant import EARLIEST, LATEST, Code, Timestamp


class Fact(BaseModel):
    """The data of an event. Fields it does not know are ignored; nothing in it can be changed."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    TYPE: ClassVar[str]


class Announcement(Fact):
    """What one of our services announces; `sequence` is dense per subject and owner, given at publication."""

    case_id: UUID | None = None
    subject_kind: Code
    subject_id: UUID
    sequence: int = 0
    happened_at: Timestamp
    actor_role: Code


@dataclass(frozen=True, slots=True)
class Headers:
    """The CloudEvents attributes of one record; `time` is in UTC."""

    type: str
    id: str
    source: str
    time: datetime
    subject: str | None = None
    dataschema: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None


_FEEDS, _HISTORY = "urn:handrail:feed:", ":history"


def is_history(source: str) -> bool:
    """Whether a source tells of a past that is no news: a feed of open data, or what a force loads of the time before
    it was connected, which says so by the end of its source."""
    return source.startswith(_FEEDS) or source.endswith(_HISTORY)


class BadHeader(Exception):
    """A header of the record cannot be read: null, not UTF-8, or not as CloudEvents 1.0 asks. Its text is the name."""


class MissingHeader(Exception):
    """The record has no such header, which CloudEvents 1.0 requires. Its text is the name."""


RawHeaders = Iterable[tuple[str, bytes | None]]

_REQUIRED = ("ce_specversion", "ce_type", "ce_id", "ce_source", "ce_time")
_LONGEST = 512


def to_headers(
    type: str,
    id: str,
    source: str,
    time: datetime,
    subject: str | None = None,
    *,
    correlation_id: str | None = None,
    causation_id: str | None = None,
    traceparent: str | None = None,
) -> list[tuple[str, bytes]]:
    """Headers of a record in binary mode. Its value is the JSON data alone."""
    by, kind, schema = _alike(source, type)
    headers = [_VERSION, ("ce_id", id.encode()), by, kind, ("ce_time", _stamp(time.astimezone(UTC)))]
    if subject is not None:
        headers.append(("ce_subject", subject.encode()))
    headers.append(schema)
    if correlation_id is not None:
        headers.append(("ce_correlationid", correlation_id.encode()))
    if causation_id is not None:
        headers.append(("ce_causationid", causation_id.encode()))
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    headers.append(_CONTENT)
    return headers


_VERSION = ("ce_specversion", b"1.0")
_CONTENT = ("content-type", b"application/json")


@lru_cache(maxsize=1_000)
def _alike(source: str, type: str) -> tuple[tuple[str, bytes], tuple[str, bytes], tuple[str, bytes]]:
    """What a source says alike with every event of a type."""
    return ("ce_source", source.encode()), ("ce_type", type.encode()), ("ce_dataschema", schema_uri(type).encode())


@lru_cache(maxsize=1_000)
def _stamp(time: datetime) -> bytes:
    """An instant in UTC; announcements of one decision share it."""
    return time.isoformat().replace("+00:00", "Z").encode()


def schema_uri(type: str) -> str:
    """The name of a type's schema (contracts/schemas/<type>.json) as an absolute URI."""
    return f"urn:handrail:schema:{type}"


def peek_type(headers: RawHeaders) -> str | None:
    """The event type if it can be read at all: an unknown type is ignored, whatever else is wrong with the record."""
    for name, value in headers:
        if name == "ce_type" and value is not None:
            try:
                return value.decode()
            except UnicodeDecodeError:
                return None
    return None


def read_headers(headers: RawHeaders) -> Headers:
    """Raises BadHeader or MissingHeader, whose text is a header's name; never anything else, whatever the bytes are."""
    texts: dict[str, str] = {}
    for name, value in headers:
        texts[name] = _text(name, value)
    for name in _REQUIRED:
        if name not in texts:
            raise MissingHeader(name)
        if not texts[name]:
            raise BadHeader(name)
    if texts["ce_specversion"] != "1.0":
        raise BadHeader("ce_specversion")
    return Headers(
        type=texts["ce_type"],
        id=texts["ce_id"],
        source=texts["ce_source"],
        time=_time(texts["ce_time"]),
        subject=texts.get("ce_subject"),
        dataschema=texts.get("ce_dataschema"),
        correlation_id=texts.get("ce_correlationid"),
        causation_id=texts.get("ce_causationid"),
        traceparent=texts.get("traceparent"),
    )


def _text(name: str, value: bytes | None) -> str:
    if value is None or (name.startswith("ce_") and len(value) > _LONGEST):
        raise BadHeader(name)
    try:
        text = value.decode()
    except UnicodeDecodeError:
        raise BadHeader(name) from None
    if "\x00" in text:
        raise BadHeader(name)
    return text


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.upper())
    except ValueError:
        raise BadHeader("ce_time") from None
    if time.tzinfo is None or not EARLIEST <= time <= LATEST:
        raise BadHeader("ce_time")
    return time.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a value cannot be read, without showing any of it: "victims.[].victim_ref: missing"."""

    reason: Literal["bad_json", "schema"]
    detail: str


def fault(error: ValidationError) -> Fault:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    reason: Literal["bad_json", "schema"] = "bad_json" if first["type"] == "json_invalid" else "schema"
    steps = ("[]" if isinstance(step, int) else step for step in first["loc"])
    place = ".".join(step for step in steps if step == "[]" or step.isidentifier())
    return Fault(reason, f"{place}: {first['type']}" if place else first["type"])
