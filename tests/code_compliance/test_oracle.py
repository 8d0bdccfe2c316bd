"""The service's counting against the naive one, on random instants, limits and pauses.

`make test` tries twenty thousand; `make faults` a million.
"""

import os
import random
from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.working_time import calendar
from services.code_compliance.domain.pauses import Pause, count
from tests.code_compliance import naive

TRIES = 1_000_000 if os.environ.get("HANDRAIL_FAULTS") == "all" else 20_000
FIRST, LAST = (int(datetime(*day, tzinfo=UTC).timestamp()) for day in ((2021, 4, 1), (2028, 6, 1)))
LIMITS = (
    (1, True),
    (2, True),
    (5, True),
    (6, True),
    (10, True),
    (20, True),
    (1, False),
    (7, False),
    (28, False),
    (56, False),
)
CORNERS = ("2023-12-22T16:42", "2024-02-29T00:00", "2025-06-30T23:30", "2026-12-24T23:59", "2027-12-24T00:30")
NOBODY = UUID(int=0)


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def a_pause(start: int, end: int | None) -> Pause:
    return Pause(NOBODY, NOBODY, "", "", at(start), at(end) if end is not None else None, "", NOBODY, at(start))


@pytest.mark.timeout(400)
def test_day_by_day_counting_agrees_on_random_instants_limits_and_pauses() -> None:
    chance, bank = random.Random(20261125), calendar()
    for number in range(TRIES):
        second = chance.randrange(FIRST, LAST)
        if number % 5 == 0:  # within an hour of a midnight of London or UTC
            second = second // naive.DAY * naive.DAY + chance.randrange(-7_200, 7_200)
        limit, working = chance.choice(LIMITS)
        spans: list[tuple[int, int | None]] = []
        if number % 4 == 0:
            start = second + chance.randrange(20 * naive.DAY)
            spans.append((start, start + chance.randrange(9 * naive.DAY)))
        if number % 16 == 0:
            start = second + chance.randrange(20 * naive.DAY)
            spans.append((start, None if number % 32 else start + chance.randrange(9 * naive.DAY)))
        unit = "working_days" if working else "calendar_days"
        ours = count(at(second), limit, unit, bank, [a_pause(*span) for span in spans])  # type: ignore[arg-type]
        due, lost = naive.due(second, limit, working, spans)
        found = None if ours.due_at is None else int(ours.due_at.timestamp())
        assert (found, ours.days or 0) == (due, lost), (at(second), limit, unit, spans)


@pytest.mark.parametrize("text", CORNERS)
def test_both_agree_at_the_corners_of_the_calendar(text: str) -> None:
    second = int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    for limit in range(31):
        ours = count(at(second), limit, "working_days", calendar(), [])
        assert ours.due_at is not None and int(ours.due_at.timestamp()) == naive.due(second, limit, True)[0]
