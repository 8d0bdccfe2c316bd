"""What may be shown of a return that corrects another: nothing small by itself, nor by its difference from what its
reader has seen before.

Source: usual practice for revised small counts; ours in the choice to repeat the figure that was shown before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.returns.domain.cells import CONFIDENTIAL, Cell, Key
from services.returns.domain.definition import Definition
from services.returns.domain.suppression import NOTE, THRESHOLD, suppress

AS_BEFORE = "as shown before: since then it changed by too few people to be told"


def last_shown(
    definition: Definition, versions: Sequence[Sequence[Cell]], threshold: int = THRESHOLD
) -> tuple[Cell, ...]:
    """What is shown of the last of `versions` (complete, oldest first) to whoever has seen what is shown of the others.

    A number whose change is small, or could be worked out from others, stays as it was shown: hidden where it was
    hidden, else the earlier figure, marked as such.
    """
    shown: tuple[Cell, ...] = ()
    bases: list[dict[Key, int]] = []
    for cells in versions:
        before = {cell.key: cell for cell in shown}
        held = {key for base in bases for key in _small_changes(definition, cells, base, threshold)}
        held |= _rates_of(definition, cells, held)
        now = suppress(definition, cells, threshold)
        shown = tuple(_as_before(cell, before.get(cell.key)) if cell.key in held else cell for cell in now)
        bases.append(_numbers(cells) | _numbers(shown))
    return shown


def _numbers(cells: Sequence[Cell]) -> dict[Key, int]:
    return {cell.key: int(cell.value) for cell in cells if cell.value.isdigit()}


def _small_changes(definition: Definition, cells: Sequence[Cell], base: Mapping[Key, int], threshold: int) -> set[Key]:
    """The numbers whose change since `base` is hidden, by the same rules as a number is: alone and in every sum."""
    known = {measure for measure, _, _ in base}
    changes = [
        Cell(*cell.key, str(abs(int(cell.value) - base.get(cell.key, 0))))
        for cell in cells
        if cell.value.isdigit() and cell.measure in known
    ]
    return {cell.key for cell in suppress(definition, changes, threshold) if cell.shorthand == CONFIDENTIAL}


def _rates_of(definition: Definition, cells: Sequence[Cell], held: set[Key]) -> set[Key]:
    made_of = {each.measure: (*each.numerator, *each.denominator) for each in definition.rates}
    return {
        cell.key
        for cell in cells
        if any((part, cell.split, cell.category) in held for part in made_of.get(cell.measure, ()))
    }


def _as_before(cell: Cell, before: Cell | None) -> Cell:
    if cell.shorthand == CONFIDENTIAL:
        return cell
    if before is None or not before.value:
        return replace(cell, value="", shorthand=CONFIDENTIAL, note=NOTE)
    return replace(cell, value=before.value, note=AS_BEFORE) if before.value != cell.value else cell
