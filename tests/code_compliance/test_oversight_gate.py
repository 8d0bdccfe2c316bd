"""The pages of oversight in a real browser: axe, two widths, without JavaScript."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kit.database import Database
from kit.web.app import make_app
from services.code_compliance.__main__ import SERVICE
from tests.browser import cookie_of
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_oversight import a_quarter
from tests.conftest import Databases
from tests.gate import Gate, address_of, cookies, free_socket, open_gate, served

pytestmark = [pytest.mark.service, pytest.mark.browser]
Site = tuple[Gate, str, Any]
QUERY = "?period=2025-Q2&right=6&agency=police"
FULL = (
    "/rights/oversight?period=2025-Q2",
    f"/rights/oversight/right{QUERY}",
    f"/rights/oversight/split/sex{QUERY}",
    "/rights/oversight/areas?period=2025-Q2",
    f"/rights/oversight/list{QUERY}&state=breached",
)
TWO = ((1280, True), (320, False))
EMPTY = (
    "/rights/oversight?period=2024-Q2",
    "/rights/oversight/right?period=2024-Q2&right=6",
    "/rights/oversight/split/area?period=2024-Q2",
)


@pytest.fixture
async def site(hub: Hub, name: str, databases: Databases, access: Database) -> AsyncIterator[Site]:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    app = make_app(
        "code_compliance",
        settings,
        SERVICE.pages(hub.context),
        databases={"hub": await databases.open(name, "code_compliance_hub")},
        templates=SERVICE.templates or (),
        access=access,
        navigation=SERVICE.navigation,
    )
    signed_in = cookies(settings, await cookie_of(access, "compliance"))
    async with served(app, sock), open_gate() as gate:
        yield gate, settings.public_url, signed_in


async def test_oversight_full_and_empty_passes_the_gate(hub: Hub, site: Site) -> None:
    await a_quarter(hub)
    gate, url, signed_in = site
    for path in (*FULL, *EMPTY):
        assert await gate.problems(url + path, signed_in=signed_in, looks=TWO) == [], path
