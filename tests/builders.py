"""Sensible people, crimes, referrals and events for tests; say only what the test is about."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from contracts.envelope import Fact, to_headers
from contracts.police import CrimeRecorded, CrimeUpdated
from contracts.reference import ROLES, personas
from contracts.topics import TOPICS, Topic
from kit.access import Viewer
from services.referral.domain.referral import ReferralState

NOON = datetime(2026, 9, 1, 11, tzinfo=UTC)
"""A Tuesday, noon in London."""

BIRMINGHAM, COVENTRY = "E08000025", "E08000026"
THEFT, COMMON_ASSAULT, RAPE, STALKING = "44", "105A", "19C", "8Q"

_numbers = itertools.count(1)


OFFICER_EMAIL = "detectiveconstable.firstname.lastname@publicprotection.example.org"
"""As long as they come: a page of 320 pixels has to break it."""


def a_detail(**changes: Any) -> dict[str, Any]:
    """Personal details as the police seal them: an invented person with reserved numbers."""
    return {
        "given_names": "Wilhelmina",
        "family_name": "Testperson",
        "date_of_birth": "1988-02-29",
        "address": {"lines": ["1 Example Row"], "postcode": "ZZ99 9ZZ"},
        "code_word": "marmalade",
        "channels": [{"kind": "mobile", "value": "07700 900321", "safety": "safe", "voicemail": False}],
        "officer_in_case": {"name": "PC Example", "email": OFFICER_EMAIL, "phone": "0121 496 0999"},
        **changes,
    }


def a_victim(ref: str | None = None, **changes: Any) -> dict[str, Any]:
    """An adult of Birmingham who agreed to be contacted by mobile."""
    return {
        "victim_ref": ref or f"V{next(_numbers)}",
        "age_at_offence": 34,
        "age_at_report": 34,
        "sex": "female",
        "language": "en",
        "home_local_authority": BIRMINGHAM,
        "relationship_to_suspect": "stranger",
        "also_suspect": False,
        "works_for": "none",
        "share": "agreed",
        "share_by": "self",
        "channels_safe": ["mobile"],
        **changes,
    }


def a_crime(*victims: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A theft in Birmingham reported at noon, harming these people (one, when none is given)."""
    return {
        "crime_id": str(uuid4()),
        "force": "20",
        "crime_reference": f"20/{next(_numbers)}/26",
        "reported_at": NOON.isoformat(),
        "recorded_at": NOON.isoformat(),
        "committed_from": "2026-08-31",
        "committed_to": "2026-08-31",
        "offence_code": THEFT,
        "local_authority": BIRMINGHAM,
        "reported_via": "phone",
        "victims": list(victims) if victims or "victims" in changes else [a_victim()],
        **changes,
    }


def a_domestic_crime(*victims: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """An assault by a partner at high risk: life safety, so nothing leaves by itself."""
    people = victims or (a_victim(relationship_to_suspect="partner", risk={"dash_score": 17, "grade": "high"}),)
    return a_crime(*people, offence_code=COMMON_ASSAULT, flags=["domestic_abuse"], **changes)


def updated(crime: Mapping[str, Any], revision: int = 2, **changes: Any) -> dict[str, Any]:
    """A later snapshot of a crime."""
    revised = (NOON + timedelta(hours=revision)).isoformat()
    return {**crime, "revision": revision, "revised_at": revised, "changed": sorted(changes), **changes}


@dataclass(frozen=True, slots=True)
class Record:
    """A record as Kafka hands it over."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def an_event(kind: type[Fact] | str, data: Mapping[str, Any] | Fact, at: datetime = NOON, **where: Any) -> Record:
    """A record of one event. `id`, `source`, `topic`, `partition` and `offset` may be given."""
    name = kind if isinstance(kind, str) else kind.TYPE
    body = data.model_dump(mode="json") if isinstance(data, Fact) else dict(data)
    topic = _topic_of(name, where.get("topic"))
    number = next(_numbers)
    headers = to_headers(name, where.get("id") or f"event/{number}", where.get("source", "tests"), at)
    key = str(body[topic.key]).encode()
    return Record(topic.name, where.get("partition", 0), where.get("offset", number), key, orjson.dumps(body), headers)


def _topic_of(name: str, given: str | None) -> Topic:
    owners = {"police": "police.crimes", "justice": "justice.milestones", "feedback": "feedback.events"}
    code = ("entitlement", "clock", "complaint", "contact.requested")
    found = given or owners.get(name.split(".")[0]) or ("code.events" if name.startswith(code) else "referral.events")
    return next(topic for topic in TOPICS if topic.name == found)


def recorded(*crimes: Mapping[str, Any], at: datetime = NOON, source: str = "tests") -> list[Record]:
    """Each crime as police.crime.recorded.v1."""
    return [an_event(CrimeRecorded, crime, at, source=source) for crime in crimes]


def snapshot(crime: Mapping[str, Any], at: datetime = NOON) -> Record:
    """A later snapshot as police.crime.updated.v1."""
    return an_event(CrimeUpdated, crime, at)


def a_viewer(persona: str = "officer", **changes: Any) -> Viewer:
    """One of the development personas, signed in."""
    found = next(one for one in personas() if one.name == persona)
    viewer = Viewer(
        user_id=found.user_id,
        name=found.title,
        role=found.role,
        permissions=frozenset(ROLES[found.role].permissions),
        organisation_id=found.organisation_id,
        session_id=uuid4(),
    )
    return replace(viewer, **changes)


def a_referral(state: str = "sent", **changes: Any) -> ReferralState:
    """A referral to general support in some state."""
    basic = ReferralState(
        referral_id=uuid4(),
        case_id=uuid4(),
        line="general",
        state=state,
        source="police",
        automatic=False,
        received_at=NOON,
        updated_at=NOON,
    )
    return replace(basic, **changes)


def ids(things: Sequence[Mapping[str, Any]], name: str) -> list[UUID]:
    """The ids of this name in some mappings."""
    return [UUID(str(thing[name])) for thing in things]
