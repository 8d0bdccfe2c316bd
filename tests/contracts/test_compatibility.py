"""Contracts only grow: a change that would break a reader or a writer is named and nothing is written."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.compatibility import breaking
from contracts.write import SCHEMAS, documents, faults, main, schema

Change = Callable[[dict[str, Any]], Any]


def changed(event_type: str, change: Change) -> list[str]:
    old, new = schema(event_type), copy.deepcopy(schema(event_type))
    change(new)
    return breaking(old, new)


def removed(new: dict[str, Any]) -> None:
    del new["properties"]["reference"]


def retyped(new: dict[str, Any]) -> None:
    new["properties"]["restricted"] = {"type": "string"}


def newly_required(new: dict[str, Any]) -> None:
    new["required"].append("language")


def narrowed(new: dict[str, Any]) -> None:
    new["properties"]["sex"]["anyOf"][0]["enum"].remove("intersex")


def closed(new: dict[str, Any]) -> None:
    new["properties"]["reference"] = {"type": "string", "enum": ["one", "two"]}


def tightened(new: dict[str, Any]) -> None:
    new["properties"]["reference"]["maxLength"] = 3


def narrowed_in_a_list(new: dict[str, Any]) -> None:
    new["properties"]["flags"]["anyOf"][0]["items"]["anyOf"][0]["enum"].remove("stalking")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (removed, "reference: removed"),
        (retyped, "restricted: retyped from boolean to string"),
        (newly_required, "language: newly required"),
        (narrowed, "sex: enum narrowed, without intersex"),
        (closed, "reference: narrowed to a closed list"),
        (tightened, "reference: maxLength tightened to 3"),
        (narrowed_in_a_list, "flags[]: enum narrowed, without stalking"),
    ],
)
def test_a_breaking_change_is_named(change: Change, named: str) -> None:
    assert named in changed("case.opened.v1", change)


def test_a_change_deep_in_a_part_is_named_with_its_path() -> None:
    def without_the_score(new: dict[str, Any]) -> None:
        del new["$defs"]["Risk"]["properties"]["dash_score"]

    assert changed("police.crime.recorded.v1", without_the_score) == ["victims[].risk.dash_score: removed"]


def a_new_field(new: dict[str, Any]) -> None:
    new["properties"]["a_field_of_tomorrow"] = {"type": "string"}


def a_new_value(new: dict[str, Any]) -> None:
    new["properties"]["sex"]["anyOf"][0]["enum"].append("a value of tomorrow")


def no_longer_required(new: dict[str, Any]) -> None:
    new["required"].remove("reference")


def wider(new: dict[str, Any]) -> None:
    new["properties"]["reference"]["maxLength"] = 300


@pytest.mark.parametrize("change", [a_new_field, a_new_value, no_longer_required, wider])
def test_growing_is_not_breaking(change: Change) -> None:
    assert changed("case.opened.v1", change) == []


def test_the_frozen_schemas_are_those_of_the_models() -> None:
    frozen = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}
    assert frozen == documents(), "run: python -m contracts.write"


def test_nothing_is_written_over_a_schema_that_would_break(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "support.started.v1.json"
    frozen = schema("support.started.v1")
    frozen["properties"]["a_field_of_yesterday"] = {"type": "string"}
    (tmp_path / name).write_text(json.dumps(frozen))
    assert main(tmp_path) == 1
    assert f"{name}: a_field_of_yesterday: removed" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_type_that_vanished_is_a_breaking_change(tmp_path: Path) -> None:
    (tmp_path / "case.forgotten.v1.json").write_text("{}")
    assert faults(tmp_path, documents()) == ["case.forgotten.v1.json: the event type was removed"]


def test_writing_into_an_empty_folder_freezes_everything(tmp_path: Path) -> None:
    assert main(tmp_path) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(documents())


def references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for part in node for found in references(part)]
    if not isinstance(node, dict):
        return []
    here = [node["$ref"]] if "$ref" in node else []
    return here + [found for part in node.values() for found in references(part)]


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = json.loads((SCHEMAS / "asyncapi.json").read_text(encoding="utf-8"))
    found = references(document)
    assert found
    for reference in found:
        if reference.startswith("./"):
            assert (SCHEMAS / reference).is_file()
            continue
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_the_asyncapi_document_has_every_topic_with_its_events() -> None:
    document = json.loads((SCHEMAS / "asyncapi.json").read_text(encoding="utf-8"))
    assert document["asyncapi"] == "3.0.0"
    channels = document["channels"]
    assert list(channels) == [
        *("police.crimes", "justice.milestones", "referral.events"),
        *("code.events", "feedback.events", "returns.events"),
    ]
    assert "contact.requested.v1" in channels["code.events"]["messages"]
    assert "contact.requested.v1" in channels["feedback.events"]["messages"]
    assert channels["police.crimes"]["bindings"]["kafka"]["topicConfiguration"]["retention.ms"] == 604_800_000
    carried = {name for channel in channels.values() for name in channel["messages"]}
    assert carried == set(document["components"]["messages"])
