"""What a person said on their own page about being reached: ways are shut at once, and a human looks the same day."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.code_compliance import ContactWishStated
from contracts.contact import ContactRequested
from kit import clock
from services.referral.actions import contacting
from tests.builders import a_viewer, an_event
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.portal import a_referral_sent, portal_of

pytestmark = pytest.mark.service
MOBILE = {"kind": "mobile", "value": "07700 900321", "safety": "safe"}
EMAIL = {"kind": "email", "value": "w@example.org", "safety": "safe"}


async def says(hub: Hub, case: UUID, wish: UUID, **told: Any) -> None:
    now = clock.now()
    fact = ContactWishStated(case_id=case, wish_id=wish, happened_at=now, actor_role="person", **told)
    await hub.hears([an_event(ContactWishStated, fact, at=now)])


async def stands(hub: Hub) -> dict[str, str]:
    rows = await hub.rows("select kind, safety from channel")
    return {row["kind"]: row["safety"] for row in rows}


async def test_a_way_that_the_person_does_not_want_is_shut_once_and_somebody_looks_the_same_day(
    hub: Hub, databases: Databases
) -> None:
    case, wish = await a_case(hub, channels=[MOBILE, EMAIL]), uuid4()
    before = await stands(hub)
    for _ in range(2):
        await says(hub, case, wish, not_by=("mobile",), best_time="evening", call_back=True)
    assert await stands(hub) == before | {"mobile": "unsafe"} and before["email"] == "safe"
    told = await hub.told(case)
    assert told.count("contact-safety.changed") == 1
    assert await hub.value("select count(*) from task where kind = 'contact_wish' and case_id = $1", case) == 1
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "make sure in another safe way that it was them" in (await officer.get("/cases/tasks")).text
        page = await officer.get(f"/cases/{case}/timeline")
        assert "Said on their own page how to be reached" in page.text
        assert "not by mobile, best in the evening, asks to be asked how" in page.text


async def test_who_wants_nobody_to_get_in_touch_is_reached_by_nothing_and_a_lock_stays_a_lock(hub: Hub) -> None:
    case = await a_case(hub, channels=[MOBILE, EMAIL])
    viewer = a_viewer()
    async with hub.looks(viewer) as tx:
        await contacting.lock_channel(tx, viewer, case, "mobile", "someone_else_answered", clock.now())
    await says(hub, case, uuid4(), not_at_all=True)
    assert set((await stands(hub)).values()) == {"unsafe"}
    assert await hub.value("select locked_why from channel where kind = 'mobile'") == "someone_else_answered"


async def test_that_the_person_wants_nobody_is_the_reason_that_a_provider_reads_and_a_service_is_told(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub, channels=[MOBILE, EMAIL])
    await says(hub, sent.case, uuid4(), not_at_all=True)
    async with portal_of(hub, databases) as browse:
        page = await (await browse("idva.worker")).get(sent.page)
    assert "The person themselves wants nobody to get in touch" in page.text and "said so themselves" in page.text
    now = clock.now()
    about = {"case_id": sent.case, "request_id": uuid4(), "purpose": "rights", "template": "default"}
    asked = ContactRequested(**about, not_after=now + timedelta(days=3), happened_at=now, actor_role="system")
    await hub.hears([an_event(ContactRequested, asked, now)])
    [told] = await hub.rows("select data::text as data from kit.outbox where type = 'contact.withheld.v1'")
    assert '"opted_out"' in told["data"]


async def test_what_is_said_of_a_case_that_is_not_here_yet_waits_for_it(hub: Hub) -> None:
    await says(hub, uuid4(), uuid4(), not_at_all=True)
    assert await hub.value("select count(*) from kit.waiting") == 1
    assert await hub.value("select count(*) from task where kind = 'contact_wish'") == 0
