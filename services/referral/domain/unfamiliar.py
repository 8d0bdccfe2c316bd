"""Words of the police that no list of ours knows, where safety may hang on them: not known is not no.

Each is kept as it was told, behind the name of its field. What is asked for monitoring alone is not among the fields.
"""

from collections.abc import Iterable

from contracts.police import Crime, Kin, Victim
from contracts.spelling import Unfamiliar

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


def said(unfamiliar: Iterable[str]) -> list[str]:
    """Each word with its field, for staff: `relationship: Sir` is "Sir" (relationship to the suspect)."""
    parted = [one.partition(BETWEEN) for one in unfamiliar]
    return [f"“{word}” ({FIELDS.get(name, name.replace('_', ' '))})" for name, _, word in parted]


def _said(name: str, values: Iterable[object]) -> list[str]:
    return [f"{name}{BETWEEN}{value.told}" for value in values if type(value) is Unfamiliar]
