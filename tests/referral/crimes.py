"""Crimes as the police would tell them, sensible by default: a theft from an adult who agreed, with a safe mobile."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from contracts.police import CrimeRecorded, CrimeUpdated
from services.referral.books import load
from services.referral.domain.books import Books
from services.referral.domain.deciding import Decision, decide
from services.referral.domain.facts import NOTHING_KNOWN, CaseFacts, History
from services.referral.domain.reading import cases_of
from services.referral.domain.routing import Routing, route

CRIME = "11111111-1111-4111-8111-111111111111"
BIRMINGHAM, COVENTRY, ELSEWHERE = "E08000025", "E08000026", "E06000001"
NOW = datetime(2026, 9, 3, 10, 0, tzinfo=UTC)


@cache
def books() -> Books:
    return load()


def a_victim(**changed: Any) -> dict[str, Any]:
    return {
        "victim_ref": "P1",
        "age_at_report": 34,
        "sex": "female",
        "language": "en",
        "relationship_to_suspect": "stranger",
        "share": "agreed",
        "channels_safe": ["mobile"],
        **changed,
    }


def a_kin(**changed: Any) -> dict[str, Any]:
    return {
        "kin_ref": "K1",
        "relationship": "parent",
        "age_at_report": 51,
        "share": "agreed",
        "channels_safe": ["landline"],
        **changed,
    }


def crime_data(*victims: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "crime_id": CRIME,
        "force": "20",
        "reported_at": "2026-09-02T18:30:00+01:00",
        "recorded_at": "2026-09-02T20:00:00+01:00",
        "committed_to": "2026-09-01",
        "offence_code": "39",
        "local_authority": BIRMINGHAM,
        "victims": list(victims),
        **changed,
    }


def a_crime(*victims: dict[str, Any], **changed: Any) -> CrimeRecorded:
    return CrimeRecorded.model_validate_json(json.dumps(crime_data(*(victims or (a_victim(),)), **changed)))


def a_snapshot(*victims: dict[str, Any], revision: int = 2, **changed: Any) -> CrimeUpdated:
    data = crime_data(*(victims or (a_victim(),)), **changed)
    data |= {"revision": revision, "revised_at": "2026-09-03T09:00:00+01:00"}
    return CrimeUpdated.model_validate_json(json.dumps(data))


def a_case(victim: dict[str, Any] | None = None, **crime: Any) -> CaseFacts:
    """The one case of a crime; `victim` changes the person, everything else the crime."""
    [facts] = cases_of(a_crime(a_victim(**(victim or {})), **crime))
    return facts


def routed(facts: CaseFacts, **history: Any) -> Routing:
    return route(facts, History(**history), books().on(NOW.date()).rules)


def decided(facts: CaseFacts, history: History = NOTHING_KNOWN) -> Decision:
    return decide(facts, history, books(), NOW)


def of(number: int) -> UUID:
    return UUID(int=number)
