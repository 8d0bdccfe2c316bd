"""What is announced, and that the quick way of writing it says what the models say."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from contracts.code_compliance import EntitlementDue
from contracts.registry import FACTS
from services.code_compliance.domain.announcing import changes, fired
from services.code_compliance.domain.writing import Fallen, fallen, raised
from tests.code_compliance.builders import RULES, a_case, at, clocks, milestone, victim

CASES: list[dict[str, Any]] = [
    {},
    {"flags": ["domestic_abuse"], "offence_code": "8N"},
    {"offence_code": "19C", "victims": [victim(age_at_offence=15, vulnerabilities=["intimidated"])]},
    {"victims": [victim(kind="business", named_contact=True)]},
    {"victims": [victim(share="refused", channels_safe=[])]},
    {"offence_code": None, "incident_kind": "anti_social_behaviour"},
    {"offence_code": "1", "victims": [victim("D", kind="deceased", bereaved=[{"kin_ref": "V1", "share": "agreed"}])]},
]


@pytest.mark.parametrize("facts", CASES, ids=str)
@pytest.mark.parametrize("heard", [None, "2025-06-20 12:00"])
def test_the_quick_way_writes_what_the_models_write(facts: dict[str, Any], heard: str | None) -> None:
    case = a_case(heard, **facts)
    found = clocks(case)
    now = case.first_heard_at
    said = [(e.TYPE, e.model_dump(mode="json", exclude={"sequence"})) for e in changes(case, {}, found, RULES, now)]
    quick = [(kind, orjson.loads(data)) for kind, data in raised(case, found, RULES, now)]
    assert [(kind, FACTS[kind].model_validate_json(orjson.dumps(data)).model_dump(mode="json", exclude={"sequence"}))
            for kind, data in quick] == said  # fmt: skip


def test_a_duty_without_a_number_says_that_it_has_no_day() -> None:
    case = a_case()
    told = [orjson.loads(data) for kind, data in raised(case, clocks(case), RULES, at("2025-06-02 10:30"))
            if kind == EntitlementDue.TYPE]  # fmt: skip
    assert [t["due_at"] for t in told if t["entitlement"] == "R2.record_crime"] == [None]


@pytest.mark.parametrize("state", ["breached", "not_evidenced"])
def test_the_quick_way_of_the_timer_writes_what_the_models_write(state: str) -> None:
    case = a_case(flags=["domestic_abuse"])
    told = clocks(case, milestone("suspect_arrested", "2025-06-03 12:00", 'm"1'))
    now = at("2025-07-01 09:00")
    called = [replace(c, state=state) for c in told.values() if c.due_at and c.state == "running"]
    for crime_id in (case.crime_id, None):
        rows = [
            Fallen(case.case_id, c.entitlement, c.occurrence, c.milestone_id, c.due_at, c.enhanced, c.code_version,
                   state)
            for c in called if c.due_at
        ]  # fmt: skip
        told_of = fallen(rows, {case.case_id: crime_id}, RULES, now)
        for clock, (kind, subject, happened_at, data) in zip(called, told_of, strict=True):
            said = fired(case.case_id, crime_id, clock, RULES, now)
            assert (kind, subject, happened_at) == (said.TYPE, said.subject_id, now)
            assert orjson.loads(data) == orjson.loads(said.model_dump_json(exclude={"sequence"}, exclude_none=True))
