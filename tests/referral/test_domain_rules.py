"""The language of conditions, the rule book and the dated policy: what is allowed, and how a mistake is named."""

import copy
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
import yaml

from services.referral.books import FOLDER
from services.referral.domain.books import read_books
from services.referral.domain.facts import NOTHING_KNOWN
from services.referral.domain.routing import RuleBook, compile_book, route
from services.referral.domain.rules import BadRule, months_before
from services.referral.domain.seen import FIELDS
from tests.referral.crimes import NOW, a_case, books
from tests.referral.test_domain_holds import HOLD
from tests.referral.test_domain_lines import DOORS, LINES

OPT_IN = {"domestic": {"equals": {"domestic": True}}}


def a_rule(when: Any, **changed: Any) -> dict[str, Any]:
    return {"id": "a.rule", "version": 1, "recommend": "general", "when": when, "why": "Because.", **changed}


def a_book(*rules: dict[str, Any], **changed: Any) -> RuleBook:
    document = {"version": "t", "effective_from": date(2026, 1, 1), "source": "test", "rules": list(rules), **changed}
    return compile_book("rules.yaml", document, OPT_IN)


CONDITIONS: list[tuple[Any, dict[str, Any], dict[str, Any], bool]] = [
    ({"equals": {"offence_code": "39"}}, {}, {}, True),
    ({"equals": {"offence_code": "46"}}, {}, {}, False),
    ({"in": {"offence_code": ["46", "39"]}}, {}, {}, True),
    ({"in": {"offence_code": ["46"]}}, {}, {}, False),
    ({"contains": {"flags": "alcohol"}}, {}, {"flags": ["alcohol"]}, True),
    ({"contains": {"flags": ["online", "alcohol"]}}, {}, {"flags": ["alcohol"]}, True),
    ({"contains": {"flags": "online"}}, {}, {"flags": ["alcohol"]}, False),
    ({"at_least": {"age": 34}}, {}, {}, True),
    ({"at_least": {"age": 35}}, {}, {}, False),
    ({"at_least": {"age": 1}}, {"age_at_report": None}, {}, False),
    ({"under": {"age": 35}}, {}, {}, True),
    ({"under": {"age": 34}}, {}, {}, False),
    ({"under": {"age": 99}}, {"age_at_report": None}, {}, False),
    ({"older_than": {"committed_to": {"days": 1}}}, {}, {"committed_to": "2026-08-31"}, True),
    ({"older_than": {"committed_to": {"days": 1}}}, {}, {"committed_to": "2026-09-01"}, False),
    ({"older_than": {"committed_to": {"days": 1}}}, {}, {"committed_to": None}, False),
    ({"older_than": {"committed_to": {"months": 6}}}, {}, {"committed_to": "2026-03-01"}, True),
    ({"older_than": {"committed_to": {"months": 6}}}, {}, {"committed_to": "2026-03-02"}, False),
    ({"missing": "age"}, {"age_at_report": "refused"}, {}, True),
    ({"missing": "age"}, {}, {}, False),
    ({"missing": "flags"}, {}, {}, True),
    ({"missing": "incident_kind"}, {}, {}, True),
    ({"not": {"equals": {"offence_code": "39"}}}, {}, {}, False),
    ({"all": [{"equals": {"offence_code": "39"}}, {"at_least": {"age": 34}}]}, {}, {}, True),
    ({"all": [{"equals": {"offence_code": "39"}}, {"at_least": {"age": 35}}]}, {}, {}, False),
    ({"any": [{"equals": {"offence_code": "46"}}, {"at_least": {"age": 34}}]}, {}, {}, True),
    ({"any": [{"equals": {"offence_code": "46"}}, {"contains": {"flags": "online"}}]}, {}, {}, False),
    ({"meets": "grown_up"}, {}, {}, True),
    ({"meets": "opt_in_group"}, {}, {}, False),
    ({"equals": {"safe_channel": True}}, {}, {}, True),
    ({"equals": {"safe_channel": False}}, {}, {}, False),
]


@pytest.mark.parametrize(("when", "victim", "crime", "expected"), CONDITIONS)
def test_a_condition_means_what_it_says(
    when: Any, victim: dict[str, Any], crime: dict[str, Any], expected: bool
) -> None:
    book = a_book(a_rule(when), definitions={"grown_up": {"at_least": {"age": 18}}})
    found = route(a_case(victim, **crime), NOTHING_KNOWN, book)
    assert found.lines == (("general",) if expected else ())


WRONG: list[tuple[dict[str, Any], str]] = [
    (a_rule({"exec": "1"}), "rules.yaml: rule a.rule: exec: no such operator"),
    (a_rule({"equals": {"ethnicity": "A2"}}), "rules.yaml: rule a.rule: ethnicity: no such field"),
    (a_rule({"equals": {"offence_code": "999"}}), "rules.yaml: rule a.rule: offence_code: '999' is not one"),
    (a_rule({"contains": {"flags": "sad"}}), "rules.yaml: rule a.rule: flags: 'sad' is not one"),
    (a_rule({"at_least": {"flags": 3}}), "rules.yaml: rule a.rule: flags: a field of kind many"),
    (a_rule({"at_least": {"age": "old"}}), "rules.yaml: rule a.rule: age: takes a whole number"),
    (a_rule({"older_than": {"committed_to": 7}}), "rules.yaml: rule a.rule: committed_to: takes"),
    (a_rule({"all": []}), "rules.yaml: rule a.rule: all: takes a list"),
    (a_rule({"meets": "nothing"}), "rules.yaml: rule a.rule: meets: 'nothing' is not defined"),
    (a_rule("age > 18"), "rules.yaml: rule a.rule: when"),
    (a_rule({"missing": "age"}, hold="high_risk"), "rules.yaml: rule a.rule: effect"),
    (a_rule({"missing": "age"}, recommend="magic"), "rules.yaml: rule a.rule: recommend: 'magic'"),
    (a_rule({"missing": "age"}, why=""), "rules.yaml: rule a.rule: why: is missing"),
    (a_rule({"missing": "age"}, because="x"), "rules.yaml: rule a.rule: because: no such field of a rule"),
    (a_rule({"contains": {"lines": "fraud"}}), "rules.yaml: rule a.rule: lines: 'fraud' is given by no rule above"),
]


