"""A fresh hub for each test, and browsers signed in to its pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from starlette.applications import Starlette

from kit.database import Database
from kit.web.app import make_app
from services.code_compliance.__main__ import SERVICE
from tests.browser import Browser, cookie_of
from tests.code_compliance.hub import Hub, a_hub
from tests.conftest import Databases

SignIn = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def name(databases: Databases) -> str:
    return await databases.copy_of("code_compliance")


@pytest.fixture
async def hub(databases: Databases, name: str) -> Hub:
    return a_hub(await databases.open(name, "code_compliance_worker"), databases.settings)


@pytest.fixture
async def access(databases: Databases) -> Database:
    sessions = await databases.copy_of("access")
    return await databases.open(sessions, "access_web")


@pytest.fixture
async def app(databases: Databases, name: str, hub: Hub, access: Database) -> Starlette:
    return make_app(
        "code_compliance",
        databases.settings,
        SERVICE.pages(hub.context),
        databases={"hub": await databases.open(name, "code_compliance_hub")},
        templates=SERVICE.templates or (),
        access=access,
        navigation=SERVICE.navigation,
    )


@pytest.fixture
async def sign_in(databases: Databases, app: Starlette, access: Database) -> AsyncIterator[SignIn]:
    """`browser = await sign_in("compliance")`."""
    async with AsyncExitStack() as stack:

        async def browser(persona: str) -> Browser:
            cookie = await cookie_of(access, persona)
            return await stack.enter_async_context(Browser(app, databases.settings, cookie))

        yield browser
