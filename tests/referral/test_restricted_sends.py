"""A restricted person is sent to one named worker of a provider, who sees and answers it; never to nobody."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id
from contracts.refused import Refused
from kit import clock
from kit.database import Database
from services.referral.actions import referring, transferring
from tests.browser import Browser, cookie_of
from tests.builders import a_domestic_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, triaged
from tests.referral.portal import shown
from tests.referral.test_every_form import whole_app
from tests.referral.test_life import RIVERBANK, a_rape_sent

pytestmark = pytest.mark.service
IDVA = contract_id("harbour-lane-idva")
YES = {"agreed": "yes", "unassessed": "urgent"}
NAMED = "idva.worker"
WORKER, LEADER = a_viewer(NAMED).user_id, a_viewer("leader")
SHE: dict[str, Any] = {"works_for": "provider", "risk": {"grade": "high"}}
CHOOSE = "Choose the worker who is named for this person: nobody else at the provider sees the referral"
Browse = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def access(databases: Databases) -> Database:
    """Who has an account, to be changed by a test."""
    name = await databases.copy_of("access")
    return await databases.open(name, "access_migrate")


@pytest.fixture
async def browse(hub: Hub, access: Database) -> AsyncIterator[Browse]:
    app, settings = whole_app(hub, access), hub.context.settings
    async with AsyncExitStack() as stack:

        async def opened(persona: str) -> Browser:
            return await stack.enter_async_context(Browser(app, settings, await cookie_of(access, persona)))

        yield opened


async def works_at(access: Database, persona: str, provider: UUID | None) -> None:
    """Somebody works for this provider from now on; None: for nobody who is known."""
    user = a_viewer(persona).user_id
    if provider is None:
        await access.pool.execute("update app_user set active = false where user_id = $1", user)
    else:
        await access.pool.execute("update membership set organisation_id = $2 where user_id = $1", user, provider)


async def a_restricted_referral(hub: Hub) -> tuple[UUID, UUID]:
    """A restricted case, and its referral to an adviser, triaged by who may see it."""
    case = await a_case(hub, a_domestic_crime(a_victim(**SHE)))
    referral = await hub.value("select referral_id from referral where case_id = $1 and line = 'idva'", case)
    async with hub.looks(LEADER) as tx:
        await referring.triage(tx, LEADER, referral, clock.now())
    return case, referral


async def test_a_restricted_person_is_sent_to_a_named_worker_who_alone_sees_and_answers_it(
    hub: Hub, browse: Browse
) -> None:
    case, referral = await a_restricted_referral(hub)
    leader, where = await browse("leader"), f"/cases/{case}/referrals/{referral}/contracts/{IDVA}"
    page = await leader.get(where)
    assert "Josie Marlow" in page.html and "Elen Price" in page.html and "Daniel Ash" not in page.html
    page = await leader.submit("Send", 422, **YES)
    assert page.errors == [CHOOSE]
    page = await leader.submit("Send", 422, **YES, worker=str(a_viewer("hate.worker").user_id))
    assert page.errors == [CHOOSE] and await hub.value("select count(*) from leg") == 0
    page = await leader.submit("Send", **YES, worker=str(WORKER))
    assert page.heading == "Leaving in 10 seconds"
    await hub.every(referring.release, clock.now() + timedelta(seconds=12))
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    worker, manager = await browse(NAMED), await browse("provider.manager")
    for listed in ("/portal", "/portal?list=mine"):
        assert reference in (await worker.get(listed)).text and reference not in (await manager.get(listed)).text
    await manager.get(f"/portal/referrals/{referral}", 404)
    await worker.get(f"/portal/referrals/{referral}")
    await worker.post(f"/portal/referrals/{referral}/steps/accept", await shown(hub, referral))
    assert await hub.value("select state from referral where referral_id = $1", referral) == "accepted"


async def test_where_nobody_of_a_provider_can_sign_in_whoever_sends_somebody_there_is_told_before_and_after(
    hub: Hub, access: Database, browse: Browse
) -> None:
    case = await a_case(hub)
    officer, where = await browse("officer"), f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}"
    assert "can sign in to answer" not in (await officer.get(where)).text
    for persona in (NAMED, "provider.manager"):
        await works_at(access, persona, None)
    assert "Nobody at Harbour Lane can sign in to answer" in (await officer.get(where)).text
    page = await officer.submit("Send", agreed="yes", unassessed="urgent")
    assert page.heading == "Leaving in 10 seconds" and "Nobody at Harbour Lane can sign in" in page.text


async def test_where_a_provider_can_name_nobody_the_page_says_what_to_do_and_nothing_is_sent(
    hub: Hub, access: Database, browse: Browse
) -> None:
    case, referral = await a_restricted_referral(hub)
    leader, where = await browse("leader"), f"/cases/{case}/referrals/{referral}/contracts/{IDVA}"
    sending = (await leader.get(where)).hidden(where)
    for persona in (NAMED, "provider.manager"):
        await works_at(access, persona, None)
    page = await leader.get(where)
    assert "has nobody who can be named" in page.text and "Send" not in page.texts("button")
    page = await leader.post(where, sending | YES | {"worker": str(WORKER)}, 422)
    assert "Choose another provider, or ring" in page.errors[0]
    assert await hub.value("select count(*) from leg") == 0
    with pytest.raises(Refused, match="needs_a_named_worker"):
        async with hub.looks(LEADER) as tx:
            await referring.send(tx, LEADER, referral, IDVA, BOOKS, hub.sealer, clock.now())


async def test_a_transfer_of_a_restricted_person_goes_to_the_named_worker_of_the_new_provider(
    hub: Hub, access: Database, browse: Browse
) -> None:
    sent = await a_rape_sent(hub)
    for table in ("case_file", "person", "leg"):
        await hub.worker.pool.execute(f"update {table} set restricted = true")
    leader, now = await browse("leader"), clock.now()
    with pytest.raises(Refused, match="needs_a_named_worker"):
        async with hub.looks(LEADER) as tx:
            await transferring.transfer(tx, LEADER, uuid4(), sent.referral, RIVERBANK, "another_provider", BOOKS, now)
    page, over = (
        f"/cases/{sent.case}/referrals/{sent.referral}/transfer",
        {"agreed": "yes", "reason_code": "another_provider"},
    )
    await leader.get(page)
    shown = await leader.submit("Transfer", 422, **over, contract=str(RIVERBANK))
    assert "has nobody who can be named" in shown.errors[0]
    await works_at(access, "isva.worker", BOOKS.directory.by_id[RIVERBANK].provider.provider_id)
    await leader.get(page)
    shown = await leader.submit("Transfer", 422, **over, contract=str(RIVERBANK))
    assert shown.errors == [CHOOSE] and await hub.value("select count(*) from transfer") == 0
    await leader.submit("Transfer", **over, contract=str(RIVERBANK), worker=str(a_viewer("isva.worker").user_id))
    await hub.every(transferring.carry_out, now + timedelta(minutes=1))
    await hub.every(referring.release, now + timedelta(minutes=2))
    row = "select assigned_to, state from leg where contract_id = $1"
    assert [tuple(one.values()) for one in await hub.rows(row, RIVERBANK)] == [
        (a_viewer("isva.worker").user_id, "sent")
    ]
