"""Words of the police that no list of ours knows, where safety may hang on them: not known is not no.

Each is kept as it was told, behind the name of its field. What is asked for monitoring alone is not among the fields.
"""

from collections.abc import Iterable

from contracts.police import Crime, Kin, Victim
from contracts.spelling import Unfamiliar
from contracts.vocabulary import UNKNOWN_VALUES
from services.referral.domain.facts import CaseFacts

FIELDS = {
    "flag": "flag",
    "hate_strand": "hate strand",
    "incident_kind": "kind of incident",
    "suspect_works_for": "whom the suspect works for",
    "kind": "who this is",
    "relationship": "relationship to the suspect",
    "vulnerability": "vulnerability",
    "works_for": "whom the person works for",
    "risk_grade": "grade of risk",
    "share_by": "who spoke of sharing",
    "age_at_report": "age at the report",
    "age_at_offence": "age at the offence",
    "sex": "sex",
}
"""The fields that rules, gates or the one check of contact look at, in words."""
BETWEEN = ": "
MEANS = " = "
"""Between a word and what a human decided that it means: "relationship: Sir = partner"."""


def of_crime(crime: Crime) -> tuple[str, ...]:
    """The words told of the crime itself, which count for everybody harmed by it."""
    found = [
        *_said("flag", crime.flags),
        *_said("hate_strand", crime.hate_strands),
        *_said("incident_kind", (crime.incident_kind,)),
    ]
    for suspect in crime.suspects:
        found += _said("suspect_works_for", (suspect.works_for,))
    return tuple(found)


def of_victim(victim: Victim) -> tuple[str, ...]:
    """The words told of one person."""
    found = _said("vulnerability", victim.vulnerabilities)
    found += _said("kind", (victim.kind,))
    found += _said("relationship", (victim.relationship_to_suspect,))
    found += _said("works_for", (victim.works_for,))
    found += _said("risk_grade", (victim.risk.grade,)) if victim.risk else ()
    found += _said("share_by", (victim.share_by,))
    found += _said("age_at_report", (victim.age_at_report,))
    found += _said("age_at_offence", (victim.age_at_offence,))
    found += _said("sex", (victim.sex,))
    return tuple(found)


def of_kin(kin: Kin) -> tuple[str, ...]:
    """The words told of somebody bereaved: the facts of the dead never route them."""
    return (*_said("works_for", (kin.works_for,)), *_said("age_at_report", (kin.age_at_report,)))


def once(words: tuple[str, ...]) -> tuple[str, ...]:
    """Each word once: two ways of writing it are one."""
    return words if len(words) < 2 else tuple(dict.fromkeys(words))


MANY = {"flag": "flags", "hate_strand": "hate_strands", "vulnerability": "vulnerabilities"}
ONE = {
    **{name: name for name in ("incident_kind", "relationship", "works_for", "risk_grade", "share_by", "sex")},
    "kind": "person_kind",
    "age_at_report": "age_said",
    "age_at_offence": "age_at_offence",
}
"""The facts in which the right word stands, by field."""
NOT_KNOWN = frozenset({None, "other", *UNKNOWN_VALUES})


def kept(before: CaseFacts, facts: CaseFacts) -> tuple[str, ...]:
    """The words told before that the police neither repeat nor replace by one of our lists: one that is dropped in
    silence is still not known. Whom a suspect works for is told of them all, so that a human settles it."""
    left = [one for one in before.unfamiliar if one not in facts.unfamiliar]
    names = [one.partition(BETWEEN)[0] for one in left]
    return tuple(
        one for one, name in zip(left, names, strict=True) if not _answered(name, names.count(name), before, facts)
    )


def _answered(name: str, count: int, before: CaseFacts, facts: CaseFacts) -> bool:
    if name in MANY:
        decided = {one.rpartition(MEANS)[2] for one in before.meant if one.startswith(f"{name}{BETWEEN}")}
        stood = set(getattr(before, MANY[name])) - decided
        return len(set(getattr(facts, MANY[name])) - stood - {"other"}) >= count
    return getattr(facts, ONE[name]) not in NOT_KNOWN if name in ONE else facts.suspect_works_for_us


def without(unfamiliar: Iterable[str], *names: str) -> tuple[str, ...]:
    """The words but those of these fields, of which the person themselves told."""
    return tuple(one for one in unfamiliar if one.partition(BETWEEN)[0] not in names)


def of_field(unfamiliar: Iterable[str], name: str) -> list[str]:
    """The words of one field, as they were told."""
    return [word for field, _, word in (one.partition(BETWEEN) for one in unfamiliar) if field == name]


def of_hate(unfamiliar: Iterable[str], signs: Iterable[str]) -> bool:
    """Whether one of the flags or strands that our lists do not name may speak of hate."""
    told = tuple(unfamiliar)
    return bool(of_field(told, "hate_strand")) or any(
        s in word.lower() for word in of_field(told, "flag") for s in signs
    )


def said(unfamiliar: Iterable[str]) -> list[str]:
    """Each word with its field, for staff: `relationship: Sir` is "Sir" (relationship to the suspect)."""
    parted = [one.partition(BETWEEN) for one in unfamiliar]
    return [f"“{word}” ({FIELDS.get(name, name.replace('_', ' '))})" for name, _, word in parted]


def _said(name: str, values: Iterable[object]) -> list[str]:
    return [f"{name}{BETWEEN}{value.told}" for value in values if type(value) is Unfamiliar]
