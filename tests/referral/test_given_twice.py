"""Two numbers of one kind, and kinds in other letters: the strictest word stands, and nothing is lost unsaid."""

from typing import Any

import pytest

from services.referral.actions.given_twice import one_of_each, set_aside
from services.referral.actions.sealing import GivenChannel
from tests.builders import a_crime, a_victim
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages

ONE, OTHER = "07700 900104", "+44 7700 900105"


def way(value: str, safety: str, kind: str = "mobile", **more: Any) -> GivenChannel:
    return GivenChannel(kind=kind, value=value, safety=safety, **more)


@pytest.mark.parametrize(
    ("given", "safety", "value", "aside"),
    [
        ([way(ONE, "safe")], "safe", ONE, None),
        ([way(ONE, "unsafe"), way(OTHER, "safe")], "unsafe", ONE, f"mobile: {ONE} (unsafe); mobile: {OTHER} (safe)"),
        ([way(ONE, "safe"), way(OTHER, "unsafe")], "unsafe", OTHER, f"mobile: {ONE} (safe); mobile: {OTHER} (unsafe)"),
        (
            [way(ONE, "safe"), way(OTHER, "unknown")],
            "unsafe",
            OTHER,
            f"mobile: {ONE} (safe); mobile: {OTHER} (unknown)",
        ),
        ([way(ONE, "safe"), way(OTHER, "safe")], "safe", ONE, f"mobile: {ONE} (safe); mobile: {OTHER} (safe)"),
        ([way(ONE, "safe"), way("+447700900104", "unknown")], "unknown", "+447700900104", None),
        ([way(ONE, "SAFE", "Mobile")], "safe", ONE, None),
        ([way(ONE, "safe"), way("0121 496 0123", "safe", "pager")], "safe", ONE, "pager: 0121 496 0123 (safe)"),
    ],
)
def test_of_several_numbers_the_strictest_word_stands_and_all_are_kept(
    given: list[GivenChannel], safety: str, value: str, aside: str | None
) -> None:
    [kept] = one_of_each(given)
    assert (kept.kind, kept.safety, kept.value) == ("mobile", safety, value)
    assert set_aside(given) == aside


def test_what_is_said_differently_of_one_number_is_the_narrower() -> None:
    [kept] = one_of_each([way(ONE, "safe", days="mon", voicemail=True), way(ONE, "safe", days="tue", voicemail=False)])
    assert (kept.days, kept.voicemail) == ("differs", False)


@pytest.mark.service
async def test_two_numbers_are_a_task_shut_the_kind_and_are_both_seen_in_the_details(
    hub: Hub, databases: Databases
) -> None:
    ways = [
        {"kind": "Mobile", "value": ONE, "safety": "unsafe"},
        {"kind": "mobile", "value": OTHER, "safety": "SAFE"},
        {"kind": "text", "value": ONE, "safety": "safe"},
    ]
    case = await a_case(hub, a_crime(a_victim(channels_safe=["mobile", "text"])), channels=ways)
    assert await hub.rows("select kind, safety from channel order by kind") == [
        {"kind": "mobile", "safety": "unsafe"},
        {"kind": "text", "safety": "unsafe"},
    ]
    assert await hub.value("select count(*) from leg") == 0
    assert await hub.value("select count(*) from task where kind = 'given_twice'") == 1
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{case}")
        assert "two numbers for one way to reach" in page.text and ONE not in page.text
        page = await officer.submit("Show name and details")
        assert f"{ONE} (unsafe)" in page.text and f"{OTHER} (safe)" in page.text
