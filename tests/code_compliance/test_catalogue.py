"""The catalogue as it is shipped, and that a bad entry is named when it is read."""

import copy
from typing import Any

import pytest
import yaml

from contracts.justice import TRIGGERS
from services.code_compliance.domain.catalogue import read
from services.code_compliance.domain.circumstances import Circumstances
from services.code_compliance.domain.language import BadReference, compile_condition, named_conditions
from services.code_compliance.reference import HERE, parse
from tests.code_compliance.builders import RULES, at

(CODE,) = RULES.codes
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DOCUMENT: dict[str, Any] = yaml.load((HERE / "victims_code_2020.yaml").read_text(), LOADER)
NAMED = named_conditions(yaml.load((HERE / "conditions.yaml").read_text(), LOADER), "conditions.yaml")


def test_every_entitlement_and_related_clock_is_carried_with_its_source() -> None:
    assert (len(CODE.entitlements), len(DOCUMENT["related_clocks"])) == (97, 17)
    assert all(e.sources for e in CODE.entitlements.values())


def test_every_prose_condition_has_a_machine_predicate_marked_as_ours() -> None:
    for entry in DOCUMENT["entitlements"]:
        said = {k for k, words in entry["applicability"].items() if words not in ("any", "none", "not_required")}
        assert set(entry["applies"]["when"]) == said, entry["id"]
        assert entry["applies"]["encoded_by"] == "us"


def test_every_trigger_of_the_catalogue_can_be_told_in_an_event() -> None:
    assert set(DOCUMENT["trigger_events"]) <= set(TRIGGERS)
    assert {e.trigger for e in CODE.entitlements.values()} <= set(TRIGGERS)


def test_what_was_recalled_is_marked_unverified() -> None:
    recalled = {e["id"] for e in DOCUMENT["entitlements"] if any(s.startswith("recalled") for s in e["source"])}
    assert recalled and all(CODE.entitlements[name].unverified for name in recalled)
    assert not CODE.entitlements["R6.suspect_arrested"].unverified


def test_the_code_is_in_force_from_its_first_day_in_london() -> None:
    assert RULES.code_at(at("2021-03-31 23:59")) is None
    assert RULES.code_at(at("2021-04-01 00:00")) is CODE


def bent(entitlement: str, **changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    entry = next(e for e in document["entitlements"] if e["id"] == entitlement)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = entry
        for parent in parents:
            place = place[parent]
        place[last] = value
    return document


BAD = [
    ({"trigger": "suspect_sneezed"}, "no trigger is called 'suspect_sneezed'"),
    ({"right": 13}, "right 13 does not fit the id"),
    ({"clock__kind": "sundial"}, "clock kind 'sundial'"),
    ({"clock__unit": None}, "a fixed clock needs standard, enhanced and unit"),
    ({"duty_holder": ["nobody"]}, "no duty holder is called 'nobody'"),
    ({"source": []}, "source is empty"),
    ({"applies__when": {}}, "applies.when has nothing for reported_to_police: 'required'"),
    ({"applies__when__reported_to_police": {"equals": {"shoe_size": 9}}}, "circumstances have no field 'shoe_size'"),
    ({"applies__when__reported_to_police": {"eval": "1"}}, "the language has no 'eval'"),
    ({"applies__when__reported_to_police": {"named": "nothing"}}, "no condition is named 'nothing'"),
    ({"applies__when__weather": {"always": True}}, "applies.when.weather stands beside no prose"),
]


@pytest.mark.parametrize(("changes", "words"), BAD)
def test_a_bad_entry_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadReference) as refused:
        read(bent("R6.charge", **changes), NAMED, "test.yaml")
    assert words in str(refused.value) and "test.yaml: R6.charge" in str(refused.value)


def test_a_bad_entry_of_a_file_is_named_by_its_line() -> None:
    text = (HERE / "victims_code_2020.yaml").read_text()
    lines = text.splitlines()
    line = next(n for n, words in enumerate(lines, 1) if words == "- id: R6.charge")
    trigger = next(n for n in range(line, line + 10) if lines[n - 1].startswith("  trigger:"))
    bad = text.replace("  trigger: suspect_charged\n", "  trigger: suspect_sneezed\n", 1)
    with pytest.raises(BadReference, match=f"^code.yaml:{trigger}: R6.charge: no trigger is called 'suspect_sneezed'$"):
        read(parse(bad, "code.yaml"), NAMED, "code.yaml")


def test_a_key_that_is_missing_and_a_file_that_cannot_be_read_are_named_by_their_line() -> None:
    told = parse("a: 1\nlist:\n- {code: x}\n", "some.yaml")
    with pytest.raises(BadReference, match=r"^some\.yaml:3: words is missing$"):
        told["list"][0]["words"]
    with pytest.raises(BadReference, match=r"^some\.yaml:3: "):
        parse("a: 1\nb: [1, 2\n", "some.yaml")


def test_an_entry_that_stands_twice_is_named() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["entitlements"].append(document["entitlements"][0])
    with pytest.raises(BadReference, match="stands twice"):
        read(document, NAMED, "test.yaml")


SAID: list[tuple[dict[str, Any], Circumstances, bool]] = [
    ({"equals": {"offence_code": "8Q"}}, Circumstances(offence_code="8Q"), True),
    ({"in": {"offence_code": ["8Q"]}}, Circumstances(), False),
    ({"contains": {"flags": "stalking"}}, Circumstances(flags=frozenset({"stalking"})), True),
    ({"contains_any": {"flags": ["fgm", "stalking"]}}, Circumstances(), False),
    ({"at_least": {"sentence_months": 12}}, Circumstances(sentence_months=12), True),
    ({"at_least": {"sentence_months": 12}}, Circumstances(), False),
    ({"present": "hate_strands"}, Circumstances(), False),
    ({"absent": "sentence_kind"}, Circumstances(), True),
    ({"not": {"equals": {"reported": True}}}, Circumstances(reported=False), True),
    ({"all": [{"always": True}, {"equals": {"kind": "business"}}]}, Circumstances(), False),
    ({"any": [{"equals": {"kind": "business"}}, {"always": True}]}, Circumstances(), True),
]


@pytest.mark.parametrize(("spec", "circumstances", "answer"), SAID)
def test_the_little_language_says_what_it_means(
    spec: dict[str, Any], circumstances: Circumstances, answer: bool
) -> None:
    assert compile_condition(spec, "test", {})(circumstances) is answer


@pytest.mark.parametrize(
    "spec",
    [
        "always",
        {"all": []},
        {"equals": {"flags": "fgm"}},
        {"contains": {"kind": "person"}},
        {"at_least": {"kind": 3}},
        {"in": {"kind": "person"}},
        {"in": {"offence_code": [29]}},
        {"equals": {}},
    ],
    ids=str,
)
def test_a_condition_that_makes_no_sense_is_refused(spec: Any) -> None:
    with pytest.raises(BadReference, match="test"):
        compile_condition(spec, "test", {})
