"""Somebody who comes by themselves, and how a person is reached: channels, attempts, and what is said at a field."""

from uuid import uuid4

import pytest

from tests.browser import Browser, Seen
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case

pytestmark = pytest.mark.service

PERSON = {
    "given_names": "Wilhelmina",
    "family_name": "Testperson",
    "age": "34",
    "area": "E08000025",
    "what": "domestic",
    "reported": "no",
    "agrees": "yes",
}


async def open_form(officer: Browser) -> Seen:
    """The form for somebody who comes, after the look that finds nobody."""
    await officer.get("/cases/new")
    await officer.submit("Look", source="self", phone="07700 900999")
    return await officer.submit("Go on")


async def test_everything_asked_of_somebody_who_comes_is_checked_at_its_field(hub: Hub, browse: AsPersona) -> None:
    officer = await browse("officer")
    await open_form(officer)
    page = await officer.submit("Open the case", 422)
    fields = [link.get("href") for link in page.all("a") if (link.get("href") or "").startswith("#")]
    wanted = ["what", "area", "reported", "agrees"]
    assert [f"#{name}" for name in wanted] == [href for href in fields if href != "#main-content"]
    page = await officer.submit("Open the case", 422, **(PERSON | {"age": "old"}))
    assert page.errors == ["Enter the age in years, like 34"]
    page = await officer.submit("Open the case", 422, **(PERSON | {"agrees": "no"}))
    assert len(page.errors) == 1 and "Without that nothing is kept" in page.errors[0]
    page = await officer.submit("Open the case", 422, **(PERSON | {"phone": "12"}))
    assert page.errors == ["Enter one telephone number and nothing else, like 07700 900321"]
    assert await hub.value("select count(*) from person") == 0


async def test_somebody_who_comes_by_themselves_has_a_case_and_nothing_is_sent(hub: Hub, browse: AsPersona) -> None:
    officer = await browse("officer")
    new = await open_form(officer)
    [entry] = [e.get("value") for e in new.all("input") if e.get("name") == "case_id"]
    page = await officer.submit("Open the case", **PERSON, phone="07700 900321", phone_safe="safe")
    assert "The case is open. Nothing was sent" in page.text
    again = await officer.post("/cases/new", PERSON | {"case_id": entry or ""})
    assert again.path == page.path and await hub.value("select count(*) from case_file") == 1
    await officer.get(page.path.removesuffix("/referrals"))
    page = await officer.submit("Show name and details")
    assert page.summary["Family name"] == "Testperson"
    await officer.get("/cases")
    assert len((await officer.submit("Find", sought="07700900321")).texts("h2")) == 1
    assert await hub.value("select count(*) from leg") == 0


async def test_a_channel_is_locked_everywhere_and_opened_only_after_speaking(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/contact")
    assert "Safe now" in page.texts("strong", "govuk-tag--green")
    page = await officer.submit("Somebody else answered: lock mobile")
    assert "The channel is locked everywhere" in page.text and page.texts("strong", "govuk-tag--red") == ["Locked"]
    assert "nothing is known to be safe" in page.text
    page = await officer.submit("Save", 422, which="mobile", safety="safe", spoke="no")
    assert page.errors == ["Only somebody who has spoken to the person may call a channel safe"]
    await officer.get(f"/cases/{case}/contact")
    page = await officer.submit("Save", 422)
    assert page.errors == ["Choose the channel", "Choose whether it is safe", "Choose whether you have spoken to them"]
    page = await officer.submit("Save", which="mobile", safety="safe", spoke="yes")
    assert "Safe now" in page.texts("strong", "govuk-tag--green")
    assert "contact-safety.changed" in await hub.told(case)


async def test_days_and_hours_nobody_can_read_are_shut_said_and_put_right(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    bad = "update channel set days = 'mon-fri not thu', hours = '09:00Z-17:00Z' where kind = 'mobile'"
    await hub.worker.pool.execute(bad)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/contact")
    assert "days it is safe on are not in words we can read, so it is shut" in page.text
    assert "Days: mon-fri not thu. Hours: 09:00Z-17:00Z." in page.text
    fill = {"which": "mobile", "safety": "safe", "spoke": "yes"}
    page = await officer.submit("Save", 422, **fill, days="mon-fri not thu", hours="09:00Z-17:00Z")
    assert [error.partition(" like")[0] for error in page.errors] == ["Enter days", "Enter hours"]
    page = await officer.submit("Save", 422, **fill | {"safety": "unsafe"}, days="any day", hours="")
    assert page.errors == ["Days and hours belong to a channel that is safe: choose Safe, or leave this empty"]
    page = await officer.submit("Save", **fill, days="any day", hours="any time")
    assert "Safe now" in page.texts("strong", "govuk-tag--green")
    assert "Days: Monday to Sunday. Hours: at any time." in page.text


async def test_an_attempt_is_recorded_once_and_a_wrong_answer_locks_the_channel(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await hub.worker.pool.execute("update channel set days = 'mon-sun', hours = '00:00-23:59' where kind = 'mobile'")
    page = await officer.get(f"/cases/{case}/contact")
    assert "Nobody has tried yet" in page.text
    assert "Days: Monday to Sunday. Hours: midnight to 11:59pm." in page.text
    await hub.worker.pool.execute("update channel set hours = null")
    page = await officer.submit("Record the attempt", 422)
    assert page.errors == ["Choose how you tried to reach the person", "Choose what came of it"]
    [attempt] = [e.get("value") for e in page.all("input") if e.get("name") == "attempt_id"]
    page = await officer.submit("Record the attempt", channel="mobile", outcome="no_answer", sooner="danger")
    assert any("mobile: Nobody answered" in words for words in page.texts("li"))
    sent = {"attempt_id": attempt or "", "channel": "mobile", "outcome": "no_answer", "sooner": "danger"}
    await officer.post(f"/cases/{case}/contact/attempts", sent)
    assert await hub.value("select count(*) from contact_attempt") == 1
    page = await officer.submit("Record the attempt", channel="mobile", outcome="wrong_number")
    assert page.texts("strong", "govuk-tag--red") == ["Locked"]
    page = await officer.post(f"/cases/{case}/contact/attempts", sent | {"attempt_id": str(uuid4())}, 422)
    assert len(page.errors) == 1
