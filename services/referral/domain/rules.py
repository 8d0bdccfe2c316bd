"""The little language of conditions: closed, checked when loaded, compiled once into functions.

all: [...]   any: [...]   not: {...}   meets: name of a definition
equals: {field: value}   in: {field: [values]}   contains: {field: value or [any of these]}
at_least: {field: number}   under: {field: number}          both false when the field is not known
older_than: {field: {days: n} or {months: n}}               before the report; false when the day is not known
missing: field
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.referral.domain.seen import FIELDS, Field, Seen, Test


class BadRule(Exception):
    """A rule file cannot be used. Its text names the file, the rule and the field."""


HIGHEST = 40_000
"""The highest number that a condition may hold: the days of a long life."""
Token = tuple[str, Any]
"""A field and a value of it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`needs`: without one of these tokens it cannot be true; None when nothing so simple can be said.

    `reads`: every token it looks for, wherever it stands.
    """

    test: Test
    needs: frozenset[Token] | None
    reads: frozenset[Token] = frozenset()


@dataclass(slots=True)
class Compiler:
    """Compiles the conditions of one file; `where` names the file and the rule now compiled."""

    where: str
    definitions: dict[str, Condition] = field(default_factory=dict)

    def condition(self, written: Any) -> Condition:
        """Raises BadRule when it is not of the language."""
        if not isinstance(written, Mapping) or len(written) != 1:
            raise self.bad("when", "a condition is one operator with its argument")
        [(operator, argument)] = written.items()
        compile_ = _OPERATORS.get(operator)
        if compile_ is None:
            raise self.bad(str(operator), "no such operator")
        return compile_(self, argument)

    def define(self, name: str, written: Any) -> None:
        self.definitions[name] = self.condition(written)

    def bad(self, name: str, what: str) -> BadRule:
        return BadRule(f"{self.where}: {name}: {what}")

    def field_of(self, argument: Any, *kinds: str) -> tuple[str, Field, Any]:
        if not isinstance(argument, Mapping) or len(argument) != 1:
            raise self.bad("when", "an operator takes one field with its value")
        [(name, value)] = argument.items()
        found = FIELDS.get(name)
        if found is None:
            raise self.bad(str(name), "no such field")
        if found.kind not in kinds:
            raise self.bad(name, f"a field of kind {found.kind} cannot be used so")
        return name, found, value

    def known(self, name: str, found: Field, values: Any) -> tuple[Any, ...]:
        listed = tuple(values) if isinstance(values, list) else (values,)
        for value in listed:
            if not isinstance(value, str | int | None):
                raise self.bad(name, "takes words, and not more than that")
            if found.values is not None and value not in found.values:
                raise self.bad(name, f"{value!r} is not one of its values")
        return listed


def _all(compiler: Compiler, argument: Any) -> Condition:
    parts = _parts(compiler, "all", argument)
    known = [part.needs for part in parts if part.needs is not None]
    tests = tuple(part.test for part in parts)

    def test(seen: Seen) -> bool:
        for one in tests:  # noqa: SIM110 - half the time of all() over a generator, and it runs for every case
            if not one(seen):
                return False
        return True

    return Condition(test, min(known, key=_breadth) if known else None, _reads(parts))


def _breadth(needs: frozenset[Token]) -> tuple[int, int]:
    """Fewer tokens first; those of a field of which nearly every case has one that counts last."""
    common = sum(name in _COMMON for name, _ in needs)
    return common, len(needs)


_COMMON = frozenset({"person_kind", "named_contact", "share", "risk_grade", "dash_score", "age"})


def _any(compiler: Compiler, argument: Any) -> Condition:
    parts = _parts(compiler, "any", argument)
    tests = tuple(part.test for part in parts)

    def test(seen: Seen) -> bool:
        for one in tests:  # noqa: SIM110 - as above
            if one(seen):
                return True
        return False

    if any(part.needs is None for part in parts):
        return Condition(test, None, _reads(parts))
    needs: frozenset[Token] = frozenset().union(*(part.needs or () for part in parts))
    return Condition(test, needs, _reads(parts))


def _reads(parts: list[Condition]) -> frozenset[Token]:
    return frozenset().union(*(part.reads for part in parts))


def _parts(compiler: Compiler, operator: str, argument: Any) -> list[Condition]:
    if not isinstance(argument, list) or not argument:
        raise compiler.bad(operator, "takes a list of conditions")
    return [compiler.condition(one) for one in argument]


def _not(compiler: Compiler, argument: Any) -> Condition:
    inner = compiler.condition(argument)
    holds = inner.test
    return Condition(lambda seen: not holds(seen), None, inner.reads)


def _meets(compiler: Compiler, argument: Any) -> Condition:
    found = compiler.definitions.get(argument) if isinstance(argument, str) else None
    if found is None:
        raise compiler.bad("meets", f"{argument!r} is not defined above")
    return found


def _equals(compiler: Compiler, argument: Any) -> Condition:
    name, found, value = compiler.field_of(argument, "text", "flag")
    if isinstance(value, list):
        raise compiler.bad(name, "equals takes one value: for several use in")
    compiler.known(name, found, value)
    read = found.read
    token = frozenset({(name, value)})
    return Condition(lambda seen: read(seen) == value, token, token)


def _in(compiler: Compiler, argument: Any) -> Condition:
    name, found, values = compiler.field_of(argument, "text")
    listed = frozenset(compiler.known(name, found, values))
    read = found.read
    tokens = frozenset((name, value) for value in listed)
    return Condition(lambda seen: read(seen) in listed, tokens, tokens)


def _contains(compiler: Compiler, argument: Any) -> Condition:
    name, found, values = compiler.field_of(argument, "many")
    listed = frozenset(compiler.known(name, found, values))
    read = found.read
    tokens = frozenset((name, value) for value in listed)
    return Condition(lambda seen: not listed.isdisjoint(read(seen)), tokens, tokens)


def _at_least(compiler: Compiler, argument: Any) -> Condition:
    name, found, limit = compiler.field_of(argument, "number")
    read, least = found.read, _number(compiler, name, limit)
    needs = None if found.top is None else frozenset((name, value) for value in range(least, found.top + 1))
    return Condition(lambda seen: (value := read(seen)) is not None and value >= least, needs)


def _under(compiler: Compiler, argument: Any) -> Condition:
    name, found, limit = compiler.field_of(argument, "number")
    read, end = found.read, _number(compiler, name, limit)
    needs = frozenset((name, value) for value in range(end))
    return Condition(lambda seen: (value := read(seen)) is not None and value < end, needs)


def _number(compiler: Compiler, name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= HIGHEST:
        raise compiler.bad(name, f"takes a whole number of at most {HIGHEST:,}")
    return value


def _older_than(compiler: Compiler, argument: Any) -> Condition:
    name, found, span = compiler.field_of(argument, "day")
    if not isinstance(span, Mapping) or len(span) != 1 or next(iter(span)) not in ("days", "months"):
        raise compiler.bad(name, "takes {days: n} or {months: n}")
    [(unit, length)] = span.items()
    number, read = _number(compiler, name, length), found.read

    def test(seen: Seen) -> bool:
        day, report = read(seen), seen.facts.reported_on
        if day is None:
            return False
        start: date = report - timedelta(days=number) if unit == "days" else months_before(report, number)
        return bool(day < start)

    return Condition(test, None)


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError("no such month")


def _missing(compiler: Compiler, argument: Any) -> Condition:
    name, found, _ = compiler.field_of({argument: None}, "text", "number", "day", "many")
    read = found.read
    if found.kind == "many":
        return Condition(lambda seen: not read(seen), None)
    return Condition(lambda seen: read(seen) is None, frozenset({(name, None)}))


_OPERATORS: dict[Any, Callable[[Compiler, Any], Condition]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "meets": _meets,
    "equals": _equals,
    "in": _in,
    "contains": _contains,
    "at_least": _at_least,
    "under": _under,
    "older_than": _older_than,
    "missing": _missing,
}
