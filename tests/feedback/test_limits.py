"""Codes and links are not guessed: tries are counted by address, by how codes begin and overall, and audited."""

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from contracts.identity import ALPHABET, check_character, reference
from kit import clock
from kit.service import Moment
from kit.web import attempts
from tests.browser import Browser
from tests.feedback.conftest import Running
from tests.feedback.test_neutral_ui import app as app
from tests.feedback.test_neutral_ui import begin
from tests.feedback.test_neutral_ui import browser as browser
from tests.feedback.test_neutral_ui import invited as invited

pytestmark = pytest.mark.service


def beginning_alike(number: int) -> str:
    """Codes that begin with the same signs."""
    signs = f"7777{ALPHABET[number]}2222"
    return f"{signs[:5]}-{signs[5:]}{check_character(signs)}"


async def tries(browser: Browser, code: str, status: int) -> str:
    await browser.get("/")
    return (await browser.submit("Continue", status, code=code)).text


async def refused(feedback: Running) -> list[tuple[str, int]]:
    rows: list[Any] = await feedback.worker.pool.fetch(
        "select reason, count(*) as n from kit.audit where action = 'feedback_code.refused' group by 1 order by 1"
    )
    return [(row["reason"], row["n"]) for row in rows]


async def test_after_ten_wrong_codes_an_address_has_to_wait_and_another_has_not(
    browser: Browser, app: Starlette, invited: Running
) -> None:
    code = await begin(browser)
    for _ in range(12):
        await tries(browser, code, 200)  # what works is not counted
    for _ in range(10):
        await tries(browser, reference(uuid4()), 422)
    said = await tries(browser, code, 429)
    assert "Wait before you try again" in said and "You can try again from" in said
    assert browser.page and 0 < int(browser.page.response.headers["retry-after"]) <= 15 * 60 + 1
    await tries(browser, code, 429)
    assert await refused(invited) == [("not_known", 10), ("too_many", 1)]
    settings = invited.context.settings
    async with Browser(app, settings, neutral=True, address="2001:db8:7::1") as other:
        await tries(other, code, 200)
    kept = str(await invited.worker.pool.fetch("select * from kit.attempt"))
    assert "2001" not in kept and code not in kept and "127.0.0.1" not in kept


async def test_codes_that_begin_alike_are_counted_together_from_every_address(app: Starlette, invited: Running) -> None:
    async with AsyncExitStack() as stack:
        for number in range(21):
            person = Browser(app, invited.context.settings, neutral=True, address=f"203.0.113.{number}")
            await stack.enter_async_context(person)
            await tries(person, beginning_alike(number), 429 if number == 20 else 422)
    assert await refused(invited) == [("not_known", 20), ("too_many", 1)]


async def test_a_link_that_is_none_of_ours_counts_and_who_comes_back_is_audited(
    browser: Browser, invited: Running
) -> None:
    code = await begin(browser)
    await tries(browser, code, 200)
    count = "select count(*) from kit.audit where action = $1"
    assert await invited.worker.pool.fetchval(count, "invitation.came_back") == 1
    for number in range(11):
        await browser.get(f"/r/{uuid4().hex}")
        await browser.submit("Continue", 410 if number < 10 else 429)
    assert await invited.worker.pool.fetchval(count, "feedback_link.refused") == 11


async def test_counts_are_forgotten_when_their_time_is_over(invited: Running) -> None:
    async with invited.portal.begin() as tx:
        for key, ago in ((b"1", 60), (b"2", 0)):
            await attempts.count(tx, "x", {key: timedelta(seconds=30)}, clock.now() - timedelta(seconds=ago))
    async with invited.worker.begin() as tx:
        assert await attempts.forget(tx, Moment(clock.now(), None), None) == 1
