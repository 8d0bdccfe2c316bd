"""What a provider records of its support: needs and the distance between them, appointments, outcomes, the end."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from contracts.working_time import LONDON
from services.referral.actions import providing
from services.referral.domain.appointed import time_of
from services.referral.domain.support import Answer, distances
from services.referral.provider_portal.meeting import BEFORE
from services.referral.provider_portal.needs import OVERTAKEN, takeaway
from tests.browser import Browser
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import HOURLY, LATER, Sent, a_need, a_referral_sent, an_end, portal_of

LISTS = BOOKS.support


def test_the_lists_say_that_they_are_recalled_and_hold_eight_areas_and_the_unsafe_answer() -> None:
    assert LISTS.basis == "recalled, unverified" and len(LISTS.domains) == 8
    assert "unsafe" in LISTS.why_not and "unsafe" in LISTS.changes
    assert {one.whose for one in LISTS.missed} == {"person", "worker", "service"}
    assert {one.whose for one in LISTS.missed + LISTS.cancelled} == set(LISTS.whose)


def test_distance_is_known_only_where_an_area_was_scored_twice() -> None:
    start = [Answer("money", 2), Answer("shelter", 4), Answer("social", None, "unsafe"), Answer("outlook", 3)]
    end = [Answer("money", 5), Answer("shelter", 3), Answer("social", 4), Answer("outlook", 3)]
    found = distances(LISTS, start, end)
    assert {one.domain: one.travelled for one in found if one.travelled is not None} == {
        "money": 3, "shelter": -1, "outlook": 0,
    }  # fmt: skip
    assert takeaway(found) == "Better in 1 of 3 areas that were scored twice, worse in 1."
    assert takeaway(distances(LISTS, start, [])).startswith("No area was scored twice")


@pytest.mark.parametrize(
    ("text", "said"),
    [("2:30pm", "14:30"), ("14:30", "14:30"), ("2pm", "14:00"), ("12am", "00:00"), ("12.15 pm", "12:15"),
     ("14", None), ("25:00", None), ("13pm", None), ("9:75", None), ("noon", None),
     ("10:00+14:00", None), ("", None)],
)  # fmt: skip
def test_a_time_is_read_as_people_write_it(text: str, said: str | None) -> None:
    found = time_of(text)
    assert (found.strftime("%H:%M") if found else None) == said


@pytest.fixture
async def worker(hub: Hub, databases: Databases) -> AsyncIterator[Browser]:
    async with portal_of(hub, databases) as browse:
        yield await browse("idva.worker")


@pytest.fixture
async def sent(hub: Hub) -> Sent:
    """A referral that is accepted, its support started."""
    made, worker = await a_referral_sent(hub), a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        for verb in ("accept", "start"):
            await providing.step(tx, worker, made.referral, verb, LATER)
    return made


def on(when: datetime, way: str = "call_mobile", clock: str = "2:30pm") -> dict[str, str]:
    day = {"day-day": str(when.day), "day-month": str(when.month), "day-year": str(when.year)}
    return day | {"time": clock, "way": way}


def tomorrow() -> datetime:
    return datetime.now(LONDON) + timedelta(days=1)


async def told(hub: Hub, sent: Sent, kind: str) -> dict[str, Any]:
    data = await hub.value("select data from case_event where case_id = $1 and type = $2", sent.case, kind)
    found: dict[str, Any] = orjson.loads(data) if isinstance(data, str) else data
    return found


@pytest.mark.service
async def test_needs_at_start_and_end_are_shown_with_the_distance_and_told_at_the_end(
    hub: Hub, sent: Sent, worker: Browser
) -> None:
    await worker.get(sent.page)
    page = await worker.follow("First-contact assessment")
    page = await worker.submit("Record it", 422)
    assert len(page.errors) == 3 + 8 and page.errors[0] == "Choose whether the person agrees to your support"
    first = {"agreed": "yes", "risk": "high", "safety_act": "plan", "needs": ["housing", "safety"]}
    page = await worker.submit("Record it", 200, **first, **a_need("2", money="unsafe", social="4"))
    assert page.summary["Risk then, as the worker saw it"] == "High"
    assert ["Finance and benefits", "Not asked: it was not safe", "Not assessed", "Not known"] in page.rows
    assert "Distance travelled" not in page.text
    await worker.follow("Need at the end of support")
    page = await worker.submit("Record it", 200, **a_need("4", social="3"))
    assert ["Social interactions", "4", "3", "−1"] in page.rows and page.html.count("distance-title") == 2
    assert "Better in 6 of 7 areas that were scored twice, worse in 1." in page.text
    await worker.get(f"{sent.page}/steps/complete")
    end = an_end(**{"outcome-VFS2": "unsafe", "next_step": "other_service", "next_line": "mental_health"})
    page = await worker.submit("Complete support", 200, **end, end_reason="moved_on")
    assert page.summary["What comes next"] == "Another service goes on: Mental health"
    said = await told(hub, sent, "support.completed.v1")
    assert {"outcome": "VFS2", "change": "not_asked", "why_not": "unsafe"} in said["outcomes"]
    assert {"domain": "money", "end": 4, "why_not": "unsafe"} in said["needs"]
    assert (said["end_reason"], said["next_step"], said["next_line"]) == ("moved_on", "other_service", "mental_health")
    await worker.get(f"{sent.page}/needs/end", status=409)


@pytest.mark.service
async def test_an_assessment_sent_twice_is_kept_once(hub: Hub, sent: Sent, worker: Browser) -> None:
    await worker.get(f"{sent.page}/needs/end")
    same = {"assessment_id": str(uuid4()), **a_need("refused")}
    for _ in range(2):
        await worker.post(f"{sent.page}/needs/end", same)
    assert await hub.value("select count(*) from assessment") == 1
    assert await hub.value("select count(*) from need_score where why_not = 'refused'") == 8
    await worker.post(f"{sent.page}/needs/end", {**same, "assessment_id": "mischief"}, status=422)
    await worker.get(f"{sent.page}/needs/end")
    await worker.post(f"{sent.page}/needs/end", same | a_need("1"))
    assert await hub.value("select count(*) from need_score where score = 1") == 8, "other answers are kept too"
    page = await worker.post(f"{sent.page}/needs/end", same, status=422)
    assert page.errors == [OVERTAKEN] and await hub.value("select count(*) from assessment") == 2


@pytest.mark.service
async def test_an_appointment_is_booked_moved_and_missed_with_whose_reason(
    hub: Hub, sent: Sent, worker: Browser
) -> None:
    await worker.get(sent.page)
    await worker.follow("See and book appointments")
    page = await worker.submit("Book it", 422)
    assert page.errors == ["Enter the day", "Enter the time, for example 2:30pm", "Choose how you will meet"]
    page = await worker.submit("Book it", 422, **on(tomorrow() - timedelta(days=9)))
    assert page.errors == ["The appointment must be later than now"]
    page = await worker.submit("Book it", 422, **on(tomorrow() + timedelta(days=740)))
    assert page.errors == ["The appointment must be within two years"]
    made = next(i.get("value") or "" for i in page.all("input") if i.get("name") == "appointment_id")
    page = await worker.submit("Book it", 200, **on(tomorrow()))
    assert "Nothing was sent" in page.text and len(page.rows) == 2
    other = on(tomorrow(), "at_service") | {"appointment_id": made}
    page = await worker.post(f"{sent.page}/appointments", other, 422)
    assert "This form booked an appointment before, which stands as listed here" in page.errors[0]
    assert await hub.value("select count(*) from appointment") == 1
    page = await worker.follow("Say what became of it")
    page = await worker.submit("Record it", 422, state="missed")
    assert page.errors == ["Choose whose reason it was, and which"]
    page = await worker.submit("Record it", 422, state="missed", reason="person/ill")
    assert page.errors == ["The appointment has not begun. You can move or cancel it"]
    page = await worker.submit(
        "Record it", 200, state="moved", reason="worker/worker_ill", **on(tomorrow(), "at_service")
    )
    assert [row[2] for row in page.rows[1:]].count(
        "It was moved to another time. The worker's reason: the worker was ill"
    ) == 1
    await hub.worker.pool.execute(
        "update appointment set starts_at = starts_at - interval '2 days' where state = 'booked'"
    )
    await worker.follow("Say what became of it")
    address = worker.page.path if worker.page else ""
    await worker.submit("Record it", 200, state="missed", reason="person/unsafe")
    await worker.get(address, status=409)
    [row] = await hub.rows(
        "select state, whose, reason, follows is not null as moved from appointment where state = 'missed'"
    )
    assert row == {"state": "missed", "whose": "person", "reason": "unsafe", "moved": True}
    assert await hub.value("select count(*) from mail") == 0


@pytest.mark.service
async def test_no_appointment_is_booked_by_a_channel_that_is_not_safe_at_that_hour(
    hub: Hub, sent: Sent, worker: Browser
) -> None:
    await hub.worker.pool.execute("update channel set hours = '09:00-12:00' where kind = 'mobile'")
    page = await worker.get(f"{sent.page}/appointments")
    offered = [e.get("value") for e in page.all("input") if e.get("name") == "way"]
    assert offered == ["call_mobile", "at_service", "elsewhere"], "only what is safe, at some hour"
    assert "Safe: 9am to noon" in page.text or "Safe: 9am to 12pm" in page.text or "Safe: 9am to midday" in page.text
    assert "Call to the landline: Nobody knows whether it is safe. Ask the hub." in page.text
    page = await worker.submit("Book it", 422, **on(tomorrow(), "call_landline"))
    assert page.errors == ["Nobody knows whether this channel is safe, so it cannot be used"]
    page = await worker.submit("Book it", 422, **on(tomorrow()))
    assert page.errors == ["This way is not safe at that time. Choose another time or way"]
    await worker.submit("Book it", 200, **on(tomorrow(), clock="9:30am"))
    assert await hub.value("select count(*) from appointment") == 1


@pytest.mark.service
async def test_what_is_booked_is_listed_for_the_worker_and_for_everybody(hub: Hub, sent: Sent, worker: Browser) -> None:
    page = await worker.get("/portal/appointments")
    assert "Your cases have no appointment to come." in page.text
    await worker.get(f"{sent.page}/appointments")
    same = {"appointment_id": str(uuid4()), **on(tomorrow(), "at_service")}
    for _ in range(2):
        await worker.post(f"{sent.page}/appointments", same)
    page = await worker.post(f"{sent.page}/appointments", same | {"time": "3:30pm"}, status=422)
    assert page.errors == [BEFORE] and len(page.rows) == 2, "what stands is shown beside what was asked for"
    assert (await worker.get("/portal/appointments")).rows == []
    page = await worker.follow("Of everybody")
    assert len(page.rows) == 2 and page.rows[1][2] == "In person at our place"
    await hub.worker.pool.execute(HOURLY)
    await hub.worker.pool.execute("update leg set assigned_to = $1", a_viewer("idva.worker").user_id)
    for whose in ("Of my cases", "Of everybody"):
        first = await worker.follow(whose)
        following = first.link("Next page")
        page = await worker.get(following)
        assert len(first.rows) == 26 and len(page.rows) == 2 and page.rows[1] not in first.rows
        page = await worker.get(following.replace("page=2", "page=3"))
        assert "The appointments end before page 3" in page.text
        page = await worker.follow("Go to the first page")
        assert page.rows == first.rows
