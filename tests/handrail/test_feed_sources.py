"""Files as they come: every column set, every line end, and what is bad named by its line."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from handrail.feed import open_files
from handrail.feeds.outcomes import last_outcomes
from handrail.feeds.sources import Bad, NotReadable, Row, open_source, rows_of
from tests.handrail.feeding import COLLISIONS, DATA, METROPOLITAN, THAMES_VALLEY, WEST_MIDLANDS, told

HEAD = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last,Context"
GOOD = "a1,2022-01,Thames Valley Police,Thames Valley Police,,,No location,,,Burglary,Under investigation,"
Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str, name: str = "x-street.csv", cut: int | None = None) -> Path:
        path = tmp_path / name
        raw = text.encode()
        path.write_bytes(gzip.compress(raw, mtime=0)[:cut] if name.endswith(".gz") else raw)
        return path

    return write


def bad(path: Path) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in rows_of(open_source(path)) if isinstance(row, Bad)]


def good(path: Path) -> list[Row]:
    return [row for row in rows_of(open_source(path)) if isinstance(row, Row)]


@pytest.mark.parametrize(
    ("path", "kind", "rows"),
    [
        (THAMES_VALLEY, "street", 100),
        (METROPOLITAN, "street", 40),
        (WEST_MIDLANDS, "street", 60),
        (COLLISIONS, "collisions", 40),
        (DATA / "2022-01-thames-valley-outcomes.csv", "outcomes", 62),
    ],
)
def test_every_column_set_is_read_whole(path: Path, kind: str, rows: int) -> None:
    assert open_source(path).kind == kind
    assert len(good(path)) == rows
    assert bad(path) == []


def test_a_bad_row_is_named_by_its_line_and_the_rest_goes_on(written: Written) -> None:
    lines = [HEAD, GOOD, GOOD + ",one too many", GOOD.replace("2022-01", "January"), GOOD.replace("Burglary", ""), GOOD]
    path = written("\n".join(lines) + "\n")
    assert bad(path) == [(3, "wrong_column_count"), (4, "unreadable_month"), (5, "missing_type")]
    assert [row.line for row in good(path)] == [2, 6]


def test_a_quote_that_is_never_closed_spoils_its_own_line_only(written: Written) -> None:
    path = written("\n".join([HEAD, GOOD.replace("No location", '"On or near'), GOOD]) + "\n")
    assert bad(path) == [(2, "wrong_column_count")]
    assert len(good(path)) == 1


def test_a_file_cut_short_in_a_row_says_so(written: Written) -> None:
    path = written("\n".join([HEAD, GOOD, GOOD[:30]]))
    assert bad(path) == [(3, "cut_short")]
    assert len(good(path)) == 1


def test_a_packed_file_cut_short_gives_what_it_holds(written: Written) -> None:
    rows = [GOOD.replace("a1", f"{number:x}{number * 7919:x}") for number in range(2000)]
    path = written("\n".join([HEAD, *rows]) + "\n", "x-street.csv.gz", cut=6000)
    found = list(rows_of(open_source(path)))
    assert isinstance(found[-1], Bad)
    assert found[-1].reason == "cut_short"
    assert 0 < len(good(path)) < 2000


def test_blank_lines_are_not_rows_and_line_ends_do_not_matter(written: Written) -> None:
    text = "\n".join([HEAD, GOOD, "", GOOD.replace("a1", "a2"), ""])
    unix, dos = written(text, "a-street.csv"), written(text.replace("\n", "\r\n"), "b-street.csv")
    assert [row.cells for row in good(unix)] == [row.cells for row in good(dos)]
    assert len(good(unix)) == 2
    assert bad(dos) == []


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04\x00", b"<html></html>\n", b"a,b\n1,2\n", b"\x1f\x8bno"]
)
def test_what_is_no_street_or_collision_csv_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(NotReadable, match=r"file\.csv"):
        open_files([path])


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(NotReadable):
            open_files([path])


def test_outcomes_are_read_beside_their_street_file_only() -> None:
    outcomes = DATA / "2022-01-thames-valley-outcomes.csv"
    with pytest.raises(NotReadable, match="street file"):
        open_files([outcomes])
    ((_, beside),) = open_files([THAMES_VALLEY, outcomes])
    assert beside == last_outcomes(open_source(outcomes))


def test_rows_read_are_crimes_and_skipped(written: Written) -> None:
    lines = [HEAD, GOOD, GOOD + ",", GOOD.replace("Burglary", ""), GOOD.replace("a1", ""), GOOD]
    path = written("\n".join(lines) + "\n" + GOOD[:20])
    _, tally = told([path, path])
    assert tally.skipped == {"wrong_column_count": 2, "missing_type": 2, "cut_short": 2, "already_in_this_feed": 3}
    assert tally.rows_read == 12 == tally.crimes + sum(tally.skipped.values())
    assert f"{path.name}, line 3: wrong column count" in tally.bad_lines
