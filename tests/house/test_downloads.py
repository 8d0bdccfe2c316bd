"""Whatever is opened in a spreadsheet runs no formula: every writer of tables makes its cells harmless."""

import csv
import io
from uuid import UUID

import pytest
from openpyxl import load_workbook

from kit.web.downloads import csv_file, harmless
from services.code_compliance.domain import worksheet
from services.referral.domain import monitoring
from services.referral.provider_portal import history
from services.returns import render
from services.returns.domain.canonical import Heading
from services.returns.domain.cells import Cell
from tests.house.test_rooms import ROOT, code

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("//x")', "-- <knife>")
WRITERS = {
    "kit/web/downloads.py",
    "services/code_compliance/domain/worksheet.py",
    "services/referral/provider_portal/history.py",
    "services/referral/domain/monitoring.py",
    "services/returns/domain/canonical.py",
    "services/returns/render.py",
}
"""The modules that write tables for people; each is tried below."""


def test_nothing_else_writes_a_table() -> None:
    writes = ("csv.writer(", "DictWriter(", "Workbook(", "OpenDocumentSpreadsheet(")
    found = {str(path.relative_to(ROOT)) for path in code() if any(word in path.read_text() for word in writes)}
    assert {path for path in found if not path.startswith(("handrail/", "bench/"))} == WRITERS


def cells_of(made: bytes, form: str) -> list[str]:
    if form == "line":
        return [made.decode()]
    if form == "xlsx":
        rows = load_workbook(io.BytesIO(made)).active.iter_rows(values_only=True)  # type: ignore[union-attr]
        return [str(cell or "") for row in rows for cell in row]
    return [cell for row in csv.reader(io.StringIO(made.decode())) for cell in row]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_any_download_begins_like_a_formula(formula: str) -> None:
    heading = Heading(UUID(int=1), "grant", "2026-Q3", formula)
    figures = [Cell(formula, formula, formula, formula, "", formula)]
    line = monitoring.Line(formula, formula, formula)
    made = [
        (bytes(csv_file("x.csv", [[formula]]).body), "csv"),
        (monitoring.write(formula, formula, formula, [line]), "csv"),
        (history._written([[formula]]).encode(), "csv"),
        (f"{worksheet._row(dict.fromkeys(worksheet.HEADING, formula))[0]}".encode(), "line"),
        *((render.render(form, heading, figures), form) for form in ("csv", "xlsx")),
    ]
    for file, form in made:
        for cell in cells_of(file, form):
            assert not cell.lstrip().startswith(("=", "+", "@")), (form, cell)
            assert not cell.lstrip().startswith("-"), (form, cell)
            assert not cell.startswith(("\t", "\r")), (form, cell)


def test_a_number_stays_a_number() -> None:
    assert [harmless(each) for each in (-3, 4.5, "4", "plain")] == ["-3", "4.5", "4", "plain"]
