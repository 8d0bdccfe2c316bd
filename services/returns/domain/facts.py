"""From an event to its fact row, and from a crime to a row for each of its people: what the measures need, no more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID, uuid5

from contracts import identity
from contracts.code_compliance import EntitlementExcepted, EntitlementMet
from contracts.envelope import Announcement, Fact
from contracts.justice import MilestoneReached, NoticeGiven
from contracts.police import Crime, Kin, Victim
from contracts.reference import ethnicity_group, offence
from contracts.referral import CaseFacts
from contracts.vocabulary import age_band

Row = dict[str, Any]

AS_ANNOUNCED = (
    "case_id", "crime_id", "referral_id", "leg_id", "line", "provider_id", "contract_id", "local_authority",
    "home_local_authority", "offence_code", "incident_kind", "domestic", "recorded_at", "reported_at", "revision",
    "reported", "age_band", "sex", "ethnicity_group", "kind", "entitlement", "milestone_id", "clock_id", "started_at",
    "due_at", "met_at", "in_time", "enhanced", "channel", "purpose", "outcome", "reached", "for_support", "leg_number",
    "evidence_entered_late", "covered", "removed", "nrm", "same_as",
)  # fmt: skip
"""Columns of a fact row that have the name of the event's own field."""

STATES = {
    "referral.received.v1": "received", "referral.triaged.v1": "triaged", "referral.contacting.v1": "contacting",
    "referral.sent.v1": "sent", "referral.accepted.v1": "accepted", "referral.waitlisted.v1": "waitlisted",
    "referral.declined.v1": "declined_by_provider", "referral.withdrawn.v1": "withdrawn",
    "referral.not-reached.v1": "unreachable", "referral.declined-by-victim.v1": "declined_by_victim",
    "support.started.v1": "in_support", "support.paused.v1": "on_hold", "support.resumed.v1": "in_support",
    "support.completed.v1": "completed", "support.ended-early.v1": "ended_early",
    "entitlement.breached.v1": "breached", "entitlement.declined.v1": "declined",
}  # fmt: skip
"""The state that an event type puts its referral or its clock in."""

EXCEPTED = {
    "excepted_with_reason": "excepted",
    "unable_to_contact": "unable",
    "not_applicable": "not_applicable",
    "not_evidenced": "not_evidenced",
}

DOMESTIC_RELATIONSHIPS = frozenset({"partner", "ex_partner", "family"})
DOMESTIC_GROUPS = frozenset({"violence-against-the-person", "sexual-offences", "criminal-damage-and-arson"})


@dataclass(frozen=True, slots=True)
class Arrived:
    """One event as the archive holds it: where it stands, its envelope's time and source, its data."""

    position: int
    type: str
    time: datetime
    source: str
    data: Fact


def fact_row(event: Arrived) -> Row:
    """The fact row of any event: every column it has something for. No event of a contract makes it fail."""
    data = event.data
    row: Row = {
        "position": event.position,
        "type": event.type,
        "event_time": event.time,
        "happened_at": _happened_at(event),
        "source": event.source,
        "state": _state(event),
    }
    model = type(data)
    for column in _fields(model, AS_ANNOUNCED):
        value = getattr(data, column)
        if value is not None:
            row[column] = value
    for column in _fields(model, ("reason_code", "reason")):
        row["reason"] = getattr(data, column)
    _name_the_person(row, data)
    if isinstance(data, Crime):
        _describe_the_crime(row, data)
    elif row.get("offence_code"):
        row["offence_group"], row["offence_subgroup"] = _groups(row["offence_code"])
    return row


