"""What `handrail reconcile` makes of what the services answer."""

from typing import Any

import pytest

from handrail.reconcile import report

ENDS = {"police.crimes": 10, "referral.events": 7}


def told(service: str, **changes: Any) -> dict[str, Any]:
    lines = {
        "referral": {"count.cases": 3, "count.referrals": 2},
        "returns": {"count.crimes": 4, "count.cases": 3, "count.referrals": 2, "count.archived.referral.events": 7},
    }[service]
    marks = {"referral": [["police.crimes", 0, 6], ["police.crimes", 1, 4]]}
    marks["returns"] = [*marks["referral"], ["referral.events", 0, 7]]
    answer: dict[str, Any] = {
        "marks": marks[service],
        "announced": 7 if service == "referral" else 0,
        "unsent": 0,
        "set_aside": 0,
        "checks": [{"id": i, "service": service, "expected": n, "found": n} for i, n in lines.items()],
    }
    return answer | changes


def test_what_adds_up_is_well_and_says_how_much_there_is() -> None:
    found = report({"referral": told("referral"), "returns": told("returns")}, ENDS)
    assert found["ok"] and (found["crimes"], found["cases"], found["referrals"]) == (4, 3, 2)
    assert all({"id", "service", "expected", "found"} == set(check) for check in found["checks"])


@pytest.mark.parametrize(
    ("service", "changes", "check"),
    [
        ("referral", {"announced": 8}, "I2.referral.events.announced_is_archived"),
        ("referral", {"marks": [["police.crimes", 0, 9]]}, "I1.police.crimes.read_to_its_end"),
        ("returns", {"marks": [["police.crimes", 0, 10]]}, "I1.referral.events.read_to_its_end"),
        (
            "referral",
            {"checks": [{"id": "count.cases", "service": "referral", "expected": 4, "found": 4}]},
            "I2.cases_everywhere_the_same",
        ),
        ("referral", {"checks": [{"id": "I5", "service": "referral", "expected": 0, "found": 1}]}, "I5"),
    ],
)
def test_any_difference_is_named(service: str, changes: dict[str, Any], check: str) -> None:
    answers = {name: told(name, **(changes if name == service else {})) for name in ("referral", "returns")}
    found = report(answers, ENDS)
    assert not found["ok"]
    assert [c["id"] for c in found["checks"] if c["expected"] != c["found"]] == [check]


def test_what_waits_in_the_outbox_is_not_expected_in_the_archive_yet() -> None:
    assert report({"referral": told("referral", announced=9, unsent=2), "returns": told("returns")}, ENDS)["ok"]
