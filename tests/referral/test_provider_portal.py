"""A provider at work: lists, what is safe, every step of the table with what it asks, attempts, locks, capacity."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from contracts.identity import contract_id
from services.referral.actions import providing, referring, settling
from tests.browser import Browser, Seen
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, AsPersona, Sent, a_referral_sent, a_referral_sent_by_policy, an_end, portal_of

pytestmark = pytest.mark.service


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with portal_of(hub, databases) as as_persona:
        yield as_persona


@pytest.fixture
async def sent(hub: Hub) -> Sent:
    return await a_referral_sent(hub)


@pytest.fixture
async def worker(browse: AsPersona) -> Browser:
    return await browse("idva.worker")


async def state_of(hub: Hub, sent: Sent) -> str:
    return str(await hub.value("select state from referral where referral_id = $1", sent.referral))


async def last_told(hub: Hub, sent: Sent, kind: str) -> dict[str, Any]:
    """The data of the last event of a type."""
    [row] = await hub.rows(
        "select data from case_event where case_id = $1 and type = $2 order by id desc limit 1", sent.case, f"{kind}.v1"
    )
    data: dict[str, Any] = orjson.loads(row["data"]) if isinstance(row["data"], str) else row["data"]
    return data


async def take(hub: Hub, sent: Sent, *verbs: str) -> None:
    """Takes steps without pages."""
    worker = a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        for verb in verbs:
            await providing.step(tx, worker, sent.referral, verb, LATER)


async def reference_of(hub: Hub, sent: Sent) -> str:
    return str(await hub.value("select reference from case_file where case_id = $1", sent.case))


def tab(page: Seen, words: str) -> str:
    return next(text for text in page.texts("a", "moj-sub-navigation__link") if text.startswith(words))


async def test_an_empty_list_says_why(browse: AsPersona) -> None:
    browser = await browse("isva.worker")
    for slug in ("mine", "open", "unassigned", "completed", "withdrawn"):
        page = await browser.get(f"/portal?list={slug}")
        assert page.rows == [] and "(0)" in tab(page, page.heading)
        assert any(text.startswith(("There is no", "No ", "Every ")) for text in page.texts("p")), slug


async def test_a_list_that_is_not_there_is_not_found(worker: Browser) -> None:
    await worker.get("/portal?list=everything", status=404)
    await worker.get("/portal?contract=nothing", status=404)
    await worker.get(f"/portal?page={'9' * 5000}")


async def test_a_referral_is_accepted_in_two_clicks(hub: Hub, sent: Sent, worker: Browser) -> None:
    page = await worker.get("/portal")
    reference, _, state, *of = page.rows[1]
    assert (reference, of[:2]) == (await reference_of(hub, sent), ["IDVA", "Birmingham"]) and "Urgent" in state
    await worker.follow(await reference_of(hub, sent))
    page = await worker.submit("Accept")
    assert "You accepted the referral." in page.text and "Accepted by the provider" in page.text
    assert await state_of(hub, sent) == "accepted"
    assert (await hub.told(sent.case))[-2:] == ["referral.viewed", "referral.accepted"]


async def test_the_page_shows_the_pack_and_what_is_safe_and_once_accepted_the_number(
    hub: Hub, sent: Sent, worker: Browser
) -> None:
    page = await worker.get(sent.page)
    assert "Mobile Safe now Shown once you have accepted Leave no message" in page.text
    assert "07700 900321" not in page.text
    await take(hub, sent, "accept")
    page = await worker.get(sent.page)
    assert page.summary["Given names"] == "Wilhelmina" and page.summary["Date of birth"] == "Monday 29 February 1988"
    assert page.summary["Code word"] == "marmalade" and "Crime reference" not in page.summary
    assert "Safe now 07700 900321 Leave no message" in page.text
    assert "Testperson" in page.text and "Testperson" not in (page.texts("title")[0])


async def test_opening_a_referral_is_told_once(hub: Hub, sent: Sent, worker: Browser) -> None:
    await worker.get(sent.page)
    await worker.get(sent.page)
    assert (await hub.told(sent.case)).count("referral.viewed") == 1


async def test_every_look_is_in_the_audit_with_the_names_of_the_fields(hub: Hub, sent: Sent, worker: Browser) -> None:
    await worker.get(sent.page)
    rows = await hub.rows("select fields, actor_role from kit.audit where action = 'portal.referral_seen'")
    assert [row["actor_role"] for row in rows] == ["idva.worker"]
    assert {"family_name", "channels"} <= set(rows[0]["fields"])


async def test_a_referral_sent_by_the_policy_is_seen_by_its_provider_with_its_pack(hub: Hub, browse: AsPersona) -> None:
    sent = await a_referral_sent_by_policy(hub)
    provider = await hub.value("select provider_id from leg where leg_id = $1", sent.leg)
    names = [name for name in ("hate.worker", "rtc.worker") if a_viewer(name).organisation_id == provider]
    for name in names:
        assert "Testperson" in (await (await browse(name)).get(sent.page)).text
    assert await hub.value("select pack is not null from leg where leg_id = $1", sent.leg)


async def test_a_question_that_says_nothing_is_asked_what_is_to_be_known(sent: Sent, worker: Browser) -> None:
    await worker.get(sent.page)
    await worker.follow("Ask the hub a question")
    page = await worker.submit("Ask the hub a question", 422)
    assert page.errors == ["Choose what you need to know"]


async def test_a_decline_asks_why_and_for_a_better_idea(hub: Hub, sent: Sent, worker: Browser) -> None:
    await worker.get(sent.page)
    page = await worker.follow("Decline")
    assert {"Honour-based abuse", "Anti-social behaviour"} <= set(page.texts("option"))
    page = await worker.submit("Decline", 422)
    assert page.errors == ["Choose the reason"] and await state_of(hub, sent) == "sent"
    page = await worker.submit("Decline", 200, reason_code="out_of_scope", better_line="stalking")
    assert "no longer yours" in page.text and "Testperson" not in page.text and "07700 900321" not in page.text
    told = await last_told(hub, sent, "referral.declined")
    assert (told["reason_code"], told["better_line"]) == ("out_of_scope", "stalking")
    await hub.every(settling.settle, LATER)
    page = await worker.get("/portal?list=withdrawn")
    assert page.rows[1][0] == await reference_of(hub, sent) and "Declined" in page.rows[1][2]


@pytest.mark.parametrize(
    ("before", "link", "reason", "after", "event"),
    [
        ((), "Put on the waiting list", "interpreter", "waitlisted", "referral.waitlisted"),
        (("accept", "start"), "Put support on hold", "person_away", "on_hold", "support.paused"),
        ((), "The person does not want this", "not_now", "declined_by_victim", "referral.declined-by-victim"),
    ],
)
async def test_a_step_with_a_reason(
    hub: Hub, sent: Sent, worker: Browser, before: tuple[str, ...], link: str, reason: str, after: str, event: str
) -> None:
    await take(hub, sent, *before)
    await worker.get(sent.page)
    await worker.follow(link)
    assert (await worker.submit(link, 422)).errors == ["Choose the reason"]
    assert (await worker.submit(link, 422, reason_code="mischief")).errors == ["Choose the reason"]
    await worker.submit(link, 200, reason_code=reason)
    assert await state_of(hub, sent) == after
    assert (await last_told(hub, sent, event))["reason_code"] == reason


async def test_a_question_goes_to_the_hub_and_is_open_until_answered(hub: Hub, sent: Sent, worker: Browser) -> None:
    await worker.get(sent.page)
    await worker.follow("Ask the hub a question")
    page = await worker.submit("Ask the hub a question", 200, reason_code="risk")
    assert "Question open" in page.text and "More about the risk" in page.text
    assert "Ask the hub a question" not in page.texts("a")
    await worker.get(f"{sent.page}/steps/ask", status=409)
    officer = a_viewer()
    async with hub.looks(officer) as tx:
        await referring.step(tx, officer, sent.referral, "supply", LATER)
    page = await worker.get(sent.page)
    assert "Question open" not in page.text and "The hub answered your question" in page.text


async def test_support_is_started_paused_resumed_and_completed_with_outcomes(
    hub: Hub, sent: Sent, worker: Browser
) -> None:
    await take(hub, sent, "accept")
    await worker.get(sent.page)
    page = await worker.submit("Start support", 422)
    assert "Record first how you reached the person" in page.text
    await worker.submit("Record the attempt", 200, channel="mobile", outcome="spoke", sooner="danger")
    await worker.submit("Start support")
    await worker.follow("Put support on hold")
    await worker.submit("Put support on hold", 200, reason_code="court_wait")
    await worker.submit("Resume support")
    await worker.follow("Complete support")
    await worker.submit("Complete support", 422, **{"outcome-VFS1": "better"})
    await worker.submit("Complete support", 200, **an_end(), end_reason="goals_met")
    told = await last_told(hub, sent, "support.completed")
    assert told["feedback_wanted"] is False and told["end_reason"] == "goals_met"
    assert {"outcome": "VFS1", "change": "better"} in told["outcomes"]
    await hub.every(settling.settle, LATER)
    assert (await worker.get("/portal?list=completed")).rows[1][0] == await reference_of(hub, sent)


async def test_support_that_ends_early_says_why(hub: Hub, sent: Sent, worker: Browser) -> None:
    await take(hub, sent, "accept", "start")
    await worker.get(sent.page)
    await worker.follow("End support early")
    page = await worker.submit("End support early", 422)
    assert page.errors[0] == "Choose the reason" and len(page.errors) == 7
    await worker.submit("End support early", 200, **an_end(), reason_code="moved")
    assert (await last_told(hub, sent, "support.ended-early"))["reason_code"] == "moved"


async def attempt(worker: Browser, outcome: str = "no_answer", status: int = 200) -> Seen:
    return await worker.submit("Record the attempt", status, channel="mobile", outcome=outcome, sooner="danger")


async def test_a_person_is_not_reached_after_three_attempts_only(hub: Hub, sent: Sent, worker: Browser) -> None:
    await take(hub, sent, "accept")
    await worker.get(sent.page)
    await attempt(worker)
    await worker.follow("Close as not reached")
    page = await worker.submit("Close as not reached", 422, reason_code="no_answer")
    assert page.errors[0].startswith("Record at least three attempts before you close it as not reached")
    for _ in range(2):
        await worker.get(sent.page)
        await attempt(worker)
    await worker.follow("Close as not reached")
    await worker.submit("Close as not reached", 200, reason_code="no_answer")
    assert await state_of(hub, sent) == "unreachable"


async def test_an_attempt_is_asked_for_whole_and_recorded_once(hub: Hub, sent: Sent, worker: Browser) -> None:
    await take(hub, sent, "accept")
    await worker.get(sent.page)
    page = await worker.submit("Record the attempt", 422)
    assert page.errors == ["Choose how you tried to reach the person", "Choose what came of it"]
    same = {"attempt_id": str(uuid4()), "channel": "mobile", "outcome": "spoke", "sooner": "danger"}
    for _ in range(2):
        page = await worker.post(f"{sent.page}/attempts", same)
    assert "mobile. I spoke to the person" in page.text
    assert await hub.value("select count(*) from contact_attempt") == 1
    assert await hub.value("select attempts from referral where referral_id = $1", sent.referral) == 1


async def test_before_the_number_stands_when_the_next_attempt_may_be_made(
    hub: Hub, sent: Sent, worker: Browser
) -> None:
    await take(hub, sent, "accept")
    await worker.get(sent.page)
    await worker.submit("Record the attempt", channel="mobile", outcome="no_answer", sooner="danger")
    page = await worker.get(sent.page)
    assert page.text.index("Next attempt not before") < page.text.index("07700 900321")


async def test_what_makes_a_contact_dangerous_stands_beside_urgent_as_far_as_the_provider_is_told(
    hub: Hub, sent: Sent, worker: Browser
) -> None:
    await hub.worker.pool.execute("update case_file set risk_grade = 'high'")
    page = await worker.get(sent.page)
    assert page.texts("span", "moj-badge")[:2] == ["Urgent", "High risk"]
    assert "Ask the officer or the person" not in page.text
    await hub.worker.pool.execute("update leg set told_within = '{flags}'")
    assert "High risk" not in (await worker.get(sent.page)).texts("span", "moj-badge")


async def test_a_channel_that_is_not_safe_cannot_be_tried(hub: Hub, sent: Sent, worker: Browser) -> None:
    await take(hub, sent, "accept")
    await worker.get(sent.page)
    fields = {"attempt_id": str(uuid4()), "channel": "landline", "outcome": "no_answer"}
    page = await worker.post(f"{sent.page}/attempts", fields, status=422)
    assert page.errors == ["Nobody knows whether this channel is safe, so it cannot be used"]
    assert await hub.value("select count(*) from contact_attempt") == 0


async def test_nothing_is_tried_before_the_referral_is_accepted(hub: Hub, sent: Sent, worker: Browser) -> None:
    page = await worker.get(sent.page)
    assert "Record a contact attempt" not in page.text
    fields = {"attempt_id": str(uuid4()), "channel": "mobile", "outcome": "no_answer"}
    await worker.post(f"{sent.page}/attempts", fields, status=409)
    assert await hub.value("select count(*) from contact_attempt") == 0


@pytest.mark.parametrize("how", ["button", "attempt", "the form of another attempt"])
async def test_somebody_else_answering_locks_the_channel_and_hides_its_number(
    hub: Hub, sent: Sent, worker: Browser, how: str
) -> None:
    await take(hub, sent, "accept")
    await worker.get(sent.page)
    if how == "button":
        page = await worker.submit("Somebody else answered: lock mobile")
    elif how == "the form of another attempt":
        form = {"attempt_id": str(uuid4()), "channel": "mobile", "sooner": "danger", "already": ""}
        for outcome in ("no_answer", "someone_else_answered", "someone_else_answered"):
            page = await worker.post(f"{sent.page}/attempts", form | {"outcome": outcome})
        assert await hub.value("select count(*) from contact_attempt") == 2
    else:
        page = await attempt(worker, "someone_else_answered")
    assert "Nothing is safe to use now" in page.text and "Locked" in page.text
    assert "07700 900321" not in page.text and "Record a contact attempt" not in page.text
    [channel] = await hub.rows("select safety, locked_why from channel where kind = 'mobile'")
    assert (channel["safety"], channel["locked_why"]) == ("unsafe", "someone_else_answered")
    assert (await hub.told(sent.case))[-1] == "contact-safety.changed"
    fields = {"attempt_id": str(uuid4()), "channel": "mobile", "outcome": "no_answer", "already": ""}
    page = await worker.post(f"{sent.page}/attempts", fields, status=422)
    assert page.errors[0].startswith("This channel is locked")


async def test_a_number_that_another_took_the_place_of_is_not_shown_however_safe_the_new_one_is(
    hub: Hub, sent: Sent, worker: Browser
) -> None:
    await take(hub, sent, "accept")
    assert "07700 900321" in (await worker.get(sent.page)).text
    await hub.worker.pool.execute("update channel set value_index = '\\x02' where kind = 'mobile'")
    page = await worker.get(sent.page)
    assert "07700 900321" not in page.text and "Ask the hub for the new one" in page.text


async def test_a_worker_takes_a_referral_on_and_gives_it_back(hub: Hub, sent: Sent, worker: Browser) -> None:
    await worker.get(sent.page)
    page = await worker.submit("Take it on")
    assert page.summary["Worker"] == "You"
    assert len((await worker.get("/portal?list=mine")).rows) == 2
    assert (await worker.get("/portal?list=unassigned")).rows == []
    await worker.get(sent.page)
    page = await worker.submit("Save the worker", worker="nobody")
    assert page.summary["Worker"] == "Nobody"
    assert (await worker.get("/portal?list=mine")).rows == []


async def test_a_referral_is_given_to_a_colleague_of_the_own_organisation_and_to_nobody_else(
    hub: Hub, sent: Sent, browse: AsPersona
) -> None:
    manager, colleague = await browse("provider.manager"), a_viewer("idva.worker")
    page = await manager.get(sent.page)
    offered = [option.get("value") for option in page.all("option")]
    assert str(a_viewer("isva.worker").user_id) not in offered
    for stranger in (a_viewer("isva.worker").user_id, a_viewer().user_id, "mischief"):
        page = await manager.post(f"{sent.page}/assign", {"worker": str(stranger)}, 422)
        assert page.errors == ["Choose who works on it"]
    page = await manager.submit("Save the worker", worker=str(colleague.user_id))
    assert page.summary["Worker"] == "Josie Marlow"
    assert (await manager.get("/portal?list=open")).rows[1][6] == "Josie Marlow"
    assert await hub.value("select assigned_to from leg where leg_id = $1", sent.leg) == colleague.user_id
    assert len((await (await browse("idva.worker")).get("/portal?list=mine")).rows) == 2


async def test_a_list_can_be_of_one_contract(hub: Hub, sent: Sent, worker: Browser) -> None:
    await worker.get("/portal")
    page = await worker.submit("Show", contract=str(contract_id("harbour-lane-idva")))
    assert len(page.rows) == 2 and tab(page, "All open") == "All open (1)"
    [other] = [o.get("value") or "" for o in page.all("option") if "omestic abuse:" in "".join(o.itertext())]
    page = await worker.submit("Show", contract=other)
    assert page.rows == [] and tab(page, "All open") == "All open (0)"


async def test_what_was_done_meanwhile_is_a_conflict_and_not_done_twice(
    hub: Hub, sent: Sent, worker: Browser, browse: AsPersona
) -> None:
    colleague = await browse("provider.manager")
    await worker.get(sent.page)
    await colleague.get(sent.page)
    await colleague.submit("Accept")
    await worker.submit("Accept", 409)
    assert (await hub.told(sent.case)).count("referral.accepted") == 1


async def test_a_withdrawn_referral_shows_no_details(hub: Hub, sent: Sent, worker: Browser) -> None:
    officer = a_viewer()
    async with hub.looks(officer) as tx:
        await referring.withdraw(tx, officer, sent.referral, "duplicate", LATER)
    page = await worker.get(sent.page)
    assert "no longer yours" in page.text and "Testperson" not in page.text
    await worker.post(f"{sent.page}/steps/accept", status=409)


async def test_a_restricted_persons_referral_is_seen_by_the_named_worker_alone(
    hub: Hub, sent: Sent, worker: Browser, browse: AsPersona
) -> None:
    await hub.worker.pool.execute("update leg set restricted = true, assigned_to = $1", a_viewer("idva.worker").user_id)
    assert "Restricted" in (await worker.get(sent.page)).text
    colleague = await browse("provider.manager")
    await colleague.get(sent.page, status=404)
    assert (await colleague.get("/portal")).rows == []
    await worker.post(f"{sent.page}/assign", {"worker": "nobody"}, status=409)


async def test_the_manager_says_how_a_list_stands(hub: Hub, browse: AsPersona) -> None:
    manager = await browse("provider.manager")
    await manager.get("/portal")
    page = await manager.follow("Say how your lists stand")
    page = await manager.follow("Change")
    until = {"until-day": "31", "until-month": "2", "until-year": "2027"}
    page = await manager.submit("Save", 422, state="limited", places="many", **until)
    assert page.errors == ["Enter a whole number, or leave it empty", "The last day must be a real date"]
    until = {"until-day": "1", "until-month": "3", "until-year": "2024"}
    page = await manager.submit("Save", 422, state="limited", places="3", **until)
    assert page.errors == ["The last day must be today or later"]
    page = await manager.submit("Save", 200, **{"until-year": "2099"})
    assert "Open, few places" in page.text and "Sunday 1 March 2099" in page.text
    [row] = await hub.rows("select contract_id, state, places from contract_state")
    assert row == {"contract_id": contract_id("harbour-lane-idva"), "state": "limited", "places": 3}
    page = await manager.follow("Change")
    where, shown = page.path, page.hidden(page.path)
    for _ in range(2):
        assert "Your list was changed." in (await manager.post(where, shown | {"state": "closed"})).text
    page = await manager.post(where, shown | {"state": "open"}, 409)
    assert "by you on" in page.errors[0] and "it is “Closed” now. Nothing was saved" in page.errors[0]
    assert await hub.value("select count(*) from kit.outbox where type = 'capacity.changed.v1'") == 2


async def test_a_worker_may_not_say_how_a_list_stands(worker: Browser) -> None:
    await worker.get("/portal/capacity", status=403)
    await worker.get(f"/portal/capacity/{contract_id('harbour-lane-idva')}", status=403)


async def test_the_portal_is_for_providers_alone(sent: Sent, browse: AsPersona) -> None:
    for persona in ("officer", "leader", "analyst", "admin", "compliance"):
        browser = await browse(persona)
        await browser.get("/portal", status=403)
        await browser.get(sent.page, status=403)


async def test_what_is_no_id_is_not_found(worker: Browser, sent: Sent) -> None:
    await worker.get("/portal/referrals/nonsense", status=404)
    await worker.get(f"/portal/referrals/{UUID(int=7)}", status=404)
    page = await worker.get(f"{sent.page}/steps/fly", status=409)
    assert "not saved" not in page.text, "nothing was sent: the page was only opened"


async def test_what_somebody_who_has_left_worked_on_is_without_a_worker(hub: Hub, sent: Sent, worker: Browser) -> None:
    await hub.rows("update leg set assigned_to = $1 returning 1", uuid4())
    page = await worker.get("/portal?list=unassigned")
    assert "Unassigned (1)" in page.text and "Somebody who has left" in page.text
    await hub.rows("update leg set assigned_to = $1 returning 1", a_viewer("idva.worker").user_id)
    assert "Unassigned (0)" in (await worker.get("/portal?list=unassigned")).text
