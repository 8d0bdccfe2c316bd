"""Every form of the hub, the portal and the directory, sent as it should not be: refused, and nothing half done."""

from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from kit import clock
from kit.database import Database
from kit.web.app import make_app
from services.referral import case_ui, directory_ui, provider_portal
from services.referral.__main__ import HERE
from tests.browser import Browser, cookie_of
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import access_of
from tests.referral.test_hostile_provider import three_providers
from tests.walking import MUCH, Replayed, State, refusals

pytestmark = pytest.mark.service
WALKERS = {
    "leader": ("/cases", "/referrals", "/operations", "/directory", "/cases/new", "/cases/team", "/referrals/handover"),
    "provider.manager": ("/portal", "/portal/returns", "/portal/outcomes", "/portal/capacity"),
    "admin": ("/operations", "/directory"),
}
LOOKED = ("case_look", "worker", "saved_filter", "draft")
"""What looking changes, and a note that is refused because its draft moved: it is kept as a draft of its own."""


def whole_app(hub: Hub, access: Database) -> Starlette:
    """Everything of the service but sign-in, which is the issuer's."""
    pages = [*case_ui.pages(hub.context), *provider_portal.pages(hub.context), *directory_ui.pages(hub.context)]
    return make_app(
        "referral",
        hub.context.settings,
        pages,
        databases={"hub": hub.hub, "portal": hub.portal},
        templates=HERE / "templates",
        access=access,
        sealer=hub.sealer,
    )


@pytest.mark.timeout(400)
async def test_every_form_refuses_what_it_cannot_use_leaves_nothing_half_done_and_is_done_once(
    hub: Hub, databases: Databases
) -> None:
    await three_providers(hub)
    access = await access_of(databases)
    app = whole_app(hub, access)
    async with AsyncExitStack() as stack:
        walkers = {}
        for who, starts in WALKERS.items():
            cookie = await cookie_of(access, who)
            walkers[who] = await stack.enter_async_context(Browser(app, hub.context.settings, cookie)), starts
        others = {"/portal": "provider.manager", "/": "leader"}
        told = Replayed(first=("provider.manager",))
        problems, reached = await refusals(app, walkers, State(hub.worker, LOOKED), others, told)
    assert problems == []
    assert len(reached) > 40, sorted(reached)
    assert not told.problems, "\n".join(told.problems)
    assert len(told.taken) > 22, f"taken: {sorted(told.taken)}, not: {sorted(reached - told.taken)}"


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"words": "' + MUCH.encode() + b'"}', b'{"case_id": "x", "<b>": [1]}'])
async def test_an_agency_is_told_what_is_wrong_with_its_call(hub: Hub, databases: Databases, body: bytes) -> None:
    credential = uuid4().hex
    await hub.worker.pool.execute(
        "insert into agency (agency_id, name, source, credential_sha256, made_by, made_at)"
        " values ($1, 'A school', 'agency', sha256($2), $1, $3)",
        uuid4(),
        credential.encode(),
        clock.now(),
    )
    app, state = whole_app(hub, await access_of(databases)), State(hub.worker)
    before = await state.now()
    async with Browser(app, hub.context.settings) as browser:
        headers = {"Authorization": f"Bearer {credential}", "Idempotency-Key": "a-key-of-one-person"}
        answer = await browser.call("/cases/intake", body, headers)
    assert answer.status_code in (413, 422) and await state.now() == before
