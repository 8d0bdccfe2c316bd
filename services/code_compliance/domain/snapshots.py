"""From what the police say of a crime to the cases of the people in it, and from one revision to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from contracts.identity import case_id
from contracts.police import Crime, CrimeUpdated
from contracts.told_twice import as_one
from services.code_compliance.domain.circumstances import Circumstances, of_kin, of_self_referral, of_victim
from services.code_compliance.domain.enhanced import reasons
from services.code_compliance.domain.facts import Case
from services.code_compliance.domain.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class _Person:
    case_id: UUID
    stands_for: UUID | None
    circumstances: Circumstances


def cases_of(crime: Crime, heard_at: datetime, rules: Rulebook, held: Mapping[UUID, Case]) -> list[Case]:
    """The cases of a crime as its snapshot, heard at `heard_at`, leaves them; `held` are those there were.

    A person who is no longer in the snapshot is marked removed, never dropped.
    """
    people = list(_people(crime))
    found = [_case(crime, person, heard_at, rules, held.get(person.case_id)) for person in people]
    here = {person.case_id for person in people}
    gone = [replace(c, removed=True, revision=_revision(crime)) for c in held.values() if c.case_id not in here]
    return found + gone


def self_referral(case: UUID, opened_at: datetime) -> Case:
    """The case of somebody who came by themselves, without a crime report."""
    circumstances = of_self_referral()
    return Case(case, None, None, circumstances, (), opened_at, opened_at, opened_at, received_at=opened_at)


def _people(crime: Crime) -> Iterator[_Person]:
    """Persons, businesses and witnesses, and those bereaved in place of a deceased; each once."""
    seen = set()
    for victim in as_one(crime).victims:
        mine = case_id(crime.crime_id, victim.victim_ref)
        if victim.kind == "deceased":
            people = [
                _Person(case_id(crime.crime_id, kin.kin_ref), mine, of_kin(crime, victim, kin))
                for kin in victim.bereaved
            ]
        else:
            people = [_Person(mine, None, of_victim(crime, victim))]
        for person in people:
            if person.case_id not in seen:
                seen.add(person.case_id)
                yield person


def _revision(crime: Crime) -> int:
    return crime.revision if isinstance(crime, CrimeUpdated) else 1


def _case(crime: Crime, person: _Person, heard_at: datetime, rules: Rulebook, held: Case | None) -> Case:
    crime = crime.as_heard(held.first_heard_at if held else heard_at)
    revised_at = crime.revised_at if isinstance(crime, CrimeUpdated) else None
    code = rules.code_at(crime.reported_at) or rules.codes[0]
    received_at = held.received_at if held else None
    if received_at is None and rules.receivable(person.circumstances):
        received_at = heard_at
    return Case(
        case_id=person.case_id,
        crime_id=crime.crime_id,
        stands_for=person.stands_for,
        circumstances=person.circumstances,
        reasons=reasons(code, person.circumstances, heard_at, revised_at, held.reasons if held else None),
        reported_at=crime.reported_at.astimezone(UTC),
        recorded_at=crime.recorded_at.astimezone(UTC),
        first_heard_at=held.first_heard_at if held else heard_at,
        received_at=received_at,
        refused=person.circumstances.share == "refused" or (held is not None and held.refused),
        revision=_revision(crime),
        overrides=held.overrides if held else (),
        died_at=held.died_at if held else None,
    )
