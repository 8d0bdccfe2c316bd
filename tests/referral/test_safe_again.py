"""That no way is known to be safe ends by itself once one is, whoever made it safe; its words say what would end it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kit import clock
from services.referral.actions import opening, taking_in
from services.referral.desk_books import hold_ends
from tests.builders import a_crime, a_detail, a_victim, a_viewer, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, hub_pages
from tests.referral.portal import a_referral_sent, portal_of
from tests.referral.test_actions import a_self_referral
from tests.referral.test_alarms import SAFE, takes

pytestmark = pytest.mark.service
HOLD = "no_safe_channel"
WORDS = hold_ends()[HOLD]
LEGS = "select count(*) from leg"


async def is_held(hub: Hub, case: UUID) -> bool:
    return HOLD in await hub.value("select holds from case_file where case_id = $1", case)


async def calls_safe(browse: AsPersona, case: UUID, kind: str = "mobile") -> str:
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/contact")
    return (await officer.submit("Save", which=kind, safety="safe", spoke="yes")).text


async def a_second_crime(hub: Hub, ref: str, safe: list[str], hours: int = 0, **told: Any) -> UUID:
    """One more crime of somebody known, reported so many hours from now; returns the case."""
    at = clock.now() + timedelta(hours=hours)
    crime = a_crime(a_victim(ref, channels_safe=safe), reported_at=at.isoformat(), **told)
    await hub.hears(recorded(crime, at=at))
    found: UUID = await hub.value("select case_id from case_file where crime_id = $1", UUID(crime["crime_id"]))
    return found


async def test_what_a_service_found_unsafe_is_over_in_every_case_once_who_spoke_to_the_person_calls_a_way_safe(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub, channels=SAFE)
    await takes(hub, sent, "decline", reason_code="unsafe")
    ref = await hub.value("select victim_ref from case_file where case_id = $1", sent.case)
    second = await a_second_crime(hub, ref, ["mobile"])
    third = await a_second_crime(hub, ref, ["mobile"], hours=1)
    legs = await hub.value(LEGS)
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "not safe to be in touch" in (await officer.get(f"/cases/{sent.case}")).text
        for case in (second, third):
            page = await officer.get(f"/cases/{case}")
            assert WORDS.by_person in page.text and WORDS.words not in page.text, "the police's word does not end it"
            assert page.link(WORDS.link) == f"/cases/{case}/contact"
        assert "has ended by itself" in await calls_safe(browse, second)
        for case in (sent.case, second, third):
            page = await officer.get(f"/cases/{case}")
            assert not await is_held(hub, case) and "Safe now: Mobile" in page.text
            assert "not safe to be in touch" not in page.text
        assert await hub.value("select review_since is not null from case_file where case_id = $1", sent.case)
    assert await hub.value(LEGS) == legs, "nothing is sent by it: the danger waits for a human"
    crime = await hub.value("select crime_id from case_file where case_id = $1", third)
    again = a_crime(a_victim(ref, channels_safe=[]), crime_id=str(crime))
    await hub.hears([snapshot(updated(again, 2), clock.now())])
    assert not await is_held(hub, third), "what the person said stands against what the police take back"


async def test_a_provider_reads_that_somebody_found_out_what_is_safe(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub, channels=SAFE)
    await takes(hub, sent, "accept")
    await takes(hub, sent, "start")
    await takes(hub, sent, "pause", reason_code="unsafe_now", until=clock.now().date() + timedelta(days=1))
    async with portal_of(hub, databases) as browse, hub_pages(hub, databases) as browse_hub:
        worker = await browse("idva.worker")
        assert "unknown until somebody has found out" in (await worker.get(sent.page)).text
        await calls_safe(browse_hub, sent.case)
        page = await worker.get(sent.page)
    assert "Somebody has found out since" in page.text and "unknown until somebody" not in page.text


@pytest.mark.parametrize("by", ["an update", "its details", "another crime", "themselves"])
async def test_any_lawful_word_that_a_way_is_safe_ends_it_and_nothing_is_sent_by_it(
    hub: Hub, databases: Databases, by: str
) -> None:
    crime = a_crime(a_victim("V-1", channels_safe=[]))
    case = await a_case(hub, crime, channels=[])
    async with hub_pages(hub, databases) as browse:
        page = (await (await browse("officer")).get(f"/cases/{case}")).text
    assert await is_held(hub, case) and WORDS.words in page
    legs = await hub.value(LEGS)
    if by == "an update":
        again = updated(crime, 2, victims=[a_victim("V-1", channels_safe=["mobile"])])
        await hub.hears([snapshot(again, clock.now())])
    elif by == "its details":
        victim = a_victim("V-1", channels_safe=[])
        victim["sealed"] = hub.sealed(a_detail(channels=SAFE), crime["crime_id"], "V-1")
        await hub.hears([snapshot(updated(crime, 2, victims=[victim]), clock.now())])
        await hub.every(opening.open_arrivals, clock.now())
    elif by == "another crime":
        await a_second_crime(hub, "V-1", ["email"], offence_code="8Q")
    else:
        person = await hub.value("select person_id from case_file where case_id = $1", case)
        async with hub.looks(a_viewer()) as tx:
            await taking_in.self_referral(tx, a_viewer(), a_self_referral(), person, BOOKS, hub.sealer, clock.now())
    assert not await is_held(hub, case)
    assert await hub.value(f"{LEGS} where case_id = $1", case) == legs == 0
    runs = await hub.value("select runs from case_file where case_id = $1", case)
    assert runs == 2, "it was decided once more"


async def test_what_the_police_take_back_in_the_same_breath_holds_the_case(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1", channels_safe=["mobile"]))
    case = await a_case(hub, crime)
    told = [updated(crime, 2, victims=[a_victim("V-1", channels_safe=[])]),
            updated(crime, 3, victims=[a_victim("V-1", channels_safe=[], sex="male")])]  # fmt: skip
    await hub.hears([snapshot(one, clock.now()) for one in told])
    assert await is_held(hub, case)
