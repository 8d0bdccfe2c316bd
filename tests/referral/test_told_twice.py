"""One person told twice in one crime, and not alike: the graver counts, a human asks, and nothing leaves by itself."""

from typing import Any

import pytest

from contracts.told_twice import as_one, differing
from kit import clock
from services.referral.domain.deciding import decide
from services.referral.domain.facts import NOTHING_KNOWN, CaseFacts
from services.referral.domain.reading import cases_of
from tests.builders import a_crime, a_victim, snapshot, updated
from tests.conftest import Databases
from tests.referral import crimes
from tests.referral.conftest import Hub
from tests.referral.crimes import books
from tests.referral.hub_pages import a_case
from tests.referral.test_police_again import asked, at_the_hub, with_its_provider

BOTH = ("relationship_to_suspect", "risk")
RISK = {"relationship_to_suspect": "partner", "risk": {"dash_score": 20, "grade": "high"}}


def told(*rows: dict[str, Any]) -> CaseFacts:
    """The one case of these rows of one person, in whichever order they come."""
    every = [cases_of(crimes.a_crime(*(crimes.a_victim(**row) for row in order))) for order in (rows, rows[::-1])]
    assert [len(found) for found in every] == [1, 1] and every[0] == every[1]
    return every[0][0]


def sent(facts: CaseFacts) -> bool:
    return bool(decide(facts, NOTHING_KNOWN, books(), crimes.NOW).legs)


@pytest.mark.parametrize(
    ("other", "counts", "fields"),
    [
        ({"share": "refused"}, {"share": "refused"}, ("share",)),
        (
            RISK,
            {"risk_grade": "high", "dash_score": 20, "relationship": "partner"},
            ("relationship_to_suspect", "risk"),
        ),
        ({"age_at_report": 15}, {"age": 15}, ("age_at_report",)),
        ({"works_for": "police"}, {"works_for": "police"}, ()),
        ({"also_suspect": True}, {"also_suspect": True}, ("also_suspect",)),
        ({"channels_safe": ["email"]}, {"channels_safe": ()}, ("channels_safe",)),
        ({"vulnerabilities": ["suicide_risk"]}, {"vulnerabilities": ("suicide_risk",)}, ()),
    ],
)
def test_of_two_rows_the_graver_counts_whichever_comes_first(
    other: dict[str, Any], counts: dict[str, Any], fields: tuple[str, ...]
) -> None:
    assert sent(told({}, {})), "the same person told twice alike is one"
    facts = told({}, other)
    assert {name: getattr(facts, name) for name in counts} == counts
    assert facts.rows_differ == fields and not sent(facts)


def test_nothing_but_a_contradiction_is_asked_about_and_the_dead_stay_apart() -> None:
    crime = crimes.a_crime(crimes.a_victim(sex="not_recorded"), crimes.a_victim(sex="female"))
    assert differing(crime) == {} and as_one(crime).victims[0].sex == "female"
    dead = crimes.a_crime(crimes.a_victim(), crimes.a_victim(kind="deceased"))
    assert len(as_one(dead).victims) == 2


@pytest.mark.service
async def test_the_case_waits_with_a_task_of_today_and_a_late_second_row_counts_too(
    hub: Hub, databases: Databases
) -> None:
    first = a_crime(a_victim("V-2"))
    helped = await with_its_provider(hub, first)
    await hub.hears([snapshot(updated(first, 2, victims=[a_victim("V-2"), a_victim("V-2", **RISK)]), clock.now())])
    assert {"rows_differ", "new_hold"} <= set(await asked(hub, helped))
    assert await hub.value("select risk_grade from case_file where case_id = $1", helped) == "high"
    legs = await hub.value("select count(*) from leg")
    case = await a_case(hub, a_crime(a_victim("V-1"), a_victim("V-1", share="not_asked")))
    assert await hub.value("select count(*) from leg") == legs and await asked(hub, case) == ["rows_differ"]
    assert "named this person twice in one crime" in await at_the_hub(hub, databases, case)


@pytest.mark.service
async def test_a_national_service_that_is_right_late_is_a_task_of_the_hour_and_no_later_line_takes_it_away(
    hub: Hub,
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    await hub.hears([snapshot(updated(crime, 2, flags=["terrorism"]), clock.now())])
    soon = "select due_at - created_at <= interval '1 hour' from task where case_id = $1 and kind = 'new_hold'"
    assert await hub.value(soon, case)
    assert await hub.rows("select trigger from alert") == [{"trigger": "asks_for_care"}]
    legs = await hub.value("select count(*) from leg")
    again = updated(crime, 3, flags=["terrorism"], hate_strands=["race"])
    await hub.hears([snapshot(again, clock.now())])
    assert await hub.value("select count(*) from leg") == legs, "nothing of such a crime is sent by itself"
    assert await hub.value("select state from case_file where case_id = $1", case) == "waiting"
