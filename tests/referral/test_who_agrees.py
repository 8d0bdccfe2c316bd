"""Whose word is an agreement: by age, also one that is not known, and by who may be the suspect."""

import pytest

from services.referral.domain.who_agrees import against
from tests.referral.crimes import a_case, routed

YOUNG, JUDGE = "too_young_to_agree_alone", "to_be_judged_first"
UNKNOWN, GROWN = "age_not_known_yet", "decides_themselves"
PARENT, REPRESENTATIVE = "parents_word_does_not_count", "representatives_word_does_not_count"
WORDS = ("self", "able", "parent", "representative")
RAPE_OF_A_CHILD, BURGLARY = "19D", "28E"
BY_AGE = [
    (12, (YOUNG, YOUNG, None, None)),
    (13, (JUDGE, None, None, None)),
    (15, (JUDGE, None, None, None)),
    (16, (None, GROWN, GROWN, None)),
    (17, (None, GROWN, GROWN, None)),
    (40, (None, GROWN, GROWN, None)),
    ("not_known", (UNKNOWN, UNKNOWN, None, None)),
]
AT_HOME = [
    (12, (YOUNG, YOUNG, PARENT, REPRESENTATIVE)),
    (17, (None, GROWN, GROWN, REPRESENTATIVE)),
    (40, (None, GROWN, GROWN, None)),
    ("refused", (UNKNOWN, UNKNOWN, PARENT, REPRESENTATIVE)),
]


def answers(age: int | str, relationship: str, code: str) -> tuple[str | None, ...]:
    facts = a_case(
        {"age_at_report": age, "age_at_offence": age, "relationship_to_suspect": relationship}, offence_code=code
    )
    holds = routed(facts).holds
    return tuple(against(facts, holds, "self" if who == "able" else who, able=who == "able") for who in WORDS)


@pytest.mark.parametrize(("age", "expected"), BY_AGE)
def test_whose_word_counts_goes_by_age_and_an_age_not_known_is_a_childs(
    age: int | str, expected: tuple[str | None, ...]
) -> None:
    assert answers(age, "stranger", RAPE_OF_A_CHILD) == expected


@pytest.mark.parametrize(("age", "expected"), AT_HOME)
def test_nobody_speaks_for_a_child_where_the_suspect_may_be_at_home(
    age: int | str, expected: tuple[str | None, ...]
) -> None:
    assert answers(age, "family", RAPE_OF_A_CHILD) == expected


def test_where_no_age_is_needed_the_person_agrees_though_it_is_not_known() -> None:
    assert answers("not_known", "stranger", BURGLARY) == (None, UNKNOWN, None, None)
