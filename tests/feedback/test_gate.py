"""Every page in a real browser: axe, two widths, without JavaScript, and by keyboard alone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Page as Tab

from kit import clock
from kit.web.app import make_app
from services.feedback.__main__ import SERVICE
from services.feedback.actions import answering
from services.feedback.actions.answering import Answers
from tests.browser import cookie_of
from tests.conftest import Databases
from tests.feedback.conftest import Running
from tests.feedback.events import an_id, case_opened, ended
from tests.gate import Gate, address_of, cookies, free_socket, open_gate, served

pytestmark = [pytest.mark.service, pytest.mark.browser]

Way = Callable[[Tab], Awaitable[None]]
Site = tuple[Gate, str, str, list[dict[str, str]]]


@pytest.fixture
async def site(feedback: Running, databases: Databases) -> AsyncIterator[Site]:
    name = await databases.copy_of("access")
    access = await databases.open(name, "access_web")
    staff, neutral = free_socket(), free_socket()
    changed = {"public_url": address_of(staff), "neutral_url": address_of(neutral)}
    settings = feedback.context.settings.model_copy(update=changed)
    app = make_app(
        "feedback",
        settings,
        SERVICE.pages(feedback.context),
        databases={"hub": feedback.hub, "portal": feedback.portal},
        templates=SERVICE.templates or (),
        access=access,
        sealer=feedback.context.sealer,
        navigation=SERVICE.navigation,
    )
    signed_in = cookies(settings, await cookie_of(access, "leader"))
    async with served(app, staff, neutral), open_gate() as gate:
        yield gate, settings.public_url, settings.neutral_url, signed_in  # type: ignore[misc]


async def an_invitation(feedback: Running, name: str) -> str:
    """Somebody who opened their link; returns their code."""
    now, case = clock.now(), an_id(name)
    await feedback.hear(case_opened(case), ended(case, time=now - timedelta(hours=1)))
    await feedback.decide(now)
    await feedback.answer_requests(answering.digest(name), time=now)
    async with feedback.portal.begin() as tx:
        started = await answering.exchange(tx, feedback.context.sealer, name, uuid4(), uuid4(), now)
    return started.code


def with_code(
    code: str, then: str = "", press: str = "", too_long: bool = False, empty: bool = False, act: Way | None = None
) -> Way:
    """Comes back with a code, goes on to another page, presses a button there."""

    async def way(tab: Tab) -> None:
        await tab.get_by_label("Your code").fill(code)
        await tab.get_by_role("button", name="Continue").click()
        await tab.wait_for_url(lambda url: not url.endswith("/"), wait_until="networkidle")
        if then:
            await tab.goto(tab.url.rsplit("/", 1)[0] + then, wait_until="networkidle")
        if press.startswith("Send") and not empty and await tab.get_by_role("radio").count():
            await tab.get_by_role("radio").first.check()
        if too_long:
            await tab.get_by_label("Is there anything").fill("x" * 4001)
        button = tab.get_by_role("button", name=press)
        if press and await button.count():  # what was sent or taken back once stays so at the next look
            await button.click()
        if act is not None:
            await act(tab)

    return way


async def sends_other_answers(tab: Tab) -> None:
    """As from a page that was kept open: the answers were sent meanwhile."""
    form = "document.querySelector('form[action=\"/take-back\"]')"
    await tab.evaluate(f"{form}.insertAdjacentHTML('beforeend', '<input name=heard value=5>')")
    await tab.evaluate(f"{{const f = {form}; f.action = '/questions'; f.submit()}}")
    await tab.get_by_role("heading", name="It is too late").wait_for()


async def press_continue(tab: Tab) -> None:
    await tab.get_by_role("button", name="Continue").click()


async def test_the_neutral_pages_pass_the_gate(site: Site, feedback: Running) -> None:
    gate, _, neutral, _ = site
    code = await an_invitation(feedback, "one")
    ways: list[tuple[str, Way | None]] = [
        ("/", None),
        ("/", press_continue),
        ("/r/some-token", None),
        ("/r/some-token", press_continue),
        ("/", with_code(code, "/before")),
        ("/", with_code(code)),
        ("/", with_code(code, press="Send my answers", too_long=True)),
        ("/", with_code(code, press="Send my answers", empty=True)),
        ("/", with_code(code, press="Save and come back later")),
        ("/", with_code(code, press="Send my answers")),
        ("/", with_code(code, "/thank-you", press="(none)", act=sends_other_answers)),
        ("/", with_code(code, "/thank-you", press="Take my answers back")),
        ("/stopped", None),
        ("/privacy", None),
    ]
    for path, way in ways:
        assert await gate.problems(f"{neutral}{path}", act=way) == [], f"{path} {ways.index((path, way))}"


async def test_the_questions_are_answered_by_keyboard_alone(site: Site, feedback: Running) -> None:
    gate, _, neutral, _ = site
    code = await an_invitation(feedback, "two")
    async with gate.look(f"{neutral}/", act=with_code(code)) as watched:
        stops = await watched.stops()
    assert [
        name for name in ("heard", "pace", "words", "send", "save") if not any(f'"{name}"' in at for at in stops)
    ] == []
    assert any("Do not ask me again" in at or "govuk-button--secondary" in at for at in stops)


async def test_the_staff_pages_pass_the_gate(site: Site, feedback: Running) -> None:
    gate, staff, _, signed_in = site
    assert await gate.problems(f"{staff}/feedback", signed_in=signed_in) == []  # type: ignore[arg-type]
    assert await gate.problems(f"{staff}/feedback/words", signed_in=signed_in) == []  # type: ignore[arg-type]
    code = await an_invitation(feedback, "three")
    sealer, now = feedback.context.sealer, clock.now()
    async with feedback.portal.begin() as tx:
        started = await answering.come_back(tx, sealer, code, now)
    async with feedback.portal.begin() as tx:
        answers = Answers({"heard": "4"}, "I am scared", False)
        await answering.send(tx, sealer, started.window_id, answers, feedback.context.facts, now)
    response = await feedback.worker.pool.fetchval("select response_id from response")
    for path in ("", "/words", f"/words/{response}"):
        assert await gate.problems(f"{staff}/feedback{path}", signed_in=signed_in) == []  # type: ignore[arg-type]
