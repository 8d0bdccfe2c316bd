"""The same cells as the canonical CSV, as spreadsheets: ODS and XLSX."""

import io
from collections.abc import Iterable

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook

from services.returns.domain import canonical
from services.returns.domain.canonical import COLUMNS, Heading
from services.returns.domain.cells import Cell

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_VALUE = COLUMNS.index("value")


def render(form: str, heading: Heading, cells: Iterable[Cell]) -> bytes:
    """The file of a return in one of the `TYPES`."""
    if form == "csv":
        return canonical.write(heading, cells)
    table = [COLUMNS, *canonical.rows(heading, cells)]
    return _xlsx(table) if form == "xlsx" else _ods(table)


def _xlsx(table: list[tuple[str, ...]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("return")
    for row in table:
        sheet.append([_number(text) if column == _VALUE else text for column, text in enumerate(row)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ods(table: list[tuple[str, ...]]) -> bytes:
    book = OpenDocumentSpreadsheet()
    sheet = Table(name="return")
    for row in table:
        line = TableRow()
        for column, text in enumerate(row):
            number = _number(text) if column == _VALUE else text
            told = {"valuetype": "string"} if isinstance(number, str) else {"valuetype": "float", "value": text}
            cell = TableCell(**told)
            for paragraph in text.split("\n"):
                cell.addElement(P(text=paragraph))
            line.addElement(cell)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _number(text: str) -> int | float | str:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text
