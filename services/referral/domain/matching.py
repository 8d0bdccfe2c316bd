"""Which contract can take a person for a line, and why each other cannot."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from contracts.reference import local_authority_name
from services.referral.domain.access import NAMED, unmet
from services.referral.domain.directory import ALL_AREAS, Contract, Directory
from services.referral.domain.facts import CaseFacts
from services.referral.domain.languages import language_name
from services.referral.domain.worker_asked import WHICH, asked

Check = Callable[[CaseFacts, Contract, date], bool]

NOT_TAKING = frozenset({"closed", "paused"})
TAKING = frozenset({"open", "limited"})
_ORDER = {"open": 0, "limited": 1, "waiting_list": 2, "needs_assessment_first": 3, "unknown": 4}
_SAID = {"idva": "IDVA", "isva": "ISVA", "child_isva": "child ISVA", "idva_lgbt": "an LGBT+ adviser"}
_SAID |= {"idva_male": "an adviser for men", "by_and_for": "a by-and-for service"} | NAMED
_SEXES = {"female": "women", "male": "men"}
_UNKNOWN_LANGUAGE = frozenset({"not_asked", "refused", "not_known", "not_recorded"})


@dataclass(frozen=True, slots=True)
class Checked:
    """One rule of matching on one contract, in words."""

    rule: str
    passed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A contract with every rule passed or failed. `change`: the single change that would open the door, when one
    rule alone stands in the way."""

    contract: Contract
    checks: tuple[Checked, ...]
    fits: bool
    change: str | None


Granted = Mapping[UUID, Mapping[str, str]]
NOBODY: Granted = {}
RULED_OUT = "refused"
"""The rule of providers that are ruled out for the person."""
EXCEPTABLE = frozenset({"area", "list", "age", "kind", "reported", "language", "access", RULED_OUT})
"""Rules from which a provider, or who commissions it, may grant an exception; the others, and what the person ruled out
themselves, are the person's to change."""
RECORD_THE_AGE, ASK_THE_PERSON = "Record the age.", "Ask the person, and record what they say."
ASKS_THE_PERSON = frozenset({RECORD_THE_AGE, ASK_THE_PERSON})
"""Changes that the person's own word makes."""


def match(facts: CaseFacts, line: str, directory: Directory, on: date, tried: Collection[UUID] = ()) -> Contract | None:
    """The first contract, in order of its list's state and of the directory, that can take this person on this day.

    `tried` are contracts that are not to be asked again. None: nobody can take this person.
    """
    best, least = None, len(_ORDER) + 1
    for contract in directory.at(line, facts.area):
        if contract.contract_id in tried or not fits(facts, contract, on):
            continue
        place = rank(contract, on)
        if place == 0:
            return contract
        if place < least:
            best, least = contract, place
    return best


def rank(contract: Contract, on: date) -> int:
    """The place of its list in the order of asking, on a day: 0 for an open one."""
    return _ORDER.get(contract.state_on(on), len(_ORDER))


def fits(facts: CaseFacts, contract: Contract, on: date) -> bool:
    """Whether every rule but line passes."""
    for rule in _RULES:  # noqa: SIM110 - half the time of all() over a generator, and it runs for every case
        if not rule.check(facts, contract, on):
            return False
    return True


def against(facts: CaseFacts, contract: Contract, on: date, excepted: Collection[str] = ()) -> tuple[Checked, ...]:
    """The rules of a contract that stand against a person, in words, without those `excepted` for them."""
    known = _as_known(contract, on)
    failed = (r for r in _RULES if r.name not in excepted and not r.check(facts, known, on))
    return tuple(Checked(rule.name, False, rule.failed(facts, known)) for rule in failed)


def failed_rules(facts: CaseFacts, line: str, directory: Directory, on: date) -> tuple[str, ...]:
    """Names of the rules that stand in the way, over all contracts of the line, sorted; for a fact that nobody can."""
    failed = {
        rule.name
        for contract in directory.contracts
        if contract.line == line
        for rule in _RULES
        if not rule.check(facts, contract, on)
    }
    return tuple(sorted(failed)) or ("line",)


def explain(
    facts: CaseFacts, line: str, directory: Directory, on: date, granted: Granted = NOBODY
) -> tuple[Explained, ...]:
    """Every contract of the directory: those that fit first, then by how little stands in the way. `granted`:
    exceptions from rules for this person, in words, by contract and rule."""
    found = [explained(facts, line, one, on, granted.get(one.contract_id, {})) for one in directory.contracts]
    return tuple(sorted(found, key=lambda one: sum(not check.passed for check in one.checks)))


def _as_known(contract: Contract, on: date) -> Contract:
    """The contract with what is known of its list on this day, for the words."""
    if contract.state_on(on) == contract.list_state:
        return contract
    return replace(contract, list_state="unknown", places=None, until=None, good_until=None)


