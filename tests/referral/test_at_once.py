"""The same form sent ten times at the same moment: it is done once, and everybody is told the same."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from tests.browser import Browser, cookie_of
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import access_of
from tests.referral.portal import a_referral_sent
from tests.referral.test_every_form import whole_app
from tests.referral.test_intake import PERSON
from tests.referral.test_portal_manager import a_quarter_that_is_over
from tests.walking import Reading

pytestmark = pytest.mark.service
SignIn = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def sign_in(hub: Hub, databases: Databases) -> AsyncIterator[SignIn]:
    access = await access_of(databases)
    app = whole_app(hub, access)
    async with AsyncExitStack() as stack:

        async def browser(persona: str) -> Browser:
            cookie = await cookie_of(access, persona)
            return await stack.enter_async_context(Browser(app, hub.context.settings, cookie))

        yield browser


async def ten_times(browser: Browser, page: str, action: str, **fields: str | list[str]) -> set[tuple[int, str]]:
    """The answers to a form, sent ten times at once with the ids that its page gave it: (status, where to)."""
    read = Reading(page, (await browser.get(page)).html)
    kept = next((form.fields for form in read.forms if form.action == action), {})
    sent = {name: values for name, values in kept.items() if values != [""]} | fields
    answers = await asyncio.gather(*(browser.answer("POST", action, sent) for _ in range(10)))
    return {(answer.status_code, answer.headers.get("location", "")) for answer in answers}


async def test_a_contact_attempt(hub: Hub, sign_in: SignIn) -> None:
    sent = await a_referral_sent(hub)
    base = f"/cases/{sent.case}/contact"
    told = {"channel": "mobile", "outcome": "someone_else_answered"}
    answers = await ten_times(await sign_in("officer"), base, f"{base}/attempts", **told)
    assert answers == {(303, base)}
    assert await hub.value("select count(*) from contact_attempt") == 1
    assert (await hub.told(sent.case)).count("contact.attempted") == 1


async def test_an_agreement(hub: Hub, sign_in: SignIn) -> None:
    sent = await a_referral_sent(hub)
    base, before = f"/cases/{sent.case}/agreements", await hub.value("select count(*) from consent")
    told: dict[str, str | list[str]] = {"purpose": "support", "contract": str(contract_id("harbour-lane-idva"))}
    told |= {"scope": ["who", "reach"], "how": "mobile", "given_by": "self"}
    answers = await ten_times(await sign_in("officer"), f"{base}/new", f"{base}/new", **told)
    assert answers == {(303, base)}
    assert await hub.value("select count(*) from consent") == before + 1


async def test_somebody_taken_in(hub: Hub, sign_in: SignIn) -> None:
    answers = await ten_times(await sign_in("officer"), "/cases/new", "/cases/new", **PERSON, case_id=str(uuid4()))
    assert len(answers) == 1 and next(iter(answers))[0] == 303
    assert await hub.value("select count(*) from case_file") == await hub.value("select count(*) from intake") == 1


async def test_a_monitoring_return(hub: Hub, sign_in: SignIn) -> None:
    period = await a_quarter_that_is_over(hub)
    manager = await sign_in("provider.manager")
    page = await manager.get(f"/portal/returns/{period}/posts")
    await manager.submit(
        "Save", 200, **{i.get("name") or "": "1" for i in page.all("input") if "-" in (i.get("name") or "")}
    )
    page_of = f"/portal/returns/{period}"
    action = f"{page_of}/sign"
    assert await ten_times(manager, action, action, checked="yes") == {(303, page_of)}
    assert await hub.value("select count(*) from monitoring_return") == 1
