"""A form gone back to and sent again with other answers: nothing that was said is lost under a page that says it was
saved."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case, hub_pages

pytestmark = pytest.mark.service


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with hub_pages(hub, databases) as opened:
        yield opened


async def test_somebody_else_answering_locks_the_channel_though_the_form_said_nobody_answered_before(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/contact")
    form = {"attempt_id": str(uuid4()), "channel": "mobile", "sooner": "danger"}
    for outcome in ("no_answer", "no_answer", "someone_else_answered", "someone_else_answered"):
        page = await officer.post(f"/cases/{case}/contact/attempts", form | {"outcome": outcome})
    assert page.texts("strong", "govuk-tag--red") == ["Locked"]
    kept = await hub.rows("select outcome from contact_attempt order by at")
    assert [row["outcome"] for row in kept] == ["no_answer", "someone_else_answered"]
    [mobile] = await hub.rows("select safety, locked_why from channel where kind = 'mobile'")
    assert tuple(mobile.values()) == ("unsafe", "someone_else_answered")
