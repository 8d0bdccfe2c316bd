"""What is heard of a suspect, and the danger that another record holds, reaches every case that it concerns."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.justice import MilestoneReached
from handrail.feeds.tellings import SOURCE
from kit import clock
from services.referral.actions import alerting
from tests.builders import a_crime, a_victim, an_event
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.portal import portal_of
from tests.referral.test_police_again import asked, with_its_provider
from tests.referral.test_suspects_joined import joined, the_share_refused

pytestmark = pytest.mark.service
SUSPECT = [{"suspect_ref": "S-1"}]
OTHER_DAYS = {"committed_from": "2026-08-20", "committed_to": "2026-08-20"}
TRIGGER = "heard_in_another_matter"
BAIL = "suspect_released_on_police_bail"


def released(
    crime: dict[str, Any],
    ref: str | None = None,
    at: datetime | None = None,
    step: str = BAIL,
    source: str = "tests",
) -> Any:
    about = {"milestone_id": "M-1", "crime_id": crime["crime_id"], "victim_ref": ref}
    about |= {"trigger": step, "happened_at": (at or clock.now()).isoformat()}
    return an_event(MilestoneReached, about, at or clock.now(), source=source)


async def told(hub: Hub, case: UUID, trigger: str = TRIGGER) -> tuple[bool, bool]:
    """Whether it was told in the case, and whether its risk is to be looked at."""
    [row] = await hub.rows(
        "select exists (select 1 from alert a where a.case_id = c.case_id and a.trigger = $2) as told,"
        " review_since is not null as marked from case_file c where case_id = $1",
        *(case, trigger),
    )
    return row["told"], row["marked"]


async def test_a_step_by_a_word_that_our_lists_do_not_know_reaches_whom_a_release_would(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"), suspects=SUSPECT, **OTHER_DAYS)
    mine = await with_its_provider(hub, a_crime(a_victim("V-1")))
    other = await a_case(hub, a_crime(a_victim("V-2"), suspects=SUSPECT))
    nobody = await a_case(hub, a_crime(a_victim("V-3"), suspects=[{"suspect_ref": "S-2"}]))
    await a_case(hub, crime)
    await hub.hears([released(crime, "V-1", step="Let out early")])
    reached = [await told(hub, case, "unknown_step") for case in (mine, other, nobody)]
    assert reached == [(True, True), (True, True), (False, False)]
    await hub.every(alerting.tell, clock.now())
    assert await hub.value("select count(*) from provider_mail where case_id = $1", mine) == 1


@pytest.mark.parametrize("ref", [None, "V-1"])
async def test_a_release_reaches_the_other_cases_of_the_person_and_whom_else_the_suspect_harmed_and_no_shop(
    hub: Hub, databases: Databases, ref: str | None
) -> None:
    crime = a_crime(a_victim("V-1"), suspects=SUSPECT, **OTHER_DAYS)
    mine = await with_its_provider(hub, a_crime(a_victim("V-1")))
    shop = a_victim("B-1", kind="business", named_contact=True, age_at_report=None)
    others = [await a_case(hub, a_crime(one, suspects=SUSPECT)) for one in (a_victim("V-2"), shop)]
    nobody = await a_case(hub, a_crime(a_victim("V-3"), suspects=[{"suspect_ref": "S-2"}]))
    here = await a_case(hub, crime)
    for _ in range(2):
        await hub.hears([released(crime, ref)])
    assert [await told(hub, case) for case in (mine, others[0])] == [(True, True)] * 2
    assert [await told(hub, case) for case in (others[1], nobody)] == [(False, False)] * 2
    assert await told(hub, here) == (False, True), "it was told there as what it is"
    await hub.every(alerting.tell, clock.now())
    assert await hub.value("select count(*) from provider_mail where case_id = $1", mine) == 1
    words = "that somebody who may be a danger to this person is free"
    async with hub_pages(hub, databases) as browse:
        assert words in (await (await browse("officer")).get(f"/cases/{mine}")).text
    async with portal_of(hub, databases) as browse:
        referral = await hub.value("select referral_id from leg where case_id = $1", mine)
        assert words in (await (await browse("support.worker")).get(f"/portal/referrals/{referral}")).text


async def test_who_is_joined_to_somebody_at_high_risk_is_urgent_marked_and_told_as_if_it_came_now(
    hub: Hub, databases: Databases
) -> None:
    grave = a_victim("V-2", share="refused", relationship_to_suspect="ex_partner", risk={"dash_score": 20})
    high = await a_case(hub, a_crime(grave, offence_code="105A", flags=["domestic_abuse"]))
    mine = await with_its_provider(hub, a_crime(a_victim("V-1")))
    await joined(hub, high, mine)
    assert "risk_elsewhere" in await asked(hub, mine) and "risk_elsewhere" not in await asked(hub, high)
    assert await hub.value("select urgent_since is not null from leg where case_id = $1", mine)
    async with portal_of(hub, databases) as browse:
        referral = await hub.value("select referral_id from leg where case_id = $1", mine)
        page = await (await browse("support.worker")).get(f"/portal/referrals/{referral}")
        assert "Urgent" in page.text and "in another matter than this" in page.text


async def test_a_join_that_shuts_what_a_provider_uses_is_asked_about_the_same_day_and_told(
    hub: Hub, databases: Databases
) -> None:
    mine = await with_its_provider(hub, a_crime(a_victim("V-1")))
    assert "joined_not_safe" not in await asked(hub, mine)
    await joined(hub, mine, await a_case(hub, the_share_refused("V-2")))
    assert "joined_not_safe" in await asked(hub, mine)
    async with portal_of(hub, databases) as browse:
        referral = await hub.value("select referral_id from leg where case_id = $1", mine)
        page = await (await browse("support.worker")).get(f"/portal/referrals/{referral}")
        assert "several records of this person" in page.text


@pytest.mark.parametrize("fed", [False, True])
async def test_a_release_that_is_told_late_is_news_of_today_in_another_case_and_none_of_a_month_that_is_fed(
    hub: Hub, fed: bool
) -> None:
    at = clock.now() - timedelta(days=6)
    crime = a_crime(a_victim("V-1"), suspects=SUSPECT, **OTHER_DAYS)
    await a_case(hub, crime, at=at - timedelta(days=3))
    mine = await a_case(hub, a_crime(a_victim("V-2"), suspects=SUSPECT), at=at - timedelta(days=2))
    if not fed:
        await hub.worker.pool.execute("update case_file set heard_at = opened_at")
    await hub.hears([released(crime, at=at, source=SOURCE if fed else "tests")])
    [row] = await hub.rows("select happened_at, received_at from alert where case_id = $1", mine)
    assert row["happened_at"] == at and (row["received_at"] > at + timedelta(days=5)) is not fed
    await hub.every(alerting.tell, clock.now())
    told = "select count(*) from notice where kind = 'danger_found' and case_id = $1"
    assert await hub.value(told, mine) == (0 if fed else 2)
