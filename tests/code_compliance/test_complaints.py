"""Complaints under Right 12, through the front door: taken in, acknowledged, extended, redirected, answered."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette

from contracts.identity import case_id, reference
from contracts.refused import Refused
from kit import clock
from kit.database import Database
from kit.sealing import Sealer
from kit.web.app import make_app
from kit.web.words import date_words
from services.code_compliance.__main__ import SERVICE
from services.code_compliance.actions.complaining import new
from services.code_compliance.domain import complaints as domain
from services.code_compliance.domain.words import AGENCIES
from services.code_compliance.reference.complaints import UNKNOWN_AGENCY, answer_standard, lists
from tests.browser import Browser, cookie_of
from tests.code_compliance.builders import CRIME, RULES, at, crime, given, reached
from tests.code_compliance.hub import Hub
from tests.conftest import Databases

CASE = case_id(CRIME, "V1")
SAID = "Nobody told me that he was out, I met him in the shop"


@dataclass
class Office:
    """The pages with their sealer: staff at `sign_in`, anybody at `outside`."""

    app: Starlette
    settings: Any
    access: Database
    stack: AsyncExitStack
    sealer: Sealer

    async def sign_in(self, persona: str = "compliance") -> Browser:
        cookie = await cookie_of(self.access, persona)
        return await self.stack.enter_async_context(Browser(self.app, self.settings, cookie, private=(SAID,)))

    async def outside(self) -> Browser:
        return await self.stack.enter_async_context(Browser(self.app, self.settings, neutral=True))


def app_of(
    hub: Hub, databases: Databases, settings: Any, pools: dict[str, Database], access: Database, sealer: Sealer
) -> Starlette:
    return make_app(
        "code_compliance", settings, SERVICE.pages(hub.context), databases=pools, templates=SERVICE.templates or (),
        access=access, sealer=sealer, navigation=SERVICE.navigation,
    )  # fmt: skip


async def pools_of(databases: Databases, name: str) -> dict[str, Database]:
    return {job: await databases.open(name, f"code_compliance_{job}") for job in ("hub", "portal")}


@pytest.fixture
async def sealer(databases: Databases) -> Sealer:
    return Sealer(databases.settings, await databases.open(await databases.copy_of("keys"), "keys_worker"))


@pytest.fixture
async def office(hub: Hub, name: str, databases: Databases, access: Database, sealer: Sealer) -> AsyncIterator[Office]:
    app = app_of(hub, databases, databases.settings, await pools_of(databases, name), access, sealer)
    async with AsyncExitStack() as stack:
        yield Office(app, databases.settings, access, stack, sealer)


def today() -> dict[str, str]:
    now = clock.now()
    return {"on-day": str(now.day), "on-month": str(now.month), "on-year": str(now.year)}


async def taken_in(browser: Browser, **more: str) -> str:
    """Takes a complaint in and returns where it is."""
    await browser.get("/rights/complaints/new")
    told = {"agency": "police", "source": "self", "words": SAID} | today() | more
    return (await browser.submit("Take it in", **told)).path


def test_the_days_of_a_complaint_are_counted_from_its_receipt() -> None:
    held = new(CRIME, "HMCTS", "self", at("2025-12-19 12:00"), RULES, at("2025-12-19 12:00"))
    assert held.acknowledge_by == at("2026-01-07 23:59:59") == held.answer_by
    assert new(CRIME, "police", "self", held.received_at, RULES, held.entered_at).answer_by > held.answer_by


def test_every_agency_has_a_standard_and_what_was_recalled_says_so() -> None:
    for agency in (*AGENCIES, UNKNOWN_AGENCY):
        standard = answer_standard(agency)
        assert standard.days > 0 and ("recalled" not in standard.source or standard.unverified)
    assert "withdrawn" in lists("outcomes")


@pytest.mark.service
async def test_a_complaint_is_taken_in_acknowledged_and_answered_from_the_receipts(hub: Hub, office: Office) -> None:
    await hub.hear(
        crime(), reached("suspect_arrested", "2025-06-03 09:00"), given("R6.suspect_arrested", "2025-06-20 12:00")
    )
    browser = await office.sign_in()
    assert "There is none here" in (await browser.get("/rights/complaints")).text
    address = await taken_in(browser, case=reference(CASE))
    page = await browser.get(address)
    assert SAID in page.text and reference(CASE) in page.text
    await browser.follow("Name the case and the clocks complained of")
    clocks = [i.get("value") or "" for i in browser.page.tree.iter("input") if i.get("name") == "clocks"]  # type: ignore[union-attr]
    labels = [text for text in browser.page.texts("label") if "suspect was arrested" in text]  # type: ignore[union-attr]
    assert len(labels) == 1
    chosen = clocks[[t for t in browser.page.texts("label") if "(" in t].index(labels[0])]  # type: ignore[union-attr]
    page = await browser.submit("Save", clocks=[chosen])
    assert "Clocks complained of named on" in page.text
    assert "Five working days end Tuesday 10 June 2025." in page.text
    await browser.follow("Record the acknowledgement")
    page = await browser.submit("Save")  # today stands in the form
    assert "Acknowledged" in page.text
    page = await browser.get(f"{address}/answer")
    (text,) = [e.text or "" for e in page.tree.iter("textarea")]
    assert "Five working days end Tuesday 10 June 2025." in text
    page = await browser.submit("Save", outcome="upheld", learning="training", ombudsman="yes")
    assert "Upheld. Learning: training or briefing. The person was told of the Ombudsman." in page.text
    told = [(kind, data) for kind, data in await hub.announced() if kind.startswith("complaint")]
    assert [kind for kind, _ in told] == [
        "complaint.received.v1", "complaint.acknowledged.v1", "complaint.answered.v1",
    ]  # fmt: skip
    assert (told[-1][1]["outcome"], told[-1][1]["entitlement"]) == ("upheld", "R6.suspect_arrested")
    assert SAID not in str(told)
    assert not [row for row in await hub.database.pool.fetch("select words from complaint") if SAID.encode() in row[0]]


@pytest.mark.service
async def test_a_case_that_is_found_late_is_named_in_what_was_done(hub: Hub, office: Office) -> None:
    await hub.hear(crime())
    browser = await office.sign_in()
    address = await taken_in(browser)
    await browser.get(f"{address}/link")
    page = await browser.submit("Save", case=reference(CASE))
    (done,) = [text for text in page.texts("li") if text.startswith("Case named on")]
    assert f": {reference(CASE)} (" in done
    assert page.summary["Case"] == reference(CASE)


@pytest.mark.service
async def test_an_answer_is_put_off_with_a_reason_and_a_complaint_is_passed_on(hub: Hub, office: Office) -> None:
    browser = await office.sign_in()
    address = await taken_in(browser)
    await browser.get(f"{address}/extend")
    early = {"until-day": "1", "until-month": "1", "until-year": "2020"}
    page = await browser.submit("Save", 422, reason="person_asked", **early)
    assert page.errors == ["The new day of the answer must be later than the one the person was told"]
    page = await browser.submit("Save", reason="person_asked", **early | {"until-year": "2099"})
    assert "Answer put off" in page.text and "Thursday 1 January 2099" in page.text
    await browser.get(f"{address}/redirect")
    page = await browser.submit("Save", agency="CPS")
    assert "Redirected" in page.text and page.summary["Of whom"] == "Crown Prosecution Service"
    stale = {"version": "1", "agency": "HMCTS"}
    page = await browser.post(f"{address}/redirect", stale, status=409)
    assert "“Redirected” (Crown Prosecution Service)" in page.errors[0] and "was entered by you" in page.errors[0]
    page = await browser.post(f"{address}/redirect", {"version": "2", "agency": "CPS"})
    assert "The complaint was passed on" in page.text and page.text.count("Redirected") == 1


@pytest.mark.service
async def test_the_form_says_what_is_missing_and_takes_a_complaint_in_once(hub: Hub, office: Office) -> None:
    browser = await office.sign_in()
    await browser.get("/rights/complaints/new")
    page = await browser.submit("Take it in", 422)
    assert page.errors == ["Choose who is complained of", "Choose who brought it", "Enter the day it was received",
                           "Enter what the person says"]  # fmt: skip
    address = await taken_in(browser)
    again = {"complaint_id": address.rsplit("/", 1)[1], "agency": "police", "source": "self", "words": SAID} | today()
    await browser.get("/rights/complaints/new")
    await browser.post("/rights/complaints/new", again)
    await browser.get("/rights/complaints/new")
    page = await browser.submit(
        "Take it in", 422, agency="police", source="self", words=SAID, case="7KQ4M-2XRC", **today()
    )
    assert page.errors == ["No case has this reference. Check it, or leave it out and find the case later"]
    assert len([kind for kind, _ in await hub.announced() if kind == "complaint.received.v1"]) == 1
    analyst = await office.sign_in("analyst")
    await analyst.get("/rights/complaints", status=403)
    await analyst.get(address, status=403)


@pytest.mark.service
async def test_anybody_can_complain_on_the_neutral_origin_and_nothing_is_shown_again(hub: Hub, office: Office) -> None:
    outside = await office.outside()
    page = await outside.get("/tell-us")
    assert (page.heading, "Exit this page" in page.text) == ("Tell us what went wrong", True)
    assert "Nobody reads this at once. If you are in danger now, call 999." in page.text
    page = await outside.submit("Send", 422)
    assert page.errors == ["Choose who it is about", "Tell us what went wrong"]
    page = await outside.submit("Send", agency="unknown", words=SAID)
    assert (page.path, SAID in page.html) == ("/tell-us/thank-you", False)
    by = await hub.database.pool.fetchval("select acknowledge_by from complaint")
    assert f"you hear by the end of {date_words(by)} that it was read" in page.text and "call 999" in page.text
    staff = await office.sign_in()
    page = await staff.get("/rights/complaints")
    assert "Not known yet" in page.text
    ((_, data),) = [told for told in await hub.announced() if told[0].startswith("complaint")]
    assert (data["actor_role"], data.get("duty_holder"), data["source"]) == ("person", None, "self")
    await (await office.outside()).get("/rights/complaints", status=404)


@pytest.mark.service
async def test_complaints_are_counted_by_agency_with_what_was_learned(hub: Hub, office: Office) -> None:
    browser = await office.sign_in()
    assert "None was received in this quarter" in (await browser.get("/rights/complaints/numbers")).text
    address = await taken_in(browser)
    await taken_in(browser, agency="CPS")
    await browser.get(f"{address}/answer")
    await browser.submit("Save", outcome="partly_upheld", learning="training", text="Sorry", **today())
    await browser.get("/rights/complaints")
    page = await browser.follow("Complaints in numbers, and what was learned")
    assert {row[0]: row[1:] for row in page.rows[1:]} == {
        "Police": ["1", "1", "0", "1", "0", "0", "1", "0", "0"],
        "Crown Prosecution Service": ["1", "0", "0", "0", "0", "1", "0", "0", "0"],
    }
    assert "Police: training or briefing (1 complaint)" in page.text
    await browser.get("/rights/complaints/numbers?period=2025-Q9", status=404)
    await (await office.sign_in("analyst")).get("/rights/complaints/numbers", status=403)


@pytest.mark.service
async def test_the_public_form_takes_only_ids_of_ours_and_so_many_from_one_address(hub: Hub, office: Office) -> None:
    outside = await office.outside()
    told = {"agency": "unknown", "words": SAID}
    await outside.get("/tell-us")
    await outside.submit("Send", 422, complaint_id=str(CRIME), **told)
    page = await outside.submit("Send", **told)  # the form came back with an id of ours
    assert page.path == "/tell-us/thank-you"
    page = await outside.get("/tell-us")
    made = next(i.get("value") or "" for i in page.all("input") if i.get("name") == "complaint_id")
    for status in [200] * 9 + [429]:
        page = await outside.post("/tell-us", told | {"complaint_id": made}, status)
        if status == 200:
            await outside.get("/tell-us")
    assert page.errors[0].startswith("Too many were sent from where you are. You can send this one again from")
    assert SAID in page.html
    assert await hub.database.pool.fetchval("select count(*) from complaint") == 2


def test_days_are_londons_where_an_act_is_compared_with_its_beginning() -> None:
    late = at("2025-06-11 00:30")  # in UTC still the day before
    held = new(CRIME, "police", "self", late, RULES, late)
    with pytest.raises(Refused, match="before_it_came"):
        domain.acknowledged(held, at("2025-06-10 23:00"), at("2025-06-12 12:00"))
    assert domain.acknowledged(held, at("2025-06-11 00:10"), at("2025-06-12 12:00"))
