"""A crime as the police tell it, read as the cases it opens: one for each person, business, witness and bereaved."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from contracts import told_twice
from contracts.identity import case_id
from contracts.police import NO_RISK, Crime, Kin, Suspect, Victim
from contracts.reference import AREAS, offences
from contracts.working_time import local_day
from services.referral.domain import unfamiliar
from services.referral.domain.facts import CaseFacts

_OFFENCES = offences()
_OUR_AREAS = frozenset(area.code for area in AREAS)

# The words of the rule (design 3, section 4), as codes and groups of the Home Office classification.
SEXUAL_GROUP = "sexual-offences"
AGAINST_THE_PERSON = frozenset({"violence-against-the-person", SEXUAL_GROUP, "criminal-damage-and-arson"})
THREATS = frozenset({"59"})
NOT_CONTACT = frozenset({"71", "72", "88A", "88E"})
DOMESTIC_RELATIONS = frozenset({"partner", "ex_partner", "family"})
SEXUAL_FLAGS = frozenset({"child_sexual_abuse", "child_sexual_exploitation"})
OURS = frozenset({"hub", "provider"})
UNKNOWN = frozenset({"not_asked", "refused", "not_known", "not_recorded", "other"})


def cases_of(crime: Crime) -> list[CaseFacts]:
    """The cases of a crime, each once, in the order of its victims.

    A dead person has none: their bereaved have, and the facts of the dead never route them. Bereaved people who are
    suspects open none. Somebody both harmed and bereaved has one case, marked bereaved.
    """
    if not crime.victims:
        return []
    differ, crime = told_twice.differing(crime), told_twice.as_one(crime)
    shared = _shared(crime)
    found: dict[Any, CaseFacts] = {}
    for victim in crime.victims:
        for facts in _cases_of_victim(crime, victim, shared):
            held = found.get(facts.case_id)
            if held is None:
                found[facts.case_id] = facts
            elif facts.bereaved != held.bereaved:
                found[facts.case_id] = replace(facts if held.person_kind == "bereaved" else held, bereaved=True)
    return [
        replace(one, rows_differ=differ[one.victim_ref or ""]) if one.victim_ref in differ else one
        for one in found.values()
    ]


def _shared(crime: Crime) -> dict[str, Any]:
    """The facts that every case of a crime has in common."""
    code = crime.offence_code
    offence = _OFFENCES.get(code) if code else None
    group = offence.group if offence else crime.offence_group
    suspects = crime.suspects
    unsure = crime.days_contradict()
    return {
        "unfamiliar": unfamiliar.of_crime(crime),
        "crime_id": crime.crime_id,
        "force": crime.force,
        "offence_code": code,
        "offence_group": group,
        "subgroup": offence.subgroup if offence else None,
        "crime_type": crime.crime_type,
        "incident_kind": crime.incident_kind,
        "flags": unfamiliar.once(crime.flags),
        "hate_strands": crime.hate_strands,
        "place_area": crime.local_authority,
        "reported_at": crime.reported_at,
        "reported_on": local_day(crime.reported_at),
        "recorded_at": crime.recorded_at,
        "committed_from": None if unsure else crime.committed_from,
        "committed_to": None if unsure else crime.committed_to,
        "same_household": any(suspect.same_household for suspect in suspects),
        "suspect_refs": tuple(suspect.suspect_ref for suspect in suspects),
        "suspect_works_for_us": _works_for_us(suspects),
        "major_incident_id": crime.major_incident_id,
        "reported_via": crime.reported_via,
        "sexual": group == SEXUAL_GROUP or not SEXUAL_FLAGS.isdisjoint(crime.flags),
        "contact_sexual": crime.offence_code is not None
        and group == SEXUAL_GROUP
        and crime.offence_code not in NOT_CONTACT,
    }


def _works_for_us(suspects: tuple[Suspect, ...]) -> bool:
    return any(suspect.works_for in OURS for suspect in suspects)


def _cases_of_victim(crime: Crime, victim: Victim, shared: dict[str, Any]) -> Iterator[CaseFacts]:
    if victim.kind != "deceased":
        yield _case_of_person(crime, victim, shared)
    for kin in victim.bereaved:
        if not kin.also_suspect and kin.kin_ref not in shared["suspect_refs"]:
            yield _case_of_kin(crime, kin, shared)


def _case_of_person(crime: Crime, victim: Victim, shared: dict[str, Any]) -> CaseFacts:
    risk = victim.risk or NO_RISK
    relationship = victim.relationship_to_suspect
    domestic = is_domestic(crime, shared["offence_group"], relationship)
    home, place = victim.home_local_authority, shared["place_area"]
    area = home or place
    age_said = victim.age_at_report
    if isinstance(age_said, str) and isinstance(victim.age_at_offence, int):
        age_said = victim.age_at_offence + _years(shared["committed_to"], shared["reported_on"])
    counts = victim.share_by != "parent" or not household_may_be_suspect(shared, victim, domestic)
    return CaseFacts(
        **(shared | {"unfamiliar": shared["unfamiliar"] + unfamiliar.of_victim(victim)}),
        case_id=case_id(crime.crime_id, victim.victim_ref),
        victim_ref=victim.victim_ref,
        person_kind="person" if victim.kind == "other" else victim.kind,
        relationship=relationship,
        age=age_said if isinstance(age_said, int) else None,
        age_said=age_said,
        age_at_offence=victim.age_at_offence,
        dash_score=risk.dash_score,
        risk_grade=risk.grade,
        marac_on=risk.marac_on,
        risk_judgement=risk.judgement,
        vulnerabilities=unfamiliar.once(victim.vulnerabilities),
        share=victim.share if counts else "not_asked",
        share_said=victim.share,
        share_by=victim.share_by,
        share_counts=counts,
        channels_safe=victim.channels_safe,
        home_area=home,
        area=area,
        out_of_area=area is not None and area not in _OUR_AREAS,
        also_suspect=victim.also_suspect or victim.victim_ref in shared["suspect_refs"],
        works_for=victim.works_for,
        named_contact=victim.named_contact,
        language=victim.language,
        sex=victim.sex,
        gender=victim.gender,
        ethnicity=victim.ethnicity,
        disability=victim.disability,
        disability_said=victim.disability,
        orientation=victim.orientation,
        religion=victim.religion,
        repeat_victim=victim.repeat_victim,
        domestic=domestic,
    )


def _case_of_kin(crime: Crime, kin: Kin, shared: dict[str, Any]) -> CaseFacts:
    area = shared["place_area"]
    age = kin.age_at_report
    return CaseFacts(
        **(shared | {"unfamiliar": shared["unfamiliar"] + unfamiliar.of_kin(kin)}),
        case_id=case_id(crime.crime_id, kin.kin_ref),
        victim_ref=kin.kin_ref,
        person_kind="bereaved",
        bereaved=True,
        age=age if isinstance(age, int) else None,
        age_said=age,
        share=kin.share,
        share_said=kin.share,
        channels_safe=kin.channels_safe,
        area=area,
        out_of_area=area is not None and area not in _OUR_AREAS,
        works_for=kin.works_for,
        language=kin.language,
        domestic=is_domestic(crime, shared["offence_group"], "not_recorded"),
    )


def is_domestic(crime: Crime, group: str | None, relationship: str) -> bool:
    """The flag, a domestic incident, controlling or coercive behaviour (8U), or an offence against the person,
    harassment, damage or threat by a partner, a former one or family."""
    return domestic_by(crime.flags, crime.offence_code, crime.incident_kind, group, relationship)


def domestic_by(
    flags: Collection[str], code: str | None, incident_kind: str | None, group: str | None, relationship: str
) -> bool:
    if "domestic_abuse" in flags or code == "8U" or incident_kind == "domestic":
        return True
    return relationship in DOMESTIC_RELATIONS and (group in AGAINST_THE_PERSON or code in THREATS)


def household_may_be_suspect(shared: dict[str, Any], victim: Victim, domestic: bool) -> bool:
    """Whether a parent or somebody of the household may have done it: then a parent's yes or no never counts."""
    relationship, at_risk = victim.relationship_to_suspect, "child_at_risk" in victim.vulnerabilities
    at_home = domestic or shared["sexual"] or at_risk
    return shared["same_household"] or may_be_household(relationship, shared["offence_code"], at_home=at_home)


def with_parents_word(facts: CaseFacts) -> CaseFacts:
    """The facts with the same rule for what the hub learnt: what was shut never opens by it."""
    at_home = facts.domestic or facts.sexual or "child_at_risk" in facts.vulnerabilities
    by_home = facts.same_household or may_be_household(facts.relationship, facts.offence_code, at_home=at_home)
    counts = facts.share_counts and not (facts.share_by == "parent" and by_home)
    return replace(facts, share_counts=counts, share=facts.share if counts else "not_asked")


def may_be_household(relationship: str, code: str | None, *, at_home: bool) -> bool:
    """The same by the relationship. Where nobody recorded who did it, it may be so in every case against the child's
    own person; `at_home`: it is domestic or sexual, or the child is at risk."""
    return relationship == "family" or (relationship in UNKNOWN and (at_home or code == "11A"))


def _years(since: date | None, until: date) -> int:
    """Whole years between two days; none when the first is unknown, so that a child is not taken for an adult."""
    if since is None or since > until:
        return 0
    return until.year - since.year - ((until.month, until.day) < (since.month, since.day))
