"""Who said no is not called by any leg, and support after a no begins only with a reason."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.refused import Refused
from kit import clock
from services.referral.actions import contacting, gating, providing, refusing, settling, supporting
from services.referral.store import appointments, cases
from services.referral.store.appointments import Appointment
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, AsPersona, Sent, a_referral_sent, portal_of

pytestmark = pytest.mark.service
OFFICER, WORKER = a_viewer(), a_viewer("idva.worker")
SAFE, NOT_SAFE = "Safe now", "The person said no to support. Nobody calls them unless they get in touch"
FORM = "Record a contact attempt"


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with portal_of(hub, databases) as browse:
        yield browse


async def accepted(hub: Hub) -> Sent:
    sent = await a_referral_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
    await hub.every(settling.settle, clock.now())
    return sent


async def tries(hub: Hub, sent: Sent, outcome: str) -> None:
    async with hub.looks(WORKER) as tx:
        tried = (uuid4(), sent.case, "mobile", outcome, clock.now())
        await contacting.record_attempt(tx, WORKER, *tried, referral_id=sent.referral, for_support=True)


async def shut_at_hub(hub: Hub, case: UUID) -> str | None:
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        return await gating.share_shuts(tx, held, clock.now())


async def test_a_no_to_the_hub_shuts_the_contact_of_every_leg_until_it_is_recorded(hub: Hub, browse: AsPersona) -> None:
    sent, worker = await accepted(hub), await browse("idva.worker")
    provider, at = WORKER.organisation_id, clock.now() + timedelta(days=1)
    assert provider is not None
    async with hub.looks(WORKER) as tx:
        booked = Appointment(
            uuid4(),
            sent.leg,
            sent.case,
            provider,
            at,
            "call_mobile",
            "booked",
            clock.now(),
            WORKER.user_id,
        )
        await appointments.add(tx, booked)
    page = await worker.get(sent.page)
    assert SAFE in page.text and FORM in page.text
    async with hub.as_worker() as tx:
        await refusing.told_hub(tx, sent.case, uuid4(), clock.now())
    page = await worker.get(sent.page)
    assert NOT_SAFE in page.text and SAFE not in page.text and FORM not in page.text
    assert "07700" not in page.text
    with pytest.raises(Refused, match="said_no"):
        await tries(hub, sent, "spoke")
    async with hub.looks(WORKER) as tx:
        coming = await appointments.to_come_of(tx, [sent.leg], clock.now())
        found = await supporting.not_safe(tx, coming, BOOKS.support, clock.now())
        assert [one.why for one in found.values()] == ["said_no"]
    await hub.worker.pool.execute("update task set done_at = now()")
    assert SAFE in (await worker.get(sent.page)).text


async def test_a_no_to_a_provider_shuts_hub_and_leg_at_once_with_the_same_reason_and_support_starts_only_with_another(
    hub: Hub, browse: AsPersona
) -> None:
    sent, worker = await accepted(hub), await browse("idva.worker")
    await tries(hub, sent, "declined")
    for settled in (False, True):
        assert await shut_at_hub(hub, sent.case) == "said_no"
        page = await worker.get(sent.page)
        assert NOT_SAFE in page.text and SAFE not in page.text and FORM not in page.text, settled
        await hub.every(settling.settle, clock.now())
    first = page.text.index("They got in touch since, or something else")
    buttons = [page.text.index(one) for one in ("The person does not want this", "Start support", "Decline")]
    assert page.text.index("The person does not want this") < first < page.text.index("Start support"), buttons
    with pytest.raises(Refused, match="reason_code: missing"):
        async with hub.looks(WORKER) as tx:
            await providing.start(tx, WORKER, sent.referral, clock.now())
    await worker.get(f"{sent.page}/steps/start")
    page = await worker.submit("Start support", 422)
    assert page.errors == ["Choose the reason"] and "Why does support start?" in page.text
    await worker.submit("Start support", reason_code="got_in_touch")
    await hub.every(settling.settle, clock.now())
    assert await shut_at_hub(hub, sent.case) is None
    page = await worker.get(sent.page)
    assert SAFE in page.text and "Do not try them again" not in page.text
    assert "They got in touch themselves, and want support now" in page.text
    await tries(hub, sent, "declined")
    assert await shut_at_hub(hub, sent.case) == "said_no", "a later no counts again"
