"""Small numbers are hidden, and nothing that stays can bring one back."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.returns.domain.cells import Cell, with_sums
from services.returns.domain.definition import Check, Definition, Line, Rate, Sum
from services.returns.domain.suppression import Equation, equations, suppress

Key = tuple[str, str, str]
DEFINITION = Definition(
    kind="code",
    version="test.1",
    title="Test",
    area="test",
    effective_from="2020-01-01",
    lines=tuple(Line(name, name, "", "q.sql", "clock", "", ("sex", "age_band")) for name in ("due", "met", "late")),
    sums=(Sum("both", "Both", "", ("met", "late"), ""),),
    rates=(Rate("rate", "Rate", "", ("met",), ("met", "late"), ""),),
    absent=(),
    checks=(Check("states", "each is one", "due", ("met", "late")),),
)


def shown(counts: dict[Key, int]) -> dict[Key, Cell]:
    known = with_sums(DEFINITION, counts)
    rates = [Cell("rate", split, category, "0.5") for measure, split, category in known if measure == "due"]
    cells = [Cell(*key, str(value)) for key, value in known.items()]
    return {cell.key: cell for cell in suppress(DEFINITION, [*cells, *rates])}


def by_sex(measure: str, **numbers: int) -> dict[Key, int]:
    return {(measure, "total", "all"): sum(numbers.values())} | {
        (measure, "sex", sex): number for sex, number in numbers.items()
    }


def hidden(found: dict[Key, Cell]) -> set[Key]:
    return {key for key, cell in found.items() if cell.shorthand == "c"}


def test_a_number_below_five_is_hidden_and_a_nought_is_not() -> None:
    found = shown(by_sex("met", female=40, male=4, intersex=0) | by_sex("due", female=40, male=4, intersex=0))
    assert found["met", "sex", "male"] == Cell("met", "sex", "male", "", "c", "hidden to protect people")
    assert found["met", "sex", "intersex"].value == "0"


def test_one_hidden_number_hides_a_second_so_that_the_total_gives_nothing_away() -> None:
    found = shown(by_sex("met", female=40, male=3, not_known=9))
    assert {("met", "sex", "male"), ("met", "sex", "not_known")} <= hidden(found)
    assert found["met", "sex", "female"].value == "40"


def test_two_hidden_ones_that_must_both_be_one_hide_a_third() -> None:
    found = shown(by_sex("met", female=40, male=1, not_known=1))
    assert ("met", "sex", "female") in hidden(found) or ("met", "total", "all") in hidden(found)


def test_a_rate_goes_with_the_counts_it_is_made_of() -> None:
    found = shown(
        by_sex("met", female=40, male=3) | by_sex("late", female=10, male=10) | by_sex("due", female=50, male=13)
    )
    assert ("rate", "sex", "male") in hidden(found) and found["rate", "sex", "female"].shorthand in ("", "c")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=8, max_size=8))
def test_no_subtraction_recovers_a_hidden_number(numbers: list[int]) -> None:
    places = [("sex", "female"), ("sex", "male")]
    counts: dict[Key, int] = {}
    for measure, four in (("met", numbers[:4]), ("late", numbers[4:])):
        table = dict(zip([(s, a) for s in ("female", "male") for a in ("0-9", "75+")], four, strict=True))
        counts[measure, "total", "all"] = sum(four)
        for (sex, age), number in table.items():
            for split, category in (("sex", sex), ("age_band", age)):
                counts[measure, split, category] = counts.get((measure, split, category), 0) + number
    for (measure, split, category), number in list(counts.items()):
        counts["due", split, category] = counts.get(("due", split, category), 0) + number
        assert measure in ("met", "late")
    found = shown(counts)
    secret = sorted(hidden(found) - {key for key in found if key[0] == "rate"})
    known = with_sums(DEFINITION, counts)
    assert all(key in secret for key, value in known.items() if 0 < value < 5), places
    assert not recovered(secret, equations(DEFINITION, known))


def recovered(secret: list[Key], known: list[Equation]) -> list[Key]:
    """Hidden cells that the equations determine, by Gaussian elimination over the hidden ones."""
    rows = []
    for equation in known:
        row = [Fraction(0)] * len(secret)
        for key in equation.parts:
            if key in secret:
                row[secret.index(key)] += 1
        if equation.whole in secret:
            row[secret.index(equation.whole)] -= 1
        rows.append(row)
    pivot = 0
    for column in range(len(secret)):
        chosen = next((r for r in range(pivot, len(rows)) if rows[r][column]), None)
        if chosen is None:
            continue
        rows[pivot], rows[chosen] = rows[chosen], rows[pivot]
        rows[pivot] = [value / rows[pivot][column] for value in rows[pivot]]
        for other in range(len(rows)):
            if other != pivot and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[pivot], strict=True)]
        pivot += 1
    return [secret[[bool(v) for v in row].index(True)] for row in rows if sum(map(bool, row)) == 1]
