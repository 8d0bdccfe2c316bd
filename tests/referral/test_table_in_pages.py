"""The transition table walked through the pages: every role, state and step, restricted people and others."""

from uuid import UUID

import pytest

from contracts.reference import ROLES, personas
from contracts.vocabulary import REFERRAL_STATES
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.portal import Sent, a_referral_sent, portal_of

pytestmark = pytest.mark.service
TABLE = BOOKS.transitions
OF_HUB = sorted({row.verb for row in TABLE.rows if row.who == "referral.write"})
OF_PORTAL = sorted({row.verb for row in TABLE.rows if row.who == "portal.write"})
OWN_PAGES = frozenset({"send", "record_attempt", "transfer"})


async def put(hub: Hub, sent: Sent, state: str, *, restricted: bool = False) -> None:
    """A referral in a state, of a person who is restricted or not."""
    asked = "update referral set state = $2, asked_at = null where referral_id = $1"
    await hub.worker.pool.execute(asked, sent.referral, state)
    for table in ("case_file", "person", "leg"):
        await hub.worker.pool.execute(f"update {table} set restricted = $1", restricted)


def possible(state: str, persona: str) -> set[str]:
    role = next(one.role for one in personas() if one.name == persona)
    return {row.verb for row in TABLE.possible(state, role)}


@pytest.mark.parametrize(("persona", "restricted"), [("officer", False), ("leader", True)])
async def test_the_hub_takes_exactly_the_steps_of_the_table(
    hub: Hub, browse: AsPersona, persona: str, restricted: bool
) -> None:
    sent, browser = await a_referral_sent(hub), await browse(persona)
    base = f"/cases/{sent.case}/referrals/{sent.referral}"
    for state in REFERRAL_STATES:
        await put(hub, sent, state, restricted=restricted)
        for verb in OF_HUB:
            allowed = verb in possible(state, persona)
            await browser.get(f"{base}/steps/{verb}", 200 if allowed and verb not in OWN_PAGES else 409)
        await browser.get(f"{base}/transfer", 200 if "transfer" in possible(state, persona) else 409)


async def test_a_restricted_person_is_absent_and_who_only_reads_takes_no_step(hub: Hub, browse: AsPersona) -> None:
    sent = await a_referral_sent(hub)
    base = f"/cases/{sent.case}/referrals/{sent.referral}"
    without = [p.name for p in personas() if "referral.write" not in ROLES[p.role].permissions]
    officer = await browse("officer")
    readers = [await browse(name) for name in without]
    for verb in OF_HUB:
        for reader in readers:
            await reader.get(f"{base}/steps/{verb}", 403)
            await reader.post(f"{base}/steps/{verb}", status=403)
    for reader in readers:
        await reader.get(f"{base}/transfer", 403)
        await reader.get(f"{base}/contracts", 403)
    await put(hub, sent, "sent", restricted=True)
    for verb in OF_HUB:
        await officer.get(f"{base}/steps/{verb}", 404)
        await officer.post(f"{base}/steps/{verb}", {"reason_code": "duplicate"}, 404)
    await officer.get(f"{base}/transfer", 404)
    await officer.get(f"{base}/contracts", 404)
    assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "sent"


async def test_a_provider_takes_exactly_the_steps_of_the_table(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub)
    async with portal_of(hub, databases) as portal:
        worker = await portal("idva.worker")
        for state in REFERRAL_STATES:
            await put(hub, sent, state)
            for verb in OF_PORTAL:
                await worker.get(f"{sent.page}/steps/{verb}", _expected(verb, state))


def _expected(verb: str, state: str) -> int:
    return 200 if verb in possible(state, "idva.worker") - {"view", "record_attempt"} else 409


async def test_another_provider_and_a_worker_not_named_for_a_restricted_person_find_nothing(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub)
    async with portal_of(hub, databases) as portal:
        worker, other, officer = await portal("idva.worker"), await portal("hate.worker"), await portal("officer")
        for verb in OF_PORTAL:
            await other.get(f"{sent.page}/steps/{verb}", 404)
            await officer.get(f"{sent.page}/steps/{verb}", 403)
        await put(hub, sent, "sent", restricted=True)
        for verb in OF_PORTAL:
            await worker.get(f"{sent.page}/steps/{verb}", 404)
            await worker.post(f"{sent.page}/steps/{verb}", status=404)
        named: UUID = a_viewer("idva.worker").user_id
        await hub.worker.pool.execute("update leg set assigned_to = $1", named)
        await worker.get(f"{sent.page}/steps/decline", 200)
