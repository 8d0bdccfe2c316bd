"""The spreadsheets of a return, read by another reader than the one that wrote them."""

import io
from collections.abc import Iterator
from uuid import UUID

import pytest
from python_calamine import load_workbook

from services.returns import render
from services.returns.domain import canonical
from services.returns.domain.canonical import COLUMNS, Heading
from services.returns.domain.cells import Cell

HEADING = Heading(UUID(int=7), "code", "2026-Q3", "west-midlands")
CELLS = (
    Cell("R4.refer_support.due", "total", "all", "12345"),
    Cell("R4.refer_support.rate", "total", "all", "0.6667", "p", 'a note, with "quotes" & <signs>\nand a second line'),
    Cell("R4.refer_support.rate", "age_band", "0-9", "", "z", "nothing to divide by"),
    Cell("R4.refer_support.met", "age_band", "75+", "0"),
    Cell("outcome_16", "reason", "=1+1", "7", "c"),
)


def as_text(value: object, column: str) -> str:
    """A cell as the file of comma-separated values writes it: a rate has four places, a count has none."""
    if column == "value" and isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.4f}"
    return str(value)


def read_back(form: str) -> Iterator[tuple[str, ...]]:
    book = load_workbook(io.BytesIO(render.render(form, HEADING, CELLS)))
    assert book.sheet_names == ["return"]
    for row in book.get_sheet_by_name("return").to_python():
        yield tuple(as_text(value, column) for value, column in zip(row, COLUMNS, strict=True))


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_spreadsheet_read_back_has_the_cells_of_the_canonical_file(form: str) -> None:
    assert list(read_back(form)) == [tuple(COLUMNS), *canonical.rows(HEADING, CELLS)]


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_figures_are_numbers_in_a_spreadsheet_and_nothing_else_is(form: str) -> None:
    rows = load_workbook(io.BytesIO(render.render(form, HEADING, CELLS))).get_sheet_by_name("return").to_python()
    place = COLUMNS.index("value")
    for row in rows[1:]:
        assert isinstance(row[place], float | int) or row[place] == ""
        assert all(isinstance(value, str) for n, value in enumerate(row) if n != place)
