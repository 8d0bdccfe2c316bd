"""Every golden example is what its model, its frozen schema and the envelope say."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from pydantic import ValidationError

from contracts import envelope
from contracts.envelope import Announcement, read_headers
from contracts.identity import case_id
from contracts.police import CrimeRecorded, people
from contracts.referral import CaseOpened, CaseRouted
from contracts.registry import FACTS, topics_of
from contracts.topics import BY_NAME
from tests.contracts.goldens import GOLDENS, NAMES, Golden, golden

SCHEMAS = Path(envelope.__file__).parent / "schemas"
CANARY = "Canary Person of 1 Example Street"
IDS_OF_OTHERS = {"victim_ref", "milestone_id", "evidence_id"}
MODELS_AS_GIVEN = [example for example in GOLDENS if not example.name.endswith("unfamiliar")]


def validator(event_type: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{event_type}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_every_event_type_has_an_example() -> None:
    assert {example.type for example in GOLDENS} == set(FACTS)


@pytest.mark.parametrize("example", GOLDENS, ids=NAMES)
def test_an_example_is_read_by_its_model(example: Golden) -> None:
    read = FACTS[example.type].model_validate_json(example.value())
    assert FACTS[example.type].model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize("example", GOLDENS, ids=NAMES)
def test_an_example_fits_its_frozen_schema(example: Golden) -> None:
    assert [fault.message for fault in validator(example.type).iter_errors(example.data)] == []


@pytest.mark.parametrize("example", MODELS_AS_GIVEN, ids=[example.name for example in MODELS_AS_GIVEN])
def test_every_value_of_an_example_arrives_as_it_was_sent(example: Golden) -> None:
    read = FACTS[example.type].model_validate_json(example.value())
    sent = FACTS[example.type].model_validate_json(example.value()).model_dump(mode="json", exclude_unset=True)
    assert set(sent) == set(example.data), "the model ignores a field of its own example"
    assert "other" not in json.dumps(sent), "the model does not know a value of its own example"
    assert example.type == read.TYPE


@pytest.mark.parametrize("example", GOLDENS, ids=NAMES)
def test_an_example_has_whole_headers_and_the_key_of_its_topic(example: Golden) -> None:
    headers = read_headers(example.raw_headers())
    assert headers.type == example.name[: len(headers.type)]
    for topic in topics_of(headers.type):
        assert example.data[BY_NAME[topic].key] == example.key
    assert str(UUID(example.key)) == example.key


ANNOUNCED = [example for example in GOLDENS if issubclass(FACTS[example.type], Announcement)]
ANNOUNCED_NAMES = [example.name for example in ANNOUNCED]


@pytest.mark.parametrize("example", ANNOUNCED, ids=ANNOUNCED_NAMES)
def test_what_we_announce_says_who_whom_and_when(example: Golden) -> None:
    assert FACTS[example.type].model_validate_json(example.value())
    if example.data["subject_kind"] == "case":
        assert example.data["subject_id"] == example.data["case_id"]
    always = ["subject_kind", "subject_id", "sequence", "happened_at", "actor_role"]
    assert validator(example.type).schema["required"][:5] == always


@pytest.mark.parametrize("example", ANNOUNCED, ids=ANNOUNCED_NAMES)
def test_no_field_that_we_announce_can_hold_a_name_or_a_sentence(example: Golden) -> None:
    for field, value in example.data.items():
        if field in IDS_OF_OTHERS or not isinstance(value, str | list | dict):
            continue
        words: Any = CANARY if isinstance(value, str) else [CANARY] if isinstance(value, list) else {CANARY: CANARY}
        try:
            read = FACTS[example.type].model_validate_json(json.dumps(example.data | {field: words}))
        except ValidationError:
            continue
        assert CANARY not in read.model_dump_json(), field


def test_the_story_of_the_examples_is_of_one_case() -> None:
    crime = CrimeRecorded.model_validate_json(golden("police.crime.recorded.v1").value())
    opened = CaseOpened.model_validate_json(golden("case.opened.v1").value())
    routed = CaseRouted.model_validate_json(golden("case.routed.v1").value())
    assert opened.case_id == routed.case_id == case_id(crime.crime_id, crime.victims[0].victim_ref)


@pytest.mark.parametrize(
    ("name", "refs"),
    [
        ("police.crime.recorded.v1", ["WMP-P-1004417"]),
        ("police.crime.recorded.v1.business", ["WMP-B-000318", "WMP-P-1005200"]),
        ("police.crime.recorded.v1.bereaved", ["WMP-P-1005302", "WMP-P-1005301"]),
        ("police.crime.recorded.v1.minimal", []),
    ],
)
def test_everybody_but_the_dead_has_a_case(name: str, refs: list[str]) -> None:
    crime = CrimeRecorded.model_validate_json(golden(name).value())
    assert [ref for ref, _, _ in people(crime)] == refs
