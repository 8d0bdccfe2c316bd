"""The queues in a real browser: whose life is at risk is seen without scrolling."""

import pytest

from contracts.identity import persona_id
from tests.browser import cookie_of
from tests.builders import a_crime, a_domestic_crime, a_victim
from tests.conftest import Databases
from tests.gate import address_of, cookies, free_socket, open_gate, served
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, access_of, hub_app
from tests.referral.test_no_case import told

pytestmark = [pytest.mark.service, pytest.mark.browser]

_FIRST = "document.querySelector('tbody tr a').getBoundingClientRect().bottom"


async def test_the_first_case_of_a_queue_is_within_the_first_screen_whatever_stands_above_it(
    hub: Hub, databases: Databases
) -> None:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    access = await access_of(databases)
    officer = cookies(settings, await cookie_of(access, "officer"))
    for number in range(4):
        case = await a_case(hub, a_domestic_crime(a_victim(f"V-{number}", risk={"grade": "high", "dash_score": 17})))
        await hub.rows("update case_file set assigned_to = $2 where case_id = $1", case, persona_id("officer"))
    await hub.hears([told(a_crime(), "suspect_released_on_police_bail")])
    async with (
        served(hub_app(hub, settings, access), sock),
        open_gate() as gate,
        gate.look(f"{settings.public_url}/cases", signed_in=officer) as watched,
    ):
        assert await watched.page.get_by_text("somebody may be in danger").is_visible()
        assert await watched.page.get_by_role("heading", name="Your work").is_visible()
        assert await watched.evaluate(_FIRST) <= 900
