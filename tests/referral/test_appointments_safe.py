"""Appointments: said back, asked again where the time is rarely meant, and called unsafe once their way is."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.working_time import LONDON
from kit import clock
from kit.web.words import when
from services.referral.actions import contacting, late_words, providing
from services.referral.domain.appointed import comes_once, is_doubtful
from tests.browser import Seen
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, Sent, a_referral_sent, portal_of

pytestmark = pytest.mark.service
WORKER = a_viewer("idva.worker")
SAFE = [{"kind": "mobile", "value": "07700 900321", "safety": "safe"}]
DAY = date(clock.now().year + 1, 6, 15)
TAG = "Not safe then: move or cancel it"


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("2.30", True),
        ("7.15", True),
        ("07:15", False),
        ("2:30pm", False),
        ("2:30am", True),
        ("14:30", False),
        ("9.30", False),
        ("12am", True),
        ("9pm", False),
        ("9:15pm", True),
        ("12.30", False),
        ("6:59am", True),
        ("7am", False),
        ("never", False),
    ],
)
async def test_a_time_that_is_rarely_meant_is_known_by_its_writing(text: str, doubtful: bool) -> None:
    assert is_doubtful(text) == doubtful


@pytest.mark.parametrize(
    ("day", "at", "once"),
    [
        (date(2027, 3, 28), time(1, 30), False),
        (date(2027, 10, 31), time(1, 30), False),
        (date(2027, 3, 28), time(2), True),
        (date(2027, 6, 1), time(1, 30), True),
    ],
)
async def test_a_time_of_the_night_of_a_clock_change_that_is_not_there_or_comes_twice_is_known(
    day: date, at: time, once: bool
) -> None:
    assert comes_once(datetime.combine(day, at, LONDON)) == once


async def held(hub: Hub, verb: str = "accept", **answer: Any) -> Sent:
    sent = await a_referral_sent(hub, channels=SAFE)
    async with hub.looks(WORKER) as tx:
        await providing.step(tx, WORKER, sent.referral, verb, LATER, **answer)
    return sent


def a_form(at: str, way: str = "call_mobile", day: date = DAY, **more: str) -> Mapping[str, str]:
    parts = {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}
    return {"appointment_id": str(uuid4()), "time": at, "way": way, **parts, **more}


async def test_an_appointment_is_said_back_and_a_doubtful_time_or_a_second_one_at_its_moment_is_asked_again(
    hub: Hub, databases: Databases
) -> None:
    sent = await held(hub)
    count = "select count(*) from appointment"
    async with portal_of(hub, databases) as browse:
        worker, address = await browse("idva.worker"), f"{sent.page}/appointments"

        async def book(form: Mapping[str, str], status: int = 200) -> Seen:
            await worker.get(address)
            return await worker.post(address, form, status=status)

        for text, back in (("2.30", "2:30am"), ("3am", "3am"), ("12am", "midnight")):
            page = await book(a_form(text), 422)
            assert f"tick below that you mean {back}" in page.text and f"Yes, I mean {back}" in page.text
        await book(a_form("3am", sure="2:30am"), 422)
        spring = max(d for d in (date(DAY.year + 1, 3, n) for n in range(25, 32)) if d.weekday() == 6)
        page = await book(a_form("1:30am", day=spring, sure="1:30am"), 422)
        assert "The clocks change that night" in page.text or "within two years" in page.text
        assert await hub.value(count) == 0
        page = await book(a_form("2:30pm"))
        assert f"was booked for {when(datetime.combine(DAY, time(14, 30), LONDON))}" in page.text
        page = await book(a_form("2:30pm", "at_service"), 422)
        assert "another appointment with you at this moment" in page.text
        await book(a_form("3am", sure="3am"))
    assert await hub.value(count) == 2


async def test_another_answer_from_an_older_page_is_told_that_the_first_counts_and_its_word_of_danger_is_taken(
    hub: Hub, databases: Databases
) -> None:
    sent = await held(hub, "waitlist", reason_code="capacity", check_in_on=LATER.date() + timedelta(days=1))
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        await worker.get(f"{sent.page}/appointments")
        await worker.post(f"{sent.page}/appointments", a_form("2:30pm", "at_service"))
        one = f"{sent.page}/appointments/{await hub.value('select appointment_id from appointment')}"
        await worker.get(one)
        await worker.submit("Record it", state="cancelled", reason="person/ill")
        page = await worker.post(one, {"state": "missed", "reason": "person/work"}, 409)
        assert "That first answer counts" in page.text and "tell the hub now by telephone" in page.text
        for _ in range(2):
            page = await worker.post(one, {"state": "cancelled", "reason": "person/unsafe"}, 409)
            assert "That first answer counts" in page.text and "tell the hub now by telephone" not in page.text
            assert "That it is not safe was taken all the same" in page.text
        step = f"{sent.page}/steps/check_in"
        other = (await worker.get(step)).hidden(step)
        await worker.submit("Record a check-in", reason_code="still_waiting")
        page = await worker.post(step, other | {"reason_code": "not_reached"}, 409)
        assert "tell the hub now by telephone" in page.text
        page = await worker.post(step, other | {"reason_code": "risk_changed"}, 409)
        assert "That the risk has changed was taken all the same" in page.text
    before = await hub.value("select count(*) from channel where safety = 'safe'")
    assert await hub.every(late_words.carry_on, clock.now()) == 2
    assert (before, await hub.value("select count(*) from channel where safety = 'safe'")) == (1, 0)
    assert await hub.value("select count(*) from task where kind = 'review_risk'") == 2
    assert await hub.value("select state from appointment") == "cancelled"


@pytest.mark.parametrize("verb", ["accept", "waitlist"])
async def test_a_call_whose_channel_was_locked_since_says_so_in_every_list_and_can_only_be_moved(
    hub: Hub, databases: Databases, verb: str
) -> None:
    answer: dict[str, Any] = {}
    if verb == "waitlist":
        answer = {"reason_code": "capacity", "check_in_on": LATER.date() + timedelta(days=1)}
    sent = await held(hub, verb, **answer)
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        await worker.get(f"{sent.page}/appointments")
        await worker.post(f"{sent.page}/appointments", a_form("2:30pm"))
        one = f"{sent.page}/appointments/{await hub.value('select appointment_id from appointment')}"
        lists = ("/portal/appointments?of=all", sent.page, f"{sent.page}/appointments")
        for page in lists:
            seen = (await worker.get(page)).text
            assert "Call to the mobile" in seen or "call to the mobile" in seen, "also while the person waits"
            assert TAG not in seen
        async with hub.looks(WORKER) as tx:
            await contacting.lock_channel(tx, WORKER, sent.case, "mobile", "someone_else_answered", clock.now())
        for page in lists:
            assert TAG in (await worker.get(page)).text, page
        assert "An appointment is not safe" in (await worker.get("/portal")).text
        assert "Do not use it" in (await worker.get(one)).text
        again = a_form("4pm", state="moved", reason="service/room")
        refused = await worker.post(one, again, status=422)
        assert "locked" in refused.text
        await worker.post(one, {**again, "way": "at_service"})
        assert TAG not in (await worker.get(lists[0])).text
