"""The cells of a return: counts, sums and rates, with what is provisional or cannot be said marked so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from services.returns.domain.definition import Check, Definition, Rate
from services.returns.domain.period import LONDON, Period

TOTAL = ("total", "all")
FOUR_PLACES = Decimal("0.0001")
PROVISIONAL, NOT_AVAILABLE, NOT_APPLICABLE, CONFIDENTIAL = "p", "x", "z", "c"

Key = tuple[str, str, str]
Counts = Mapping[Key, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: `value` is a whole number or a rate with four places as text, empty where none can be said."""

    measure: str
    split: str
    category: str
    value: str
    shorthand: str = ""
    note: str = ""

    @property
    def key(self) -> Key:
        return (self.measure, self.split, self.category)


def build_cells(definition: Definition, counts: Counts, period: Period, cut_off: datetime) -> tuple[Cell, ...]:
    """All cells of a return, sorted. `counts` holds what the queries counted; a line that is not in it is nought."""
    known = with_sums(definition, counts)
    notes = {each.measure: each.note_if_none for each in definition.sums}
    cells = [Cell(*key, str(value), note="" if value else notes.get(key[0], "")) for key, value in known.items()]
    cells += [cell for rate in definition.rates for cell in _rate_cells(rate, known)]
    cells += [Cell(each.measure, *TOTAL, "", NOT_AVAILABLE, each.note) for each in definition.absent]
    return tuple(sorted((_marked(cell, definition, period, cut_off) for cell in cells), key=lambda cell: cell.key))


def with_sums(definition: Definition, counts: Counts) -> dict[Key, int]:
    """The counts with a total for every line, and with the sums that the definition asks for."""
    wanted = {line.measure: {"total", *line.splits, *line.other_splits} for line in definition.lines}
    known = {(measure, *TOTAL): 0 for measure in wanted}
    known |= {key: value for key, value in counts.items() if key[1] in wanted.get(key[0], ())}
    by_measure: dict[str, list[Key]] = {}
    for key in known:
        by_measure.setdefault(key[0], []).append(key)
    for each in definition.sums:
        known[each.measure, *TOTAL] = 0
        for part in each.parts:
            for key in by_measure.get(part, ()):
                total = (each.measure, key[1], key[2])
                known[total] = known.get(total, 0) + known[key]
    return known


def _rate_cells(rate: Rate, known: Counts) -> Iterable[Cell]:
    below: dict[tuple[str, str], int] = {TOTAL: 0}
    above: dict[tuple[str, str], int] = {}
    for (measure, split, category), value in known.items():
        if measure in rate.denominator:
            below[split, category] = below.get((split, category), 0) + value
        if measure in rate.numerator:
            above[split, category] = above.get((split, category), 0) + value
    for (split, category), divisor in below.items():
        if divisor:
            share = Decimal(above.get((split, category), 0)) / divisor
            yield Cell(rate.measure, split, category, str(share.quantize(FOUR_PLACES, ROUND_HALF_UP)))
        else:
            yield Cell(rate.measure, split, category, "", NOT_APPLICABLE, "nothing to divide by")


def _marked(cell: Cell, definition: Definition, period: Period, cut_off: datetime) -> Cell:
    if cell.shorthand:
        return cell
    if cut_off < period.end:
        told = "the period was not over at the cut-off"
        return replace(cell, shorthand=PROVISIONAL, note=f"{cell.note} ({told})" if cell.note else told)
    line = definition.line(cell.measure)
    ripe = period.end + timedelta(days=line.maturing_days if line else 0)
    if cut_off < ripe:
        return replace(cell, shorthand=PROVISIONAL, note=f"still maturing until {ripe.astimezone(LONDON):%Y-%m-%d}")
    return cell


def failures(checks: Iterable[Check], cells: Iterable[Cell]) -> list[str]:
    """The checks that do not hold, each with its cell and numbers, in words."""
    values = {cell.key: int(cell.value) for cell in cells if cell.value.isdigit()}
    places: dict[str, list[tuple[str, str]]] = {}
    for measure, split, category in values:
        places.setdefault(measure, []).append((split, category))
    found = []
    for check in checks:
        for split, category in places.get(check.whole, ()):
            whole = values[check.whole, split, category]
            parts = sum(values.get((part, split, category), 0) for part in check.parts)
            if parts > whole or (check.rule == "equal" and parts != whole):
                found.append(f"{check.words} ({check.id}, {split} {category}): {whole} against {parts}")
    return found


def split_failures(definition: Definition, cells: Iterable[Cell]) -> list[str]:
    """Lines whose categories do not add up to their total, in words; splits that may overlap are left out."""
    sums: dict[tuple[str, str], int] = {}
    totals: dict[str, int] = {}
    additive = {line.measure: set(line.splits) for line in definition.lines}
    for cell in cells:
        if cell.split == "total" and cell.value.isdigit():
            totals[cell.measure] = int(cell.value)
        elif cell.split in additive.get(cell.measure, ()) and cell.value.isdigit():
            sums[cell.measure, cell.split] = sums.get((cell.measure, cell.split), 0) + int(cell.value)
    return [
        f"{measure} by {split} adds up to {value}, not {totals[measure]}"
        for (measure, split), value in sums.items()
        if value != totals[measure]
    ]
