"""Events that feedback hears, as records with a place in their topic; sensible by default."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import orjson

from contracts.envelope import to_headers
from contracts.identity import NS, reference
from contracts.topics import JUSTICE_MILESTONES, REFERRAL_EVENTS
from tests.faults.ledger.records import Sent

NOW = datetime(2026, 9, 14, 10, tzinfo=UTC)
LONG_AGO = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
_ids = count(1)


def an_id(name: str) -> UUID:
    return uuid5(NS, f"feedback-tests/{name}")


def crime_of(case: UUID) -> UUID:
    return uuid5(NS, f"feedback-tests/crime of {case}")


def record(
    event_type: str, subject: UUID, data: Mapping[str, Any], time: datetime, topic: str = REFERRAL_EVENTS
) -> Sent:
    event_id = f"test-{next(_ids)}"
    headers = to_headers(event_type, event_id, "tests", time)
    return Sent(str(subject).encode(), orjson.dumps(dict(data)), headers, topic=topic)


def about_case(event_type: str, case: UUID, time: datetime = LONG_AGO, **data: Any) -> Sent:
    base = {
        "case_id": str(case),
        "subject_kind": "case",
        "subject_id": str(case),
        "sequence": 1,
        "happened_at": time.isoformat(),
        "actor_role": "system",
    }
    return record(event_type, case, base | data, time)


def case_opened(case: UUID, time: datetime = LONG_AGO, *, changed: bool = False, **data: Any) -> Sent:
    base: dict[str, Any] = {
        "crime_id": str(crime_of(case)),
        "person_id": str(uuid5(case, "person")),
        "reference": reference(case),
        "age_band": "35-44",
        "share": "agreed",
        "reported_at": time.isoformat(),
    }
    return about_case("case.updated.v1" if changed else "case.opened.v1", case, time, **(base | data))


def ended(
    case: UUID, name: str = "first", how: str = "support.completed.v1", time: datetime = NOW, **data: Any
) -> Sent:
    referral = {"referral_id": str(uuid5(case, name)), "line": "general"}
    return about_case(how, case, time, **(referral | data))


def routed(case: UUID, time: datetime = LONG_AGO, **data: Any) -> Sent:
    return about_case("case.routed.v1", case, time, decision="waiting", **data)


def hearing(case: UUID, day: date, victim_ref: str | None = None, name: str = "h1", crime: UUID | None = None) -> Sent:
    crime_id = crime or crime_of(case)
    data = {
        "milestone_id": f"m-{name}-{day}",
        "crime_id": str(crime_id),
        "victim_ref": victim_ref,
        "trigger": "hearing_listed",
        "happened_at": LONG_AGO.isoformat(),
        "details": {
            "hearing_id": name,
            "hearing_at": datetime(day.year, day.month, day.day, 10, tzinfo=UTC).isoformat(),
        },
    }
    return record("justice.milestone.reached.v1", crime_id, data, LONG_AGO, JUSTICE_MILESTONES)


def placed(records: Sequence[Sent], start: int) -> list[Sent]:
    """The records with offsets from `start`."""
    return [Sent(r.key, r.value, r.headers, start + n, 0, r.topic) for n, r in enumerate(records)]
