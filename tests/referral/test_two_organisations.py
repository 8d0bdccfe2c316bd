"""Somebody who works for two providers looks for one of them at a time, and nothing of one is saved for the other."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from starlette.applications import Starlette

from contracts.identity import provider_id
from kit import access as who
from kit.database import Database
from kit.web.organisations import switch
from services.referral import commands
from services.referral.actions import leaving
from services.referral.domain.performance import quarter_of
from tests.browser import Browser, Seen, cookie_of
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import a_referral_sent, portal_app

pytestmark = pytest.mark.service
HARBOUR, STILLWATER = provider_id("harbour-lane"), provider_id("stillwater")
POSTS = f"/portal/returns/{quarter_of(datetime.now(UTC).date())}/posts"
SESSIONS = "select distinct organisation_id from session where user_id = $1"
OVER = "Your session is over."
SWITCHED = "You have switched to {}; this page was opened for {}. Nothing was saved."


@dataclass
class Place:
    """The portal, the users as their owner writes them, and a stack that closes what is opened."""

    app: Starlette
    hub: Hub
    access: Database
    users: Database
    stack: AsyncExitStack

    async def tabs(self, persona: str, count: int = 2) -> list[Browser]:
        """Tabs of one browser: one session."""
        cookie = await cookie_of(self.access, persona)
        made = [Browser(self.app, self.hub.context.settings, cookie) for _ in range(count)]
        return [await self.stack.enter_async_context(each) for each in made]

    async def joins(self, persona: str, provider: UUID, role: str) -> None:
        asked = "insert into membership (user_id, organisation_id, role) values ($1, $2, $3)"
        await self.users.pool.execute(asked, a_viewer(persona).user_id, provider, role)

    async def leaves(self, persona: str, provider: UUID) -> None:
        asked = "update membership set ended_at = now() where user_id = $1 and organisation_id = $2"
        await self.users.pool.execute(asked, a_viewer(persona).user_id, provider)


@pytest.fixture
async def place(hub: Hub, databases: Databases) -> AsyncIterator[Place]:
    name = await databases.copy_of("access")
    access, users = await databases.open(name, "access_web"), await databases.open(name, "access_migrate")
    async with AsyncExitStack() as stack:
        yield Place(portal_app(hub, hub.context.settings, access), hub, access, users, stack)


def figures(page: Seen, value: str) -> dict[str, str]:
    """Every figure of the form of posts and spend."""
    return {i.get("name") or "": value for i in page.all("input") if (i.get("name") or "").count("-")}


async def signs_in(tab: Browser) -> bool:
    """Whether a page of the portal asks for signing in, and shows nothing."""
    answer = await tab.answer("GET", "/portal")
    return (answer.status_code, answer.headers.get("location"), answer.text) == (303, "/sign-in?next=/portal", "")


async def test_whoever_works_for_two_providers_sees_one_at_a_time_with_the_role_held_there(
    hub: Hub, place: Place
) -> None:
    sent = await a_referral_sent(hub)
    [worker] = await place.tabs("idva.worker", 1)
    page = await worker.get("/portal")
    assert sent.page in page.html and "more than one organisation" not in page.text
    await place.joins("idva.worker", STILLWATER, "isva.worker")
    [other] = await place.tabs("idva.worker", 1)
    page = await worker.get("/portal")
    assert "This is Harbour Lane" in page.text
    [poll] = [each.get("data-poll") or "" for each in page.all("div") if each.get("data-poll")]
    await worker.download(poll, 204)
    page = await worker.submit("Go to Stillwater")
    assert "This is Stillwater" in page.text and "Josie Marlow, Stillwater" in page.text
    assert sent.page not in page.html
    for path in (sent.page, f"{sent.page}/appointments", f"{sent.page}/steps/accept"):
        assert "You look at what is of Stillwater now." in (await worker.get(path, 404)).text
    told = (await worker.download(poll)).text
    assert "You have switched to Stillwater." in told, "a page of the other one is told that it hears nothing any more"
    await worker.get("/portal")
    for path in (f"{sent.page}/attempts", f"{sent.page}/lock", f"{sent.page}/steps/accept"):
        await worker.post(path, {"channel": "mobile", "outcome": "no_answer"}, 404)
    assert sent.page in (await other.get("/portal")).html, "another session is as it was"
    here = {one.user_id: one.role for one in await who.colleagues(place.access, STILLWATER)}
    assert here[a_viewer("idva.worker").user_id] == "isva.worker"
    asked = "select action, organisation_id, actor_role, subject_id from kit.audit where action ~ $1 order by id"
    [chosen] = await hub.rows(asked, "organisation.chosen")
    assert tuple(chosen.values()) == ("organisation.chosen", HARBOUR, "idva.worker", STILLWATER)
    looks = [tuple(row.values())[1:3] for row in await hub.rows(asked, "portal.list_seen")]
    assert looks[1:3] == [(HARBOUR, "idva.worker"), (STILLWATER, "isva.worker")]
    await worker.get("/portal")
    assert sent.page in (await worker.submit("Go to Harbour Lane")).html


async def test_a_tab_that_was_opened_for_one_provider_saves_nothing_for_the_other(hub: Hub, place: Place) -> None:
    await place.joins("provider.manager", STILLWATER, "provider.manager")
    first, second, third = await place.tabs("provider.manager", 3)
    given = figures(await first.get(POSTS), "3")
    await second.get("/portal/outcomes")
    await third.get("/portal")
    await third.submit("Go to Stillwater")
    said = SWITCHED.format("Stillwater", "Harbour Lane")
    page = await first.submit("Save", 409, **given)
    assert page.heading == "You have switched to another organisation" and said in page.text
    assert "Send again" not in page.texts("button") and page.link("switch back") == "/portal"
    page = await second.submit("Preview", 409, lines="a line, as it was pasted")
    assert said in page.text and "a line, as it was pasted" in page.text
    await first.submit("Save", 200, **figures(await first.get(POSTS), "1"))
    shown = "select distinct provider_id, posts from post_spend"
    assert [tuple(row.values()) for row in await hub.rows(shown)] == [(STILLWATER, 1)]


async def test_a_form_of_a_page_that_the_other_role_may_not_open_is_told_of_the_switch_as_well(place: Place) -> None:
    await place.joins("provider.manager", STILLWATER, "isva.worker")
    first, second = await place.tabs("provider.manager")
    given = figures(await first.get(POSTS), "3")
    await second.get("/portal")
    await second.submit("Go to Stillwater")
    await first.submit("Save", 409, **given)
    await first.get(POSTS, 403)


async def test_a_half_done_form_of_one_provider_is_not_there_for_the_other(place: Place) -> None:
    await place.joins("provider.manager", STILLWATER, "provider.manager")
    first, second = await place.tabs("provider.manager")
    given = figures(await first.get(POSTS), "3")
    page = await first.submit("Save and come back later", 200, **given)
    assert "Posts and spend" in page.text
    draft = page.link("Posts and spend")
    await first.get(draft)
    await second.get("/portal")
    await second.submit("Go to Stillwater")
    assert "No form is half done" in (await second.get("/portal/work")).text
    page = await second.get(draft)
    assert not [i for i in page.all("input") if "-" in (i.get("name") or "") and i.get("value")]
    answer = await first.answer("POST", POSTS, {**given, "later": "by_itself"})
    assert answer.status_code == 409, "nor does it save itself there"


async def test_a_lost_membership_ends_the_session_that_is_for_it_and_never_becomes_the_other_one(
    hub: Hub, place: Place
) -> None:
    sent = await a_referral_sent(hub)
    await place.joins("provider.manager", STILLWATER, "provider.manager")
    first, second = await place.tabs("provider.manager")
    await first.get("/portal")
    await first.submit("Go to Stillwater")
    given = figures(await first.get(POSTS), "3")
    await second.get("/portal")
    await place.leaves("provider.manager", STILLWATER)
    assert await signs_in(second)
    page = await first.submit("Save", 403, **given)
    assert OVER in page.text and "Harbour Lane" not in page.text
    token = next(i.get("value") or "" for i in page.all("input") if i.get("name") == "csrf_token")
    [anew] = await place.tabs("provider.manager", 1)
    assert sent.page in (await anew.get("/portal")).html, "signing in is for what is left"
    page = await anew.post(POSTS, {"csrf_token": token, **given}, 409)
    assert SWITCHED.format("Harbour Lane", "Stillwater") in page.text
    assert await hub.value("select count(*) from post_spend") == 0
    await place.leaves("provider.manager", HARBOUR)
    assert await signs_in(anew)
    with pytest.raises(AssertionError, match="no persona"):
        await cookie_of(place.access, "provider.manager")
    gone = await who.left_by_all(place.access, [HARBOUR, STILLWATER])
    assert gone == set(), "colleagues are there at both"
    await place.leaves("isva.worker", STILLWATER)
    assert await who.left_by_all(place.access, [HARBOUR, STILLWATER]) == {STILLWATER}
    assert await who.colleagues(place.access, STILLWATER) == []


async def test_nobody_goes_to_an_organisation_that_they_do_not_belong_to_or_from_the_hub_or_into_it(
    hub: Hub, place: Place
) -> None:
    roadside, open_door = provider_id("roadside"), provider_id("open-door")
    await place.joins("idva.worker", STILLWATER, "isva.worker")
    await place.joins("idva.worker", roadside, "leader")
    await place.joins("idva.worker", open_door, "support.worker")
    await place.leaves("idva.worker", open_door)
    [worker] = await place.tabs("idva.worker", 1)
    page = await worker.get("/portal")
    assert [each for each in page.texts("button") if each.startswith("Go to")] == ["Go to Stillwater"]
    for given in (roadside, open_door, uuid4(), HARBOUR, "none", ""):
        await worker.get("/portal")
        await worker.post("/portal/organisation", {"organisation": str(given)}, 404)
    await place.joins("officer", STILLWATER, "isva.worker")
    officer = await who.viewer_of(place.access, await cookie_of(place.access, "officer"))
    assert officer is not None and officer.organisation_id is None
    assert not await switch(place.access, officer, STILLWATER)
    assert [row["organisation_id"] for row in await place.users.pool.fetch(SESSIONS, officer.user_id)] == [None]
    assert await hub.value("select count(*) from kit.audit where action = 'organisation.chosen'") == 0


async def test_whoever_runs_the_system_says_who_works_for_another_provider_with_a_reason_that_is_audited(
    hub: Hub, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(leaving, "USERS", await place.users.pool.fetchval("select current_database()"))

    async def says(*words: str) -> int:
        return await commands.run(["member", *words], hub.context)

    joins = ("join", "idva.worker", "stillwater", "--reason", "works_for_both", "--role")
    assert await says(*joins, "isva.worker") == 0
    [tab] = await place.tabs("idva.worker", 1)
    await tab.get("/portal")
    assert "This is Stillwater" in (await tab.submit("Go to Stillwater")).text
    capsys.readouterr()
    assert await says("list") == 0
    assert {"who": "idva.worker", "provider": "Stillwater", "role": "isva.worker"} in json.loads(
        capsys.readouterr().out
    )
    refused = [
        (*joins, "isva.worker"),
        (*joins[:2], "Roadside", *joins[3:], "leader"),
        (*joins[:2], "Roadside", *joins[3:], "provider.link"),
        ("join", "officer", *joins[2:], "isva.worker"),
        ("join", "nobody", *joins[2:], "isva.worker"),
        ("join", "idva.worker", "No such provider", *joins[3:], "isva.worker"),
        ("end", "idva.worker", "Open Door", "--reason", "left"),
    ]
    assert [await says(*words) for words in refused] == [1] * len(refused)
    assert await says("end", "idva.worker", "Stillwater", "--reason", "left") == 0
    assert await signs_in(tab)
    told = "select action, actor_role, organisation_id, subject_id, reason from kit.audit where action ~ '^membership'"
    user = a_viewer("idva.worker").user_id
    assert [tuple(row.values()) for row in await hub.rows(f"{told} order by id")] == [
        ("membership.joined", "operator", STILLWATER, user, "works_for_both"),
        ("membership.ended", "operator", STILLWATER, user, "left"),
    ]
