"""Small numbers, hidden from recipients without the right to see them, so that no subtraction brings one back.

Primary: counts from 1 to 4. Secondary: in every equation that the file lets its reader write down (categories and their
total, the parts of a sum, states of a clock) at least two numbers are hidden, and together they are not small either.
Source: usual practice for small counts (fewer than 5); the threshold is a setting of the definition's user.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from services.returns.domain.cells import CONFIDENTIAL, TOTAL, Cell, Key
from services.returns.domain.definition import Definition

THRESHOLD = 5
NOTE = "hidden to protect people"
STATEMENT = (
    "Numbers below 5 are hidden, and with them others from which they could be worked out. "
    "The complete return is with the Ministry."
)


@dataclass(frozen=True, slots=True)
class Equation:
    """`whole` = sum of `parts`, all of them cells that are shown."""

    whole: Key
    parts: tuple[Key, ...]


def suppress(definition: Definition, cells: Sequence[Cell], threshold: int = THRESHOLD) -> tuple[Cell, ...]:
    """The cells with small numbers hidden: no value, shorthand `c`. Rates go with the counts they are made of."""
    values = {cell.key: int(cell.value) for cell in cells if cell.value.isdigit() and _counts(definition, cell)}
    hidden = {key for key, value in values.items() if 0 < value < threshold}
    hidden |= _small_remainders(definition, values, threshold)
    known = equations(definition, values)
    while more := {key for each in known if (key := _also(each, values, hidden, threshold)) is not None}:
        hidden |= more
    hidden |= set(_rates(definition, cells, hidden))
    return tuple(
        replace(cell, value="", shorthand=CONFIDENTIAL, note=NOTE) if cell.key in hidden else cell for cell in cells
    )


def _counts(definition: Definition, cell: Cell) -> bool:
    return bool(definition.measures_behind(cell.measure))


def equations(definition: Definition, keys: Collection[Key]) -> list[Equation]:
    """Everything that a reader of these cells can add up."""
    splits: dict[tuple[str, str], list[Key]] = {}
    places: dict[str, list[tuple[str, str]]] = {}
    for key in keys:
        measure, split, category = key
        places.setdefault(measure, []).append((split, category))
        if split != "total":
            splits.setdefault((measure, split), []).append(key)
    found = [Equation((measure, *TOTAL), tuple(sorted(parts))) for (measure, _), parts in sorted(splits.items())]
    wholes = [(each.measure, each.parts) for each in definition.sums]
    wholes += [(each.whole, each.parts) for each in definition.checks if each.rule == "equal"]
    for whole, parts in wholes:
        for place in sorted(places.get(whole, ())):
            shown = tuple((part, *place) for part in parts if (part, *place) in keys)
            found.append(Equation((whole, *place), shown))
    return found


def _small_remainders(definition: Definition, values: dict[Key, int], threshold: int) -> set[Key]:
    """Parts of a whole that leave a small rest: 98 of 100 says as much as 2."""
    found = set()
    for check in definition.checks:
        if check.rule == "at_most":
            for measure, split, category in values:
                if measure == check.whole:
                    parts = [(part, split, category) for part in check.parts if (part, split, category) in values]
                    rest = values[measure, split, category] - sum(values[part] for part in parts)
                    if parts and 0 < rest < threshold:
                        found.update(parts)
    return found


def _also(equation: Equation, values: dict[Key, int], hidden: set[Key], threshold: int) -> Key | None:
    """One more number to hide in this equation, or None when it gives nothing away."""
    members = (*equation.parts, equation.whole)
    gone = [key for key in members if key in hidden]
    if not gone:
        return None
    parts = [key for key in equation.parts if key in hidden]
    together = sum(values[key] for key in parts)
    if len(gone) > 1 and (equation.whole in hidden or together >= threshold):
        return None
    candidates = [key for key in equation.parts if key not in hidden and values[key] > 0]
    if candidates:
        return min(candidates, key=lambda key: (values[key], key))
    return None if equation.whole in hidden else equation.whole


def _rates(definition: Definition, cells: Iterable[Cell], hidden: set[Key]) -> Iterable[Key]:
    made_of = {each.measure: (*each.numerator, *each.denominator) for each in definition.rates}
    for cell in cells:
        if any((part, cell.split, cell.category) in hidden for part in made_of.get(cell.measure, ())):
            yield cell.key
