"""Events as Kafka would hand them over, sensible by default, for what returns hears."""

import itertools
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.envelope import to_headers
from contracts.identity import NS, case_id, reference
from contracts.topics import CODE_EVENTS, JUSTICE_MILESTONES, POLICE_CRIMES, REFERRAL_EVENTS

BIRMINGHAM, COVENTRY, DUDLEY = "E08000025", "E08000026", "E08000027"
_offsets: Counter[str] = Counter()
_ids = itertools.count(1)


@dataclass(frozen=True)
class Sent:
    """One record on a topic."""

    topic: str
    offset: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    partition: int = 0


def sent(topic: str, type: str, key: UUID, data: dict[str, Any], time: str) -> Sent:
    offset = _offsets[topic]
    _offsets[topic] += 1
    headers = to_headers(type, f"event-{next(_ids)}", "test", datetime.fromisoformat(time))
    return Sent(topic, offset, str(key).encode(), json.dumps(data, default=str).encode(), headers)


def a_victim(ref: str, **changes: Any) -> dict[str, Any]:
    return {
        "victim_ref": ref,
        "kind": "person",
        "age_at_offence": 35,
        "age_at_report": 35,
        "sex": "female",
        "ethnicity": "A2",
        "home_local_authority": BIRMINGHAM,
        "share": "agreed",
        "sealed": "eyJhbGciOiJkaXIifQ..never.kept.here",
    } | changes


def crime_id(name: str) -> UUID:
    return uuid5(NS, f"test/{name}")


def a_crime(name: str, *victims: dict[str, Any], at: str = "2026-08-03T10:00:00+01:00", **changes: Any) -> Sent:
    """A crime as first recorded; `revision=2` or more makes it an update, a later snapshot."""
    data = {
        "crime_id": crime_id(name),
        "force": "20",
        "recorded_at": at,
        "reported_at": at,
        "offence_code": "8N",
        "local_authority": BIRMINGHAM,
        "victims": list(victims),
    } | changes
    updated = "revision" in changes
    if updated:
        data |= {"revised_at": changes.get("revised_at", at)}
    kind = "police.crime.updated.v1" if updated else "police.crime.recorded.v1"
    return sent(POLICE_CRIMES, kind, crime_id(name), data, str(data.get("revised_at", at)))


sequences: Counter[tuple[str, UUID]] = Counter()


def announced(topic: str, type: str, case: UUID, at: str, **data: Any) -> Sent:
    sequences[topic, case] += 1
    common = {
        "case_id": case,
        "subject_kind": "case",
        "subject_id": case,
        "sequence": sequences[topic, case],
        "happened_at": at,
        "actor_role": "system",
    }
    return sent(topic, type, case, common | data, at)


def a_case(crime: str, ref: str, at: str = "2026-08-03T10:00:00+01:00", **changes: Any) -> Sent:
    case = case_id(crime_id(crime), ref)
    data = {"crime_id": crime_id(crime), "victim_ref": ref, "reference": reference(case), "offence_code": "8N"}
    return announced(REFERRAL_EVENTS, "case.opened.v1", case, at, **(data | changes))


def a_referral(type: str, crime: str, ref: str, at: str, line: str = "general", **changes: Any) -> Sent:
    """`referral.sent.v1`, `support.started.v1` and their like; one referral and one leg per case and line."""
    case = case_id(crime_id(crime), ref)
    data = {
        "referral_id": uuid5(NS, f"{case}/{line}"),
        "leg_id": uuid5(NS, f"{case}/{line}/1"),
        "line": line,
        "provider_id": uuid5(NS, "provider"),
        "contract_id": uuid5(NS, "contract"),
        "automatic": True,
    }
    return announced(REFERRAL_EVENTS, type, case, at, **(data | changes))


def a_clock(type: str, crime: str, ref: str, at: str, entitlement: str = "R4.refer_support", **data: Any) -> Sent:
    case = case_id(crime_id(crime), ref)
    clock = uuid5(NS, f"{case}/{entitlement}")
    common = {"clock_id": clock, "entitlement": entitlement, "trigger": "crime_reported", "started_at": at}
    return announced(CODE_EVENTS, type, case, at, **(common | data))


def a_notice(crime: str, ref: str, at: str) -> Sent:
    data = {
        "notice_id": f"notice-{next(_ids)}",
        "crime_id": crime_id(crime),
        "victim_ref": ref,
        "entitlement": "R6.charge",
        "given_at": at,
    }
    return sent(JUSTICE_MILESTONES, "justice.notice.given.v1", crime_id(crime), data, at)