@cache
def _fields(model: type[Fact], names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `names` that a model has. Asking each event for fields it lacks costs more than all the rest."""
    return tuple(name for name in names if name in model.model_fields)


def people(event: Arrived) -> Iterator[Row]:
    """A row for each person of a crime: its victims, and those bereaved by it. Nothing for any other event."""
    crime = event.data
    if not isinstance(crime, Crime):
        return
    ordinal = 0
    for victim in crime.victims:
        for row in (_victim_row(crime, victim), *(_kin_row(crime, kin) for kin in victim.bereaved)):
            yield {"position": event.position, "ordinal": ordinal, "crime_id": crime.crime_id, **row}
            ordinal += 1


@lru_cache(maxsize=65536)
def person_id(reference: str) -> UUID:
    """The number of the person whom the police call `reference`, the same in every crime."""
    return uuid5(identity.NS, f"person/{reference}")


def is_domestic(crime: Crime) -> bool:
    """Domestic by design 3, section 4: the flag, a domestic incident, code 8U, or the relationship of a victim."""
    if "domestic_abuse" in crime.flags or crime.incident_kind == "domestic" or crime.offence_code == "8U":
        return True
    group, _ = _groups(crime.offence_code) if crime.offence_code else (None, None)
    return group in DOMESTIC_GROUPS and any(
        victim.relationship_to_suspect in DOMESTIC_RELATIONSHIPS for victim in crime.victims
    )


def _happened_at(event: Arrived) -> datetime:
    data = event.data
    if isinstance(data, Announcement | MilestoneReached):
        return data.happened_at
    if isinstance(data, NoticeGiven):
        return data.given_at
    return data.recorded_at if isinstance(data, Crime) else event.time


def _state(event: Arrived) -> str | None:
    data = event.data
    if isinstance(data, EntitlementMet):
        return "met" if data.in_time else "met_late"
    if isinstance(data, EntitlementExcepted):
        return EXCEPTED.get(data.state, "excepted")
    return STATES.get(event.type)


def _name_the_person(row: Row, data: Fact) -> None:
    """A police reference names the person; a self-referral has none, but an id of the person all the same."""
    if isinstance(data, CaseFacts):
        row["person_id"] = person_id(data.victim_ref) if data.victim_ref else data.person_id
    elif isinstance(data, MilestoneReached | NoticeGiven) and data.victim_ref is not None:
        row["person_id"] = person_id(data.victim_ref)
        row["case_id"] = identity.case_id(data.crime_id, data.victim_ref)


def _describe_the_crime(row: Row, crime: Crime) -> None:
    row["revision"] = crime.revision  # type: ignore[attr-defined]
    row["flags"] = list(crime.flags)
    row["domestic"] = is_domestic(crime)
    row["offence_group"], row["offence_subgroup"] = _groups(crime.offence_code) if crime.offence_code else (None, None)
    outcome = crime.outcome
    row["outcome"] = None
    if outcome is not None:
        row["outcome_code"], row["outcome_at"] = outcome.code, outcome.at
        row["outcome_reasons"] = list(outcome.reasons)


@lru_cache(maxsize=4096)
def _groups(code: str) -> tuple[str | None, str | None]:
    found = offence(code)
    return (None, None) if found is None else (found.group, found.subgroup)


def _victim_row(crime: Crime, victim: Victim) -> Row:
    dead = victim.kind == "deceased"
    return {
        "case_id": None if dead else identity.case_id(crime.crime_id, victim.victim_ref),
        "person_id": person_id(victim.victim_ref),
        "kind": victim.kind,
        "age_band": _band(crime, victim),
        "sex": victim.sex,
        "ethnicity": victim.ethnicity,
        "ethnicity_group": ethnicity_group(victim.ethnicity),
        "home_local_authority": victim.home_local_authority,
        "repeat_victim": victim.repeat_victim,
        "share": victim.share,
    }


def _kin_row(crime: Crime, kin: Kin) -> Row:
    return {
        "case_id": identity.case_id(crime.crime_id, kin.kin_ref),
        "person_id": person_id(kin.kin_ref),
        "kind": "bereaved",
        "age_band": age_band(kin.age_at_report),
        "sex": "not_recorded",
        "ethnicity": "not_recorded",
        "ethnicity_group": "not_recorded",
        "share": kin.share,
    }


def _band(crime: Crime, victim: Victim) -> str:
    """Age at the report; where only the age at the offence is known, that and the whole years since."""
    age = victim.age_at_report
    if not isinstance(age, int) and isinstance(victim.age_at_offence, int):
        years = 0
        if crime.committed_to is not None:
            years = max(0, (crime.reported_at.date() - crime.committed_to).days // 365)
        age = victim.age_at_offence + years
    return age_band(age)


def without_sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an event without any part that is called `sealed`."""
    return {
        key: [without_sealed(each) if isinstance(each, dict) else each for each in value]
        if isinstance(value, list)
        else without_sealed(value)
        if isinstance(value, dict)
        else value
        for key, value in data.items()
        if key != "sealed"
    }
