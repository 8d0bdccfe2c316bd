"""Whom a case is suggested to: by skills, leave and load."""

from datetime import date
from uuid import UUID

import pytest

from services.referral.desk_books import allocation
from services.referral.domain.allocating import Worker, read_allocation, standings, suggested

POLICY = allocation().on(date(2026, 9, 1))


def a_worker(number: int, load: int = 0, skills: str = "", away: bool = False) -> Worker:
    return Worker(UUID(int=number), f"Worker {number}", frozenset(skills.split()), load, away)


@pytest.mark.parametrize(
    ("workers", "needs", "best"),
    [
        ([a_worker(1, 5), a_worker(2, 3)], "", 2),
        ([a_worker(1, 3), a_worker(2, 3)], "", 1),
        ([a_worker(1, 9, "domestic"), a_worker(2, 3)], "domestic", 1),
        ([a_worker(1, 9, "domestic", away=True), a_worker(2, 3)], "domestic", None),
        ([a_worker(1, 1, "domestic"), a_worker(2, 9, "domestic children")], "domestic children", 2),
        ([a_worker(1, 60)], "", None),
        ([a_worker(1, 59)], "", 1),
        ([], "", None),
    ],
)
def test_the_least_loaded_who_is_here_and_has_every_skill_is_suggested(
    workers: list[Worker], needs: str, best: int | None
) -> None:
    found = suggested(workers, frozenset(needs.split()), POLICY)
    assert (found.worker_id.int if found else None) == best


def test_everybody_is_listed_with_what_speaks_against_them() -> None:
    workers = [a_worker(1, 1, away=True), a_worker(2, 70, "hate"), a_worker(3, 8, "hate"), a_worker(4, 2)]
    ranked = standings(workers, frozenset({"hate"}), POLICY)
    assert [(one.worker.worker_id.int, one.against) for one in ranked] == [
        (3, None),
        (1, "away"),
        (4, "skill"),
        (2, "full"),
    ]


def test_needs_come_from_lines_and_holds_and_weights_from_the_priority() -> None:
    assert POLICY.needs(["idva", "general"], ["child_at_risk", "bereaved"]) == {"domestic", "children", "bereaved"}
    assert POLICY.weight(0) > POLICY.weight(3) == 1


def test_a_need_for_a_skill_that_no_list_has_is_an_error() -> None:
    entry = {"version": "x", "effective_from": date(2026, 1, 1), "weights": {}, "full": 1, "skills": {}}
    written = {"versions": [entry | {"needs": {"lines": {"idva": "flying"}, "holds": {}}}], "reasons": {}}
    with pytest.raises(ValueError, match="flying"):
        read_allocation(written)
