"""Which lines, offers, holds and doors a case has, and by which rules (design 3, section 4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from contracts.referral import Rule
from contracts.vocabulary import HOLD_KINDS
from services.referral.domain.facts import CaseFacts, History
from services.referral.domain.rules import BadRule, Compiler, Condition
from services.referral.domain.seen import FIELDS, Seen, Test

EFFECTS = {"recommend": "lines", "hold": "holds", "door": "doors", "offer": "offers"}


@dataclass(frozen=True, slots=True)
class Routing:
    """Each tuple is sorted; `rules` are those that fired, in the order of the book."""

    lines: tuple[str, ...]
    offers: tuple[str, ...]
    holds: tuple[str, ...]
    doors: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One rule of a book: when `test` holds, `names` are added to `gives` (lines, holds, doors or offers)."""

    id: str
    version: str
    why: str
    source: str
    basis: str
    gives: str
    names: tuple[str, ...]
    test: Test
    rule: Rule


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules of one file, in order; a rule reads only what rules above it give.

    Which rules are worth testing is looked up by what the case has: a set of rules is the bits of a number. `opens` are
    the rules that a fired one makes worth testing.
    """

    version: str
    effective_from: date
    rules: tuple[RoutingRule, ...]
    always: int
    texts: tuple[tuple[Test, Mapping[Any, int]], ...]
    many: tuple[tuple[Test, Mapping[Any, int]], ...]
    opens: tuple[int, ...]

    def rule(self, id: str) -> RoutingRule:
        """KeyError when the book has none of this id."""
        for rule in self.rules:
            if rule.id == id:
                return rule
        raise KeyError(id)


def route(facts: CaseFacts, history: History, book: RuleBook) -> Routing:
    """Everything the book says of a case. Lines are listed under a hold too; nothing is decided here."""
    seen = Seen(facts, history)
    left = book.always
    for read, found in book.texts:
        left |= found.get(read(seen), 0)
    for read, found in book.many:
        for value in read(seen):
            left |= found.get(value, 0)
    rules, fired = book.rules, []
    while left:
        lowest = left & -left
        left ^= lowest
        number = lowest.bit_length() - 1
        rule = rules[number]
        if rule.test(seen):
            fired.append(rule.rule)
            given = getattr(seen, rule.gives)
            given.extend(name for name in rule.names if name not in given)
            left |= book.opens[number]
    return Routing(
        tuple(sorted(seen.lines)),
        tuple(sorted(seen.offers)),
        tuple(sorted(seen.holds)),
        tuple(sorted(seen.doors)),
        tuple(fired),
    )


_LIFE_SAFETY = frozenset(HOLD_KINDS["life_safety"])
_CHILDREN = frozenset(HOLD_KINDS["children"])
_CAREFUL = frozenset((*HOLD_KINDS["careful"], *HOLD_KINDS["conflict"]))
NOW_OR_CHILD = _LIFE_SAFETY | _CHILDREN


def priority(holds: Iterable[str]) -> int:
    """The order of the queue: 0 life safety, 1 a child, 2 careful or a conflict, 3 all else."""
    found = set(holds)
    for number, kind in enumerate((_LIFE_SAFETY, _CHILDREN, _CAREFUL)):
        if found & kind:
            return number
    return 3


def compile_book(file: str, document: Mapping[str, Any], opt_in: Mapping[str, Any]) -> RuleBook:
    """The book of a rule file. `opt_in`: condition of each group that has to be asked first, from the dated policy.

    Raises BadRule, whose text names the file, the rule and the field.
    """
    compiler = Compiler(file)
    for name, written in document.get("definitions", {}).items():
        compiler.where = f"{file}: definition {name}"
        compiler.define(name, written)
    compiler.where = f"{file}: opt-in groups of the policy"
    compiler.define("opt_in_group", {"any": list(opt_in.values())})
    effective_from = document.get("effective_from")
    if not isinstance(effective_from, date):
        raise BadRule(f"{file}: effective_from: takes a day")
    rules: list[RoutingRule] = []
    conditions: list[Condition] = []
    for written in document.get("rules", ()):
        compiler.where = f"{file}: rule {written.get('id', '(without an id)')}"
        rule, condition = _rule(compiler, document, written)
        if any(rule.id == other.id for other in rules):
            raise compiler.bad("id", "is used twice")
        _reads_only_above(compiler, rules, rule, condition)
        rules.append(rule)
        conditions.append(condition)
    return _indexed(str(document.get("version", "")), effective_from, rules, conditions)


def _rule(compiler: Compiler, document: Mapping[str, Any], written: Mapping[str, Any]) -> tuple[RoutingRule, Condition]:
    for name in ("id", "version", "when", "why"):
        if not written.get(name):
            raise compiler.bad(name, "is missing")
    unknown = set(written) - {"id", "version", "source", "basis", "when", "why", *EFFECTS}
    if unknown:
        raise compiler.bad(sorted(unknown)[0], "no such field of a rule")
    effects = [name for name in EFFECTS if name in written]
    if len(effects) != 1:
        raise compiler.bad("effect", f"is exactly one of {', '.join(EFFECTS)}")
    gives = EFFECTS[effects[0]]
    names = compiler.known(effects[0], FIELDS[gives], written[effects[0]])
    condition = compiler.condition(written["when"])
    id, version = str(written["id"]), str(written["version"])
    source = written.get("source") or document.get("source")
    if not source:
        raise compiler.bad("source", "is missing, here and at the head of the file")
    basis = str(written.get("basis") or document.get("basis") or "")
    rule = RoutingRule(
        *(id, version, str(written["why"]).strip(), str(source), basis, gives, names, condition.test),
        Rule(id=id, version=version),
    )
    return rule, condition


def _reads_only_above(
    compiler: Compiler, above: Sequence[RoutingRule], rule: RoutingRule, condition: Condition
) -> None:
    given = {(one.gives, name) for one in above for name in one.names}
    for name, value in sorted(condition.reads, key=str):
        if name in EFFECTS.values() and (name, value) not in given:
            raise compiler.bad(name, f"{value!r} is given by no rule above it")


def _indexed(
    version: str, effective_from: date, rules: Sequence[RoutingRule], conditions: Sequence[Condition]
) -> RuleBook:
    tables: dict[str, dict[Any, int]] = {}
    always = 0
    for number, condition in enumerate(conditions):
        if condition.needs is None:
            always |= 1 << number
        for name, value in condition.needs or ():
            table = tables.setdefault(name, {})
            table[value] = table.get(value, 0) | 1 << number
    given = {kind: tables.pop(kind, {}) for kind in EFFECTS.values()}
    opens = tuple(reduce(or_, (given[rule.gives].get(name, 0) for name in rule.names), 0) for rule in rules)
    texts = tuple((FIELDS[name].read, table) for name, table in tables.items() if FIELDS[name].kind != "many")
    many = tuple((FIELDS[name].read, table) for name, table in tables.items() if FIELDS[name].kind == "many")
    return RuleBook(version, effective_from, tuple(rules), always, texts, many, opens)
