"""What the police tell later reaches who helps already: more care, no crime any more, a release of nobody named."""

from typing import Any

import pytest

from contracts.justice import MilestoneReached
from kit import clock
from services.referral.actions import contacting, locking, packing
from tests.builders import COMMON_ASSAULT, a_crime, a_victim, a_viewer, an_event, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case
from tests.referral.portal import portal_of

pytestmark = pytest.mark.service
DOMESTIC: dict[str, Any] = {
    "offence_code": COMMON_ASSAULT,
    "flags": ["domestic_abuse"],
    "suspects": [{"suspect_ref": "S-1", "same_household": True}],
}
OPEN = "select kind from task where case_id = $1 and done_at is null order by 1"


@pytest.mark.parametrize(
    ("crime", "victim", "task", "alert", "urgent"),
    [
        (
            DOMESTIC,
            {"relationship_to_suspect": "partner", "risk": {"grade": "high", "dash_score": 20}},
            "new_hold",
            "risk_raised",
            True,
        ),
        ({}, {"age_at_report": 12, "age_at_offence": 12}, "new_hold", "asks_for_care", True),
        ({"suspects": DOMESTIC["suspects"]}, {}, "new_hold", "asks_for_care", False),
        ({"offence_code": None}, {}, "no_crime", "no_crime", False),
    ],
)
async def test_what_asks_for_more_care_is_a_task_and_is_told_also_where_a_new_line_is_opened(
    hub: Hub, databases: Databases, crime: dict[str, Any], victim: dict[str, Any], task: str, alert: str, urgent: bool
) -> None:
    first = a_crime(a_victim("V-1"))
    case = await a_case(hub, first)
    assert await hub.value("select count(*) from leg where state = 'sent'") == 1
    told = updated(first, victims=[a_victim("V-1", **victim)], **crime)
    await hub.hears([snapshot(told, clock.now())])
    assert task in [row["kind"] for row in await hub.rows(OPEN, case)]
    assert await hub.rows("select trigger from alert") == [{"trigger": alert}]
    assert await hub.value("select urgent_since is not null from leg") == urgent
    async with portal_of(hub, databases) as browse:
        page = await (await browse("support.worker")).get("/portal")
        assert ("Urgent" in page.text) == urgent
        referral = await hub.value("select referral_id from leg")
        assert "sk the hub" in (await (await browse("support.worker")).get(f"/portal/referrals/{referral}")).text


async def test_a_release_of_nobody_whom_the_crime_names_is_told_to_everybody_as_news_of_today(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"), a_victim("V-2"))
    await a_case(hub, crime)
    milestone = {"milestone_id": "M-1", "crime_id": crime["crime_id"], "happened_at": "2031-12-31T10:00:00+00:00"}
    now = clock.now()
    for ref, number, alerts in (("V-1", 1, 1), ("V-unknown", 2, 3)):
        about = milestone | {"milestone_id": f"M-{number}", "victim_ref": ref, "trigger": "release_or_recall"}
        await hub.hears([an_event(MilestoneReached, about, now)])
        assert await hub.value("select count(*) from alert") == alerts
    assert await hub.value("select max(happened_at) from alert") <= now


async def test_who_locks_a_channel_since_somebody_else_answered_has_the_risk_looked_at(hub: Hub) -> None:
    case = await a_case(hub, a_crime(a_victim("V-1")))
    for _ in range(2):
        async with hub.looks(a_viewer()) as tx:
            await contacting.lock_channel(tx, a_viewer(), case, "mobile", "someone_else_answered", clock.now())
        await hub.every(locking.carry_on, clock.now())
    assert [row["kind"] for row in await hub.rows(OPEN, case)].count("review_risk") == 1
    assert await hub.value("select review_since is not null from case_file")


async def test_a_language_that_is_told_later_reaches_the_providers_page(hub: Hub, databases: Databases) -> None:
    first = a_crime(a_victim("V-1", language="en"))
    await a_case(hub, first)
    await hub.every(packing.freeze_automatic, clock.now())
    await hub.hears([snapshot(updated(first, victims=[a_victim("V-1", language="pl")]), clock.now())])
    assert await hub.rows("select trigger from alert") == [{"trigger": "language_told"}]
    referral = await hub.value("select referral_id from referral")
    async with portal_of(hub, databases) as browse:
        page = await (await browse("support.worker")).get(f"/portal/referrals/{referral}")
    assert "Another language of the person was told" in page.text
    assert "Language now Polish" in " ".join(page.text.split())
