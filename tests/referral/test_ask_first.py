"""Where a provider is told to ask the hub before any contact, it is shown no number until the hub has looked."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.justice import MilestoneReached
from contracts.working_time import LONDON, calendar, is_working_day, local_day
from kit import clock
from tests.browser import Seen
from tests.builders import a_crime, a_victim, an_event, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import portal_of
from tests.referral.test_police_again import NUMBER, with_its_provider

pytestmark = pytest.mark.service
ASK = "Do not try to reach the person: the warning above says why. Ask the hub."
LATER: dict[str, dict[str, Any]] = {"not_in_the_record": {"victims": []}, "asks_for_care": {"offence_code": "1"}}
"""What the police change later, by what is heard of it."""


async def page_of(hub: Hub, case: UUID) -> str:
    return f"/portal/referrals/{await hub.value('select referral_id from leg where case_id = $1', case)}"


def in_person() -> dict[str, Any]:
    day = local_day(clock.now()) + timedelta(days=2)
    return {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year), "time": "11:30am"}


def shuts(page: Seen) -> bool:
    return ASK in page.text and NUMBER not in page.text and "Record a contact attempt" not in page.text


@pytest.mark.parametrize("heard", sorted(LATER))
async def test_no_number_is_shown_beside_a_warning_to_ask_first_until_the_hub_has_looked(
    hub: Hub, databases: Databases, heard: str
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    async with portal_of(hub, databases) as browse, hub_pages(hub, databases) as desk:
        worker = await browse("support.worker")
        where = await page_of(hub, case)
        assert NUMBER in (await worker.get(where)).text
        await hub.hears([snapshot(updated(crime, 2, **LATER[heard]), clock.now())])
        assert await hub.value("select trigger from alert where trigger = $1", heard) == heard
        page = await worker.get(where)
        assert shuts(page), page.text
        tried = {"attempt_id": str(uuid4()), "channel": "mobile", "outcome": "no_answer", "already": ""}
        page = await worker.post(f"{where}/attempts", tried, status=422)
        assert "ask the hub before any contact" in page.errors[0]
        page = await worker.get(f"{where}/appointments")
        assert "No way to meet can be chosen now" in page.text
        assert "Book it" not in page.text
        page = await worker.post(
            f"{where}/appointments", {**in_person(), "way": "at_service", "appointment_id": str(uuid4())}, 422
        )
        assert "ask the hub before any contact" in page.errors[0], "nor are they met face to face"
        await worker.get(where)
        page = await worker.submit("Write down what was done", channel="mobile", outcome="no_answer")
        assert shuts(page) and "Nobody answered" in page.text, "what had been done is kept, and opens nothing"
        kind = {"asks_for_care": "new_hold"}.get(heard, heard)
        task = await hub.value("select task_id from task where kind = $1", kind)
        officer = await desk("officer")
        await officer.get(f"/cases/tasks/{task}")
        await officer.submit("Close the task", answer="done")
        page = await worker.get(where)
        assert NUMBER in page.text and ASK not in page.text and "Ask the hub before any contact" not in page.text
        assert "A hub officer looked at it" in page.text and ": what had to be done was done." in page.text
        assert page.text.count("What counts now: use what is shown as safe below") == 1


async def test_a_step_of_justice_that_nobody_can_read_shuts_the_numbers_until_the_hub_has_looked(
    hub: Hub, databases: Databases
) -> None:
    case = await with_its_provider(hub, a_crime(a_victim("V-1")))
    crime = str(await hub.value("select crime_id from case_file where case_id = $1", case))
    about = {"milestone_id": "M-1", "crime_id": crime, "trigger": "suspect_bailed"}
    async with portal_of(hub, databases) as browse, hub_pages(hub, databases) as desk:
        worker = await browse("support.worker")
        where = await page_of(hub, case)
        assert NUMBER in (await worker.get(where)).text
        now = clock.now()
        await hub.hears([an_event(MilestoneReached.TYPE, about | {"happened_at": now.isoformat()}, at=now)])
        assert shuts(await worker.get(where))
        task = await hub.value("select task_id from task where kind = 'unknown_milestone'")
        officer = await desk("officer")
        await officer.get(f"/cases/tasks/{task}")
        await officer.submit("Close the task", answer="done")
        page = await worker.get(where)
        assert NUMBER in page.text and ASK not in page.text


async def test_while_one_thing_waits_for_the_hub_nothing_says_that_another_lets_them_be_reached(
    hub: Hub, databases: Databases
) -> None:
    case = await with_its_provider(hub, a_crime(a_victim("V-1")))
    alert = "insert into alert (case_id, milestone_id, trigger, happened_at, received_at) values"
    for trigger in ("asks_for_care", "not_in_the_record"):
        await hub.rows(f"{alert} ($1, $2, $2, now(), now()) returning 1", case, trigger)
    await hub.rows("update alert set looked_at = now() where trigger = 'asks_for_care' returning 1")
    async with portal_of(hub, databases) as browse:
        page = await (await browse("support.worker")).get(await page_of(hub, case))
    assert "more care than before. The hub looked at it" in page.text and "What counts now" not in page.text
    assert "named this person no more. Ask the hub before any contact." in page.text


async def test_a_provider_goes_on_with_whoever_is_in_danger_by_a_release_and_by_its_own_word(
    hub: Hub, databases: Databases
) -> None:
    case = await with_its_provider(hub, a_crime(a_victim("V-1")))
    async with portal_of(hub, databases) as browse:
        worker = await browse("support.worker")
        where = await page_of(hub, case)
        alert = "insert into alert (case_id, milestone_id, trigger, happened_at, received_at, heard_from) values"
        own = await hub.value("select leg_id from leg")
        for trigger, leg in (("released", None), ("risk_raised", None), ("asks_for_care", own)):
            await hub.rows(f"{alert} ($1, $2, $2, now(), now(), $3) returning 1", case, trigger, leg)
        assert NUMBER in (await worker.get(where)).text


async def test_while_a_provider_is_barred_the_hub_has_a_task_and_a_button_that_end_it(
    hub: Hub, databases: Databases
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    await hub.hears([snapshot(updated(crime, 2, **LATER["asks_for_care"]), clock.now())])
    asked = "select task_id, due_at from task where case_id = $1 and kind = 'new_hold' and done_at is null"
    async with portal_of(hub, databases) as browse, hub_pages(hub, databases) as desk:
        worker, officer = await browse("support.worker"), await desk("officer")
        [first] = await hub.rows(asked, case)
        for before in (first, None):
            before = before or (await hub.rows(asked, case))[0]
            await officer.get(f"/cases/tasks/{before['task_id']}")
            await officer.submit("Close the task", answer="not_possible", text="The line is dead")
            [again] = await hub.rows(asked, case)
            opens = again["due_at"].astimezone(LONDON)
            assert again["task_id"] != before["task_id"] and (opens.hour, opens.minute) == (9, 0)
            assert is_working_day(opens.date(), calendar()) and opens.date() > local_day(clock.now())
        await hub.worker.pool.execute("update case_file set review_since = null")
        where = await page_of(hub, case)
        assert shuts(await worker.get(where)), "nobody has looked"
        page = await officer.get(f"/cases/{case}")
        assert "A provider waits until you have looked" in page.text
        form = page.hidden(f"/cases/{case}/looked-at")
        await officer.post(f"/cases/{case}/looked-at", form | {"until": "2020-01-01T00:00:00+00:00"}, status=409)
        await officer.post(f"/cases/{case}/looked-at", form | {"until": "now"}, status=409)
        assert shuts(await worker.get(where)), "what came later than the page is not looked at by it"
        page = await officer.post(f"/cases/{case}/looked-at", form)
        assert "you have looked: the provider is shown" in page.text and "waits until you have" not in page.text
        assert "looked at already" in (await officer.post(f"/cases/{case}/looked-at", form)).text
        page = await worker.get(where)
        assert NUMBER in page.text and ": you may be in touch again." in page.text
        [last] = await hub.rows(asked, case)
        await officer.get(f"/cases/tasks/{last['task_id']}")
        await officer.submit("Close the task", answer="not_possible", text="The line is dead")
        assert await hub.rows(asked, case) == [], "nobody waits for it any more"
    assert await hub.value("select count(*) from kit.audit where action = 'alert.looked_at'") == 1
