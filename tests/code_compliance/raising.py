"""Test events that together raise every entitlement of the catalogue: what happens, and to whom."""

from collections.abc import Iterator
from typing import Any

from services.code_compliance.domain.facts import Case, Milestone
from tests.code_compliance.builders import RULES, a_case, clocks, milestone, victim

(CODE,) = RULES.codes
_KIN = {"kin_ref": "K1", "relationship": "parent", "age_at_report": 40, "share": "agreed", "channels_safe": ["mobile"]}
WHO: dict[str, Case] = {
    "an adult, theft": a_case(),
    "an adult, rape": a_case(offence_code="19C"),
    "a child, robbery": a_case(offence_code="34A", victims=[victim(age_at_offence=12)]),
    "a business, theft": a_case(victims=[victim(kind="business", named_contact=True)]),
    "a parent of somebody murdered": a_case(
        None, "K1", offence_code="1", victims=[victim(kind="deceased", bereaved=[_KIN])]
    ),
}
SENTENCES: tuple[dict[str, Any], ...] = ({}, {"sentence_months": 20})
OF_THE_RECORD = ("any_contact", "crime_reported", "death_by_criminal_conduct_recorded")
"""Triggers that the police's own record shows, without a milestone."""


def events() -> Iterator[tuple[str, Case, list[Milestone]]]:
    """(words, case, milestones): every trigger of the catalogue happens to each of them on 10 June 2025."""
    for who, case in WHO.items():
        yield f"a crime recorded ({who})", case, []
        for trigger in sorted(set(CODE.by_trigger) - set(OF_THE_RECORD)):
            for details in SENTENCES if trigger == "sentence_passed" else ({},):
                told = ", twenty months" if details else ""
                words = f"{trigger.replace('_', ' ')}{told} ({who})"
                yield words, case, [milestone(trigger, "2025-06-10 12:00", **details)]


def raised_by() -> dict[str, str]:
    """Each entitlement with the first of the events that raises it."""
    found: dict[str, str] = {}
    for words, case, told in events():
        for name, _ in clocks(case, *told):
            found.setdefault(name, words)
    return found
