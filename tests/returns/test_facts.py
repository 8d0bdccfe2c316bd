"""Fact rows from events: what the measures need, and nothing that is sealed."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts.envelope import read_headers
from contracts.identity import case_id
from contracts.registry import FACTS
from services.returns.domain.facts import Arrived, fact_row, people, without_sealed
from tests.returns.events import DUDLEY, Sent, a_clock, a_crime, a_notice, a_referral, a_victim, crime_id


def arrived(record: Sent) -> Arrived:
    headers = read_headers(record.headers)
    return Arrived(1, headers.type, headers.time, headers.source, FACTS[headers.type].model_validate_json(record.value))


def row(record: Sent) -> dict[str, Any]:
    return fact_row(arrived(record))


def test_a_crime_has_its_group_its_outcome_and_its_own_time() -> None:
    found = row(
        a_crime("c", offence_code="8Q", outcome={"code": 16, "at": "2026-09-01T10:00:00Z", "reasons": ["fear"]})
    )
    assert (found["offence_group"], found["offence_subgroup"]) == (
        "violence-against-the-person",
        "stalking-and-harassment",
    )
    assert (found["outcome_code"], found["outcome_reasons"], found["revision"]) == ("16", ["fear"], 1)
    assert found["happened_at"] == datetime(2026, 8, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "victim", "domestic"),
    [
        ({"flags": ["domestic_abuse"]}, {}, True),
        ({"offence_code": None, "incident_kind": "domestic"}, {}, True),
        ({"offence_code": "8U"}, {}, True),
        ({}, {"relationship_to_suspect": "ex_partner"}, True),
        ({"offence_code": "34B"}, {"relationship_to_suspect": "partner"}, False),
        ({}, {"relationship_to_suspect": "stranger"}, False),
        ({}, {}, False),
    ],
)
def test_a_crime_is_domestic_by_flag_incident_code_or_relationship(
    changes: dict[str, Any], victim: dict[str, Any], domestic: bool
) -> None:
    assert row(a_crime("c", a_victim("P1", **victim), **changes))["domestic"] is domestic


def test_each_person_of_a_crime_has_a_row_and_the_dead_have_no_case() -> None:
    kin = {"kin_ref": "K1", "age_at_report": 70, "share": "not_asked"}
    crime = a_crime(
        "c", a_victim("P1"), a_victim("D1", kind="deceased", bereaved=[kin]), a_victim("B1", kind="business")
    )
    rows = list(people(arrived(crime)))
    assert [(r["kind"], r["case_id"]) for r in rows] == [
        ("person", case_id(crime_id("c"), "P1")),
        ("deceased", None),
        ("bereaved", case_id(crime_id("c"), "K1")),
        ("business", case_id(crime_id("c"), "B1")),
    ]
    assert rows[2]["age_band"] == "65-74" and rows[2]["sex"] == "not_recorded"


def test_one_person_has_one_number_in_every_crime() -> None:
    one, other = (next(people(arrived(a_crime(name, a_victim("P1"))))) for name in ("a", "b"))
    assert one["person_id"] == other["person_id"] and one["case_id"] != other["case_id"]


@pytest.mark.parametrize("unknown", ["not_asked", "refused", "not_known", "not_recorded"])
def test_an_unknown_value_stays_what_it_is(unknown: str) -> None:
    victim = a_victim("P1", age_at_report=unknown, age_at_offence=unknown, sex=unknown, ethnicity=unknown)
    found = next(people(arrived(a_crime("c", victim))))
    assert (found["age_band"], found["sex"], found["ethnicity_group"]) == (unknown, unknown, unknown)


def test_not_stated_is_kept_apart_from_the_unknown_values() -> None:
    assert next(people(arrived(a_crime("c", a_victim("P1", ethnicity="NS")))))["ethnicity_group"] == "not_stated"


def test_an_age_known_only_at_the_offence_grows_until_the_report() -> None:
    victim = a_victim("P1", age_at_report="not_known", age_at_offence=15)
    crime = a_crime("c", victim, committed_to="2016-01-01", home_local_authority=DUDLEY)
    assert next(people(arrived(crime)))["age_band"] == "25-34"


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (a_referral("referral.declined.v1", "c", "P1", "2026-08-04T09:00:00Z"), "declined_by_provider"),
        (a_referral("support.started.v1", "c", "P1", "2026-08-04T09:00:00Z"), "in_support"),
        (a_clock("entitlement.met.v1", "c", "P1", "2026-08-04T09:00:00Z", met_at="2026-08-04T09:00:00Z", in_time=True,
                 source="hub"), "met"),
        (a_clock("entitlement.met.v1", "c", "P1", "2026-08-04T09:00:00Z", met_at="2026-08-04T09:00:00Z", in_time=False,
                 source="hub"), "met_late"),
        (a_clock("entitlement.excepted.v1", "c", "P1", "2026-08-04T09:00:00Z", state="not_evidenced"), "not_evidenced"),
        (a_clock("entitlement.excepted.v1", "c", "P1", "2026-08-04T09:00:00Z", state="unable_to_contact"), "unable"),
    ],
)  # fmt: skip
def test_the_state_of_a_referral_or_clock_is_read_from_the_event(record: Sent, state: str) -> None:
    assert row(record)["state"] == state


def test_a_notice_to_one_victim_names_the_case() -> None:
    assert row(a_notice("c", "P1", "2026-08-04T09:00:00Z"))["case_id"] == case_id(crime_id("c"), "P1")


def test_every_golden_example_of_every_type_becomes_a_fact(repository: Any) -> None:
    heard = set()
    for path in sorted((repository / "contracts" / "examples").glob("*.json")):
        example = json.loads(path.read_text())
        type_, data = example["headers"]["ce_type"], example["data"]
        time = datetime.fromisoformat(example["headers"]["ce_time"])
        event = Arrived(1, type_, time, "example", FACTS[type_].model_validate_json(json.dumps(data)))
        assert fact_row(event)["type"] == type_
        assert all(isinstance(each["person_id"], UUID) for each in people(event))
        heard.add(type_)
    assert heard == set(FACTS)


def test_nothing_sealed_is_left_at_any_depth() -> None:
    data = {
        "sealed": 1,
        "victims": [{"sealed": "x", "victim_ref": "P", "bereaved": [{"sealed": "y", "a": [1]}]}],
        "n": {"sealed": 2},
    }
    assert without_sealed(data) == {"victims": [{"victim_ref": "P", "bereaved": [{"a": [1]}]}], "n": {}}
