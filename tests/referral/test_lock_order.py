"""Nobody waits for somebody who waits for them: people, then cases, then referrals, and numbers of events last."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from kit.database import Database, Tx
from services.referral.actions import consenting, opening, referring
from services.referral.store import cases, referrals
from tests.builders import NOON, a_crime, a_detail, a_victim, a_viewer, recorded
from tests.conftest import until_somebody_waits
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, Sent, a_referral_sent

pytestmark = pytest.mark.service


async def free(database: Database, sql: str, *args: object) -> None:
    """Raises LockNotAvailableError when somebody holds one of these rows."""
    async with database.begin() as tx:
        await tx.execute(f"{sql} for update nowait", *args)


async def test_a_worker_looks_for_a_deadlock_before_a_page_does_and_so_gives_way(hub: Hub) -> None:
    asked = "select setting::int from pg_settings where name = 'deadlock_timeout'"
    worker, page, portal = [await login.pool.fetchval(asked) for login in (hub.worker, hub.hub, hub.portal)]
    assert worker * 4 <= min(page, portal), "in milliseconds"


async def withdraw_referral(tx: Tx, sent: Sent) -> None:
    await referring.withdraw(tx, a_viewer(), sent.referral, "agreement_withdrawn", LATER)


async def withdraw_agreement(tx: Tx, sent: Sent) -> None:
    agreement = await tx.fetchval("select consent_id from consent where case_id = $1", sent.case)
    await consenting.withdraw(tx, a_viewer(), agreement, "changed_mind", LATER)


@pytest.mark.parametrize("act", [withdraw_referral, withdraw_agreement])
async def test_the_hub_holds_a_case_before_it_numbers_an_event(
    hub: Hub, act: Callable[[Tx, Sent], Awaitable[None]]
) -> None:
    sent = await a_referral_sent(hub)

    async def page() -> None:
        async with hub.looks(a_viewer()) as tx:
            await act(tx, sent)

    async with hub.as_worker() as worker:
        await cases.load(worker, sent.case)
        step = asyncio.create_task(page())
        await until_somebody_waits(hub.worker)
        await free(hub.hub, "select 1 from kit.sequence where subject_id = $1", sent.case)
    await step


async def test_details_are_opened_with_their_case_held_first(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-1")
    await hub.hears(recorded(crime))
    [row] = await hub.rows("select case_id, person_id from case_file")
    async with hub.as_worker() as worker:
        await cases.load(worker, row["case_id"])
        opened = asyncio.create_task(hub.every(opening.open_arrivals))
        await until_somebody_waits(hub.worker)
        await free(hub.worker, "select 1 from channel where person_id = $1", row["person_id"])
    assert await opened == 1


async def test_a_leg_whose_referral_somebody_is_writing_leaves_the_next_time(hub: Hub) -> None:
    leaving = await a_referral_leaving(hub)
    async with hub.as_worker() as worker:
        await referrals.load(worker, leaving)
        assert await hub.every(referring.release, LATER) == 0
    assert await hub.every(referring.release, LATER) == 1


async def a_referral_leaving(hub: Hub) -> UUID:
    """A referral that was sent and not released."""
    sent = await a_referral_sent(hub)
    await hub.worker.pool.execute("update leg set state = 'leaving', release_at = $2 where leg_id = $1", sent.leg, NOON)
    await hub.worker.pool.execute("update referral set state = 'triaged' where referral_id = $1", sent.referral)
    return sent.referral
