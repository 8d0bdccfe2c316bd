"""Counts become cells: noughts, sums, rates with four places, what is provisional, and checks that do not hold."""

from datetime import UTC, datetime

from services.returns.domain.cells import Cell, build_cells, failures, split_failures
from services.returns.domain.definition import Absent, Check, Definition, Line, Rate, Sum
from services.returns.domain.period import Period

AREA = ("local_authority",)
DEFINITION = Definition(
    kind="grant",
    version="test.1",
    title="Test",
    area="test",
    effective_from="2020-01-01",
    lines=(
        Line("asked", "Asked", "", "q.sql", "person", "", AREA),
        Line("helped", "Helped", "", "q.sql", "person", "", AREA, ("line",), maturing_days=90),
    ),
    sums=(Sum("both", "Both", "", ("asked", "helped"), ""),),
    rates=(Rate("share", "Share", "", ("helped",), ("asked",), ""),),
    absent=(Absent("per_head", "Per head", "no denominator loaded", ""),),
    checks=(Check("fits", "those helped were asked", "asked", ("helped",), "at_most"),),
)
PERIOD = Period(2026, 3)
RIPE = datetime(2027, 2, 1, tzinfo=UTC)


def cells(counts: dict[tuple[str, str, str], int], cut_off: datetime = RIPE) -> dict[tuple[str, str, str], Cell]:
    return {cell.key: cell for cell in build_cells(DEFINITION, counts, PERIOD, cut_off)}


def test_a_line_that_counted_nothing_is_nought_and_not_missing() -> None:
    assert cells({})["asked", "total", "all"] == Cell("asked", "total", "all", "0")


def test_a_sum_adds_cell_by_cell() -> None:
    found = cells({("asked", "local_authority", "A"): 3, ("helped", "local_authority", "A"): 2})
    assert found["both", "local_authority", "A"].value == "5"


def test_a_rate_has_four_places_rounded_half_up() -> None:
    found = cells({("asked", "total", "all"): 16, ("helped", "total", "all"): 1})
    assert found["share", "total", "all"].value == "0.0625"
    found = cells({("asked", "total", "all"): 32, ("helped", "total", "all"): 3})
    assert found["share", "total", "all"].value == "0.0938"  # 0.09375


def test_a_rate_over_nothing_has_no_value_and_says_so() -> None:
    cell = cells({})["share", "total", "all"]
    assert (cell.value, cell.shorthand) == ("", "z")


def test_a_line_without_a_denominator_says_that_none_is_loaded() -> None:
    cell = cells({})["per_head", "total", "all"]
    assert (cell.value, cell.shorthand, cell.note) == ("", "x", "no denominator loaded")


def test_a_split_that_the_definition_does_not_ask_for_is_left_out() -> None:
    assert ("asked", "line", "idva") not in cells({("asked", "line", "idva"): 1})


def test_a_maturing_line_says_until_when() -> None:
    found = cells({}, datetime(2026, 10, 2, tzinfo=UTC))
    assert found["helped", "total", "all"].note == "still maturing until 2026-12-29"
    assert found["asked", "total", "all"].shorthand == ""


def test_every_figure_of_a_quarter_that_is_not_over_is_provisional() -> None:
    found = cells({}, datetime(2026, 9, 30, 22, 59, tzinfo=UTC))
    assert {found[name, "total", "all"].shorthand for name in ("asked", "helped", "both")} == {"p"}


def test_unknown_values_stay_four_different_categories() -> None:
    unknown = ("not_asked", "refused", "not_known", "not_recorded")
    found = cells({("asked", "local_authority", value): number for number, value in enumerate(unknown, 1)})
    assert [found["asked", "local_authority", value].value for value in unknown] == ["1", "2", "3", "4"]


def test_a_check_that_does_not_hold_is_said_in_words() -> None:
    found = list(cells({("asked", "total", "all"): 1, ("helped", "total", "all"): 2}).values())
    assert failures(DEFINITION.checks, found) == ["those helped were asked (fits, total all): 1 against 2"]


def test_a_split_that_does_not_add_up_to_its_total_is_found() -> None:
    found = list(cells({("asked", "total", "all"): 5, ("asked", "local_authority", "A"): 4}).values())
    assert split_failures(DEFINITION, found) == ["asked by local_authority adds up to 4, not 5"]
