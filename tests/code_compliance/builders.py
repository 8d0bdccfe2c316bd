"""Cases, milestones and notices for tests of the Code: sensible by default, invented."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from contracts.identity import NS, case_id
from contracts.justice import Details, MilestoneReached, NoticeGiven
from contracts.police import CrimeRecorded, CrimeUpdated
from services.code_compliance.domain.entitlements import Clock, Key, decide
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.snapshots import cases_of
from services.code_compliance.reference import load

LONDON = ZoneInfo("Europe/London")
RULES: Rulebook = load()
CRIME = uuid5(NS, "test/crime")


def at(text: str) -> datetime:
    """ "2023-12-22 16:42" on London's clocks, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def crime(revision: int = 1, revised: str | None = None, /, **changes: Any) -> CrimeRecorded | CrimeUpdated:
    """A theft from the person reported on Monday 2 June 2025 at 10:00, with one adult who agreed to be helped."""
    told: dict[str, Any] = {
        "crime_id": str(CRIME),
        "force": "20",
        "recorded_at": "2025-06-02T10:30:00+01:00",
        "reported_at": "2025-06-02T10:00:00+01:00",
        "offence_code": "39",
        "victims": [victim()],
    } | changes
    for name in ("recorded_at", "reported_at"):
        told[name] = _stamp(told[name])
    if revision == 1:
        return CrimeRecorded.model_validate_json(json.dumps(told))
    assert revised is not None
    return CrimeUpdated.model_validate_json(json.dumps(told | {"revision": revision, "revised_at": _stamp(revised)}))


def _stamp(text: str) -> str:
    return text if "T" in text else at(text).isoformat()


def victim(ref: str = "V1", **changes: Any) -> dict[str, Any]:
    return {
        "victim_ref": ref,
        "kind": "person",
        "age_at_offence": 34,
        "age_at_report": 34,
        "share": "agreed",
        "channels_safe": ["mobile"],
    } | changes


def a_case(heard: str | None = None, ref: str = "V1", /, **changes: Any) -> Case:
    """The case of `ref` in `crime(**changes)`, heard at `heard` (by default at its recording)."""
    told = crime(**changes)
    when = at(heard) if heard else told.recorded_at.astimezone(UTC)
    return next(c for c in cases_of(told, when, RULES, {}) if c.case_id == case_id(CRIME, ref))


def milestone(trigger: str, happened: str, name: str = "m1", received: str | None = None, **details: Any) -> Milestone:
    return Milestone(
        milestone_id=name,
        case_id=None,
        trigger=trigger,
        happened_at=at(happened),
        heard_at=at(happened),
        received_by_wcu_at=at(received) if received else None,
        details=Details.model_validate_json(json.dumps(details)),
    )


def notice(entitlement: str, given: str, name: str = "n1", **changes: Any) -> Evidence:
    told: dict[str, Any] = {
        "id": name,
        "act": "notice",
        "outcome": "delivered",
        "at": at(given),
        "recorded_at": at(given),
        "source": "police",
        "entitlement": entitlement,
    }
    return Evidence(**told | changes)


def clocks(case: Case, *told: Milestone | Evidence, before: dict[Key, Clock] | None = None) -> dict[Key, Clock]:
    """Every clock of a case, by entitlement and occurrence."""
    return decide(
        case,
        [t for t in told if isinstance(t, Milestone)],
        [t for t in told if isinstance(t, Evidence)],
        RULES,
        before,
    )


def the(found: dict[Key, Clock], entitlement: str) -> Clock:
    """The one clock of an entitlement."""
    (clock,) = [c for c in found.values() if c.entitlement == entitlement]
    return clock


def reached(trigger: str, happened: str, name: str = "m1", crime_id: UUID = CRIME, **more: Any) -> MilestoneReached:
    told = {
        "milestone_id": name,
        "crime_id": str(crime_id),
        "trigger": trigger,
        "happened_at": at(happened).isoformat(),
    }
    return MilestoneReached.model_validate_json(json.dumps(told | more))


def given(entitlement: str, when: str, name: str = "n1", crime_id: UUID = CRIME, **more: Any) -> NoticeGiven:
    told = {"notice_id": name, "crime_id": str(crime_id), "entitlement": entitlement, "given_at": at(when).isoformat()}
    return NoticeGiven.model_validate_json(json.dumps(told | more))
