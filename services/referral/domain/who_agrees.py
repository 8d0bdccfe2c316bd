"""Whose word may be an agreement of a person, by age and by who may be the suspect. Source: Gillick; design 3 (no
parent's word where a parent or the household may be the suspect); Mental Capacity Act 2005 (16 and over)."""

from collections.abc import Collection

from services.referral.domain.facts import CaseFacts

NO_PARENTS_WORD = frozenset({"family", "not_asked", "refused", "not_known", "not_recorded", "other"})
"""Relationships to the suspect under which it may be a parent: nobody has ruled it out."""
ALONE, JUDGED, ADULT = 13, 16, 18
"""From this age on a child may be judged able to agree; from this age on a person decides alone; and is no child."""
AGE_UNKNOWN = "age_unknown"
"""The hold under which the rules of a child count, until somebody records the age."""


def against(facts: CaseFacts | None, holds: Collection[str], given_by: str, *, able: bool) -> str | None:
    """The code of why the word of `given_by` is no agreement here; None where it counts. `able`: it is the word of a
    young person of 13 to 15 whom somebody judged able to decide this."""
    age = facts.age if facts is not None else None
    may_be_child = age < ADULT if age is not None else AGE_UNKNOWN in holds
    if given_by == "self":
        return _alone(age, able=able, may_be_child=may_be_child)
    if given_by == "parent" and age is not None and age >= JUDGED:
        return "decides_themselves"
    at_home = facts is None or facts.same_household or facts.relationship in NO_PARENTS_WORD
    if at_home and (given_by == "parent" or (given_by == "representative" and may_be_child)):
        return f"{given_by}s_word_does_not_count"
    return None


def _alone(age: int | None, *, able: bool, may_be_child: bool) -> str | None:
    """Against the person's own word, whether or not they were judged able to decide."""
    if age is None:
        return "age_not_known_yet" if may_be_child or able else None
    if age < ALONE:
        return "too_young_to_agree_alone"
    if age < JUDGED:
        return None if able else "to_be_judged_first"
    return "decides_themselves" if able else None