@pytest.mark.parametrize(("rule", "named"), WRONG)
def test_a_mistake_names_the_file_the_rule_and_the_field(rule: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRule) as raised:
        a_book(rule)
    assert str(raised.value).startswith(named)


def test_an_id_cannot_be_used_twice() -> None:
    rule = a_rule({"missing": "age"})
    with pytest.raises(BadRule, match=r"a\.rule: id: is used twice"):
        a_book(rule, rule)


def test_a_rule_may_read_what_a_rule_above_it_gave_whatever_else_has_its_name() -> None:
    stalked = {
        "id": "l",
        "version": 1,
        "recommend": "stalking",
        "when": {"contains": {"flags": "stalking"}},
        "why": "w",
    }
    held = {"id": "h", "version": 1, "hold": "stalking", "when": {"contains": {"lines": "stalking"}}, "why": "w"}
    found = route(a_case(flags=["stalking"]), NOTHING_KNOWN, a_book(stalked, held))
    assert [rule.id for rule in found.rules] == ["l", "h"]


def test_looking_rules_up_finds_what_testing_each_of_them_would() -> None:
    """The index only leaves out rules that cannot hold: with every rule tested, the result is the same."""
    book = books().on(NOW.date()).rules
    plain = replace(book, always=(1 << len(book.rules)) - 1, opens=(0,) * len(book.rules))
    for _, victim, crime, _ in (*LINES, *DOORS, *HOLD):
        facts = a_case(victim, **crime)
        assert route(facts, NOTHING_KNOWN, book) == route(facts, NOTHING_KNOWN, plain)


def test_every_rule_says_why_in_words_and_where_it_comes_from() -> None:
    for rule in books().on(NOW.date()).rules.rules:
        assert rule.why.endswith(".") and len(rule.why) > 20
        assert rule.source and rule.basis


def test_no_rule_can_read_what_is_asked_for_monitoring_alone() -> None:
    monitored = {"sex", "gender", "ethnicity", "disability", "orientation", "religion", "language", "restricted"}
    assert not monitored & set(FIELDS)


@cache
def shipped() -> dict[str, Any]:
    return {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}


def documents() -> dict[str, Any]:
    return copy.deepcopy(shipped())


def test_a_decision_is_made_by_the_rules_and_policy_in_force_on_its_day() -> None:
    found = documents()
    later = copy.deepcopy(found["policy.yaml"]["versions"][0]) | {
        "version": "2027-01",
        "effective_from": date(2027, 1, 1),
    }
    later["opt_in"] = {"everybody": {"when": {"in": {"person_kind": ["person"]}}}}
    found["policy.yaml"]["versions"].append(later)
    rules = copy.deepcopy(found["routing_rules_2026-04.yaml"])
    for later_file in ("routing_rules_2026-11.yaml", "routing_rules_2026-11-27.yaml"):
        del found[later_file]
    rules |= {"version": "2026-10", "effective_from": date(2026, 10, 1)}
    found["routing_rules_2026-10.yaml"] = rules
    read = read_books(found)
    days = [date(2020, 1, 1), date(2026, 9, 30), date(2026, 10, 1), date(2027, 1, 1)]
    assert [(read.on(day).rules.version, read.on(day).policy.version) for day in days] == [
        ("2026-04", "2026-04"),
        ("2026-04", "2026-04"),
        ("2026-10", "2026-04"),
        ("2026-10", "2027-01"),
    ]
    facts = a_case({"share": "not_asked"})
    assert "share_not_asked" in route(facts, NOTHING_KNOWN, read.on(days[3]).rules).holds
    assert "share_not_asked" not in route(facts, NOTHING_KNOWN, read.on(days[2]).rules).holds


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"line": "general", "contract": "no-such"}, "no such contract of this line"),
        ({"line": "fraud", "contract": "open-door-coventry"}, "no such contract of this line"),
        ({"line": "general", "contract": "open-door-coventry", "areas": ["Dudley"]}, "areas outside the contract"),
        ({"line": "general", "contract": "open-door-coventry", "areas": ["Utopia"]}, "Utopia"),
        ({"line": "general", "contract": "common-ground-general"}, "two contracts for"),
    ],
)
def test_a_policy_can_name_only_one_real_contract_for_a_line_and_area(entry: dict[str, Any], named: str) -> None:
    found = documents()
    found["policy.yaml"]["versions"][0]["automatic"].append(entry)
    with pytest.raises(BadRule, match=named):
        read_books(found)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 9, 2), 12, date(2025, 9, 2)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 2, date(2025, 11, 15)),
        (date(2026, 12, 31), 1, date(2026, 11, 30)),
    ],
)
def test_months_are_counted_back_to_the_same_day_or_the_last_of_the_month(
    day: date, months: int, expected: date
) -> None:
    assert months_before(day, months) == expected
