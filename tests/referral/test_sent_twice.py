"""Nobody is sent twice for one incident: whether the police moved them before or after, or knew them by two records."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from kit import clock
from services.referral.domain.persons import days_of, may_be_one
from tests.builders import a_crime, a_victim, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import ANOTHER, a_case, hub_pages
from tests.referral.portal import portal_of
from tests.referral.test_police_again import asked, with_its_provider
from tests.referral.test_suspects_joined import joined

REPORTED = date(2026, 9, 2)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("2026-09-01", "2026-09-01"), ("2026-09-01", "2026-09-01"), True),
        (("2026-09-01", "2026-09-01"), ("2026-08-31", "2026-09-01"), True),
        (("2026-09-01", None), (None, "2026-09-01"), True),
        (("2026-09-01", "2026-09-01"), (None, None), True),  # the day of the report is the day after
        (("2026-09-01", "2026-09-01"), ("2026-09-01", "2026-08-31"), True),  # told the wrong way round
        (("2026-09-01", "2026-09-01"), ("2026-08-30", "2026-08-30"), False),
        (("2026-09-01", "2026-09-01"), ("2026-01-01", "2026-09-01"), False),  # a year of fraud is not each of its days
        (("2026-08-01", "2026-08-01"), (None, None), False),
    ],
)
def test_crimes_of_the_same_days_may_be_one_incident(one: Any, other: Any, same: bool) -> None:
    first, second = (days_of(day(days[0]), day(days[1]), REPORTED) for days in (one, other))
    assert may_be_one(first, second) is may_be_one(second, first) is same


async def legs(hub: Hub, *cases: UUID) -> int:
    return int(await hub.value("select count(*) from leg where case_id = any($1::uuid[])", list(cases)))


async def heard(hub: Hub, crime: dict[str, Any], ref: str = "V-1") -> UUID:
    await hub.hears(recorded(crime, at=clock.now()))
    return case_id(crime["crime_id"], ref)


@pytest.mark.service
@pytest.mark.parametrize("how", ["a later crime", "one event", "added to a crime"])
async def test_a_crime_of_the_same_days_is_not_sent_by_itself_to_whoever_has_the_person_and_somebody_is_asked(
    hub: Hub, databases: Databases, how: str
) -> None:
    first, other = a_crime(a_victim("V-1")), a_crime(a_victim("V-1"), offence_code="8N")
    if how == "one event":
        await hub.hears(recorded(first, other, at=clock.now()))
    elif how == "added to a crime":
        await hub.hears(recorded(first, {**other, "victims": [a_victim("V-2")]}, at=clock.now()))
        assert await hub.value("select count(*) from leg") == 2
        again = updated(other, 2, victims=[a_victim("V-2"), a_victim("V-1")])
        await hub.hears([snapshot(again, clock.now())])
    else:
        await hub.hears(recorded(first, at=clock.now()))
        await hub.hears(recorded(other, at=clock.now()))
    case, second = case_id(first["crime_id"], "V-1"), case_id(other["crime_id"], "V-1")
    assert (await legs(hub, case), await legs(hub, second)) == (1, 0)
    assert await asked(hub, second) == ["known_at_provider"] and await asked(hub, case) == []
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{second}")
        assert "Known already for general" in page.text
        assert "The person has this already in another case" in page.text
    gone = snapshot(updated(first, 2, victims=[]), clock.now())
    await hub.hears([gone])
    assert "sent_twice" not in await asked(hub, case), "nothing of the other one was sent"


@pytest.mark.service
async def test_a_crime_of_other_days_is_sent_and_both_are_asked_about_and_told_once_the_police_drop_the_first(
    hub: Hub, databases: Databases
) -> None:
    first = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, first)
    other = a_crime(a_victim("V-1"), committed_from="2026-08-20", committed_to="2026-08-21")
    second = await a_case(hub, other)
    assert await legs(hub, case, second) == 2 and await asked(hub, second) == []
    for revision in (2, 3):
        await hub.hears([snapshot(updated(first, revision, victims=[]), clock.now())])
    assert await asked(hub, case) == ["not_in_the_record", "sent_twice"]
    assert await asked(hub, second) == ["sent_twice"]
    async with portal_of(hub, databases) as browse:
        worker = await browse("support.worker")
        for one in (case, second):
            referral = await hub.value("select referral_id from leg where case_id = $1", one)
            page = await worker.get(f"/portal/referrals/{referral}")
            assert "may have been sent twice" in page.text


@pytest.mark.service
@pytest.mark.parametrize("day", ["2026-08-31", "2026-08-20"])
async def test_two_records_that_were_sent_to_one_service_are_asked_about_when_they_are_found_to_be_one_person(
    hub: Hub, day: str
) -> None:
    one = await a_case(hub, a_crime(a_victim("V-1")))
    other = await a_case(hub, a_crime(a_victim("V-2"), committed_from=day, committed_to=day), **ANOTHER)
    assert await legs(hub, one, other) == 2
    await joined(hub, one, other)
    for case in (one, other):
        assert {"sent_twice", "joined_not_safe"} <= set(await asked(hub, case))
