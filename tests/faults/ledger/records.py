"""Records for the ledger: good ones and every kind of poison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

import orjson

from contracts.envelope import to_headers
from contracts.identity import NS
from contracts.topics import POLICE_CRIMES

WHEN = datetime(2026, 9, 1, 12, tzinfo=UTC)
Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True)
class Sent:
    """A record as a producer would send it, with a place in the topic."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    offset: int = 0
    partition: int = 0
    topic: str = POLICE_CRIMES


def crime(number: int) -> UUID:
    return uuid5(NS, f"ledger/{number}")


def noted(crime_id: UUID, number: int, *, event_id: str | None = None, offset: int = 0, **data: object) -> Sent:
    """A good record; `refuse=True` or `fail=True` make its handler refuse it or break."""
    value = orjson.dumps({"crime_id": str(crime_id), "number": number, **data})
    headers = to_headers("ledger.noted.v1", event_id or f"{crime_id}/{number}", "tests", WHEN)
    return Sent(str(crime_id).encode(), value, headers, offset)


def poison(kind: str, crime_id: UUID, number: int, offset: int = 0) -> Sent:
    """A record that can never work, of one kind."""
    good = noted(crime_id, number, offset=offset)
    without_id = [h for h in good.headers if h[0] != "ce_id"]
    changed: dict[str, tuple[bytes | None, bytes | None, Headers]] = {
        "bad_header": (good.key, good.value, [*without_id, ("ce_id", b"\xff\xfe")]),
        "null_header": (good.key, good.value, [*without_id, ("ce_id", None)]),
        "missing_header": (good.key, good.value, without_id),
        "bad_json": (good.key, b"{not json", good.headers),
        "schema": (good.key, b'{"crime_id": "%s", "number": "many"}' % str(crime_id).encode(), good.headers),
        "null_key": (None, good.value, good.headers),
        "wrong_key": (str(crime(999_999)).encode(), good.value, good.headers),
        "too_large": (good.key, b" " * 900_000 + (good.value or b""), good.headers),
        "unknown_type": (good.key, good.value, to_headers("ledger.unheard.v9", f"{crime_id}/u", "tests", WHEN)),
        "refused": (good.key, noted(crime_id, number, refuse=True).value, good.headers),
        "defect": (good.key, noted(crime_id, number, fail=True).value, good.headers),
    }
    key, value, headers = changed[kind]
    return Sent(key, value, headers, offset)
