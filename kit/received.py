"""A record as Kafka hands it over, and an event as it came."""

import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from contracts.envelope import Fact

_SEALED = re.compile(rb'"sealed" ?: ?"[^"]*"')
D = TypeVar("D", bound=Fact, covariant=True)


class Record(Protocol):
    """What Kafka hands over (aiokafka's ConsumerRecord), undecoded."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


@dataclass(frozen=True, slots=True)
class Received(Generic[D]):
    """One event as it came: `time` is the event's own, and is the `now` of whatever is decided from it."""

    id: str
    source: str
    type: str
    time: datetime
    key: str
    data: D
    record: Record
    correlation_id: str
    traceparent: str | None

    @property
    def topic(self) -> str:
        return self.record.topic

    @property
    def partition(self) -> int:
        return self.record.partition

    @property
    def offset(self) -> int:
        return self.record.offset

    @property
    def event(self) -> UUID:
        """The inbox key: a digest of source and id."""
        return event_key(self.source, self.id)

    @property
    def body(self) -> int:
        """A checksum of what it says, without what is sealed: that is another text each time it is sealed."""
        return zlib.crc32(_SEALED.sub(b"", self.record.value or b""))


def event_key(source: str, event_id: str) -> UUID:
    return UUID(bytes=hashlib.blake2b(f"{source}\n{event_id}".encode(), digest_size=16).digest())
