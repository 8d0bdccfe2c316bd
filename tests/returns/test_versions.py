"""Versions of one return together: what is shown of each gives no small number away, nor a small change."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.returns.domain.cells import Cell, with_sums
from services.returns.domain.versions import AS_BEFORE, last_shown
from tests.returns.test_suppression import DEFINITION, Key, by_sex


def cells(counts: dict[Key, int]) -> list[Cell]:
    known = with_sums(DEFINITION, counts)
    rates = [Cell("rate", split, category, "0.5") for measure, split, category in known if measure == "due"]
    return [*(Cell(*key, str(value)) for key, value in known.items()), *rates]


def shown(*versions: dict[Key, int]) -> dict[Key, Cell]:
    return {cell.key: cell for cell in last_shown(DEFINITION, [cells(each) for each in versions])}


def test_one_version_alone_is_suppressed_as_ever() -> None:
    found = shown(by_sex("met", female=40, male=4))
    assert found["met", "sex", "male"].shorthand == "c" and found["met", "sex", "female"].value == ""


def test_a_number_that_changed_by_few_stays_as_it_was_shown_and_says_so() -> None:
    found = shown(by_sex("met", female=40, male=20), by_sex("met", female=41, male=20))
    female = found["met", "sex", "female"]
    assert (female.value, female.note) == ("40", AS_BEFORE)
    assert found["met", "total", "all"].value == "60"


def test_a_number_that_changed_by_many_is_shown_while_no_sum_gives_a_small_change_away() -> None:
    found = shown(by_sex("met", female=40, male=20), by_sex("met", female=50, male=20))
    assert (found["met", "sex", "female"].value, found["met", "total", "all"].value) == ("50", "70")
    found = shown(by_sex("met", female=40, male=20), by_sex("met", female=50, male=21))
    assert {found["met", "sex", name].value for name in ("female", "male")} == {"40", "20"}


def test_what_was_hidden_stays_hidden_until_number_and_change_are_large_enough() -> None:
    first = by_sex("met", female=40, male=3)
    assert shown(first, by_sex("met", female=40, male=6))["met", "sex", "male"].value == ""
    assert shown(first, by_sex("met", female=60, male=9))["met", "sex", "male"].value == "9"


def test_a_third_version_is_held_against_everything_that_was_shown() -> None:
    versions = [by_sex("met", female=n, male=20) for n in (40, 42, 44)]
    assert shown(*versions)["met", "sex", "female"].value == "40"
    assert shown(*versions, by_sex("met", female=45, male=20))["met", "sex", "female"].value == "45"
    back = [by_sex("met", female=n, male=20) for n in (40, 50, 41)]
    assert shown(*back)["met", "sex", "female"].value == "50"


NUMBERS = st.fixed_dictionaries({name: st.integers(0, 30) for name in ("female", "male", "not_known")})


@given(st.lists(NUMBERS, min_size=2, max_size=4))
@settings(max_examples=150, deadline=None)
def test_no_two_versions_differ_by_a_small_number_in_any_cell(histories: list[dict[str, int]]) -> None:
    versions = [by_sex("met", **numbers) for numbers in histories]
    seen = [shown(*versions[: n + 1]) for n in range(len(versions))]
    for one in range(len(seen)):
        for other in range(one):
            for key in seen[one].keys() & seen[other].keys():
                a, b = seen[one][key].value, seen[other][key].value
                if a.isdigit() and b.isdigit():
                    assert not 0 < abs(int(a) - int(b)) < 5, key