def explained(facts: CaseFacts, line: str, kept: Contract, on: date, granted: Mapping[str, str]) -> Explained:
    """One contract as `explain` has it. `granted`: exceptions from its rules, in words."""
    contract = _as_known(kept, on)
    checks = [_line_checked(line, contract)]
    changes = [] if checks[0].passed else [f"Add {_words(contract.line)} to the lines of this case."]
    for rule in _RULES:
        passed = rule.check(facts, contract, on)
        words = (rule.passed if passed else rule.failed)(facts, contract)
        if not passed and rule.name in granted:
            checks.append(Checked(rule.name, True, f"{words} {granted[rule.name]}"))
            continue
        checks.append(Checked(rule.name, passed, words))
        if not passed:
            changes.append(rule.change(facts, contract))
    if (worker := asked(facts.choices)) is not None:
        checks.append(
            Checked("worker", True, f"The person asks for {WHICH[worker]} as worker: ask whether it has one.")
        )
    return Explained(kept, tuple(checks), not changes, changes[0] if len(changes) == 1 else None)


def _line_checked(line: str, contract: Contract) -> Checked:
    if contract.line == line:
        return Checked("line", True, f"Commissioned for {_words(line)}.")
    return Checked("line", False, f"Commissioned for {_words(contract.line)}, not for {_words(line)}.")


Words = Callable[[CaseFacts, Contract], str]


@dataclass(frozen=True, slots=True)
class MatchRule:
    name: str
    check: Check
    passed: Words
    failed: Words
    change: Words


def _in_area(facts: CaseFacts, contract: Contract, on: date) -> bool:
    return facts.area in contract.areas if facts.area else contract.areas >= ALL_AREAS


def _in_force(facts: CaseFacts, contract: Contract, on: date) -> bool:
    return contract.starts <= on <= contract.ends


def _taking(facts: CaseFacts, contract: Contract, on: date) -> bool:
    if contract.good_until is not None and on > contract.good_until:
        return True
    if contract.list_state in NOT_TAKING and (contract.until is None or on <= contract.until):
        return False
    return contract.places is None or contract.places > 0 or contract.list_state == "waiting_list"


def _of_age(facts: CaseFacts, contract: Contract, on: date) -> bool:
    if contract.age_from is None and contract.age_to is None:
        return True
    age = facts.age
    if age is None:
        return False
    return (contract.age_from is None or age >= contract.age_from) and (
        contract.age_to is None or age <= contract.age_to
    )


def _of_kind(facts: CaseFacts, contract: Contract, on: date) -> bool:
    return facts.person_kind in contract.kinds


def _of_sex(facts: CaseFacts, contract: Contract, on: date) -> bool:
    return contract.sex is None or facts.sex == contract.sex


def _reported(facts: CaseFacts, contract: Contract, on: date) -> bool:
    return contract.reported == "either" or facts.reported is (contract.reported == "reported")


def _understood(facts: CaseFacts, contract: Contract, on: date) -> bool:
    if contract.interpreters or facts.language in _UNKNOWN_LANGUAGE:
        return True
    return facts.language in contract.languages or facts.language.partition("-")[0] in contract.languages


def _accessible(facts: CaseFacts, contract: Contract, on: date) -> bool:
    return not facts.access_needs or not unmet(facts.access_needs, contract)


def is_wanted(facts: CaseFacts, contract: Contract) -> bool:
    """Whether nobody who works in a contract, as its provider or as a subcontractor, is ruled out for the person."""
    return not facts.refused_providers or not works_in(contract, facts.refused_providers)


def works_in(contract: Contract, providers: Collection[UUID]) -> bool:
    """Whether one of these providers works in a contract, as its provider or as a subcontractor."""
    return contract.provider.provider_id in providers or any(one in providers for _, one in contract.partners)


def _not_refused(facts: CaseFacts, contract: Contract, on: date) -> bool:
    return is_wanted(facts, contract)


def _chosen(facts: CaseFacts, contract: Contract, on: date) -> bool:
    return contract.offer is None or contract.offer in facts.choices


