"""Which contract takes whom, each rule in words, and the directory as it ships."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import provider_id
from contracts.reference import AREAS, personas
from contracts.vocabulary import SERVICE_LINES
from services.referral.domain.directory import (
    ALL_AREAS,
    BadDirectory,
    Contract,
    Directory,
    ListSaid,
    Provider,
    directory_of,
)
from services.referral.domain.entries import read_directory
from services.referral.domain.facts import CaseFacts
from services.referral.domain.matching import RULE_NAMES, explain, match, next_contracts
from tests.referral.crimes import BIRMINGHAM, COVENTRY, a_case, books, of

DAY = date(2026, 9, 3)
PROVIDER = Provider(of(9), "a-provider", "A provider", "a@example.org", "0121 496 0000")
PERSON = replace(a_case(), reported=True)


def a_contract(number: int = 1, **changed: Any) -> Contract:
    plain = Contract(
        of(number), f"contract-{number}", PROVIDER, "general", "General", ALL_AREAS, date(2020, 1, 1), date(2030, 1, 1)
    )
    return replace(plain, **changed)


ONE_RULE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # the rule that fails, the contract, the person
    ("area", {"areas": frozenset({COVENTRY})}, {}),
    ("area", {"areas": frozenset({BIRMINGHAM})}, {"area": None}),
    ("offer", {"offer": "idva_lgbt"}, {}),
    ("dates", {"ends": date(2026, 9, 2)}, {}),
    ("dates", {"starts": date(2026, 9, 4)}, {}),
    ("list", {"list_state": "closed"}, {}),
    ("list", {"list_state": "paused"}, {}),
    ("list", {"list_state": "closed", "until": DAY}, {}),
    ("list", {"places": 0}, {}),
    ("age", {"age_from": 35}, {}),
    ("age", {"age_to": 33}, {}),
    ("age", {"age_from": 16}, {"age": None}),
    ("kind", {"kinds": frozenset({"business"})}, {}),
    ("sex", {"sex": "male"}, {}),
    ("sex", {"sex": "female"}, {"sex": "not_known"}),
    ("reported", {"reported": "unreported"}, {}),
    ("reported", {"reported": "reported"}, {"reported": False}),
    ("language", {}, {"language": "pa"}),
    ("access", {"access": frozenset({"step_free"})}, {"access_needs": ("text_relay",)}),
    ("access", {}, {"access_needs": ("bsl",)}),
    ("access", {"access": frozenset({"bsl"})}, {"access_needs": ("bsl", "more_time", "easy_read")}),
    ("refused", {}, {"refused_providers": (PROVIDER.provider_id,)}),
]

STILL_FITS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"areas": frozenset({BIRMINGHAM})}, {}),
    ({}, {"area": None}),
    ({"offer": "idva_lgbt"}, {"choices": ("idva_lgbt",)}),
    ({"starts": DAY, "ends": DAY}, {}),
    ({"list_state": "limited"}, {}),
    ({"list_state": "closed", "until": date(2026, 9, 2)}, {}),
    ({"places": 1}, {}),
    ({"places": 0, "list_state": "waiting_list"}, {}),
    ({"age_from": 34, "age_to": 34}, {}),
    ({}, {"age": None}),
    ({"sex": "female"}, {}),
    ({"reported": "unreported"}, {"reported": False}),
    ({"interpreters": True}, {"language": "pa"}),
    ({"languages": frozenset({"pa"})}, {"language": "pa-Guru"}),
    ({}, {"language": "not_asked"}),
    ({"access": frozenset({"step_free"})}, {"access_needs": ("step_free",)}),
    ({"access": frozenset({"bsl"})}, {"access_needs": ("bsl",)}),
    ({"interpreters": True}, {"access_needs": ("bsl",)}),
    ({"languages": frozenset({"en", "bfi"})}, {"access_needs": ("bsl",)}),
    ({}, {"access_needs": ("more_time", "hearing_loss", "sight_loss_or_large_print")}),
]


def test_what_a_contract_cannot_meet_is_named_in_words() -> None:
    facts = replace(PERSON, access_needs=("bsl", "easy_read", "more_time"))
    [explained] = explain(facts, "general", directory_of([a_contract()]), DAY)
    [failed] = [check.words for check in explained.checks if not check.passed]
    assert failed == "Cannot meet: British Sign Language, easy read."


@pytest.mark.parametrize(("rule", "contract", "person"), ONE_RULE)
def test_a_contract_that_fails_one_rule_is_not_matched_and_says_the_single_change(
    rule: str, contract: dict[str, Any], person: dict[str, Any]
) -> None:
    facts, directory = replace(PERSON, **person), directory_of([a_contract(**contract)])
    assert match(facts, "general", directory, DAY) is None
    [explained] = explain(facts, "general", directory, DAY)
    assert [check.rule for check in explained.checks if not check.passed] == [rule]
    assert explained.change and not explained.fits


@pytest.mark.parametrize(("contract", "person"), STILL_FITS)
def test_a_contract_that_passes_every_rule_is_matched(contract: dict[str, Any], person: dict[str, Any]) -> None:
    facts, held = replace(PERSON, **person), a_contract(**contract)
    directory = directory_of([held])
    assert match(facts, "general", directory, DAY) == held
    [explained] = explain(facts, "general", directory, DAY)
    assert explained.fits and explained.change is None
    assert [check.rule for check in explained.checks] == list(RULE_NAMES)


def test_a_contract_of_another_line_says_so_and_two_reasons_have_no_single_change() -> None:
    directory = directory_of([a_contract(line="fraud"), a_contract(2, line="fraud", list_state="closed")])
    one, two = explain(PERSON, "general", directory, DAY)
    assert one.change == "Add fraud to the lines of this case."
    assert two.change is None


def test_an_open_list_is_preferred_to_a_limited_one_and_both_to_a_waiting_list() -> None:
    states = ("waiting_list", "unknown", "limited", "open")
    directory = directory_of(a_contract(n, list_state=state) for n, state in enumerate(states))
    assert [one.list_state for one in next_contracts(PERSON, "general", directory, DAY, ())] == [
        "open",
        "limited",
        "waiting_list",
        "unknown",
    ]


def test_a_contract_that_was_tried_is_not_offered_again() -> None:
    directory = directory_of([a_contract(1), a_contract(2)])
    assert match(PERSON, "general", directory, DAY, tried={of(1)}) == directory.contracts[1]
    assert match(PERSON, "general", directory, DAY, tried={of(1), of(2)}) is None


def test_what_a_provider_last_said_of_its_list_counts() -> None:
    directory = directory_of([a_contract(1)]).with_states({of(1): ListSaid("closed", until=date(2026, 12, 1))})
    assert match(PERSON, "general", directory, DAY) is None
    [explained] = explain(PERSON, "general", directory, DAY)
    words = {check.rule: check.words for check in explained.checks}
    assert words["list"] == "Its list is closed until 1 December 2026."


def of_line(directory: Directory, line: str) -> list[Contract]:
    return [one for one in directory.contracts if one.line == line and one.starts <= DAY <= one.ends]


def test_the_directory_has_at_least_24_contracts_and_every_line_in_every_area() -> None:
    directory = books().directory
    assert len(directory.contracts) >= 24
    assert len({one.contract_id for one in directory.contracts}) == len(directory.contracts)
    for line in SERVICE_LINES:
        if line != "other":
            covered: set[str] = set().union(*(one.areas for one in of_line(directory, line)))
            assert covered == {area.code for area in AREAS}, line


def test_every_provider_with_a_persona_has_a_contract() -> None:
    providers = {one.provider.provider_id for one in books().directory.contracts}
    for persona in personas():
        assert persona.organisation_id is None or persona.organisation_id in providers
    slugs = ("harbour-lane", "stillwater", "common-ground", "roadside")
    assert {provider_id(slug) for slug in slugs} <= providers


def test_every_contract_declares_a_pack_standards_and_reserved_numbers() -> None:
    for one in books().directory.contracts:
        assert one.pack and one.standards.accept_working_days > 0
        assert one.provider.email.endswith(".example.org")
        assert one.provider.phone.startswith("0121 496 0")
        assert one.provider.duty_phone is None or one.provider.duty_phone.startswith("07700 900")


@pytest.mark.parametrize("line", [line for line in SERVICE_LINES if line not in ("other", "homicide")])
def test_somebody_can_be_found_for_every_line(line: str) -> None:
    age = 15 if line in ("child", "child_isva", "exploitation") else 34
    kind = "business" if line == "business" else "person"
    for area in AREAS:
        facts = replace(PERSON, age=age, person_kind=kind, area=area.code)
        assert match(facts, line, books().directory, DAY) is not None, area.name


PLAIN: dict[str, Any] = {
    "providers": [{"slug": "a", "name": "A", "email": "a@example.org", "phone": "0121 496 0000"}],
    "contracts": [
        {
            "slug": "a-general",
            "provider": "a",
            "line": "general",
            "title": "General",
            "areas": ["Dudley"],
            "starts": DAY,
            "ends": DAY,
        }
    ],
}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"line": "magic"}, "contract a-general: line"),
        ({"areas": ["Utopia"]}, "contract a-general: areas"),
        ({"provider": "b"}, "contract a-general: provider"),
        ({"list_state": "ajar"}, "contract a-general: list_state"),
        ({"pack": ["diary"]}, "contract a-general: pack"),
        ({"kinds": ["ghost"]}, "contract a-general: kinds"),
    ],
)
def test_a_wrong_entry_of_the_directory_is_named_with_its_field(changed: dict[str, Any], named: str) -> None:
    entry = PLAIN["contracts"][0] | changed
    with pytest.raises(BadDirectory, match=named):
        read_directory(PLAIN | {"contracts": [entry]})


def test_two_contracts_cannot_have_one_name() -> None:
    with pytest.raises(BadDirectory, match="slug"):
        read_directory(PLAIN | {"contracts": PLAIN["contracts"] * 2})


def test_explaining_shows_every_contract_of_the_directory_those_that_fit_first() -> None:
    facts: CaseFacts = PERSON
    found = explain(facts, "general", books().directory, DAY)
    assert len(found) == len(books().directory.contracts)
    assert found[0].fits and found[0].contract.slug == "open-door-birmingham-solihull"
    ids: list[UUID] = [one.contract.contract_id for one in found]
    assert len(set(ids)) == len(ids)
