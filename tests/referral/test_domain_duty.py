"""The duty rota as a rule: who is on duty at an instant, and when nobody is."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.referral.domain.duty import Shift, gaps, on_now
from tests.builders import NOON


def a_shift(begins: float, ends: float, who: int = 1) -> Shift:
    """A shift by hours from noon."""
    return Shift(UUID(int=who), UUID(int=who), _at(begins), _at(ends), "01214960000")


def _at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("shifts", "nobody"),
    [
        ([], [(0, 10)]),
        ([(0, 10)], []),
        ([(-5, 3), (3, 12)], []),
        ([(-5, 3), (4, 12)], [(3, 4)]),
        ([(0, 8), (1, 2)], [(8, 10)]),
        ([(2, 4), (6, 8)], [(0, 2), (4, 6), (8, 10)]),
        ([(-9, -1)], [(0, 10)]),
        ([(11, 12)], [(0, 10)]),
    ],
)
def test_when_nobody_is_on_duty_is_what_no_shift_covers(
    shifts: list[tuple[int, int]], nobody: list[tuple[int, int]]
) -> None:
    found = gaps([a_shift(*one) for one in shifts], NOON, _at(10))
    assert list(found) == [(_at(one), _at(other)) for one, other in nobody]


def test_a_shift_counts_from_its_first_instant_to_before_its_last_and_who_came_last_stands_first() -> None:
    early, late = a_shift(-2, 0.5, 1), a_shift(0, 2, 2)
    assert on_now([early, late], NOON) == [late, early]
    assert on_now([early, late], _at(0.5)) == [late]
    assert on_now([early, late], _at(2)) == []
