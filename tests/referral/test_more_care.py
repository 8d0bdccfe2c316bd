"""What the police tell of a person's vulnerability is seen, told to who helps, and asked about where it comes late."""

from typing import Any

import pytest

from kit import clock
from tests.builders import a_crime, a_victim, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.test_police_again import asked, at_the_hub, at_the_provider, with_its_provider

pytestmark = pytest.mark.service


async def test_the_case_shows_it_and_the_provider_reads_how_the_person_is_to_be_spoken_to(
    hub: Hub, databases: Databases
) -> None:
    person = a_victim("V-1", vulnerabilities=["communication_needs", "pregnant"])
    case = await with_its_provider(hub, a_crime(person))
    page = await at_the_hub(hub, databases, case)
    assert "Communication needs, Pregnant" in page
    page = await at_the_provider(hub, databases, case)
    assert "Communication needs" in page and "Pregnant" not in page, "not more than the contract needs"


@pytest.mark.parametrize(
    ("person", "crime"),
    [({"vulnerabilities": ["pregnant", "no_recourse"]}, {}), ({}, {"flags": ["victim_intimidated"]})],
)
async def test_told_late_it_is_a_task_and_a_word_to_each_leg_once(
    hub: Hub, databases: Databases, person: dict[str, Any], crime: dict[str, Any]
) -> None:
    first = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, first)
    for revision in (2, 3):
        again = updated(first, revision, victims=[a_victim("V-1", **person)], **crime)
        await hub.hears([snapshot(again, clock.now())])
    assert await asked(hub, case) == ["new_hold"]
    assert await hub.rows("select trigger from alert") == [{"trigger": "asks_for_care"}]
    assert "More was told" in await at_the_provider(hub, databases, case)
    assert await hub.value("select state from case_file") == "active", "help goes on"


@pytest.mark.parametrize(
    ("person", "outcome", "looked_at"),
    [
        ({"vulnerabilities": ["intimidated"]}, {"code": "16"}, True),
        ({}, {"code": "16", "reasons": ["victim_intimidated"]}, True),
        ({}, {"code": "16"}, False),
        ({"vulnerabilities": ["intimidated"]}, {"code": "15"}, False),
    ],
)
async def test_who_takes_their_word_back_while_intimidated_is_looked_at_the_same_day(
    hub: Hub, databases: Databases, person: dict[str, Any], outcome: dict[str, Any], looked_at: bool
) -> None:
    first = a_crime(a_victim("V-1", **person))
    case = await with_its_provider(hub, first)
    for revision in (2, 3):
        await hub.hears([snapshot(updated(first, revision, outcome=outcome), clock.now())])
    assert ("review_risk" in await asked(hub, case)) == looked_at
    assert await hub.value("select review_since is not null from case_file") == looked_at
    assert ("somebody may press them" in await at_the_provider(hub, databases, case)) == looked_at
    await hub.worker.pool.execute("update case_file set review_since = null")
    await hub.hears([snapshot(updated(first, 4, outcome=outcome), clock.now())])
    assert not await hub.value("select review_since is not null from case_file"), "once it was looked at"


@pytest.mark.parametrize(
    ("back", "kind", "untrue"),
    [("named", "not_in_the_record", "named this person no more"), ("a crime", "no_crime", "is no crime.")],
)
async def test_what_the_police_take_back_is_said_no_more(
    hub: Hub, databases: Databases, back: str, kind: str, untrue: str
) -> None:
    first = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, first)
    without: dict[str, Any] = {"victims": []} if back == "named" else {"offence_code": None}
    for again in (False, True):
        await hub.hears([snapshot(updated(first, 2 + 2 * again, **without), clock.now())])
        assert kind in await asked(hub, case)
        assert untrue in await at_the_provider(hub, databases, case)
        await hub.hears([snapshot(updated(first, 3 + 2 * again), clock.now())])
        assert kind not in await asked(hub, case)
        page = await at_the_provider(hub, databases, case)
        assert untrue not in page and "Go on as before" in page


@pytest.mark.parametrize("kind", ["witness", "business"])
async def test_who_turns_out_to_be_a_witness_or_a_business_is_a_task_and_a_word_to_each_leg(
    hub: Hub, databases: Databases, kind: str
) -> None:
    first = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, first)
    for revision in (2, 3):
        person = a_victim("V-1", kind=kind, named_contact=True)
        await hub.hears([snapshot(updated(first, revision, victims=[person]), clock.now())])
    assert (await asked(hub, case)).count("new_hold") >= 1
    assert "somebody else than was sent to you" in await at_the_provider(hub, databases, case)
    assert await hub.value("select count(*) from alert where trigger = 'other_kind'") == 1
