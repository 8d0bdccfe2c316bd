"""What a person told the hub of themselves: it stands above what the police sent, and decides the case again."""

from dataclasses import replace
from datetime import date

from contracts.vocabulary import UNKNOWN_VALUES
from services.referral.domain import unfamiliar
from services.referral.domain.facts import CaseFacts
from services.referral.domain.reading import with_parents_word

SEXES = ("female", "male")
OLDEST = 120
DISABLED = "disabled"
"""What a person says of themselves that is no vulnerability: the police have a field of its own for it."""
THREAT, AT_HOME = "threat_to_kill", "same_household"
"""Dangers that are no vulnerability: each is a fact of its own."""
NO_DISABILITY = frozenset({"no", "none"})
_UNTOLD = NO_DISABILITY | frozenset(UNKNOWN_VALUES)


def with_told(facts: CaseFacts, age: int | None, sex: str | None, language: str | None = None) -> CaseFacts:
    """The facts with what the person told; None is nothing told. `age` is in whole years at the report, `language` a
    tag."""
    return as_told(
        replace(
            facts,
            told_age=facts.told_age if age is None else age,
            told_sex=facts.told_sex if sex is None else sex,
            hub_language=facts.hub_language if language is None else language,
        )
    )


def as_told(facts: CaseFacts) -> CaseFacts:
    """Facts of the police as the person's own word corrects them, and adds to them."""
    if facts.told_age is not None:
        words = unfamiliar.without(facts.unfamiliar, "age_at_report", "age_at_offence")
        facts = replace(facts, age=facts.told_age, age_said=facts.told_age, unfamiliar=words)
    if facts.hub_incident_id is not None and facts.major_incident_id is None:
        facts = replace(facts, major_incident_id=facts.hub_incident_id)
    if facts.hub_contact:
        facts = replace(facts, named_contact=True)
    if stated := facts.told_of_themselves:
        more = (one for one in stated if one != DISABLED)
        facts = replace(
            facts,
            vulnerabilities=tuple(dict.fromkeys((*facts.vulnerabilities, *more))),
            disability="yes" if DISABLED in stated and facts.disability in _UNTOLD else facts.disability,
        )
    if facts.told_danger:
        facts = _in_danger(facts)
    if facts.hub_language is not None:
        facts = replace(facts, language=facts.hub_language)
    if facts.told_sex is None:
        return facts
    return replace(facts, sex=facts.told_sex, unfamiliar=unfamiliar.without(facts.unfamiliar, "sex"))


def _in_danger(facts: CaseFacts) -> CaseFacts:
    told = facts.told_danger
    more = (one for one in told if one not in (THREAT, AT_HOME))
    return with_parents_word(
        replace(
            facts,
            vulnerabilities=tuple(dict.fromkeys((*facts.vulnerabilities, *more))),
            threat_to_kill=facts.threat_to_kill or THREAT in told,
            same_household=facts.same_household or AT_HOME in told,
        )
    )


def years(born: date, on: date) -> int:
    """Age in whole years on a day; negative before birth."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


CHILD_ENDS = (13, 16, 18)
"""From these ages on other rules count."""


def by_birth(age: int | None, born: int) -> bool:
    """Whether the age by the day of birth counts, and not the one that was given: where none was, and where the rules
    for a younger child follow from it. An adult by birth whom the police hold to be a child stays one until a human
    says otherwise."""
    return age is None or any(born < end <= age for end in CHILD_ENDS)


def contradict(age: int | None, born: int) -> bool:
    """Whether an age that was given and the one by the day of birth stand on two sides of an age from which other rules
    count, so that a human has to ask."""
    return age is not None and any((age < end) != (born < end) for end in CHILD_ENDS)


def doubtful_age(age: int | None, born: int) -> bool:
    """Whether nothing may be sent by itself before a human, or the day of birth, has settled the age."""
    child = born < CHILD_ENDS[-1]
    return not 0 <= born <= OLDEST or (child and by_birth(age, born)) or contradict(age, born)


def age_then(age: int, on: date, then: date) -> int:
    """How old somebody was on an earlier day who is `age` now, give or take the birthday: never less than 0."""
    return max(0, age - max(0, years(then, on)))


def at_most(age: int, on: date, then: date) -> int:
    """How old somebody who is `age` on a day was, or will be, at most on another."""
    return age + years(on, then) + 1 if then > on else age_then(age, on, then)
