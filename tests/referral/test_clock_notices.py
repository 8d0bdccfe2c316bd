"""Warnings of the Victims' Code reach the role that was warned as a notice, and go when the clock has stopped."""

from typing import Any
from uuid import UUID, uuid5

import pytest

from contracts.code_compliance import (
    ClockResumed,
    EntitlementMet,
    EntitlementWarned,
    RelatedClockEnded,
    RelatedClockWarned,
)
from contracts.identity import NS
from kit import clock
from services.referral.actions import noticing
from tests.builders import NOON, Record, a_domestic_crime, a_victim, an_event
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case

pytestmark = pytest.mark.service
ENTITLEMENT = {"entitlement": "R6.suspect_arrested", "happened_at": NOON, "actor_role": "system"}
LIMIT = {"clock": "RC.vrr_cps_request", "happened_at": NOON, "actor_role": "system"}


def warned(case: UUID, role: str = "officer", **more: Any) -> Record:
    """A role is warned of a clock of a case."""
    told = {"case_id": case, "clock_id": uuid5(NS, "c"), "role": role, **ENTITLEMENT} | more
    return an_event(EntitlementWarned, EntitlementWarned(**told))


async def test_a_warning_is_a_notice_to_its_role_until_the_clock_is_stopped(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    await hub.every(noticing.notice, clock.now())
    await hub.hears([warned(case), warned(case, "analyst")])
    officer, leader = await browse("officer"), await browse("leader")
    assert (await officer.get("/cases")).link("Notices (1 new) (1 of clocks)") == "/cases/notices"
    page = await officer.follow("Notices")
    urgent, of_clock = (text for text in page.texts("li") if ", since " in text)
    assert "Life safety" in urgent and "A clock of the Victims' Code runs out" in of_clock
    assert [a.get("href") for a in page.all("a") if a.get("href") == f"/rights/cases/{case}"]
    page = await officer.submit("Mark all as read")
    assert "New" not in page.texts("span", "moj-badge")
    assert "runs out" not in (await leader.get("/cases/notices")).text
    await hub.hears([warned(case, fraction=0.8)])
    assert "New" in (await officer.get("/cases/notices")).texts("span", "moj-badge")  # warned again, of another share
    met = EntitlementMet(
        case_id=case, clock_id=uuid5(NS, "c"), met_at=NOON, in_time=True, source="police", **ENTITLEMENT
    )
    await hub.hears([an_event(EntitlementMet, met)])
    assert "runs out" not in (await officer.get("/cases/notices")).text
    assert await hub.value("select count(*) from notice where role = 'analyst'") == 0  # nobody of that role sees them


async def test_a_limit_beside_the_code_and_a_pause_that_ends_are_told_and_taken_back(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    limit = RelatedClockWarned(case_id=case, clock_id=uuid5(NS, "l"), role="leader", **LIMIT)
    await hub.hears([an_event(RelatedClockWarned, limit), warned(case, "leader", about="pause_ends")])
    leader = await browse("leader")
    text = (await leader.get("/cases/notices")).text
    assert "A limit beside the Victims' Code runs out" in text
    assert "A paused clock is expected to count again" in text
    ended = RelatedClockEnded(case_id=case, clock_id=uuid5(NS, "l"), outcome="done", **LIMIT)
    resumed = ClockResumed(case_id=case, clock_id=uuid5(NS, "c"), **ENTITLEMENT)
    await hub.hears([an_event(RelatedClockEnded, ended), an_event(ClockResumed, resumed)])
    assert "Clocks that run out" not in (await leader.get("/cases/notices")).text


async def test_a_warning_of_a_restricted_case_is_told_only_to_those_who_may_see_it(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub, a_domestic_crime(a_victim(works_for="provider", risk={"grade": "high"})))
    await hub.hears([warned(case), warned(case, "leader")])
    assert "Nothing waits" in (await (await browse("officer")).get("/cases/notices")).text
    assert "runs out" in (await (await browse("leader")).get("/cases/notices")).text
