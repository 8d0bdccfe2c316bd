"""What the police told days ago and is heard now is no older here than that: for a provider's limits, and for tasks."""

from datetime import datetime, timedelta

import pytest

from contracts.working_time import local_day
from kit import clock
from services.referral.actions import packing
from services.referral.domain.answering import due_at
from services.referral.store import portal
from services.referral.store.portal_due import limits_of
from tests.builders import a_crime, a_victim, a_viewer, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages

STANDARD = {"risk": {"grade": "standard", "dash_score": 3}}
HIGH = {"risk": {"grade": "high", "dash_score": 20}}


async def due_of(hub: Hub) -> datetime | None:
    """By when the provider answers, or reaches the person, as its own list says."""
    viewer = a_viewer("support.worker")
    limits = limits_of(BOOKS.directory.contracts, local_day(clock.now()))
    referral = await hub.value("select referral_id from leg")
    async with hub.looks(viewer) as tx:
        offered = await portal.one(tx, referral, limits)
    assert offered is not None
    return offered.due_at


@pytest.mark.service
@pytest.mark.parametrize("seen_later", [False, True])
async def test_a_risk_that_was_told_days_ago_counts_for_a_provider_from_when_it_could_be_seen(
    hub: Hub, seen_later: bool
) -> None:
    heard = clock.now()
    crime = a_crime(a_victim("V-1", **STANDARD))
    await a_case(hub, crime, at=heard - timedelta(hours=120))
    if not seen_later:
        assert await hub.every(packing.freeze_automatic, heard) == 1
    await hub.hears([snapshot(updated(crime, 2, victims=[a_victim("V-1", **HIGH)]), heard - timedelta(hours=100))])
    if seen_later:
        await hub.every(packing.freeze_automatic, heard + timedelta(days=2))
    [leg] = await hub.rows("select urgent_since, out_at, contract_id from leg")
    assert leg["urgent_since"] >= heard - timedelta(minutes=1), "never before it was heard"
    limit = await due_of(hub)
    standards = BOOKS.directory.by_id[leg["contract_id"]].standards
    assert limit is not None and limit >= leg["out_at"] + timedelta(hours=standards.urgent_hours - 1)
    assert limit <= due_at(standards, "answer", leg["out_at"], urgent=False)


@pytest.mark.service
async def test_a_task_that_was_due_before_it_came_says_so(hub: Hub, databases: Databases) -> None:
    heard = clock.now()
    crime = a_crime(a_victim("V-1", **STANDARD))
    case = await a_case(hub, crime, at=heard - timedelta(hours=120))
    await hub.hears([snapshot(updated(crime, 2, victims=[a_victim("V-1", **HIGH)]), heard - timedelta(hours=100))])
    task = await hub.value("select task_id from task where case_id = $1 and done_at is null limit 1", case)
    assert await hub.value("select heard_at > due_at + interval '1 day' from task where task_id = $1", task)
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "and it came here only" in (await officer.get(f"/cases/{case}")).text
        assert "It came here late" in (await officer.get("/cases/tasks")).text
        assert "after it was due: do it now" in (await officer.get(f"/cases/tasks/{task}")).text
        await hub.worker.pool.execute("update task set due_at = heard_at")
        assert "came here" not in (await officer.get(f"/cases/{case}")).text
