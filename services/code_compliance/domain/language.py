"""The little language of conditions: closed, validated when it is read, compiled to functions over circumstances.

A condition is a mapping with one key: `all` or `any` (a list), `not`, `always: true`, `named` (a condition of
reference/conditions.yaml), `present` or `absent` (a field), `equals`, `in`, `contains`, `contains_any`, `at_least`
(a field and what to compare it with).
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from services.code_compliance.domain.circumstances import FIELDS, NUMBERS, SETS, Circumstances
from services.code_compliance.domain.located import BadReference as BadReference
from services.code_compliance.domain.located import spot

Condition = Callable[[Circumstances], bool]
Named = Mapping[str, Condition]


def compile_condition(spec: Any, where: str, named: Named) -> Condition:
    """The function of a condition; raises BadReference naming `where` and the bad part."""
    if not isinstance(spec, Mapping) or len(spec) != 1:
        raise BadReference(f"{where}: a condition is a mapping with one key, not {spec!r}")
    ((verb, rest),) = spec.items()
    if verb in ("all", "any"):
        return _several(verb, rest, where, named)
    if verb == "not":
        inner = compile_condition(rest, f"{where}.not", named)
        return lambda c: not inner(c)
    if verb == "always":
        return lambda _: True
    if verb == "named":
        if rest not in named:
            raise BadReference(f"{where}: no condition is named {rest!r}")
        return named[rest]
    if verb in ("present", "absent"):
        return _presence(verb, rest, where)
    if verb in _COMPARE:
        return _comparison(verb, rest, where)
    raise BadReference(f"{where}: the language has no {verb!r}")


def conjunction(conditions: list[Condition]) -> Condition:
    """All of them; true when there is none."""
    if len(conditions) == 1:
        return conditions[0]
    return lambda c: all(condition(c) for condition in conditions)


def _several(verb: str, rest: Any, where: str, named: Named) -> Condition:
    if not isinstance(rest, list) or not rest:
        raise BadReference(f"{where}.{verb}: needs a list of conditions")
    inner = [compile_condition(part, f"{where}.{verb}[{n}]", named) for n, part in enumerate(rest)]
    if verb == "all":
        return conjunction(inner)
    return lambda c: any(condition(c) for condition in inner)


def _presence(verb: str, name: Any, where: str) -> Condition:
    get = _field(name, where)
    wanted = verb == "present"
    return lambda c: (get(c) not in (None, frozenset())) is wanted


def _field(name: Any, where: str) -> Callable[[Circumstances], Any]:
    if name not in FIELDS:
        raise BadReference(f"{where}: circumstances have no field {name!r}")
    return attrgetter(name)


def _comparison(verb: str, rest: Any, where: str) -> Condition:
    if not isinstance(rest, Mapping) or len(rest) != 1:
        raise BadReference(f"{where}.{verb}: needs one field and what to compare it with")
    ((name, value),) = rest.items()
    get = _field(name, where)
    listed = verb in ("in", "contains_any")
    if listed and (not isinstance(value, list) or not value):
        raise BadReference(f"{where}.{verb}: {name} needs a list")
    if (verb in ("contains", "contains_any")) is not (name in SETS):
        raise BadReference(f"{where}.{verb}: {name} is {'a set' if name in SETS else 'no set'}")
    if (verb == "at_least") is not (name in NUMBERS):
        raise BadReference(f"{where}.{verb}: {name} is {'a number' if name in NUMBERS else 'no number'}")
    for item in value if listed else [value]:
        if name not in NUMBERS and not isinstance(item, str | bool):
            raise BadReference(f"{where}.{verb}: {name} is compared with {item!r}; write codes as text")
    return _COMPARE[verb](get, frozenset(value) if listed else value)


_COMPARE: dict[str, Callable[[Callable[[Circumstances], Any], Any], Condition]] = {
    "equals": lambda get, value: lambda c: bool(get(c) == value),
    "in": lambda get, values: lambda c: get(c) in values,
    "contains": lambda get, value: lambda c: value in get(c),
    "contains_any": lambda get, values: lambda c: not values.isdisjoint(get(c)),
    "at_least": lambda get, value: lambda c: get(c) is not None and bool(get(c) >= value),
}


def named_conditions(document: Mapping[str, Any], where: str) -> dict[str, Condition]:
    """The conditions of reference/conditions.yaml, each able to name those before it."""
    named: dict[str, Condition] = {}
    for name, entry in document["named"].items():
        named[name] = compile_condition(entry.get("when"), f"{spot(where, entry, 'when')}: {name}", named)
    return named
