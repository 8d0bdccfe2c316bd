"""Queues as data: each says what to do there, and its columns are of the list."""

import copy
from typing import Any

import pytest

from services.referral import desk_books
from services.referral.domain.queue_words import COLUMNS, BadQueues, read_queues
from services.referral.store.queues import QUEUES

GOOD = {"title": "Waiting", "action": "Decide on each.", "empty": "Nobody waits.", "columns": ["left", "area"]}


def test_every_queue_of_the_hub_says_what_to_do_there_and_what_it_means_that_it_is_empty() -> None:
    found = desk_books.queues()
    assert list(found) == list(QUEUES), "the tabs stand as the conditions do"
    for name, queue in found.items():
        assert queue.title and queue.action.endswith(".") and queue.empty.endswith("."), name
        assert queue.columns and len(set(queue.columns)) == len(queue.columns) <= 5, name
    assert {one for queue in found.values() for one in queue.columns} == set(COLUMNS), "no column is for nobody"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"columns": ["left", "surname"]}, "waiting: columns: 'surname' is not one of left, "),
        ({"action": " "}, "waiting: action: takes words"),
        ({"action": None}, "waiting: action: takes words"),
        ({"where": "true"}, "waiting: where: is missing, or is no field of a queue"),
    ],
)
def test_a_mistake_in_the_file_of_queues_is_named_with_its_queue_and_field(changed: dict[str, Any], says: str) -> None:
    assert read_queues({"queues": {"waiting": GOOD}}, ["waiting"])["waiting"].columns == ("left", "area")
    with pytest.raises(BadQueues, match=says):
        read_queues({"queues": {"waiting": copy.deepcopy(GOOD) | changed}}, ["waiting"])


def test_a_queue_and_its_condition_go_together() -> None:
    with pytest.raises(BadQueues, match="now: a queue and its condition"):
        read_queues({"queues": {"waiting": GOOD}}, ["waiting", "now"])
    with pytest.raises(BadQueues, match="waiting: a queue and its condition"):
        read_queues({"queues": {"waiting": GOOD}}, [])
