"""The canonical file: one way to write a return, to the byte, and no way to change it unseen."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from contracts.refused import Refused
from services.returns.domain import canonical
from services.returns.domain.canonical import Heading
from services.returns.domain.cells import Cell
from services.returns.domain.difference import Change, difference

HEADING = Heading(UUID(int=7), "grant", "2026-Q3", "west-midlands")
CELLS = (
    Cell("b", "total", "all", "2"),
    Cell("a", "total", "all", "0.5000", "p", 'a note, with "quotes"'),
    Cell("a", "age_band", "75+", "1"),
)
FILE = (
    b"return_id,kind,period,area,measure,split,category,value,shorthand,note\n"
    b"00000000-0000-0000-0000-000000000007,grant,2026-Q3,west-midlands,a,age_band,75+,1,,\n"
    b'00000000-0000-0000-0000-000000000007,grant,2026-Q3,west-midlands,a,total,all,0.5000,p,"a note, with ""quotes"""\n'
    b"00000000-0000-0000-0000-000000000007,grant,2026-Q3,west-midlands,b,total,all,2,,\n"
)


def test_the_file_is_sorted_long_csv_in_utf8_with_line_feeds() -> None:
    assert canonical.write(HEADING, CELLS) == FILE
    assert canonical.write(HEADING, reversed(CELLS)) == FILE


def test_a_file_read_gives_the_same_heading_and_cells() -> None:
    heading, cells = canonical.read(FILE)
    assert heading == HEADING and set(cells) == set(CELLS)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (FILE.replace(b"\n", b"\r\n"), "not_canonical"),
        (FILE + b"\n", "not_a_return"),
        (FILE[:-1], "not_canonical"),
        (FILE.replace(b"75+", b'"75+"'), "not_canonical"),
        (b"\n".join([FILE.split(b"\n")[0], *reversed(FILE.split(b"\n")[1:-1]), b""]), "not_canonical"),
        (FILE.replace(b"area,", b"place,"), "not_canonical"),
        (b"\xff", "not_a_return"),
        (b"", "not_a_return"),
        (b"a,b\n1,2\n", "not_a_return"),
    ],
)
def test_a_file_that_was_touched_is_not_a_return(changed: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        canonical.read(changed)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["=1+1", "+44", "-2", "@x", "\tx"])
def test_a_cell_that_a_spreadsheet_would_run_is_prefixed(text: str) -> None:
    file = canonical.write(HEADING, [Cell("a", "reason", text, "1")])
    assert f"'{text}".encode() in file and canonical.read(file)[1][0].category == f"'{text}"


def test_the_id_of_a_return_depends_on_the_instant_and_not_on_how_it_is_written() -> None:
    cut_off = datetime(2026, 10, 14, 8, tzinfo=UTC)
    other = cut_off.astimezone(timezone(timedelta(hours=5)))
    one = canonical.return_id("grant", "2026-Q3", "grant-2026.1", cut_off)
    assert one == canonical.return_id("grant", "2026-Q3", "grant-2026.1", other)
    assert one != canonical.return_id("grant", "2026-Q3", "grant-2026.2", cut_off)
    assert one != canonical.return_id("grant", "2026-Q3", "grant-2026.1", cut_off + timedelta(microseconds=1))


def test_a_difference_names_what_changed_appeared_and_went() -> None:
    before = [Cell("a", "total", "all", "2"), Cell("b", "total", "all", "1"), Cell("c", "total", "all", "", "z")]
    after = [Cell("a", "total", "all", "5"), Cell("d", "total", "all", "1"), Cell("c", "total", "all", "", "z")]
    changes = difference(before, after)
    assert changes == (
        Change("a", "total", "all", "2", "5"),
        Change("b", "total", "all", "1", None),
        Change("d", "total", "all", None, "1"),
    )
    assert [change.by for change in changes] == ["+3", "-1", "+1"]
