"""What a live source tells late is told on however old it is; a past that is loaded is shown, and nobody is told."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.envelope import is_history
from contracts.identity import case_id
from contracts.justice import MilestoneReached
from contracts.police import CrimeRecorded, CrimeUpdated
from handrail.feeds.tellings import SOURCE
from kit import clock
from services.referral.actions import alerting, noticing, opening, packing
from tests.builders import a_crime, a_detail, a_domestic_crime, a_victim, an_event, updated
from tests.referral.conftest import Hub

LIVE, LOADED = "urn:police:20", "urn:police:20:history"
RISK = [{"grade": "standard", "dash_score": 3}, {"grade": "high", "dash_score": 20}]


@pytest.mark.parametrize(
    ("source", "history"),
    [(SOURCE, True), (LOADED, True), (LIVE, False), ("tests", False), ("urn:police:history:20", False)],
)
def test_a_feed_and_a_past_that_is_loaded_say_so_by_their_source(source: str, history: bool) -> None:
    assert is_history(source) is history


async def a_theft_of_long_ago(hub: Hub, source: str, days: int) -> dict[str, Any]:
    """A theft that went to a provider by itself, told at the time of then."""
    crime = a_crime(a_victim("V-1", risk=RISK[0]))
    victim = crime["victims"][0]
    victim["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-1")
    at = clock.now() - timedelta(days=days)
    await hub.hears([an_event(CrimeRecorded, crime, at, source=source)])
    await hub.every(opening.open_arrivals, at)
    await hub.every(packing.freeze_automatic, at)
    return crime


async def said(hub: Hub) -> tuple[int, int]:
    """How many notices to the hub and mails to the provider there are of what was told."""
    await hub.every(alerting.tell, clock.now())
    notices = "select count(*)::int from notice where kind in ('risk_to_review', 'danger_found')"
    return await hub.value(notices), await hub.value("select count(*)::int from provider_mail")


@pytest.mark.service
@pytest.mark.parametrize(("source", "told"), [(LIVE, (2, 1)), (LOADED, (0, 0)), (SOURCE, (0, 0))])
async def test_a_release_whose_event_is_days_old_is_told_to_hub_and_provider_unless_a_past_is_loaded(
    hub: Hub, source: str, told: tuple[int, int]
) -> None:
    crime, at = await a_theft_of_long_ago(hub, source, 12), clock.now() - timedelta(days=10)
    about = {"milestone_id": "M-1", "crime_id": crime["crime_id"], "trigger": "suspect_released_on_police_bail"}
    await hub.hears([an_event(MilestoneReached, about | {"happened_at": at.isoformat()}, at, source=source)])
    assert await said(hub) == told
    assert await hub.value("select review_since is not null from case_file"), "it is shown whatever its age"


@pytest.mark.service
@pytest.mark.parametrize(("source", "mails"), [(LIVE, 1), (SOURCE, 0)])
async def test_a_risk_that_the_police_raised_days_ago_is_told_to_whoever_helps_unless_a_past_is_loaded(
    hub: Hub, source: str, mails: int
) -> None:
    crime, at = await a_theft_of_long_ago(hub, source, 12), clock.now() - timedelta(days=10)
    raised = updated(crime, 2, victims=[crime["victims"][0] | {"risk": RISK[1]}])
    await hub.hears([an_event(CrimeUpdated, raised, at, source=source)])
    assert (await said(hub))[1] == mails
    task = "select count(*) from task where kind = 'new_hold' and done_at is null"
    assert await hub.value(task) == 1, "somebody looks, whatever its age"


@pytest.mark.service
@pytest.mark.parametrize(("source", "notices"), [(LIVE, 2), (SOURCE, 0)])
async def test_a_case_of_life_safety_that_is_told_months_late_is_told_unless_a_past_is_loaded(
    hub: Hub, source: str, notices: int
) -> None:
    crime, at = a_domestic_crime(), clock.now() - timedelta(days=60)
    await hub.hears([an_event(CrimeRecorded, crime, at, source=source)])
    case = case_id(crime["crime_id"], crime["victims"][0]["victim_ref"])
    for _ in range(2):
        await hub.every(noticing.notice, clock.now())
    told = "select count(*) from notice where kind = 'urgent_case' and case_id = $1 and over_at is null"
    assert await hub.value(told, case) == notices