_RULES: tuple[MatchRule, ...] = (
    MatchRule(
        "area",
        _in_area,
        lambda f, c: f"Covers {_area(f)}.",
        lambda f, c: f"Covers {_areas(c)}, not {_area(f)}.",
        lambda f, c: f"Spot-purchase it for {_area(f)}, or record another home.",
    ),
    MatchRule(
        "offer",
        _chosen,
        lambda f, c: "Open to everybody on the line." if c.offer is None else f"The person chose {_words(c.offer)}.",
        lambda f, c: f"Only for a person who chose {_words(c.offer or '')}.",
        lambda f, c: f"Ask the person whether they choose {_words(c.offer or '')}.",
    ),
    MatchRule(
        "dates",
        _in_force,
        lambda f, c: f"In force from {_day(c.starts)} to {_day(c.ends)}.",
        lambda f, c: f"In force only from {_day(c.starts)} to {_day(c.ends)}.",
        lambda f, c: f"Choose a day between {_day(c.starts)} and {_day(c.ends)}.",
    ),
    MatchRule(
        "list",
        _taking,
        lambda f, c: _list_passed(c),
        lambda f, c: _list_failed(c),
        lambda f, c: "Ask the provider to open its list or to make a place.",
    ),
    MatchRule(
        "age",
        _of_age,
        lambda f, c: f"Takes {_ages(c)}.",
        lambda f, c: f"Takes {_ages(c)}; the age is {'not known' if f.age is None else f.age}.",
        lambda f, c: RECORD_THE_AGE if f.age is None else f"Ask for an exception from {_ages(c)}.",
    ),
    MatchRule(
        "kind",
        _of_kind,
        lambda f, c: f"Takes a {f.person_kind} case.",
        lambda f, c: f"Takes {', '.join(sorted(c.kinds))} cases, not {f.person_kind}.",
        lambda f, c: f"Ask for an exception for a {f.person_kind} case.",
    ),
    MatchRule(
        "sex",
        _of_sex,
        lambda f, c: "Takes everybody." if c.sex is None else f"A service for {_SEXES[c.sex]}.",
        lambda f, c: f"A single-sex service for {_SEXES[c.sex or '']}.",
        lambda f, c: ASK_THE_PERSON if _unknown(f.sex) else "Choose another service.",
    ),
    MatchRule(
        "reported",
        _reported,
        lambda f, c: (
            "Takes it whether or not the police know."
            if c.reported == "either"
            else f"Takes what was {'' if c.reported == 'reported' else 'not '}reported."
        ),
        lambda f, c: f"Takes only what was {'' if c.reported == 'reported' else 'not '}reported to the police.",
        lambda f, c: "Ask for an exception: whether it was reported is the person's choice.",
    ),
    MatchRule(
        "language",
        _understood,
        lambda f, c: "Works with interpreters." if c.interpreters else f"{_spoken(c)}.",
        lambda f, c: f"{_spoken(c)}; the person speaks {language_name(f.language)}.",
        lambda f, c: "Book an interpreter for it.",
    ),
    MatchRule(
        "access",
        _accessible,
        lambda f, c: "Meets the access needs." if f.access_needs else "No access needs are recorded.",
        lambda f, c: f"Cannot meet: {', '.join(map(_words, unmet(f.access_needs, c)))}.",
        lambda f, c: "Arrange what is missing with the provider.",
    ),
    MatchRule(
        RULED_OUT,
        _not_refused,
        lambda f, c: "The person has not ruled it out.",
        lambda f, c: _ruled_out(f, c),
        lambda f, c: "Who ruled it out has to say otherwise first.",
    ),
)

RULE_NAMES: tuple[str, ...] = ("line", *(rule.name for rule in _RULES))


def _ruled_out(facts: CaseFacts, contract: Contract) -> str:
    if contract.provider.provider_id in facts.refused_providers:
        return "It is ruled out for this person."
    names = " and ".join(name for name, one in contract.partners if one in facts.refused_providers)
    return f"{names}, ruled out for this person, works in it as subcontractor."


def _words(code: str) -> str:
    return _SAID.get(code, code.replace("_", " "))


def _spoken(contract: Contract) -> str:
    return f"Speaks {', '.join(language_name(tag) for tag in sorted(contract.languages))}"


def _unknown(value: str) -> bool:
    return value in _UNKNOWN_LANGUAGE or value == "other"


def _area(facts: CaseFacts) -> str:
    return local_authority_name(facts.area) if facts.area else "a place that is not known"


def _areas(contract: Contract) -> str:
    if contract.areas >= ALL_AREAS:
        return "all areas"
    return ", ".join(sorted(local_authority_name(code) for code in contract.areas))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _ages(contract: Contract) -> str:
    if contract.age_from is not None and contract.age_to is not None:
        return f"ages {contract.age_from} to {contract.age_to}"
    if contract.age_from is not None:
        return f"ages {contract.age_from} and over"
    return "all ages" if contract.age_to is None else f"ages up to {contract.age_to}"


def _reports(contract: Contract) -> str:
    return {
        "reported": "Takes what was reported to the police.",
        "unreported": "Takes what was not reported to the police.",
    }.get(contract.reported, "Takes it whether or not the police know.")


def _list_passed(contract: Contract) -> str:
    if contract.list_state == "unknown":
        return "Nobody has said lately how its list stands: ask first."
    if contract.list_state in NOT_TAKING:
        return f"Its list was {contract.list_state}, and the day it was meant to last is over: ask first."
    return f"Its list is {_words(contract.list_state)}."


def _list_failed(contract: Contract) -> str:
    if contract.list_state in NOT_TAKING:
        until = f" until {_day(contract.until)}" if contract.until else ""
        return f"Its list is {contract.list_state}{until}."
    return "It has no free place."


def next_contracts(
    facts: CaseFacts, line: str, directory: Directory, on: date, tried: Collection[UUID]
) -> Iterator[Contract]:
    """The contracts that could be tried next, best first; the ones already tried are left out."""
    done = set(tried)
    while (found := match(facts, line, directory, on, done)) is not None:
        yield found
        done.add(found.contract_id)
