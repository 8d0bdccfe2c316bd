"""Cells arranged for people: a row for each measure, columns for the states of a clock, a table for each split."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.returns.domain.cells import TOTAL, Cell
from services.returns.domain.definition import Definition

STATES = (
    "due",
    "met",
    "met_late",
    "breached",
    "not_evidenced",
    "declined",
    "excepted",
    "unable",
    "running",
    "covered",
    "rate",
)
UNDATED = ("undated", "undated_met", "undated_open", "undated_not_evidenced", "undated_ended", "undated_share")
PLAIN = {
    "legs_sent": (
        "Referrals sent, each provider counted",
        "How often a referral was sent to a provider in the period: one that was sent to two providers counts twice.",
    )
}
"""Title and meaning, where those of the definition, which never changes, are no plain English."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of figures: one cell, or one for each column of its section (None where there is none)."""

    title: str
    meaning: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together, with the names of their columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def sections(definition: Definition, cells: Iterable[Cell]) -> list[Section]:
    """The totals of a return. Entitlements for which nothing fell due are left out and counted in the title."""
    totals = {cell.measure: cell for cell in cells if (cell.split, cell.category) == TOTAL}
    clocks = [name.removesuffix(".due") for name in totals if name.endswith(".due")]
    plain = [name for name in _in_order(definition) if name in totals and name.rpartition(".")[0] not in clocks]
    found = []
    if clocks:
        areas = [name for name in clocks if "." not in name]
        rest = [name for name in clocks if "." in name]
        due = [name for name in rest if totals[f"{name}.due"].value != "0"]
        found.append(_clock_section("The five areas", definition, totals, areas))
        found += _undated_sections(definition, totals, areas, rest)
        idle = f" ({len(rest) - len(due)} with nothing due are left out)" if len(due) < len(rest) else ""
        found.append(_clock_section(f"Every entitlement{idle}", definition, totals, due))
    rows = [Row(title(definition, name), meaning(definition, name), (totals[name],)) for name in plain]
    return [*found, Section("Figures" if not clocks else "Feeds", ("Figure",), tuple(rows))]


def title(definition: Definition, measure: str) -> str:
    return PLAIN[measure][0] if measure in PLAIN else definition.title_of(measure)


def meaning(definition: Definition, measure: str) -> str:
    return PLAIN[measure][1] if measure in PLAIN else definition.meaning_of(measure)


def _in_order(definition: Definition) -> list[str]:
    return [each.measure for each in definition.answers]


def _undated_sections(
    definition: Definition, totals: dict[str, Cell], areas: Sequence[str], rest: Sequence[str]
) -> list[Section]:
    """The same for duties to which the Code gives no day, where the definition counts them."""
    if not any(f"{name}.undated" in totals for name in areas):
        return []
    arose = [name for name in rest if totals[f"{name}.undated"].value != "0"]
    return [
        _clock_section("The five areas: duties without a day", definition, totals, areas, UNDATED),
        _clock_section("Every entitlement without a day that arose", definition, totals, arose, UNDATED),
    ]


def _clock_section(
    title: str,
    definition: Definition,
    totals: dict[str, Cell],
    names: Sequence[str],
    states: Sequence[str] = STATES,
) -> Section:
    rows = []
    for name in sorted(names, key=_number):
        first = f"{name}.{states[0]}"
        note = definition.note_if_none(first) if totals[first].value == "0" else ""
        cells = tuple(totals.get(f"{name}.{state}") for state in states)
        said = ". ".join(filter(None, (_right(name), note)))
        rows.append(Row(definition.title_of(f"{name}.due").removesuffix(": due"), said, cells))
    return Section(title, tuple(states), tuple(rows))


def _right(name: str) -> str:
    """Whose part an entitlement is: "Right 4" for "R4.refer_support"; empty where the name says no right."""
    head = name.partition(".")[0]
    return f"Right {head[1:]}" if head[:1] == "R" and head[1:].isdigit() else ""


def _number(name: str) -> tuple[str, int, str]:
    head, _, tail = name.partition(".")
    digits = "".join(sign for sign in head if sign.isdigit())
    return head.rstrip("0123456789"), int(digits or 0), tail


def splits_of(cells: Iterable[Cell], measure: str) -> dict[str, list[Cell]]:
    """The cells of one measure by split, the total first."""
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.measure == measure:
            found.setdefault(cell.split, []).append(cell)
    return dict(sorted(found.items(), key=lambda each: (each[0] != "total", each[0])))
