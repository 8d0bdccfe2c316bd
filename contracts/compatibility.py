"""Is a changed JSON Schema still compatible with the frozen one? New optional fields and new enum values are the only
changes that every reader and writer, old or new, survives."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_LOWER_IS_WIDER = ("minLength", "minimum", "exclusiveMinimum", "minItems")
_HIGHER_IS_WIDER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")


def breaking(old: Schema, new: Schema) -> list[str]:
    """What breaks, as sentences beginning with the path of the field; none when the change is compatible."""
    return list(_compare("", old, new, old, new))


def _resolve(node: Schema, root: Schema) -> Schema:
    while "$ref" in node:
        node = root["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return node


def _options(node: Schema, root: Schema) -> Iterator[Schema]:
    node = _resolve(node, root)
    if "anyOf" in node:
        for part in node["anyOf"]:
            yield from _options(part, root)
    else:
        yield node


def _by_type(node: Schema, root: Schema) -> dict[str, list[Schema]]:
    found: dict[str, list[Schema]] = {}
    for option in _options(node, root):
        values = option.get("enum", [option["const"]] if "const" in option else [])
        kind = option.get("type") or ("string" if all(isinstance(value, str) for value in values) else "any")
        found.setdefault(kind, []).append(option | ({"enum": values} if values else {}))
    return found


def _compare(path: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    before, after = _by_type(old, old_root), _by_type(new, new_root)
    name = path or "the whole"
    if set(before) != set(after):
        yield f"{name}: retyped from {' or '.join(sorted(before))} to {' or '.join(sorted(after))}"
    for kind in sorted(set(before) & set(after)):
        yield from _values(name, before[kind], after[kind])
        was, now = _free(before[kind]), _free(after[kind])
        if was is None or now is None:
            continue
        yield from _limits(name, was, now)
        if kind == "object":
            yield from _fields(path, was, now, old_root, new_root)
        if kind == "array" and "items" in was and "items" in now:
            yield from _compare(f"{path}[]", was["items"], now["items"], old_root, new_root)


def _free(options: list[Schema]) -> Schema | None:
    return next((option for option in options if "enum" not in option), None)


def _values(name: str, before: list[Schema], after: list[Schema]) -> Iterator[str]:
    was = {value for option in before for value in option.get("enum", ())}
    now = {value for option in after for value in option.get("enum", ())}
    if was - now and now:
        yield f"{name}: enum narrowed, without {', '.join(sorted(map(str, was - now)))}"
    if _free(before) is not None and _free(after) is None:
        yield f"{name}: narrowed to a closed list"


def _limits(name: str, was: Schema, now: Schema) -> Iterator[str]:
    for limit in (*_LOWER_IS_WIDER, *_HIGHER_IS_WIDER):
        if limit in now:
            sign = 1 if limit in _LOWER_IS_WIDER else -1
            if limit not in was or sign * now[limit] > sign * was[limit]:
                yield f"{name}: {limit} tightened to {now[limit]}"
    for rule in ("pattern", "format"):
        if rule in now and was.get(rule) != now[rule]:
            yield f"{name}: {rule} changed to {now[rule]}"


def _fields(path: str, was: Schema, now: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    before, after = was.get("properties", {}), now.get("properties", {})
    for field in before:
        place = f"{path}.{field}".lstrip(".")
        if field not in after:
            yield f"{place}: removed"
        else:
            yield from _compare(place, before[field], after[field], old_root, new_root)
    for field in now.get("required", ()):
        if field not in was.get("required", ()):
            yield f"{path}.{field}".lstrip(".") + ": newly required"
    if isinstance(was.get("additionalProperties"), dict) and isinstance(now.get("additionalProperties"), dict):
        yield from _compare(f"{path}.*", was["additionalProperties"], now["additionalProperties"], old_root, new_root)
