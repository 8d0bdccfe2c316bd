"""Acknowledgements and answers reach the person only where that is safe; complaints raise their duties in the case."""

import hashlib
import re
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id, reference
from contracts.referral import ContactSafetyChanged, ContactSent, ContactWithheld
from kit import clock
from services.code_compliance.domain.complaints_owed import acts, happened
from services.code_compliance.reference.complaints import right_12
from tests.browser import Browser
from tests.code_compliance.builders import CRIME, RULES, crime, reached, victim
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import Office, taken_in, today
from tests.code_compliance.test_complaints import office as office
from tests.code_compliance.test_complaints import sealer as sealer

pytestmark = pytest.mark.service
CASE = case_id(CRIME, "V1")
TOKEN = "another-token-of-32-signs-that-is-random"
ANSWER = "We are sorry. You should have been told the same day, and were not."


async def a_complaint(hub: Hub, office: Office) -> tuple[Browser, str]:
    await hub.hear(crime(victims=[victim(), victim("V2")]), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await office.sign_in()
    return browser, await taken_in(browser, case=reference(CASE))


async def requests(hub: Hub) -> list[dict[str, Any]]:
    return [data for kind, data in await hub.announced() if kind == "contact.requested.v1"]


async def sent(hub: Hub, request: dict[str, Any], token: str = TOKEN) -> None:
    digest = hashlib.sha256(token.encode()).hexdigest()
    told = {"request_id": UUID(request["request_id"]), "channel": "email", "token_sha256": digest}
    now = clock.now()
    await hub.hear(ContactSent(case_id=CASE, happened_at=now, actor_role="system", **told), when=now)


async def known_as(browser: Browser, address: str) -> str:
    """The reference of a complaint, which is the person's second proof."""
    return str(re.findall(r"[A-Z0-9]{5}-[A-Z0-9]{5}", (await browser.get(address)).heading)[0])


async def read(outside: Browser, its: str, token: str = TOKEN) -> str:
    await outside.get(f"/yours/{token}")
    page = await outside.submit("Continue")
    assert page.heading == "Enter your reference, or the word that you agreed" and "police" not in page.text.lower()
    assert (await outside.submit("Continue", 422, word="7KQ4M-2XRCT")).errors
    page = await outside.submit("Continue", word=its.lower().replace("-", " "))
    assert page.heading == "A reply to what you told us"
    return page.text


async def test_an_acknowledgement_and_an_answer_are_sent_where_safe_and_read_behind_a_link(
    hub: Hub, office: Office
) -> None:
    browser, address = await a_complaint(hub, office)
    await browser.get(f"{address}/acknowledge")
    await browser.submit("Save", send="yes", **today())
    (asked,) = await requests(hub)
    assert (asked["purpose"], asked["template"], asked["path"], asked["case_id"]) == (
        "acknowledgement", "complaint_acknowledged", "yours", str(CASE),
    )  # fmt: skip
    await sent(hub, asked)
    assert "The acknowledgement: sent by a safe channel" in (await browser.get(address)).text
    outside = await office.outside()
    text = await read(outside, await known_as(browser, address))
    assert "You get an answer by the end of" in text and "police" not in text.lower()
    await browser.get(f"{address}/extend")
    later = {"until-day": "1", "until-month": "3", "until-year": "2099"}
    await browser.submit("Save", reason="waiting_for_agency", send="yes", **later)
    assert "1 March 2099" in (await outside.get("/yours/now")).text  # the first link shows the day that stands
    await browser.get(f"{address}/answer")
    await browser.submit("Save", outcome="upheld", learning="apology", text=ANSWER, send="yes", **today())
    _, again, asked = await requests(hub)
    assert again["template"] == "complaint_acknowledged"
    assert (asked["purpose"], asked["template"]) == ("complaint", "complaint_answered")
    assert ANSWER not in str(await hub.announced())
    page = await outside.get("/yours/now")
    assert ANSWER not in page.text and "It was answered on" in page.text  # the first link was for the first message
    await sent(hub, asked, "the-second-token-of-32-signs-at-random")
    other = await office.outside()
    text = await read(other, await known_as(browser, address), "the-second-token-of-32-signs-at-random")
    assert ANSWER in text and "Ombudsman can look at it" in text and "Show the answer" in text
    assert "opened on" in (await browser.get(address)).text


async def test_nothing_leaves_without_a_safe_channel_and_it_can_be_asked_for_again(hub: Hub, office: Office) -> None:
    browser, address = await a_complaint(hub, office)
    await browser.get(f"{address}/acknowledge")
    page = await browser.submit("Save", **today())
    assert await requests(hub) == [] and "Nothing." in page.text
    page = await browser.submit("Send it to the person")
    (asked,) = await requests(hub)
    assert "asked for, not answered yet" in page.text and "Send it again" not in page.text
    form = {"request_id": asked["request_id"]}
    assert "It was asked for." in (await browser.post(f"{address}/send", form)).text and len(await requests(hub)) == 1
    now = clock.now()
    told = {"request_id": UUID(asked["request_id"]), "reason": "no_safe_channel"}
    await hub.hear(ContactWithheld(case_id=CASE, happened_at=now, actor_role="system", **told), when=now)
    page = await browser.get(address)
    assert "not sent: tell the person another way (no safe channel)" in page.text
    await browser.submit("Send it again")
    assert len(await requests(hub)) == 2


async def test_a_channel_that_becomes_unsafe_switches_the_answer_off(hub: Hub, office: Office) -> None:
    browser, address = await a_complaint(hub, office)
    await browser.get(f"{address}/answer")
    await browser.submit("Save", outcome="upheld", learning="apology", text=ANSWER, send="yes", **today())
    await sent(hub, (await requests(hub))[0])
    outside = await office.outside()
    assert ANSWER in await read(outside, await known_as(browser, address))
    now = clock.now()
    changed = ContactSafetyChanged(
        case_id=CASE, channel="email", safety="unsafe", happened_at=now, actor_role="officer"
    )
    await hub.hear(changed, when=now)
    page = await outside.get("/yours/now", status=410)
    assert ANSWER not in page.text


async def test_a_complaint_without_a_case_is_told_that_nothing_can_be_sent(hub: Hub, office: Office) -> None:
    browser = await office.sign_in()
    address = await taken_in(browser)
    page = await browser.get(f"{address}/acknowledge")
    assert "No case is named, so nothing can be sent from here" in page.text
    page = await browser.submit("Save", **today())
    assert await requests(hub) == [] and "Send it to the person" not in page.text


async def test_a_complaint_about_a_case_raises_right_12_there_and_its_steps_meet_it(hub: Hub, office: Office) -> None:
    browser, address = await a_complaint(hub, office)

    async def owed(ref: str = "V1") -> dict[str, str]:
        clocks = await hub.clocks(ref)
        return {name.split("/")[0]: c.state for name, c in clocks.items() if name.startswith("R12")}

    assert await owed() == {"R12.complaint_ack": "running", "R12.complaint_response": "running"}
    assert await owed("V2") == {}
    await browser.get(f"{address}/acknowledge")
    await browser.submit("Save", **today())
    assert (await owed())["R12.complaint_ack"] == "met"
    await browser.get(f"{address}/redirect")
    await browser.submit("Save", agency="CPS")
    assert (await owed())["R12.complaint_redirect"] == "met"
    await browser.get(f"{address}/answer")
    await browser.submit("Save", outcome="upheld", learning="apology", text=ANSWER, ombudsman="yes", **today())
    assert await owed() == {
        "R12.complaint_ack": "met", "R12.complaint_response": "met", "R12.complaint_redirect": "met", "R12.phso": "met",
    }  # fmt: skip
    assert all(check.ok for check in await hub.checks())


async def test_a_complaint_that_was_about_another_case_leaves_nothing_behind(hub: Hub, office: Office) -> None:
    browser, address = await a_complaint(hub, office)
    await browser.get(f"{address}/link")
    await browser.submit("Save", case=reference(case_id(CRIME, "V2")))
    mine = {c.state for name, c in (await hub.clocks("V1")).items() if name.startswith("R12")}
    other = {c.state for name, c in (await hub.clocks("V2")).items() if name.startswith("R12")}
    assert (mine, other) == ({"not_applicable"}, {"running"})
    assert all(check.ok for check in await hub.checks())


def test_a_complaint_that_was_taken_back_is_declined_and_not_answered() -> None:
    from dataclasses import replace

    from services.code_compliance.actions.complaining import new
    from tests.code_compliance.builders import at

    held = replace(
        new(CRIME, "police", "self", at("2025-06-10 12:00"), RULES, at("2025-06-10 12:00"), CASE),
        state="withdrawn",
        answered_at=at("2025-06-12 12:00"),
    )
    told = acts(held, None, right_12(), UUID(int=1), at("2025-06-12 12:00"))
    assert [(e.entitlement, e.outcome) for e in told] == [("R12.complaint_response", "declined")]
    assert [m.trigger for m in happened(held, None, right_12(), at("2025-06-12 12:00"))] == ["complaint_received"]
