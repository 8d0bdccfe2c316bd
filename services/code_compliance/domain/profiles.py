"""Who is behind a number, in codes: what the splits of the oversight pages go by."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from contracts.identity import case_id, reference
from contracts.police import Crime, Kin, Victim, age_at_report, people
from contracts.reference import ethnicity_group, offence
from contracts.referral import CaseFacts
from contracts.told_twice import as_one
from contracts.vocabulary import UNKNOWN_VALUES, age_band

SPLITS = ("area", "offence_group", "enhanced", "age_band", "sex", "ethnicity", "disability")
NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True)
class Profile:
    """One case in codes; an absent fact is `not_recorded`, an unknown one keeps which of the four it is."""

    case_id: UUID
    reference: str
    area: str = NOT_RECORDED
    offence_group: str = NOT_RECORDED
    age_band: str = NOT_RECORDED
    sex: str = NOT_RECORDED
    ethnicity: str = NOT_RECORDED
    disability: str = NOT_RECORDED


def profiles_of(crime: Crime) -> Iterator[Profile]:
    """Everybody who has a case in a crime. Of somebody bereaved the facts of the dead say nothing."""
    listed = offence(crime.offence_code)
    group = listed.group if listed else crime.offence_group or crime.incident_kind or NOT_RECORDED
    for ref, victim, kin in people(as_one(crime)):
        case = case_id(crime.crime_id, ref)
        place = crime.local_authority or NOT_RECORDED
        if kin is not None:
            yield Profile(case, reference(case), place, group, _age_of_kin(kin))
            continue
        yield Profile(
            case,
            reference(case),
            victim.home_local_authority or place,
            group,
            _age(victim, crime),
            victim.sex,
            ethnicity_group(victim.ethnicity),
            disability(victim.disability),
        )


def profile_told(facts: CaseFacts) -> Profile:
    """The same from what referral says of a case that came without a crime report."""
    return Profile(
        facts.case_id,
        facts.reference,
        facts.home_local_authority or facts.local_authority or NOT_RECORDED,
        facts.offence_group or NOT_RECORDED,
        facts.age_band,
        facts.sex,
        facts.ethnicity_group,
        disability(facts.disability),
    )


def disability(code: str) -> str:
    """yes, no or an unknown value: which kind of disability it is splits people too finely to be counted."""
    if code in UNKNOWN_VALUES:
        return code
    return "no" if code in ("no", "none") else "yes"


def _age(victim: Victim, crime: Crime) -> str:
    return NOT_RECORDED if victim.kind == "business" else age_band(age_at_report(victim, crime))


def _age_of_kin(kin: Kin) -> str:
    return age_band(kin.age_at_report)
